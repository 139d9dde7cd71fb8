import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DataFileError, type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { openDataFile } from '../server/state/file.js'
import { machineFiles } from '../server/state/files.js'
import { emptyTables } from '../server/state/partitions.js'
import { machineProcesses } from '../server/state/processes.js'
import { keptTables } from '../server/state/rows.js'
import { vendors } from '../server/state/store.js'
import { bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'
import { cost, send as sendType, visit } from './jirafe-events.js'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backstock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
const newFile = async () => join(await newFolder(), 'state.json')

const item = (inventory: number, more: object = {}) => items({ warehouse: 'New York', upc: '1', inventory, ...more })
const seedOf = (inventory: number) => ({
  joor: { accounts: { brand: { token: 'a-token', positions: [{ warehouse: 'New York', upc: '1', inventory }] } } },
})
const event = (level: number, code = 'a') => ({
  timestamp: '2015-01-23T16:35:38+0000',
  product_code: code,
  inventory_level: level,
})
const send = (emulator: Emulator, level: number, token = 'site-token') =>
  supertest(emulator.url).post('/v2/shop/inventory').set('Authorization', `Bearer ${token}`).send(event(level))

async function levels(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels?history=true')
  return body.levels
}

/** Runs one emulator on the file and stops it again. */
async function during<Result>(
  options: EmulatorOptions,
  work: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator({ port: 0, ...options })
  try {
    return await work(emulator)
  } finally {
    await emulator.close()
  }
}

describe('The schema of a data file', () => {
  it('names the very tables and vendors that there are', async () => {
    const schema = JSON.parse(await readFile('schemas/data-file.json', 'utf8'))
    const { setup, rows } = schema.definitions.partition.properties
    expect(setup.properties.vendor.enum).toEqual(vendors)
    expect(rows.items.properties.table.enum).toEqual(keptTables)
  })
})

describe('A data file', () => {
  it('holds no second copy of the rows once they are written, but a bounded one of their text', {
    timeout: 60_000,
  }, async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const { keep } = await openDataFile(await newFile(), {
      ...{ seed: null, recover: false, mark: 'a-mark', files: machineFiles, processes: machineProcesses },
    })
    const tables = emptyTables()
    for (let n = 0; n < 100_000; n++) tables.marks.set('', '', `${n}`, { value: { sku: {} }, by: '' })
    const nothing = { declared: true, token: null, settings: {}, warehouses: null, styles: null, pending: [] }
    const state = { setup: { vendor: 'joor' as const, name: 'brand', ...nothing }, tables, requests: 0 }
    collect()
    const before = process.memoryUsage()
    await keep({ partitions: new Map([['joor:brand', state]]), snapshots: [] })
    collect()
    // A copy of a hundred thousand rows is more than ten megabytes.
    const after = process.memoryUsage()
    expect(after.heapUsed - before.heapUsed).toBeLessThan(4 * 1024 * 1024)
    expect(after.external - before.external).toBeLessThan(34 * 1024 * 1024)
    expect(tables.marks.size).toBe(100_000)
  })

  it('brings accounts, positions, marks, levels, pending and settings over a restart', async () => {
    const data = await newFile()
    const given = {
      token: 'a-token',
      warehouses: ['New York'],
      styles: null,
      pending: [{ warehouse: 'New York', upc: '1', quantity: 4 }],
      settings: { pending_floor: 'zero' },
    }
    const look = async (emulator: Emulator) => ({
      account: (await supertest(emulator.url).get('/_backstock/joor/accounts/brand')).body,
      positions: await positions(emulator),
      anonymous: await positions(emulator, 'another-token'),
      levels: await levels(emulator),
    })
    const before = await during({ data }, async (emulator) => {
      await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send(given).expect(201)
      await bulk(emulator, item(10))
      await bulk(emulator, items({ warehouse: 'New York', upc: '2', made_to_order: true }))
      await bulk(emulator, item(3), { token: 'another-token' })
      await send(emulator, 5)
      await send(emulator, 6)
      return look(emulator)
    })
    expect(before.positions).toHaveLength(2)
    expect(before.levels[0]).toMatchObject({ inventory_level: 6, history: [{}, {}] })
    await during({ data }, async (emulator) => {
      const after = await look(emulator)
      expect({ ...after, account: { ...after.account, requests: 0 } }).toEqual({
        ...before,
        account: { ...before.account, requests: 0 },
      })
      // The token still opens the account, and what was given still counts.
      await bulk(emulator, item(1), { query: '?dec_pending=1' })
      expect(await positions(emulator)).toMatchObject([{ made_to_order: true }, { available: 0, pending_deducted: 1 }])
      const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts')
      expect(body.accounts).toHaveLength(2)
    })
  })

  it('brings costs and events over a restart, with numbers as they were written, and goes on with both', async () => {
    const data = await newFile()
    const shop = (emulator: Emulator, what: string) =>
      supertest(emulator.url).get(`/_backstock/jirafe/sites/shop${what}`)
    const look = async (emulator: Emulator) =>
      Promise.all(['/costs', '/events'].map(async (what) => (await shop(emulator, what)).text))
    const amount = JSON.stringify({ ...cost, sku_cost: 'COST' })
    const before = await during({ data }, async (emulator) => {
      await sendType(emulator, 'product.cost', amount.replace('"COST"', '12.9500000000000000001'))
      await sendType(emulator, 'batch', { heartbeat: [{ version: '1' }, { version: '2' }] })
      await sendType(emulator, 'tracker/visit', visit)
      await sendType(emulator, 'customer', { id: 'x'.repeat(300_000), create_date: '2015', change_date: '2015' })
      return look(emulator)
    })
    expect(before[0]).toContain('"sku_cost":12.9500000000000000001,')
    expect(JSON.parse(before[1] ?? '').events).toHaveLength(5)
    await during({ data }, async (emulator) => {
      expect(await look(emulator)).toEqual(before)
      expect((await shop(emulator, '')).body.heartbeat.event).toEqual({ version: '2' })
      // An older change still changes nothing, and a new event comes first.
      await sendType(emulator, 'product.cost', { ...cost, sku_cost: 1, change_date: '2001-01-01' })
      expect((await shop(emulator, '/costs')).text).toBe(before[0])
      await sendType(emulator, 'heartbeat', { version: '3' })
      const { body } = await shop(emulator, '/events?type=heartbeat')
      expect(body.events.map(({ event }: { event: { version: string } }) => event.version)).toEqual(['3', '2', '1'])
      await supertest(emulator.url).delete('/_backstock/jirafe/sites/shop').expect(204)
    })
    await during({ data }, async (emulator) => expect((await shop(emulator, '/events')).status).toBe(404))
  })

  it('holds a site whose only call was an event that changes no level', async () => {
    const data = await newFile()
    await during({ data }, (emulator) => sendType(emulator, 'heartbeat', {}))
    await during({ data }, (emulator) => sendType(emulator, 'heartbeat', {}))
    await during({ data }, async (emulator) => {
      const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/events')
      expect(body.events).toHaveLength(2)
    })
  })

  it('starts journal and faults afresh', async () => {
    const data = await newFile()
    await during({ data }, (emulator) => bulk(emulator, item(1)))
    await during({ data }, async (emulator) => {
      const { body } = await supertest(emulator.url).get('/_backstock/requests')
      expect(body.requests).toEqual([])
    })
  })

  it('is JSON that a person can read, and nobody else may', async () => {
    const data = await newFile()
    await during({ data }, (emulator) => bulk(emulator, item(17)))
    const text = await readFile(data, 'utf8')
    const content = JSON.parse(text)
    expect(content.backstock).toBe(1)
    expect(content.partitions[0].rows[0]).toMatchObject({ table: 'positions', value: { available: 17 } })
    expect(text.split('\n').length).toBeGreaterThan(20)
    expect(text.endsWith('\n')).toBe(true)
    expect((await stat(data)).mode & 0o077).toBe(0)
  })

  it('holds no token, raw or encoded', async () => {
    const data = await newFile()
    const [token, other] = ['a-declared-token-of-joor', 'an-anonymous-token']
    await during({ data }, async (emulator) => {
      await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token })
      await supertest(emulator.url).put('/_backstock/jirafe/sites/shop').send({ token: 'token-of-the-site' })
      await bulk(emulator, item(1), { token })
      await bulk(emulator, item(1), { token: other })
      await send(emulator, 1, 'token-of-the-site')
    })
    const text = await readFile(data, 'utf8')
    for (const secret of [token, other, 'token-of-the-site'])
      for (const spelled of [secret, Buffer.from(secret).toString('base64')]) expect(text).not.toContain(spelled)
  })

  it('is replaced as a whole: whoever reads it meanwhile never sees half of it, and nothing lies beside it', async () => {
    const data = await newFile()
    await during({ data }, async (emulator) => {
      let done = false
      const writing = (async () => {
        for (let n = 0; n < 20; n++)
          await bulk(emulator, items(...Array.from({ length: 50 }, (_, sku) => ({ upc: `${sku}`, inventory: n }))))
        done = true
      })()
      let reads = 0
      while (!done) {
        const { partitions } = JSON.parse(await readFile(data, 'utf8'))
        const quantities = (partitions[0]?.rows ?? []).map(
          (row: { value: { available: number } }) => row.value.available,
        )
        expect(new Set(quantities).size).toBeLessThanOrEqual(1)
        reads++
      }
      await writing
      expect(reads).toBeGreaterThan(1)
    })
    expect(await readdir(join(data, '..'))).toEqual(['state.json'])
  })

  it('is the same file by another name, and one emulator’s at a time, in one process too', async () => {
    const data = await newFile()
    await during({ data }, async (emulator) => {
      await bulk(emulator, item(3))
      await symlink(data, `${data}.link`)
      for (const name of [data, `${data}.link`])
        await expect(startEmulator({ port: 0, data: name })).rejects.toThrow(`in use by process ${process.pid}`)
    })
    await during({ data: `${data}.link` }, (emulator) => bulk(emulator, item(4)))
    await during({ data }, async (emulator) => expect(await positions(emulator)).toMatchObject([{ available: 4 }]))
    expect((await readdir(join(data, '..'))).toSorted()).toEqual(['state.json', 'state.json.link'])
  })

  it('is free again where a start fails behind it', async () => {
    const data = await newFile()
    await during({ data }, async ({ url }) => {
      const port = Number(new URL(url).port)
      await expect(startEmulator({ port, data: `${data}-2` })).rejects.toThrow('Cannot listen')
    })
    expect(await readdir(join(data, '..'))).not.toContain('state.json-2.lock')
  })

  it('holds all of many calls at once', async () => {
    const data = await newFile()
    await during({ data }, (emulator) =>
      Promise.all(
        Array.from({ length: 30 }, (_, n) => bulk(emulator, items({ warehouse: 'W', upc: `${n}`, inventory: n }))),
      ),
    )
    await during({ data }, async (emulator) => expect(await positions(emulator)).toHaveLength(30))
  })
})

