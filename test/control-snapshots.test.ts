import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DataFileError, type Emulator, startEmulator } from '../server/emulator.js'
import { bulk, items, positions, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const at = '/_backstock/snapshots'
const stock = (inventory: number, upc = '1') => items({ warehouse: 'New York', upc, inventory })
const seed = {
  joor: {
    accounts: {
      one: { token: 'one', positions: [{ warehouse: 'New York', upc: '1', inventory: 1 }] },
      two: { token: 'two', positions: [{ warehouse: 'New York', upc: '1', inventory: 2 }] },
    },
  },
  jirafe: { sites: { shop: { token: 'shop' } } },
}
const available = async (emulator: Emulator, token: string) =>
  (await positions(emulator, token)).map((row: { available: number }) => row.available)

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backstock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('A snapshot', () => {
  it('is made with 201, replaced with 200, listed, and gone with 204', async () => {
    const emulator = await startTestEmulator({ seed, clock: () => new Date('2026-01-01T00:00:00Z') })
    const snapshot = { name: 'night', at: '2026-01-01T00:00:00.000Z', accounts: 2, sites: 1 }
    const made = await control(emulator).put(`${at}/night`)
    expect([made.status, made.body]).toEqual([201, snapshot])
    expect((await control(emulator).put(`${at}/night`)).status).toBe(200)
    expect((await control(emulator).get(at)).body).toEqual({ snapshots: [snapshot] })
    const { status, text } = await control(emulator).delete(`${at}/night`)
    expect([status, text]).toEqual([204, ''])
    expect((await control(emulator).delete(`${at}/night`)).status).toBe(404)
    expect((await control(emulator).get(at)).body).toEqual({ snapshots: [] })
  })

  it('brings everything back as it was, and takes away what came since', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, stock(10), { token: 'one' })
    await control(emulator).put(`${at}/before`)
    await bulk(emulator, stock(11), { token: 'one' })
    await bulk(emulator, stock(5), { token: 'someone' })
    await control(emulator).delete('/_backstock/joor/accounts/two')
    const { status, body } = await control(emulator).post(`${at}/before/restore`)
    expect([status, body]).toEqual([200, { accounts: 2, sites: 1 }])
    expect(await available(emulator, 'one')).toEqual([10])
    expect(await available(emulator, 'two')).toEqual([2])
    const { body: accounts } = await control(emulator).get('/_backstock/joor/accounts')
    expect(accounts.accounts.map(({ account }: { account: string }) => account)).toEqual(['one', 'two'])
  })

  it('of one account leaves every other alone', async () => {
    const emulator = await startTestEmulator({ seed })
    for (const account of ['one', 'two']) await control(emulator).put(`${at}/night?account=${account}`)
    await bulk(emulator, stock(11), { token: 'one' })
    await bulk(emulator, stock(12), { token: 'two' })
    const { body } = await control(emulator).post(`${at}/night/restore?account=one`)
    expect(body).toEqual({ accounts: 1, sites: 0 })
    expect(await available(emulator, 'one')).toEqual([1])
    expect(await available(emulator, 'two')).toEqual([12])
    expect((await control(emulator).get(at)).body.snapshots).toEqual([])
    expect((await control(emulator).get(`${at}?account=two`)).body.snapshots).toMatchObject([
      { name: 'night', account: 'two' },
    ])
  })

  it('stays what it was when a reset comes between', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, stock(10), { token: 'one' })
    await control(emulator).put(`${at}/before`)
    await control(emulator).post('/_backstock/reset')
    expect(await available(emulator, 'one')).toEqual([1])
    await control(emulator).post(`${at}/before/restore`)
    expect(await available(emulator, 'one')).toEqual([10])
  })

  it('is shown as the text of its file, without a token and without who wrote a row', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, stock(10), { token: 'one' })
    await control(emulator).put(`${at}/night?account=one`)
    const { text, body } = await control(emulator).get(`${at}/night?account=one`)
    expect(body).toMatchObject({ backstock_snapshot: 1, name: 'night', of: 'joor:one' })
    expect(text).toMatch(/^\{"table":"positions","key":\["New York","IMMEDIATE",.*"available":10/m)
    expect(text).not.toContain('"by"')
    expect(text).not.toMatch(/"token": ?"one"/)
  })

  it.each([
    ['GET', '/never', 404, 'There is no snapshot never of everything.'],
    ['POST', '/never/restore', 404, 'There is no snapshot never of everything.'],
    ['DELETE', '/never?account=one', 404, 'There is no snapshot never of account one.'],
    ['PUT', '/new?site=nowhere', 404, 'There is no site nowhere'],
    ['PUT', '/..%2fescape', 400, 'cannot be that of a file'],
    ['PUT', '/.hidden', 400, 'cannot be that of a file'],
    ['PUT', '/new?acount=one', 400, 'Did you mean account?'],
    ['PUT', '/new?account=one&site=shop', 400, 'Give the one that is meant'],
  ])('answers %s %s with %i', async (method, path, status, detail) => {
    const emulator = await startTestEmulator({ seed })
    const reply = await fetch(`${emulator.url}${at}${path}`, { method })
    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(await reply.json()).toMatchObject({ detail: expect.stringContaining(detail) })
  })
})

