import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'
import { tell } from './proof.js'
import { Judge, operationsIn, type Reference, readReference, responseOf } from './reference-documents.js'

const reference = readReference('control')

interface Sent {
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls operations by their ids, and holds what is sent and answered against a document. */
class Caller {
  readonly faults: string[] = []
  /** `getClock 200` */
  readonly judged = new Set<string>()
  readonly #judge: Judge
  readonly #reference: Reference

  constructor(of: Reference) {
    this.#reference = of
    this.#judge = new Judge(of)
  }

  /** `id` may be followed by what stands in the path: `getAccount brand`. */
  async call({ url }: Emulator, called: string, { query = '', body, headers = {} }: Sent = {}): Promise<string> {
    const [id = '', ...values] = called.split(' ')
    const found = operationsIn(this.#reference).find(({ operation }) => operation.operationId === id)
    if (found === undefined) throw new Error(`No operation is called ${id}.`)
    const path = values.reduce((text, value) => text.replace(/\{\w+\}/, value), found.path)
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const reply = await fetch(`${url}${path}${query}`, {
      method: found.method,
      headers,
      ...(sent !== undefined && { body: sent }),
    })
    const text = await (id === 'streamRequests' && reply.ok ? reply.body?.cancel().then(() => '') : reply.text())
    const name = `${id} ${reply.status}`
    this.judged.add(name)
    const response = responseOf(this.#reference, found.operation, reply.status)
    const type = reply.headers.get('content-type')?.split(';')[0]
    const told = [
      response === undefined ? 'the document has no such status' : undefined,
      type === undefined && text === ''
        ? undefined
        : await this.#judge.faultOfBody(response?.content ?? {}, type ?? '', text ?? ''),
      reply.ok && typeof body === 'object'
        ? await this.#judge.faultOfBody(
            found.operation.requestBody?.content ?? {},
            'application/json',
            JSON.stringify(body),
          )
        : undefined,
    ]
    this.faults.push(
      ...told.filter((fault) => fault !== undefined).map((fault) => `${name}: ${fault} in ${text?.slice(0, 300)}`),
    )
    return text ?? ''
  }
}

const styles = [
  {
    style_number: 'S',
    style_identifier: 'I',
    style_id: 7,
    colors: [{ color_code: 'C', style_color_id: 8, sizes: [{ size: '1', upc: '11' }, { size: 2 }] }],
  },
]
const account = {
  ...{ token: 'a-token', warehouses: ['A', 'Default'], styles, settings: { rate_limit: '300/300', partial_code: 1 } },
  pending: [{ warehouse: 'A', upc: '11', quantity: 2 }],
  positions: [{ warehouse: 'A', upc: '11', inventory: 9 }],
}
const level = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'P', inventory_level: 3 }
const levels = [
  level,
  {
    change_date: '2015-09-23T16:35:38Z',
    effective_date: '2015-09-23',
    sku_code: 'P',
    inventory_level: 6,
    low_stock_alert: 1,
    inventory_alerts: true,
  },
]

async function callVendors(emulator: Emulator): Promise<void> {
  const { url } = emulator
  await bulk(
    emulator,
    items({ warehouse: 'A', upc: '11', inventory: 4 }, { warehouse: 'Z', upc: '11', inventory: 'few', odd: 1 }, 'none'),
    { query: '?dec_pending=1&overwrit=1' },
  )
  await bulk(
    emulator,
    items({ style_number: 'S', style_identifier: 'I', color_code: 'C', size: '2', made_to_order: 'true' }),
  )
  await bulk(emulator, '{')
  await bulk(emulator, items({ warehouse: 'A', upc: '1', inventory: 4 }), { token: 'unknown' })
  const post = (path: string, body: unknown) =>
    fetch(`${url}/v2/${path}`, {
      method: 'POST',
      headers: { Authorization: 'Bearer s-token' },
      body: JSON.stringify(body),
    })
  await post('shop/inventory', level)
  await post('shop/batch', { 'product.inventory': [...levels, { ...level, inventory_level: null }] })
  await post('shop/product.cost', {
    change_date: '2015-09-23T16:35:38Z',
    effective_date: '2015-01-01',
    sku_code: 'P',
    sku_cost: 1.5,
  })
  await post('shop/heartbeat', { site_id: 'shop', is_enabled: true })
  await post('shop/nothing', {})
  await fetch(`${url}/nowhere`)
}

/** Every operation, done and refused. */
async function callEverything(caller: Caller): Promise<void> {
  const emulator = await startTestEmulator({ levels: {} })
  const call = (called: string, sent?: Sent) => caller.call(emulator, called, sent)
  for (const id of ['getHealth', 'getReady', 'getVersion', 'listRules']) await call(id)
  for (const id of ['joor', 'jirafe', 'control']) await call(`getReference ${id}.json`)
  await call('getReference other.json')
  await call('putAccount brand', { body: account })
  await call('putAccount brand', { body: account })
  await call('putAccount other', { body: {} })
  await call('putAccount third', { body: { token: 'a-token' } })
  await call('putAccount third', { body: { tokem: 'a-token' } })
  await call('putSite shop', { body: { token: 's-token', levels, settings: { latest_by: 'arrival' } } })
  await call('putSite shop', { body: {} })
  await call('putSite shop', { body: { token: 's-token', levels } })
  const fault = {
    match: { operation: 'joor.bulk-inventory', account: 'brand' },
    times: 1,
    after: 1,
    fault: { kind: 'error', status: 503, retry_after: 2 },
  }
  await call('armFaults', {
    body: [fault, { fault: { kind: 'latency', distribution: 'uniform', min_ms: 0, max_ms: 1 } }],
    query: '?account=brand',
  })
  await call('addFaults', { body: [{ fault: { kind: 'partial', items: { index: [0] } } }], query: '?site=shop' })
  await call('armFaults', { body: [{ fault: { kind: 'odd' } }] })
  await callVendors(emulator)
  for (const id of ['listFaults', 'listFaultKinds', 'disarmFault 99']) await call(id)
  await call('disarmFault 0', { query: '?site=shop' })
  for (const id of ['listAccounts', 'getAccount brand', 'getAccount none', 'listSites', 'getSite shop', 'getSite none'])
    await call(id)
  await call('whoseToken', { headers: { Authorization: oauth2('a-token') } })
  await call('whoseToken', { headers: { Authorization: oauth2('new') } })
  await call('putPending brand', { body: account.pending })
  await call('putPending none', { body: [] })
  await call('forkAccount brand', { body: { name: 'copy' } })
  await call('forkAccount brand', { body: { name: 'copy' } })
  await call('forkAccount none')
  await call('forkSite shop')
  await call('forkSite none', { body: {} })
  for (const query of ['', '?format=csv', '?limit=1', '?upc=11', '?limit=0'])
    await call('listPositions brand', { query })
  for (const query of ['', '?history=true', '?limit=1']) await call('listLevels shop', { query })
  for (const query of ['', '?limit=1']) await call('listWarehouses brand', { query })
  await call('listCosts shop')
  await call('listEvents shop')
  for (const id of ['listPositions', 'listLevels', 'listCosts', 'listEvents', 'deleteAccount', 'deleteSite'])
    await call(`${id} none`)
  await callAboutCalls(call)
  await callAboutConditions(call)
}

type Call = (called: string, sent?: Sent) => Promise<string>

async function callAboutCalls(call: Call): Promise<void> {
  for (const query of ['', '?account=brand', '?status=400&vendor=joor', '?limit=2', '?status=x'])
    await call('listRequests', { query })
  const { requests } = JSON.parse(await call('listRequests'))
  for (const { id } of requests) {
    const { reply } = JSON.parse(await call(`getRequest ${id}`))
    const logId = /"log_id":"([^"]+)"/.exec(reply?.body ?? '')?.[1]
    if (logId !== undefined) await call(`getLog ${logId}`)
    await call(`repeatRequest ${id}`)
  }
  for (const id of ['getRequest none', 'repeatRequest none', 'getLog none', 'streamRequests']) await call(id)
  await call('streamRequests', { headers: { 'Last-Event-ID': 'x' } })
  const match = { vendor: 'joor', command: { '/inventory_items/0/upc': '99' } }
  for (const id of ['findRequests', 'countRequests', 'waitForRequests']) {
    await call(id, { body: { match, timeout_ms: 1 } })
    await call(id, { body: { match: { operation: 'joor.bulk-inventory' }, count: 1 } })
    await call(id, { body: { match: { operation: 'joor.none' } } })
  }
  await call('findSequence', { body: { matches: [match, { vendor: 'jirafe' }] } })
  await call('verifyState', {
    query: '?account=brand',
    body: [
      { warehouse: 'A', upc: '11', available: 1 },
      { warehouse: 'B', upc: '11' },
    ],
  })
  await call('verifyState', {
    query: '?account=brand',
    body: 'warehouse,upc,available\nA,11,2\n',
    headers: { 'Content-Type': 'text/csv' },
  })
  await call('verifyState', { query: '?site=none', body: [] })
  for (const format of ['json', 'junit', 'sarif', 'github', 'markdown', 'odd'])
    await call('listViolations', { query: `?format=${format}` })
  for (const query of ['?run=ended&limit=2', '?rule=joor.date.forms', '?rule=joor.none'])
    await call('listViolations', { query })
  for (const format of ['json', 'markdown', 'html', 'odd'])
    await call('getCoverage', { query: `?format=${format}&of=joor` })
  await call('clearRequests', { query: '?site=shop' })
  await call('clearRequests', { query: '?site=shop&account=brand' })
}