describe('The seed of a data file', () => {
  it('is loaded where the file is new, and counts for reset only where it is not', async () => {
    const data = await newFile()
    await during({ data, seed: seedOf(3) }, async (emulator) => {
      expect(await positions(emulator)).toMatchObject([{ available: 3 }])
      await bulk(emulator, item(9))
    })
    const lines: string[] = []
    await during({ data, seed: seedOf(3), log: (line) => lines.push(line) }, async (emulator) => {
      expect(await positions(emulator)).toMatchObject([{ available: 9 }])
      expect(await emulator.reset()).toEqual({ accounts: 1, sites: 0 })
      expect(await positions(emulator)).toMatchObject([{ available: 3 }])
    })
    expect(lines).toEqual([])
    await during({ data, seed: seedOf(3) }, async (emulator) =>
      expect(await positions(emulator)).toMatchObject([{ available: 3 }]),
    )
  })

  it.each([
    ['changed', seedOf(3), seedOf(4)],
    ['given for the first time', undefined, seedOf(4)],
  ])('that was %s is told, leaves the state, and is what reset goes back to', async (_how, first, second) => {
    const data = await newFile()
    await during({ data, ...(first && { seed: first }) }, (emulator) => bulk(emulator, item(9)))
    const lines: string[] = []
    await during({ data, seed: second, log: (line) => lines.push(line) }, async (emulator) => {
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain(data)
      expect(await positions(emulator)).toMatchObject([{ available: 9 }])
      await emulator.reset()
      expect(await positions(emulator)).toMatchObject([{ available: 4 }])
    })
  })

  it('that is left out is no change', async () => {
    const data = await newFile()
    await during({ data, seed: seedOf(3) }, async () => {})
    const lines: string[] = []
    await during({ data, log: (line) => lines.push(line) }, async (emulator) =>
      expect(await positions(emulator)).toMatchObject([{ available: 3 }]),
    )
    expect(lines).toEqual([])
  })
})

