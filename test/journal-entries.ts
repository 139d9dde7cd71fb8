import type { Entry } from '../server/journal/entry.js'

let count = 0

/** A call as the journal has it, with an id of its own. */
export const entry = (more: Partial<Entry> = {}): Entry => ({
  id: `request-${++count}`,
  repeated: false,
  at: new Date(0),
  vendor: 'joor',
  name: 'brand',
  operation: 'joor.bulk-inventory',
  method: 'POST',
  path: '/v2/bulk-inventory',
  status: 200,
  items: { updated: 1, notUpdated: 0 },
  violations: 0,
  broken: new Map(),
  ms: 1,
  request: { headers: {}, body: null },
  reply: null,
  logId: `log-${count}`,
  code: '0',
  refusal: null,
  fault: null,
  rules: [],
  breaches: [],
  conduct: [],
  outcomes: [],
  changes: [],
  changesTotal: 0,
  bytes: 1_000,
  ...more,
})
