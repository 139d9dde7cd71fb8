import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import supertest from 'supertest'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import type * as client from '../client/client.js'
import { connect } from '../client/client.js'
import type * as documents from '../server/documents/seed.js'
import { startEmulator } from '../server/emulator.js'
import type * as faults from '../server/faults/document.js'

/** A reply of the emulator, and the name of the type that the client gives it. */
type Reply = readonly [type: string, value: unknown]

/** What the compiler says of a text that may import the client by `client`, line by line. */
async function complaintsAbout(text: string, options: object = {}): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-types-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'text.mts'), text.replaceAll("'client'", JSON.stringify(resolve('client/client.js'))))
  const paths = { noEmit: true, rootDir: '/', typeRoots: [resolve('node_modules/@types')] }
  const config = { extends: resolve('tsconfig.json'), compilerOptions: { ...paths, ...options }, include: ['.'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const output = await new Promise<string>((done) =>
    execFile(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder], (_error, stdout) =>
      done(stdout),
    ),
  )
  return output.split('\n').filter((line) => line.includes('error TS'))
}

/**
 * What the compiler says of replies that are written down as values of their types: fields that are missing, fields
 * that the type does not know, and values of another type.
 */
function complaints(replies: readonly Reply[]): Promise<readonly string[]> {
  const lines = replies.map(([type, value]) => `(${JSON.stringify(value)}) satisfies client.${type};`)
  return complaintsAbout(["import type * as client from 'client'", ...lines].join('\n'))
}

const item = (upc: string, more: object = {}) => ({ warehouse: 'New York', upc, inventory: 5, ...more })
const style = (upc: string) => ({
  style_number: 'S',
  style_identifier: 'I',
  style_id: 7,
  colors: [{ color_code: 'RED', style_color_id: 8, sizes: [{ size: 'M', size_code: '2', upc }] }],
})