const damaged: [string, string, string][] = [
  ['empty', '', 'no JSON'],
  ['cut short', '{"backstock":1,"seed":null,"partitions":[{"setup"', 'no JSON'],
  ['no JSON', 'name: value\n', 'no JSON'],
  ['another program’s JSON', '{"name":"something","version":"1.0.0"}', 'not of Backstock'],
  ['a list', '[]', 'not of Backstock'],
  ['null', 'null', 'not of Backstock'],
  ['of a newer format', '{"backstock":2,"seed":null,"accounts":{}}', 'newer Backstock'],
  ['without partitions', '{"backstock":1,"seed":null}', 'not of Backstock'],
  [
    'with a row of no table',
    '{"backstock":1,"seed":null,"partitions":[{"setup":{},"requests":0,"rows":[]}]}',
    'not of Backstock',
  ],
]

describe('A data file that cannot be used', () => {
  it.each(damaged)('because it is %s is refused and left byte for byte as it was', async (_what, text, told) => {
    const data = await newFile()
    await writeFile(data, text)
    const { mtimeMs } = await stat(data)
    const started = startEmulator({ port: 0, data, seed: seedOf(1) })
    await expect(started).rejects.toThrow(DataFileError)
    await expect(started).rejects.toThrow(told)
    await expect(started).rejects.toThrow(data)
    expect(await readFile(data, 'utf8')).toBe(text)
    expect((await stat(data)).mtimeMs).toBe(mtimeMs)
    expect(await readdir(join(data, '..'))).toEqual(['state.json'])
  })

  it.each(damaged)('because it is %s is copied aside with recover, and a new one begun', async (_what, text) => {
    const data = await newFile()
    await writeFile(data, text)
    await during({ data, seed: seedOf(1), recover: true }, async (emulator) =>
      expect(await positions(emulator)).toMatchObject([{ available: 1 }]),
    )
    expect(await readFile(`${data}.damaged`, 'utf8')).toBe(text)
    await during({ data }, async (emulator) => expect(await positions(emulator)).toMatchObject([{ available: 1 }]))
  })

  it('never loses an earlier copy to a later one', async () => {
    const data = await newFile()
    for (const text of ['first', 'second', 'third']) {
      await writeFile(data, text)
      await during({ data, recover: true }, async () => {})
    }
    const copies = (await readdir(join(data, '..'))).filter((name) => name !== 'state.json').sort()
    const texts = await Promise.all(copies.map((name) => readFile(join(data, '..', name), 'utf8')))
    expect(texts.sort()).toEqual(['first', 'second', 'third'])
  })

  it.each<[string, (text: string) => string, available?: number]>([
    ['edited', (text) => text.replace('"available":9', '"available":12'), 12],
    ['edited in its layout alone', (text) => JSON.stringify(JSON.parse(text), null, 2)],
    ['without its checksum', (text) => text.replace(/"sha256": "[^"]+",\n/, '')],
    ['with something behind it', (text) => `${text} `],
  ])(
    'because it is %s is refused, and taken with recover: then it is as any other',
    async (_what, edit, available = 9) => {
      const data = await newFile()
      await during({ data }, (emulator) => bulk(emulator, item(9)))
      const edited = edit(await readFile(data, 'utf8'))
      await writeFile(data, edited)
      const started = startEmulator({ port: 0, data })
      await expect(started).rejects.toThrow('its checksum is wrong: it was damaged, or a person edited it')
      await expect(started).rejects.toThrow('--recover, which copies it aside and takes what it says')
      expect(await readFile(data, 'utf8')).toBe(edited)
      const lines: string[] = []
      const recovering = { data, recover: true, log: (line: string) => lines.push(line) }
      const recovered = await during(recovering, (emulator) => positions(emulator))
      expect(recovered).toMatchObject([{ available }])
      expect(lines).toEqual([`${data} was edited: a copy is ${data}.damaged.`])
      expect(await readFile(`${data}.damaged`, 'utf8')).toBe(edited)
      expect(await during({ data }, (emulator) => positions(emulator))).toEqual(recovered)
      expect((await readdir(join(data, '..'))).toSorted()).toEqual(['state.json', 'state.json.damaged'])
    },
  )

  it('is not touched by recover where nothing is wrong with it', async () => {
    const data = await newFile()
    await during({ data }, (emulator) => bulk(emulator, item(9)))
    await during({ data, recover: true }, async (emulator) =>
      expect(await positions(emulator)).toMatchObject([{ available: 9 }]),
    )
    expect(await readdir(join(data, '..'))).toEqual(['state.json'])
  })

  it.each([
    ['is a folder', (folder: string) => folder],
    ['is in a folder that is not there', (folder: string) => join(folder, 'missing', 'state.json')],
  ])('because it %s is a clear error, with recover too', async (_what, path) => {
    const folder = await newFolder()
    for (const recover of [false, true])
      await expect(startEmulator({ port: 0, data: path(folder), recover })).rejects.toThrow(DataFileError)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('A change that cannot be stored', () => {
  /** An emulator whose file's folder is away for as long as `work` takes. */
  async function withoutFolder(work: (emulator: Emulator) => Promise<void>) {
    const folder = join(await newFolder(), 'data')
    await mkdir(folder)
    const lines: string[] = []
    const emulator = await startTestEmulator({
      data: join(folder, 'state.json'),
      seed: seedOf(3),
      log: (line) => lines.push(line),
    })
    await send(emulator, 5)
    await rename(folder, `${folder}-away`)
    await work(emulator)
    await rename(`${folder}-away`, folder)
    return { emulator, lines, data: join(folder, 'state.json') }
  }

  it('is answered 503 with Retry-After in JOOR’s envelope; nothing is applied, and it works again afterwards', async () => {
    const { emulator, data, lines } = await withoutFolder(async (emulator) => {
      for (const query of ['', '?overwrite=1']) {
        const reply = await bulk(emulator, item(9), { query })
        expect(reply.status).toBe(503)
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
        expect(reply.body).toEqual({
          response: { comment: expect.stringContaining('cannot be stored'), code: '1', log_id: expect.any(String) },
          items_updated: [],
          items_not_updated: [],
        })
        expect(await positions(emulator)).toMatchObject([{ available: 3 }])
        expect(await lastRequest(emulator)).toMatchObject({
          status: 503,
          account: 'brand',
          changes: [],
          changes_total: 0,
        })
      }
    })
    expect(lines.some((line) => line.includes('ENOENT'))).toBe(true)
    expect((await bulk(emulator, item(8))).status).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ available: 8 }])
    expect(JSON.parse(await readFile(data, 'utf8')).partitions[0].rows[0].value.available).toBe(8)
  })

  it('is answered 503 in XML where the client speaks XML', async () => {
    await withoutFolder(async (emulator) => {
      const body =
        '<inventory_items><inventory_item><upc>1</upc><inventory>2</inventory></inventory_item></inventory_items>'
      const reply = await bulk(emulator, body, { type: 'application/xml' })
      expect(reply.status).toBe(503)
      expect(reply.text).toMatch(/^<bulk_inventory><response><code>1<\/code><comment>[^<]+<\/comment><log_id>/)
      expect(reply.text).toContain('<items_updated /><items_not_updated />')
    })
  })

  it('is answered 503 unknown by Jirafe', async () => {
    const { emulator } = await withoutFolder(async (emulator) => {
      const reply = await send(emulator, 9)
      expect(reply.status).toBe(503)
      expect(reply.body).toEqual({ error_type: 'unknown', message: expect.any(String), success: false })
      expect(await levels(emulator)).toMatchObject([{ inventory_level: 5, history: [{ inventory_level: 5 }] }])
    })
    expect((await send(emulator, 7)).status).toBe(200)
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 7 }])
  })

  it('makes no account of a token that calls for the first time', async () => {
    const { emulator } = await withoutFolder(async (emulator) => {
      expect((await bulk(emulator, item(1), { token: 'new' })).status).toBe(503)
      const whose = await supertest(emulator.url).get('/_backstock/joor/account').set('Authorization', oauth2('new'))
      expect(whose.status).toBe(404)
      const last = await lastRequest(emulator)
      expect(last).toMatchObject({ vendor: 'joor', status: 503 })
      expect(last.account).toBeUndefined()
    })
    expect((await bulk(emulator, item(1), { token: 'new' })).status).toBe(200)
    expect(await positions(emulator, 'new')).toHaveLength(1)
  })

  it('is a 503 problem in the control plane, and changes nothing there', async () => {
    await withoutFolder(async (emulator) => {
      const control = supertest(emulator.url)
      const before = (await control.get('/_backstock/joor/accounts')).body
      const replies = [
        await control.put('/_backstock/joor/accounts/new').send({}),
        await control.put('/_backstock/joor/accounts/brand/pending').send([]),
        await control.delete('/_backstock/joor/accounts/brand'),
        await control.put('/_backstock/seed').send(seedOf(7)),
        await control.post('/_backstock/reset'),
      ]
      for (const { status, headers } of replies) {
        expect(status).toBe(503)
        expect(headers['content-type']).toMatch('application/problem+json')
      }
      expect((await control.get('/_backstock/joor/accounts')).body).toEqual(before)
      expect(await positions(emulator)).toMatchObject([{ available: 3 }])
    })
  })

  it('is not met by a call that changes nothing', async () => {
    await withoutFolder(async (emulator) => {
      const reply = await bulk(emulator, item(1, { inventory: 'many' }))
      expect(reply.status).toBe(200)
      expect(reply.body.items_not_updated[0]).toHaveLength(1)
    })
  })
})
