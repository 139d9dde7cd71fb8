import type { ControlOperation } from './control-operation.js'
import { scope } from './control-operation.js'
import { header, text } from './document.js'

const conditions = (name: string) => `control/conditions.json#/definitions/${name}`
const about = (name: string) => `control/about.json#/definitions/${name}`
const many = { 409: 'Too many accounts and sites have one of their own.' }
const armed = { 409: 'Too many faults are armed.' }
const kept = { 503: 'The change cannot be stored; nothing was changed.' }
const noSnapshot = { 404: 'There is no such snapshot.' }
const open = true as const

/** Clock, ids, faults, snapshots, and the emulator itself. */
export const conditionOperations: readonly ControlOperation[] = [
  ...clocked('clock', 'Clock', 'Clock', 'the clock'),
  ...clocked('ids', 'Ids', 'Clock', 'the seed of the ids'),
  {
    ...{ id: 'listFaults', call: 'GET /faults', tag: 'Faults', query: scope },
    summary: 'Lists the faults that are armed, and how many calls met each.',
    replies: { 200: conditions('faults') },
  },
  {
    ...{ id: 'armFaults', call: 'PUT /faults', tag: 'Faults', query: scope },
    summary: 'Arms faults in the place of what was armed under the scope.',
    body: 'faults.json',
    replies: { 200: conditions('faults') },
    errors: armed,
  },
  {
    ...{ id: 'addFaults', call: 'POST /faults', tag: 'Faults', query: scope },
    summary: 'Arms faults behind what is armed under the scope.',
    body: 'faults.json',
    replies: { 201: conditions('faults') },
    errors: armed,
  },
  {
    ...{ id: 'disarmFaults', call: 'DELETE /faults', tag: 'Faults', query: scope },
    summary: 'Disarms the faults of the scope, or all of them.',
    replies: { 204: null },
  },
  {
    ...{ id: 'disarmFault', call: 'DELETE /faults/{place}', tag: 'Faults', query: scope },
    summary: "Disarms one fault of the scope's list, and leaves the counters of the others.",
    replies: { 204: null },
    errors: { 404: 'There is no fault at this place.' },
  },
  {
    ...{ id: 'listFaultKinds', call: 'GET /faults/kinds', tag: 'Faults' },
    summary: 'Tells what can be armed: every kind, and by operation the errors that the vendor gives.',
    replies: { 200: conditions('faultKinds') },
  },
  {
    ...{ id: 'listSnapshots', call: 'GET /snapshots', tag: 'State', query: scope },
    summary: 'Lists the snapshots of everything, or of one account or site.',
    replies: { 200: conditions('snapshots') },
  },
  {
    ...{ id: 'saveSnapshot', call: 'PUT /snapshots/{name}', tag: 'State', query: scope },
    summary: 'Keeps the state of everything, or of one account or site, under a name.',
    replies: { 200: conditions('snapshot'), 201: conditions('snapshot') },
    errors: { 404: 'There is no such account or site.', 409: 'There are too many snapshots.', ...kept },
  },
  {
    ...{ id: 'getSnapshot', call: 'GET /snapshots/{name}', tag: 'State', query: scope },
    summary: 'Shows a snapshot with all that it keeps.',
    replies: { 200: 'snapshot.json' },
    errors: noSnapshot,
  },
  {
    ...{ id: 'deleteSnapshot', call: 'DELETE /snapshots/{name}', tag: 'State', query: scope },
    summary: 'Deletes a snapshot.',
    replies: { 204: null },
    errors: { ...noSnapshot, ...kept },
  },
  {
    ...{ id: 'restoreSnapshot', call: 'POST /snapshots/{name}/restore', tag: 'State', query: scope },
    summary: 'Puts the state of a snapshot in the place of what stands.',
    replies: { 200: about('counts') },
    errors: { ...noSnapshot, 409: 'A name or token in it is taken by now.', ...kept },
  },
  {
    ...{ id: 'reset', call: 'POST /reset', tag: 'State', query: scope },
    summary: 'Goes back to the seed: what no seed names is gone.',
    replies: { 200: about('counts') },
    errors: kept,
  },
  {
    ...{ id: 'loadSeed', call: 'PUT /seed', tag: 'State' },
    summary: 'Loads a seed while the emulator runs.',
    body: 'seed.json',
    replies: { 200: about('counts') },
    errors: { 409: 'A token in it is that of another account.', ...kept },
  },
  {
    ...{ id: 'getHealth', call: 'GET /health', tag: 'Emulator', open },
    summary: 'Tells that the emulator runs.',
    replies: { 200: about('health') },
  },
  {
    ...{ id: 'getReady', call: 'GET /ready', tag: 'Emulator', open },
    summary: 'Tells that the emulator takes calls.',
    replies: { 200: about('ready') },
  },
  {
    ...{ id: 'getVersion', call: 'GET /version', tag: 'Emulator', open },
    summary: 'Tells which emulator it is.',
    replies: { 200: about('version') },
  },
  {
    ...{ id: 'getMetrics', call: 'GET /metrics', tag: 'Emulator' },
    summary: 'Tells what was counted, in the text format of Prometheus, or in OpenMetrics where Accept names it.',
    description: 'By vendor, operation, status, rule and kind of fault; no account, site or token has a label.',
    replies: { 200: null },
    otherReplies: {
      'text/plain': { schema: text },
      'application/openmetrics-text': { schema: text },
    },
  },
  {
    ...{ id: 'signIn', call: 'POST /session', tag: 'Emulator', open },
    summary: 'Gives a browser a cookie for the control token.',
    body: about('session'),
    replies: { 204: null },
    headers: cookie('The cookie that calls bring in place of the token.'),
    errors: {
      401: 'The token is not the control token.',
      404: 'There is no control token, so there is nothing to sign in to.',
    },
  },
  {
    ...{ id: 'signOut', call: 'DELETE /session', tag: 'Emulator', open },
    summary: 'Takes the cookie back.',
    replies: { 204: null },
    headers: cookie('Takes the cookie away.'),
    errors: { 404: 'There is no control token, so there is nothing to sign out of.' },
  },
  {
    ...{ id: 'getReference', call: 'GET /openapi/{document}', tag: 'Emulator' },
    summary: 'Shows one of the three documents of this reference.',
    replies: { 200: about('reference') },
    errors: { 404: 'There is no such document.' },
  },
]

function cookie(description: string) {
  return { 'Set-Cookie': header(description, text) }
}

function clocked(path: string, name: string, tag: string, what: string): readonly ControlOperation[] {
  const reply = { 200: conditions(path) }
  return [
    {
      id: `get${name}`,
      call: `GET /${path}`,
      tag,
      query: scope,
      summary: `Shows ${what}, of all or of one account or site.`,
      replies: reply,
    },
    {
      ...{ id: `set${name}`, call: `PUT /${path}`, tag, query: scope, body: `${path}.json` },
      summary: `Sets ${what}, of all or of one account or site.`,
      replies: reply,
      errors: many,
    },
    {
      ...{ id: `clear${name}`, call: `DELETE /${path}`, tag, query: scope },
      summary: `Takes back what was set of ${what}.`,
      replies: { 204: null },
    },
  ]
}