/** Calls of every kind, and all that the emulator says of them. */
async function gather(): Promise<readonly Reply[]> {
  const emulator = await startEmulator({ port: 0, magic: true })
  onTestFinished(() => emulator.close())
  const backstock = await connect(emulator)
  const account = await backstock.joor.account({
    styles: [style('1')],
    pending: [{ upc: '1', quantity: 2 }],
    positions: [item('1')],
  })
  const open = await backstock.joor.account()
  const site = await backstock.jirafe.site()
  const call = (path: string, authorization: string, body: string) =>
    fetch(emulator.url + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    }).catch(() => undefined)
  const bulk = (of: client.Account, items: object[], query = '') =>
    call(`/v2/bulk-inventory${query}`, of.authorization, JSON.stringify({ inventory_items: items }))
  const event = (type: string, value: object) =>
    call(`/v2/${site.name}/${type}`, site.authorization, JSON.stringify(value))

  await account.arm([
    { times: 1, match: { query: { late: '1' } }, fault: { kind: 'latency', ms: 1 } },
    { times: 1, match: { query: { late: '1' } }, fault: { kind: 'error', status: 503, retry_after: 1 } },
    { times: 1, match: { query: { lost: '1' } }, fault: { kind: 'before_commit' } },
    { times: 1, match: { query: { part: '1' } }, fault: { kind: 'partial', items: { index: [0] } } },
  ])
  const logged = await bulk(account, [item('1'), item('2')], '?dec_pending=1')
  await bulk(account, [item('1', { made_to_order: true })])
  await bulk(open, [item('3', { inventory: '4' }), item('4', { made_to_order: true })])
  await bulk(open, [item('5')], '?overwrite=1')
  await bulk(open, [item('4')])
  await bulk(open, [item('BACKSTOCK-ERROR')])
  for (const query of ['?late=1', '?lost=1', '?part=1']) await bulk(account, [item('1')], query)
  await call('/v2/bulk-inventory', 'nonsense', 'nonsense')
  await fetch(`${emulator.url}/nowhere`)
  await event('inventory', { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 })
  const second = { sku_code: 'b', inventory_level: 5, change_date: '2015-01-23T16:35:38.000Z' }
  await event('inventory', { ...second, effective_date: '2015-01-23T16:35:38.000Z' })
  const cost = { sku_code: 'b', sku_cost: 1.5, effective_date: '2015-01-23T16:35:38.000Z' }
  await event('product.cost', { ...cost, change_date: '2015-01-23T16:35:38.000Z' })
  await event('inventory', { product_code: 'a' })

  // Read as they came over the wire: what the client's own functions give back has lost what it took apart.
  const control = supertest(`${emulator.url}/_backstock`)
  const get = async (path: string) => (await control.get(`/${path}`)).body
  const post = async (path: string, body?: object) => (await control.post(`/${path}`).send(body)).body
  const put = async (path: string, body?: object) => (await control.put(`/${path}`).send(body)).body
  const log = /"log_id":"([^"]+)"/.exec((await logged?.text()) ?? '')?.[1]
  const { requests } = await get('requests')
  const details = await Promise.all(requests.map(({ id }: { id: string }) => get(`requests/${id}`)))
  const at = `joor/accounts/${account.name}`
  const of = `account=${account.name}`
  const match = { match: { account: account.name } }
  const positions = [
    ...(await get(`${at}/positions`)).positions,
    ...(await get(`joor/accounts/${open.name}/positions`)).positions,
  ]
  return [
    ['RequestLine[]', requests],
    ...details.map((detail: unknown): Reply => ['RequestDetail', detail]),
    ['Violation[]', (await get('violations')).violations],
    ['Coverage', await get('coverage')],
    ['Coverage', await get('coverage?account=nobody')],
    ['Position[]', positions],
    ['PendingRow[]', (await put(`${at}/pending`, [{ upc: '1', quantity: 3 }])).pending],
    ['AccountLine[]', (await get('joor/accounts')).accounts],
    ['SiteLine[]', (await get('jirafe/sites')).sites],
    ['Log', await get(`joor/logs/${log}`)],
    ['Level[]', (await get(`jirafe/sites/${site.name}/levels`)).levels],
    ['Level[]', (await get(`jirafe/sites/${site.name}/levels?history=true`)).levels],
    ['Cost[]', (await get(`jirafe/sites/${site.name}/costs`)).costs],
    ['SiteEvent[]', (await get(`jirafe/sites/${site.name}/events`)).events],
    ['Answer', await post('requests/find', match)],
    ['Answer', await post('requests/find', { match: { account: account.name, method: 'PUT' } })],
    ['Answer', await post('requests/count', { ...match, count: 99 })],
    ['Answer', await post('requests/wait', { match: { account: 'nobody' }, timeout_ms: 0 })],
    ['Answer', await post('requests/sequence', { matches: [match.match] })],
    ['ArmedFault[]', (await get('faults')).faults],
    ['ClockTold', await get('clock')],
    ['ClockTold', await put(`clock?${of}`, { freeze: '2030-01-01' })],
    ['IdsTold', await get('ids')],
    ['IdsTold', await put(`ids?${of}`, { seed: 1 })],
    ['Snapshot', await put(`snapshots/one?${of}`)],
    ['Snapshot', await put(`snapshots/two?site=${site.name}`)],
    ['Snapshot', await put('snapshots/three')],
    ['Snapshot[]', (await get('snapshots')).snapshots],
    ['Restored', await post('snapshots/three/restore')],
    ['Comparison', await post(`verify/state?${of}`, [{ upc: '1', available: 7 }, { upc: '2' }])],
    ['Comparison', await post(`verify/state?${of}`, [])],
    ['Rule[]', (await get('rules')).rules],
    ['Restored', await post('reset')],
  ]
}

/** Every name that a reply has somewhere in it. */
function namesIn(value: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return names
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value)) names.add(name)
    namesIn(member, names)
  }
  return names
}