async function callAboutConditions(call: Call): Promise<void> {
  for (const query of ['', '?account=brand']) {
    await call('setClock', { body: { freeze: '2026-01-01T00:00:00Z' }, query })
    await call('setIds', { body: { seed: 3 }, query })
    for (const id of ['getClock', 'getIds', 'clearClock', 'clearIds', 'getClock', 'getIds', 'disarmFaults'])
      await call(id, { query })
    for (const id of ['saveSnapshot', 'saveSnapshot', 'getSnapshot', 'restoreSnapshot'])
      await call(`${id} one`, { query })
  }
  await call('setClock', { body: {} })
  await call('saveSnapshot one', { query: '?account=none' })
  await call('listSnapshots')
  for (const id of [
    'deleteSnapshot one',
    'deleteSnapshot one',
    'getSnapshot one',
    'restoreSnapshot one',
    'getSnapshot -',
  ])
    await call(id)
  await call('loadSeed', { body: { joor: { accounts: { seeded: { token: 'seeded' } } } } })
  await call('loadSeed', { body: { joor: { accounts: { thief: { token: 'a-token' } } } } })
  for (const id of ['deleteAccount brand', 'deleteSite shop', 'reset', 'signOut']) await call(id)
  await call('signIn', { body: { token: 'x' } })
  for (const accept of ['*/*', 'application/openmetrics-text']) await call('getMetrics', { headers: { accept } })
}

