import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { command, commandIn } from './command.js'
import { bulk, items, positions, startTestEmulator } from './emulator.js'

const at = (emulator: Emulator, ...words: string[]) => command(...words, '--url', emulator.url)
const control = (emulator: Emulator) => supertest(emulator.url)
const armed = async (emulator: Emulator) => (await control(emulator).get('/_backstock/faults')).body.faults

async function start(): Promise<Emulator> {
  const emulator = await startTestEmulator({
    clock: () => new Date('2026-01-31T12:00:00.250Z'),
    seed: {
      joor: {
        accounts: {
          brand: {
            token: 'a-token',
            positions: [
              { warehouse: 'New York', upc: '1', inventory: 7 },
              { warehouse: '東京, "倉庫"', upc: '2', inventory_date: '2027-01-31', inventory: -3 },
              { upc: '3', made_to_order: 'true' },
            ],
          },
        },
      },
    },
  })
  for (const level of [4, 9])
    await control(emulator)
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer a-token')
      .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'A', inventory_level: level })
  return emulator
}

describe('backstock state', () => {
  it('lists the accounts and sites', async () => {
    const { code, printed } = await at(await start(), 'state')
    expect({ code, printed }).toEqual({
      code: 0,
      printed: [
        'account or site  vendor  declared          holds  requests',
        'brand            joor    declared    2 positions         0',
        'shop             jirafe  first seen      1 level         2',
      ],
    })
  })

  it("lists an account's positions", async () => {
    const { code, printed } = await at(await start(), 'state', '--account', 'brand')
    expect({ code, printed }).toEqual({
      code: 0,
      printed: [
        'warehouse     date        sku        available  incoming  pending',
        '-             -           upc 3  made to order',
        'New York      IMMEDIATE   upc 1              7         7        0',
        '東京, "倉庫"  2027-01-31  upc 2             -3        -3        0',
      ],
    })
  })

  it.each([
    [['--warehouse', 'New York'], 1],
    [['--upc', '2'], 1],
    [['--inventory-date', 'IMMEDIATE'], 1],
    [['--upc', '3'], 1],
    [['--style-number', 'S'], 0],
    [['--limit', '2'], 2],
  ])('%j filters as the control plane does', async (words, count) => {
    const { printed, complained } = await at(await start(), 'state', '--account', 'brand', ...words)
    expect(Math.max(0, printed.length - 1)).toBe(count)
    expect(complained).toBe(count === 0 ? 'no positions' : '')
  })

  it('lists every position, however many pages they take', async () => {
    const emulator = await startTestEmulator()
    await bulk(
      emulator,
      items(...Array.from({ length: 2_300 }, (_, n) => ({ warehouse: 'W', upc: `${n}`, inventory: n }))),
    )
    const account = (await control(emulator).get('/_backstock/joor/accounts')).body.accounts[0].account
    const { printed } = await at(emulator, 'state', '--account', account, '--csv')
    expect(new Set(printed).size).toBe(2_301)
    const { printed: json } = await at(emulator, 'state', '--account', account, '--json')
    expect(JSON.parse(json[0] ?? '')).toMatchObject({ next: null, positions: { length: 2_300 } })
  })

  it.each([
    [['--upc', '1'], 2, '--upc is about the positions of an account: name it by --account'],
    [['--limit', '1'], 2, '--limit is about the positions of an account: name it by --account'],
    [['--account', 'nobody'], 1, 'There is no account nobody.'],
  ])('%j ends with a sentence', async (words, code, sentence) => {
    const told = await at(await startTestEmulator(), 'state', ...words)
    expect({ code: told.code, printed: told.printed }).toEqual({ code, printed: [] })
    expect(told.complained).toContain(sentence)
  })
})