// The compiler takes a moment for thousands of lines of values.
describe('The types of replies', { timeout: 60_000 }, () => {
  it('are those of the replies that an emulator gives', async () => {
    const replies = await gather()
    expect(await complaints(replies)).toEqual([])
  })

  it('have no field that no reply has', async () => {
    const declared = [...readFileSync('client/replies.ts', 'utf8').matchAll(/^\s+readonly (\w+)\??:/gm)].map(
      ([, name = '']) => name,
    )
    expect(declared.length).toBeGreaterThan(80)
    const names = namesIn(await gather())
    // Only a question about a body of hundreds of kilobytes is answered by `cut: true`; the name itself is met.
    expect(declared.filter((name) => !names.has(name))).toEqual([])
  })

  it.each<[string, Reply]>([
    ['a field that is missing', ['Restored', { accounts: 1 }]],
    ['a field that the type does not know', ['Restored', { accounts: 1, sites: 1, states: 1 }]],
    ['a value of another type', ['Restored', { accounts: '1', sites: 1 }]],
    ['a word that is none of those', ['RuleTold', { rule: 'a', statement: 'b', evidence: 'rumoured', source: 'c' }]],
    ['null where none is expected', ['Cost[]', [null]]],
  ])('would not pass with %s', async (_case, reply) => {
    expect(await complaints([reply])).toHaveLength(1)
  })
})

describe('The client', { timeout: 60_000 }, () => {
  const browser = { types: [], lib: ['es2023', 'dom', 'dom.iterable'] }

  it('needs nothing that a browser does not have', async () => {
    expect(await complaintsAbout("import { connect } from 'client'\nawait connect()", browser)).toEqual([])
  })

  it.each([
    ['a module', "import { readFile } from 'node:fs/promises'\nawait readFile('/')"],
    ['a global', "Buffer.from('')"],
    ['the environment', 'process.env'],
  ])('would not pass with %s of Node', async (_case, text) => {
    expect(await complaintsAbout(`${text}\nexport {}`, browser)).not.toEqual([])
    expect(await complaintsAbout(`${text}\nexport {}`)).toEqual([])
  })
})

describe('The types of what is sent', () => {
  it('are those that the emulator itself has', () => {
    expectTypeOf<client.FaultDocument>().toEqualTypeOf<faults.FaultDocument>()
    expectTypeOf<Omit<client.FaultSpec, 'match'>>().toEqualTypeOf<Omit<faults.SpecDocument, 'match'>>()
    expectTypeOf<keyof client.AccountDocument>().toEqualTypeOf<keyof documents.AccountDocument>()
    expectTypeOf<keyof client.SiteDocument>().toEqualTypeOf<keyof documents.SiteDocument>()
    expectTypeOf<keyof client.SeedDocument>().toEqualTypeOf<keyof documents.Seed>()
    // @ts-expect-error: a planted difference is seen.
    expectTypeOf<client.FaultDocument>().toEqualTypeOf<faults.SpecDocument>()
  })

  it.each([
    [
      'account',
      ['AccountDocument', 'StyleDocument', 'PendingDocument', 'AccountSettings', 'SkuDocument', 'SharedSettings'],
    ],
    ['site', ['SiteDocument', 'SiteSettings', 'SharedSettings']],
    ['fork', ['ForkDocument']],
    ['match', ['ArrivalMatch', 'Match']],
    ['position-rows', ['PositionRow', 'SkuDocument']],
    ['level-rows', ['LevelRow']],
  ])('have the fields of the schema: %s', (schema, types) => {
    const asked = propertiesIn(JSON.parse(readFileSync(`schemas/${schema}.json`, 'utf8')))
    // Of a seed file alone.
    asked.delete('styles_file')
    const source = readFileSync('client/documents.ts', 'utf8')
    const bodies = types.map((type) => new RegExp(`interface ${type}\\b[^]*?\\n}`).exec(source)?.[0] ?? '')
    const known = [...bodies.join('\n').matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name)
    expect([...new Set(known)].sort()).toEqual([...asked].sort())
  })
})

/** The names of all properties that a schema describes. */
function propertiesIn(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return names
  for (const [name, member] of Object.entries(schema)) {
    if (name === 'properties' && typeof member === 'object' && member !== null)
      for (const each of Object.keys(member)) names.add(each)
    propertiesIn(member, names)
  }
  return names
}
