import { type ControlOperation, filters, pages, scope } from './control-operation.js'
import { text } from './document.js'

const calls = (name: string) => `control/requests.json#/definitions/${name}`
const noCall = { 404: 'There is no such call, or the journal has dropped it since.' }
const waiting = { 503: 'Too many wait already, or the emulator is closing.' }
const inText = (...types: readonly string[]) => Object.fromEntries(types.map((type) => [type, { schema: text }]))

/** What arrived, what is asked of it, and what it shows. */
export const callOperations: readonly ControlOperation[] = [
  {
    ...{ id: 'listRequests', call: 'GET /requests', tag: 'Calls' },
    summary: 'Lists the calls of clients, newest first.',
    query: [...filters, ...pages],
    replies: { 200: calls('page') },
  },
  {
    ...{ id: 'clearRequests', call: 'DELETE /requests', tag: 'Calls' },
    summary: 'Forgets the calls that the journal has.',
    query: scope,
    replies: { 204: null },
  },
  {
    ...{ id: 'getRequest', call: 'GET /requests/{id}', tag: 'Calls' },
    summary: 'Shows one call: request, reply, rules, violations, outcomes and changes.',
    replies: { 200: calls('detail') },
    errors: noCall,
  },
  {
    ...{ id: 'repeatRequest', call: 'POST /requests/{id}/repeat', tag: 'Calls' },
    summary: 'Makes a call once more as the same account or site.',
    replies: { 200: calls('repeated') },
    errors: { ...noCall, 409: 'The journal has too little of the call to make it again.' },
  },
  {
    ...{ id: 'streamRequests', call: 'GET /requests/stream', tag: 'Calls' },
    summary: 'Sends each call as a server-sent event as soon as the journal has it.',
    description:
      'The event `request` has a call in a line, `evicted` how many were dropped before they could be sent. ' +
      'Whoever comes back says by Last-Event-ID where to go on.',
    query: filters,
    replies: { 200: null },
    otherReplies: inText('text/event-stream'),
    errors: { 503: 'Too many streams are open, or the emulator is closing.' },
  },
  ...(
    [
      ['findRequests', 'find', 'Tells whether so many calls came that match: one where no count is given.'],
      ['countRequests', 'count', 'Tells how many calls came that match, or whether they are exactly so many.'],
      [
        'waitForRequests',
        'wait',
        'Waits until so many calls have come that match: five seconds where nothing is said.',
      ],
    ] as const
  ).map(
    ([id, name, summary]): ControlOperation => ({
      ...{ id, call: `POST /requests/${name}`, tag: 'Calls', summary },
      query: scope,
      body: 'question.json',
      replies: { 200: calls('answer') },
      errors: waiting,
    }),
  ),
  {
    ...{ id: 'findSequence', call: 'POST /requests/sequence', tag: 'Calls' },
    summary: 'Tells whether calls came in this order, others between them or not.',
    query: scope,
    body: 'sequence.json',
    replies: { 200: calls('answer') },
    errors: waiting,
  },
  {
    ...{ id: 'verifyState', call: 'POST /verify/state', tag: 'Calls' },
    summary: 'Holds a table against the positions of an account or the levels of a site, row by row.',
    description: 'Of account and site one has to be given. With the Content-Type text/csv the table is CSV, else JSON.',
    query: [...scope, 'extra'],
    body: 'control/table.json',
    otherBodies: inText('text/csv'),
    replies: { 200: 'control/standing.json#/definitions/comparison' },
    errors: { 404: 'There is no such account or site.' },
  },
  {
    ...{ id: 'listViolations', call: 'GET /violations', tag: 'Contract' },
    summary: 'Lists what clients broke, place by place, and the sum by rule.',
    query: [...scope, ...pages, 'reportFormat', 'evidence', 'run', 'rule'],
    replies: { 200: calls('violations') },
    otherReplies: {
      ...inText('application/xml', 'text/plain', 'text/markdown'),
      'application/sarif+json': { schema: { type: 'object' } },
    },
  },
  {
    ...{ id: 'getCoverage', call: 'GET /coverage', tag: 'Contract' },
    summary: 'Tells which rules the calls of clients came to, and how to come to the rest.',
    query: [...scope, 'coverageFormat', 'of', 'evidence'],
    replies: { 200: 'coverage.json' },
    otherReplies: inText('text/markdown', 'text/html'),
  },
  {
    ...{ id: 'listRules', call: 'GET /rules', tag: 'Contract' },
    summary: 'Lists every rule of both books with its evidence and source.',
    replies: { 200: 'control/about.json#/definitions/rules' },
  },
]
