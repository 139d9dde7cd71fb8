/** A body as the reference shows it, under what it is an example of. */
type Bodies = Readonly<Record<string, unknown>>

const brandStyles = [
  {
    style_number: 'LI-100',
    style_identifier: 'SPRING',
    style_id: 411,
    colors: [
      {
        color_code: 'NVY',
        style_color_id: 9001,
        sizes: [
          { size: 'S', upc: '0111' },
          { size: 'M', upc: '0112' },
        ],
      },
    ],
  },
]

const aFullCall = { operation: 'joor.bulk-inventory', query: { overwrite: '1' }, status: 200 }
const refusals = { vendor: 'joor', outcome: 'refused' }

const faults: Bodies = {
  'the next call is answered by a server error, and the one after it as ever': [
    { match: { operation: 'joor.bulk-inventory' }, times: 1, fault: { kind: 'error', status: 503, retry_after: 2 } },
  ],
  'one item of each call fails': [{ fault: { kind: 'partial', items: { index: [0] } } }],
  'every reply comes late': [{ fault: { kind: 'latency', distribution: 'uniform', min_ms: 20, max_ms: 80 } }],
}

const questions: Bodies = {
  'an overwrite that was accepted': { match: aFullCall },
  'exactly two refused calls': { match: refusals, count: 2 },
  'a call whose first item is this SKU': { match: { command: { '/inventory_items/0/upc': '0111' } } },
}

/** Bodies of the control plane, by operation; each is one that an emulator takes. */
export const controlExamples: Readonly<Record<string, Bodies>> = {
  putAccount: {
    'an account with what it knows, and no stock': {
      token: 'brand-token',
      warehouses: ['A', 'B'],
      styles: brandStyles,
      settings: { missing_warehouse: 'refuse' },
    },
    'two positions, one of them partly sold': {
      token: 'brand-token',
      pending: [{ warehouse: 'A', upc: '0111', quantity: 3 }],
      positions: [
        { warehouse: 'A', upc: '0111', inventory: 12 },
        { warehouse: 'A', upc: '0112', inventory: 4, inventory_date: '2026-03-01' },
      ],
    },
  },
  putPending: { 'three units sold of one position': [{ warehouse: 'A', upc: '0111', quantity: 3 }] },
  forkAccount: { 'a copy for one test': { name: 'brand-copy', token: 'copy-token' } },
  putSite: {
    'a site with one level': {
      token: 'shop-token',
      levels: [{ timestamp: '2015-01-23T16:35:38+0000', product_code: 'LI-100', inventory_level: 3 }],
    },
  },
  forkSite: { 'a copy for one test': { name: 'shop-copy', token: 'copy-token' } },
  findRequests: questions,
  countRequests: questions,
  waitForRequests: { 'at most two seconds for two calls': { match: refusals, count: 2, timeout_ms: 2_000 } },
  findSequence: { 'a refused call, and later one that was accepted': { matches: [refusals, aFullCall] } },
  verifyState: {
    'what is to stand in an account': [
      { warehouse: 'A', upc: '0111', available: 9 },
      { warehouse: 'A', upc: '0112', available: 4 },
    ],
    'what is to stand on a site': [{ code: 'LI-100', inventory_level: 3 }],
  },
  armFaults: faults,
  addFaults: faults,
  setClock: {
    'stand still': { freeze: '2026-01-01T00:00:00Z' },
    'an hour later': { advance: 3_600 },
    'run on from there': { now: '2026-01-01T00:00:00Z' },
  },
  setIds: { 'the same ids in every run': { seed: 1 } },
  loadSeed: {
    'one account and one site': {
      joor: {
        accounts: { brand: { token: 'brand-token', positions: [{ warehouse: 'A', upc: '0111', inventory: 12 }] } },
      },
      jirafe: { sites: { shop: { token: 'shop-token' } } },
    },
  },
  signIn: { 'the token that the emulator was started with': { token: 'the-control-token' } },
}