describe('Snapshots over a restart', () => {
  it('are kept with the data file', async () => {
    const data = join(await newFolder(), 'state.json')
    const first = await startEmulator({ port: 0, seed, data })
    await bulk(first, stock(10), { token: 'one' })
    await control(first).put(`${at}/before`)
    await bulk(first, stock(11), { token: 'one' })
    await first.close()
    const second = await startTestEmulator({ seed, data })
    expect(await available(second, 'one')).toEqual([11])
    await control(second).post(`${at}/before/restore`)
    expect(await available(second, 'one')).toEqual([10])
  })

  it('are files of a folder, the same ones for the same state', async () => {
    const snapshots = join(await newFolder(), 'snapshots')
    const write = async (name: string) => {
      const emulator = await startEmulator({ port: 0, seed, snapshots })
      await bulk(emulator, items(...['2', '1', '3'].map((upc) => stock(7, upc).inventory_items[0])), { token: 'one' })
      await control(emulator).put(`${at}/${name}`)
      await control(emulator).put(`${at}/${name}?account=one`)
      await emulator.close()
      return readFile(join(snapshots, `${name}.json`), 'utf8')
    }
    const [one, other] = [await write('a'), await write('b')]
    expect(other.replace('"b"', '"a"')).toBe(one)
    expect(one.split('\n').filter((line) => line.includes('"table"'))).toHaveLength(4)
    expect((await readdir(snapshots, { recursive: true })).filter((path) => path.endsWith('.json')).sort()).toEqual([
      'a.json',
      'b.json',
      'joor/one/a.json',
      'joor/one/b.json',
    ])

    const emulator = await startTestEmulator({ snapshots })
    await control(emulator).post(`${at}/a/restore`)
    expect(await available(emulator, 'one')).toEqual([7, 7, 7])
    await control(emulator).delete(`${at}/a`)
    await expect(readFile(join(snapshots, 'a.json'))).rejects.toThrow('ENOENT')
    expect(await readFile(join(snapshots, 'b.json'), 'utf8')).toBe(other)
  })

  it('are not made where their file cannot be written, and work again once it can', async () => {
    const snapshots = await newFolder()
    await writeFile(join(snapshots, 'joor'), 'in the way of a folder')
    const emulator = await startTestEmulator({ seed, snapshots })
    const put = () => control(emulator).put(`${at}/night?account=one`)
    const refused = await put()
    expect([refused.status, refused.body.detail]).toEqual([503, expect.stringContaining('Nothing was changed.')])
    expect((await control(emulator).get(`${at}?account=one`)).body.snapshots).toEqual([])
    await rm(join(snapshots, 'joor'))
    expect((await put()).status).toBe(201)
  })

  it('refuse to start where a file stands in the place of their folder', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'taken'), '')
    const start = startEmulator({ port: 0, snapshots: join(folder, 'taken', 'snapshots') })
    await expect(start).rejects.toThrow(DataFileError)
  })

  it.each([
    ['is no JSON', '{'],
    ['is something else', '{"name":"x"}'],
    ['has a row of no table', '{"backstock_snapshot":1,"name":"x","of":null,"partitions":[{"setup":{},"rows":[]}]}'],
  ])('refuse to start with a file that %s, and leave it', async (_what, text) => {
    const snapshots = await newFolder()
    await writeFile(join(snapshots, 'x.json'), text)
    await expect(startEmulator({ port: 0, snapshots })).rejects.toThrow(/x\.json is no snapshot of Backstock/)
    expect(await readFile(join(snapshots, 'x.json'), 'utf8')).toBe(text)
  })
})