describe('The machine forms', () => {
  it.each([
    [['state', '--json']],
    [['state', '--csv']],
    [['state', '--account', 'brand', '--json']],
    [['state', '--account', 'brand', '--csv']],
    [['levels', '--site', 'shop', '--json']],
    [['levels', '--site', 'shop', '--csv']],
    [['levels', '--site', 'shop', '--history', '--csv']],
    [['snapshot', 'save', 'one', '--json']],
    [['snapshot', 'restore', 'one', '--json']],
    [['snapshot', 'list', '--json']],
    [['snapshot', '--csv']],
    [['fault', 'arm', 'error', '--status', '503', '--account', 'brand', '--json']],
    [['fault', '--json']],
    [['fault', 'list', '--csv']],
    [['reset', '--json']],
  ])('are a frozen surface: %j', async (words) => {
    const emulator = await start()
    await at(emulator, 'snapshot', 'save', 'one')
    await at(emulator, 'fault', 'arm', 'latency', '--ms', '1', '--times', '2')
    const { code, printed, complained } = await at(emulator, ...words)
    expect({ code, complained }).toEqual({ code: 0, complained: '' })
    // A snapshot would not tell one line's end from another.
    expect(printed.map((line) => line.replaceAll('\r', '\\r'))).toMatchSnapshot()
  })

  it('are CSV that a strict reader takes, the same as that of the control plane', async () => {
    const emulator = await start()
    const { printed } = await at(emulator, 'state', '--account', 'brand', '--csv')
    const text = printed.map((line) => `${line}\n`).join('')
    const { text: own } = await control(emulator)
      .get('/_backstock/joor/accounts/brand/positions?format=csv')
      .buffer(true)
    expect(parse(text, { record_delimiter: '\r\n' })).toEqual(parse(own))
    expect(text.endsWith('false\r\n')).toBe(true)
  })

  it('keep integers that a number cannot hold', async () => {
    const emulator = await startTestEmulator()
    await control(emulator)
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer a-token')
      .set('Content-Type', 'application/json')
      .send('{"timestamp":"2015-01-23T16:35:38+0000","product_code":"A","inventory_level":9007199254740993}')
    for (const form of ['--json', '--csv', '--code=A']) {
      const { printed } = await at(emulator, 'levels', '--site', 'shop', form)
      expect(printed.join('\n')).toContain('9007199254740993')
    }
  })
})

describe('backstock levels', () => {
  it("lists a site's levels, and what they were before", async () => {
    const emulator = await start()
    const now = await at(emulator, 'levels', '--site', 'shop')
    expect(now.printed).toEqual([
      'code  level  effective  sent for                  received             alert  revision',
      'A         9  -          2015-01-23T16:35:38+0000  2026-01-31 12:00:00         first',
    ])
    const { printed } = await at(emulator, 'levels', '--site', 'shop', '--history')
    expect(printed.slice(1).map((line) => line.slice(0, 21))).toEqual([
      'current   A         9',
      'past      A         4',
    ])
    expect((await at(emulator, 'levels', '--site', 'shop', '--code', 'B')).complained).toBe('no levels')
    expect((await at(emulator, 'levels', '--site', 'nobody')).code).toBe(1)
  })
})

describe('backstock reset', () => {
  it('puts one account back to the seed, and leaves the rest alone', async () => {
    const emulator = await start()
    await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: 99 }))
    const { code, printed } = await at(emulator, 'reset', '--account', 'brand')
    expect({ code, printed }).toEqual({ code: 0, printed: ['back to the seed: 1 account, 0 sites'] })
    expect(JSON.stringify(await positions(emulator))).not.toContain('99')
    expect((await at(emulator, 'levels', '--site', 'shop')).printed[1]).toContain('  9  ')
  })

  it('puts everything back', async () => {
    const emulator = await start()
    expect((await at(emulator, 'reset')).printed).toEqual(['back to the seed: 1 account, 0 sites'])
    expect((await at(emulator, 'levels', '--site', 'shop')).code).toBe(1)
  })
})