/** Where there is a control token. */
async function callGuarded(caller: Caller): Promise<void> {
  const emulator = await startTestEmulator({ controlToken: 'secret' })
  const call = (called: string, sent?: Sent) => caller.call(emulator, called, sent)
  for (const id of ['getHealth', 'getClock', 'signOut']) await call(id)
  for (const token of ['secret', 'wrong']) await call('signIn', { body: { token } })
  await call('getClock', { headers: { Authorization: 'Bearer secret' } })
  await call('getClock', { headers: { 'Sec-Fetch-Site': 'cross-site' } })
}

// Hundreds of calls each.
describe('The document of the control plane', { timeout: 120_000 }, () => {
  it('says what every operation takes and answers', async () => {
    const caller = new Caller(reference)
    await callEverything(caller)
    await callGuarded(caller)
    expect(caller.faults).toEqual([])
    const done = operationsIn(reference).map(({ operation }) => operation.operationId)
    const judged = (id: string) => [...caller.judged].some((each) => new RegExp(`^${id} 2`).test(each))
    expect(done.filter((id) => !judged(id))).toEqual([])
    tell(
      'reference of the control plane',
      `${done.length} operations, ${caller.judged.size} pairs of operation and status judged`,
    )
  })
})

describe('A planted fault', { timeout: 120_000 }, () => {
  async function foundWith(old: string, by: string): Promise<string> {
    const caller = new Caller(JSON.parse(JSON.stringify(reference).replaceAll(old, by)))
    await callEverything(caller)
    return caller.faults.join('\n')
  }

  it.each([
    [
      'a field is missing',
      '"made_to_order":{"type":"boolean"}',
      '"made_to_oder":{"type":"boolean"}',
      'listPositions 200',
    ],
    ['a field has another type', '"hits":{', '"hits":{"maximum":-1,', 'listFaults 200'],
    ['a status is missing', '"201":{', '"299":{', 'putAccount 201: the document has no such status'],
    ['a media type is missing', '"text/csv":{', '"text/tsv":{', 'the document has no text/csv'],
    ['a body is another', '"times":{', '"time":{', 'armFaults 200'],
    ['a problem has no detail', '"detail":{', '"details":{', 'getAccount 404'],
  ])('is found: %s', async (_what, old, by, told) => {
    expect(await foundWith(old, by)).toContain(told)
  })
})