describe('backstock snapshot', () => {
  it('saves, lists, restores and deletes', async () => {
    const emulator = await start()
    expect((await at(emulator, 'snapshot', 'save', 'one')).printed).toEqual(['saved snapshot one: 1 account, 1 site'])
    await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: 99 }))
    expect((await at(emulator, 'snapshot')).printed).toEqual([
      'snapshot  of          at (UTC)             accounts  sites',
      'one       everything  2026-01-31 12:00:00         1      1',
    ])
    expect((await at(emulator, 'snapshot', 'restore', 'one')).printed).toEqual([
      'restored snapshot one: 1 account, 1 site',
    ])
    expect(JSON.stringify(await positions(emulator))).not.toContain('99')
    expect((await at(emulator, 'snapshot', 'delete', 'one')).printed).toEqual(['deleted snapshot one'])
    expect(await at(emulator, 'snapshot', 'restore', 'one')).toMatchObject({ code: 1, printed: [] })
    expect((await at(emulator, 'snapshot', 'list')).complained).toBe('no snapshots')
  })

  it('keeps one account by itself', async () => {
    const emulator = await start()
    const saved = await at(emulator, 'snapshot', 'save', 'one', '--account', 'brand')
    expect(saved.printed).toEqual(['saved snapshot one of account brand: 1 account, 0 sites'])
    expect((await at(emulator, 'snapshot', 'restore', 'one')).code).toBe(1)
    expect((await at(emulator, 'snapshot', 'restore', 'one', '--account', 'brand')).code).toBe(0)
    expect((await at(emulator, 'snapshot', 'save', 'a b')).code).toBe(2)
  })
})

describe('backstock fault', () => {
  it.each([
    [
      ['error', '--status', '503', '--operation', 'joor.bulk-inventory', '--times', '2', '--account', 'brand'],
      {
        account: 'brand',
        match: { operation: 'joor.bulk-inventory' },
        times: 2,
        after: 0,
        fault: { kind: 'error', status: 503 },
        hits: 0,
      },
    ],
    [
      ['error', '--status', '429', '--vendor', 'joor', '--retry-after', '30', '--message', 'slow down', '--after', '1'],
      {
        match: { vendor: 'joor' },
        times: null,
        after: 1,
        fault: { kind: 'error', status: 429, retry_after: 30, message: 'slow down' },
        hits: 0,
      },
    ],
    [
      ['latency', '--ms', '1.5', '--site', 'shop'],
      { site: 'shop', match: {}, times: null, after: 0, fault: { kind: 'latency', ms: 1.5 }, hits: 0 },
    ],
    [
      ['partial', '--index', '0', '--index', '2'],
      { match: {}, times: null, after: 0, fault: { kind: 'partial', items: { index: [0, 2] } }, hits: 0 },
    ],
    [
      ['partial', '--sku', '007', '--method', 'PUT'],
      { match: { method: 'PUT' }, times: null, after: 0, fault: { kind: 'partial', items: { sku: ['007'] } }, hits: 0 },
    ],
    [
      ['partial', '--every', '2'],
      { match: {}, times: null, after: 0, fault: { kind: 'partial', items: { every: 2 } }, hits: 0 },
    ],
    [
      ['truncate', '--bytes', '3', '--path', '/v2/bulk-inventory'],
      { match: { path: '/v2/bulk-inventory' }, times: null, after: 0, fault: { kind: 'truncate', bytes: 3 }, hits: 0 },
    ],
    [
      ['wrong_content_type', '--content-type', 'text/plain'],
      { match: {}, times: null, after: 0, fault: { kind: 'wrong_content_type', content_type: 'text/plain' }, hits: 0 },
    ],
    [
      ['slow_body', '--bytes-per-second', '9'],
      { match: {}, times: null, after: 0, fault: { kind: 'slow_body', bytes_per_second: 9 }, hits: 0 },
    ],
    [['{"times":1,"fault":{"kind":"reset"}}'], { match: {}, times: 1, after: 0, fault: { kind: 'reset' }, hits: 0 }],
    [['[{"fault":{"kind":"close"}}]'], { match: {}, times: null, after: 0, fault: { kind: 'close' }, hits: 0 }],
  ])('arm %j arms just that', async (words, fault) => {
    const emulator = await startTestEmulator()
    const told = await at(emulator, 'fault', 'arm', ...words)
    expect(told).toMatchObject({ code: 0, complained: '' })
    expect(told.printed[0]).toMatch(/^armed 1 fault/)
    expect(await armed(emulator)).toEqual([fault])
  })

  it('arms what a file says, relative to the folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-fault-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(
      join(folder, 'faults.yaml'),
      '- times: 1\n  fault: { kind: error, status: 503 }\n- fault: { kind: reset }\n',
    )
    await writeFile(join(folder, 'bad.yaml'), '- times: [1\n')
    const emulator = await startTestEmulator()
    const arm = (file: string) =>
      commandIn({ folder }, 'fault', 'arm', file, '--account', 'brand', '--url', emulator.url)
    expect((await arm('faults.yaml')).printed[0]).toBe('armed 2 faults for account brand')
    expect(await armed(emulator)).toMatchObject([{ account: 'brand', times: 1 }, { fault: { kind: 'reset' } }])
    const bad = await arm('bad.yaml')
    expect(bad).toMatchObject({ code: 2, printed: [] })
    expect(bad.complained).toMatch(/bad\.yaml:\d+:\d+: /)
    expect(await armed(emulator)).toHaveLength(2)
  })

  it('takes the place of what the same scope had, says so, and leaves the others alone', async () => {
    const emulator = await startTestEmulator()
    await at(emulator, 'fault', 'arm', 'reset', '--account', 'brand')
    await at(emulator, 'fault', 'arm', 'close')
    const told = await at(emulator, 'fault', 'arm', 'empty')
    expect(told.printed).toEqual([
      'armed 1 fault, in the place of 1 that had been armed',
      'fault  for       calls  after   times  hits',
      'empty  everyone  all        0  always     0',
    ])
    expect(await armed(emulator)).toMatchObject([
      { account: 'brand', fault: { kind: 'reset' } },
      { fault: { kind: 'empty' } },
    ])
  })

  it('counts hits, and disarms one scope or all', async () => {
    const emulator = await start()
    await at(emulator, 'fault', 'arm', 'error', '--status', '503', '--account', 'brand', '--times', '1')
    await at(emulator, 'fault', 'arm', 'latency', '--ms', '0')
    expect((await bulk(emulator, items())).status).toBe(503)
    expect((await at(emulator, 'fault', 'list', '--account', 'brand')).printed[1]).toMatch(
      /^error, status 503 {2}account brand {2}all +0 +1 +1$/,
    )
    expect((await at(emulator, 'fault', 'disarm', '--account', 'brand')).printed).toEqual([
      'disarmed all faults for account brand',
    ])
    expect(await armed(emulator)).toHaveLength(1)
    expect((await at(emulator, 'fault', 'disarm')).printed).toEqual(['disarmed all faults'])
    expect((await at(emulator, 'fault')).complained).toBe('no faults are armed')
  })

  it.each([
    [['eror'], '"eror" is no kind of fault, no JSON and no .json or .yaml file; did you mean "error"?'],
    [['constructor'], 'is no kind of fault'],
    [['error'], '/0/fault: "status" is missing'],
    [['error', '--status', '418', '--vendor', 'joor'], '/0/fault/status: is 418, which joor never answers'],
    [['reset', '--operation', 'joor.bulk-inventry'], 'did you mean "joor.bulk-inventory"?'],
    [['[{"fault":{"kind":"reset"}}]', '--times', '2'], '--times goes with the kind of a fault'],
    [['{"fault":'], 'what is to be armed is no JSON: '],
    [['missing.json'], 'missing.json: there is no such file'],
  ])('arm %j is refused with the way out, and arms nothing', async (words, sentence) => {
    const emulator = await startTestEmulator()
    const told = await at(emulator, 'fault', 'arm', ...words)
    expect({ code: told.code, printed: told.printed }).toEqual({ code: 2, printed: [] })
    expect(told.complained).toContain(sentence)
    expect(await armed(emulator)).toEqual([])
  })
})
