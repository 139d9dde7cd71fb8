import { describe, expect, inject, it } from 'vitest'
import { Draft } from '../server/state/draft.js'
import { type Keep, type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import { anonymousName } from '../server/state/partitions.js'
import type { Key, LevelValue, MarkValue, PositionValue } from '../server/state/rows.js'
import {
  type Caller,
  type Change,
  type Changed,
  type Declaration,
  fingerprint,
  type JournalWriter,
  type Needs,
  type Partition,
  type Scope,
  type Setup,
  StorageFailure,
  TokenTaken,
  TooManyPartitions,
  type Turn,
} from '../server/state/store.js'
import { postgresStore } from './postgres-store.js'
import { StrictStore, seededRandom } from './strict-store.js'

/** What the stores under test write down of a call. */
interface Note {
  readonly text: string
  readonly name?: string | undefined
  readonly changes: readonly Change[]
}

class Notes implements JournalWriter<Note> {
  readonly entries: [Scope, Note][] = []
  readonly renamed: [Partition, Partition][] = []
  append(scope: Scope, entry: Note) {
    this.entries.push([scope, entry])
  }
  rename(from: Partition, to: Partition) {
    this.renamed.push([from, to])
  }
  readonly replacements: Partition[] = []
  replaced(of: Partition) {
    this.replacements.push(of)
  }
  get texts() {
    return this.entries.map(([, { text }]) => text)
  }
}

/** A `keep` that takes its time, never runs twice at once, and fails when it is told to. */
class Keeping {
  failing = false
  kept = 0
  #running = 0
  overlapped = false
  readonly keep: Keep = async () => {
    if (++this.#running > 1) this.overlapped = true
    const failing = this.failing
    for (let tick = 0; tick < 3; tick++) await new Promise((resolve) => setImmediate(resolve))
    this.#running--
    if (failing) throw new Error('no space left')
    this.kept++
  }
}

const made = (options: Partial<MemoryOptions<Note>> = {}): MemoryOptions<Note> & { journal: Notes } => {
  let ids = 0
  const journal = new Notes()
  const take = () => `id-${++ids}`
  return {
    clock: () => new Date(0),
    ids: () => ({ take, keep: () => {}, giveBack: () => {} }),
    anonymousLimit: 10,
    ...options,
    journal,
  }
}

type TestStore = Pick<
  MemoryStore<Note>,
  | 'access'
  | 'call'
  | 'find'
  | 'list'
  | 'row'
  | 'page'
  | 'declare'
  | 'change'
  | 'remove'
  | 'seed'
  | 'load'
  | 'reset'
  | 'save'
  | 'snapshots'
  | 'restore'
  | 'drop'
  | 'fork'
>
type Make = (options?: Partial<MemoryOptions<Note>>) => { readonly store: TestStore; readonly notes: Notes }

// The strict double is written for the product's entries; what an entry holds is nothing to it.
const strict = StrictStore as unknown as new (options: MemoryOptions<Note>, random: () => number) => TestStore

const onThisRun: [string, Make][] = [
  ['memory', (given) => withNotes(given, (options) => new MemoryStore(options))],
  ['memory over a slow file', (given) => withNotes({ keep: new Keeping().keep, ...given }, (o) => new MemoryStore(o))],
  ['the strict double', (given) => withNotes(given, (options) => new strict(options, seededRandom(7)))],
  [
    'the strict double over a slow file',
    (given) => withNotes({ keep: new Keeping().keep, ...given }, (o) => new strict(o, seededRandom(8))),
  ],
]

/** What the suite is about: the storages of this process, or the one beyond it. */
const stores: [string, Make][] = inject('store') === 'postgres' ? [['PostgreSQL', onPostgres]] : onThisRun

function onPostgres(given?: Partial<MemoryOptions<Note>>) {
  const options = made(given)
  return { store: postgresStore(options), notes: options.journal }
}

function withNotes(given: Partial<MemoryOptions<Note>> | undefined, make: (options: MemoryOptions<Note>) => TestStore) {
  const options = made(given)
  return { store: make(options), notes: options.journal }
}

const token = fingerprint('a token')
const other = fingerprint('another token')
const caller: Caller = { vendor: 'joor', token }
const anonymous: Partition = `joor:${anonymousName(token)}`
const key = (sku: string, warehouse = 'New York', date = 'IMMEDIATE'): Key => [warehouse, date, sku]

const position = (sku: string, available: number, warehouse = 'New York'): PositionValue => ({
  warehouse,
  date: 'IMMEDIATE',
  sku: { upc: sku },
  available,
  incoming: available,
  pendingDeducted: 0,
})
const mark = (sku: string): MarkValue => ({ sku: { upc: sku } })
const level = (code: string, inventoryLevel: string): LevelValue => ({
  revision: 'first',
  code,
  inventoryLevel,
  timestamp: null,
  effectiveDate: null,
  changeDate: null,
  receivedAt: '2026-01-01T00:00:00.000Z',
  lowStockAlert: null,
  inventoryAlerts: null,
})

const setupOf = (name: string, tokenOf: string | null, more: Partial<Setup> = {}): Setup => ({
  vendor: 'joor',
  name,
  declared: true,
  token: tokenOf,
  settings: {},
  warehouses: null,
  styles: null,
  pending: [],
  ...more,
})

function declaration(name: string, tokenOf: string | null, draw: (draft: Draft) => void = () => {}): Declaration {
  const draft = new Draft({ get: () => undefined })
  draw(draft)
  return { setup: setupOf(name, tokenOf), changes: draft.changes }
}

const site = (name: string, tokenOf: string): Declaration => ({
  setup: setupOf(name, tokenOf, { vendor: 'jirafe' }),
  changes: {},
})

/** One call that changes what `draw` says. */
async function call(
  store: TestStore,
  text: string,
  draw: (draft: Draft, turn: Turn) => void = () => {},
  { by = caller, needs = {} }: { by?: Caller; needs?: Needs } = {},
) {
  return store.call(by, needs, (turn) => {
    const draft = new Draft(turn.view)
    draw(draft, turn)
    const entry = (changed: Changed): Note => ({ text, name: turn.setup?.name, changes: [...changed] })
    return { changes: draft.changes, entry, result: turn.id }
  })
}

const everything = { where: () => true }

async function positionsOf(store: TestStore, of: Partition): Promise<readonly string[]> {
  const page = await store.page(of, [{ table: 'positions', ...everything }], 1_000)
  return page.map(({ key: [warehouse, , sku], row }) => `${warehouse} ${sku} ${row.value.available} by ${row.by}`)
}

/** Everything that a store shows, to compare what was before with what is after. */
async function shown(store: TestStore) {
  const accounts = await store.list('joor')
  const sites = await store.list('jirafe')
  const tokens = await Promise.all(
    [token, other].flatMap((each) => [
      store.access({ vendor: 'joor', token: each }),
      store.access({ vendor: 'jirafe', site: 'shop', token: each }),
    ]),
  )
  const rows = await Promise.all(
    [...accounts, ...sites].map(async ({ setup: { vendor, name } }) => {
      const of: Partition = `${vendor}:${name}`
      const tables = ['positions', 'marks', 'levels', 'histories'] as const
      return store.page(
        of,
        tables.map((table) => ({ table, ...everything })),
        1_000,
      )
    }),
  )
  const snapshots = await store.snapshots()
  return JSON.parse(JSON.stringify({ accounts, sites, tokens, rows, snapshots }))
}

describe.each(stores)('A store (%s)', (_name, make) => {
  it('applies rows, journal entry and ids of one call together', async () => {
    const { store, notes } = make()
    const id = await call(store, 'one', (draft) => {
      draft.put('positions', key('a'), position('a', 5))
      draft.put('marks', ['', '', 'b'], mark('b'))
    })
    expect(await positionsOf(store, anonymous)).toEqual([`New York a 5 by ${id}`])
    expect(notes.entries).toHaveLength(1)
    const [[scope, note] = []] = notes.entries
    expect(scope).toBe(anonymous)
    expect(note?.name).toBe(anonymousName(token))
    expect(note?.changes.map(({ table, before, after }) => [table, before, after?.by])).toEqual([
      ['positions', null, id],
      ['marks', null, id],
    ])
    expect((await store.find(anonymous))?.requests).toBe(1)
    expect((await store.find(anonymous))?.rows).toMatchObject({ positions: 1, marks: 1, levels: 0, histories: 0 })
  })

  it('changes nothing where the decision throws', async () => {
    const { store, notes } = make()
    await call(store, 'first', (draft) => draft.put('positions', key('a'), position('a', 1)))
    const before = await shown(store)
    const thrown = call(store, 'second', (draft) => {
      draft.clearAll('positions')
      draft.put('positions', key('b'), position('b', 2))
      throw new Error('no decision')
    })
    await expect(thrown).rejects.toThrow('no decision')
    expect(await shown(store)).toEqual(before)
    expect(notes.texts).toEqual(['first'])
  })

  it('makes no account for a call whose decision throws', async () => {
    const { store, notes } = make()
    const thrown = call(store, 'only', () => {
      throw new Error('no decision')
    })
    await expect(thrown).rejects.toThrow('no decision')
    expect(await store.find(anonymous)).toBeUndefined()
    expect(await store.list('joor')).toEqual([])
    expect(notes.entries).toEqual([])
  })

  it('changes nothing where the journal entry cannot be made', async () => {
    const { store, notes } = make()
    await call(store, 'first', (draft) => draft.put('positions', key('a'), position('a', 1)))
    const before = await shown(store)
    const throws = async () =>
      store.call(caller, {}, (turn) => {
        const draft = new Draft(turn.view)
        draft.clearFirst('positions', 'New York')
        draft.put('positions', key('b'), position('b', 2))
        const entry = (): Note => {
          throw new Error('no entry')
        }
        return { changes: draft.changes, entry, result: undefined }
      })
    await expect(throws()).rejects.toThrow('no entry')
    expect(await shown(store)).toEqual(before)
    expect(notes.texts).toEqual(['first'])
  })

  it('gives a decision the rows as all calls before it left them, whoever comes first', async () => {
    const { store, notes } = make()
    const needs = { positions: [key('a')] }
    const add = (n: number) =>
      call(
        store,
        `add ${n}`,
        (draft) => {
          const stands = draft.get('positions', key('a'))?.available ?? 0
          draft.put('positions', key('a'), position('a', stands + 1))
        },
        { needs },
      )
    const ids = await Promise.all(Array.from({ length: 25 }, (_, n) => add(n)))
    expect((await store.row(anonymous, 'positions', key('a')))?.value.available).toBe(25)
    expect(new Set(ids).size).toBe(25)
    const steps = notes.entries.flatMap(([, { changes }]) => changes)
    // Each call's change begins where the one noted before it ended: the journal is in the order of the commits.
    expect(steps.map(({ before, after }) => [before?.by, after?.by]).slice(1)).toEqual(
      steps.slice(1).map(({ after }, index) => [steps[index]?.after?.by, after?.by]),
    )
    expect((await store.find(anonymous))?.requests).toBe(25)
  })

  it('lets no other call see half of an overwrite', async () => {
    const { store } = make()
    const fill = (n: number) =>
      call(store, `fill ${n}`, (draft) => {
        draft.clearFirst('positions', 'New York')
        for (let sku = 0; sku < 20; sku++) draft.put('positions', key(`sku-${sku}`), position(`sku-${sku}`, n))
      })
    const look = async () => new Set((await positionsOf(store, anonymous)).map((row) => row.split(' ')[3]))
    const looks = await Promise.all([fill(1), look(), fill(2), look(), look(), fill(3), look()])
    for (const seen of looks.filter((each) => each instanceof Set)) expect(seen.size).toBeLessThanOrEqual(1)
    expect((await look()).size).toBe(1)
    expect(await positionsOf(store, anonymous)).toHaveLength(20)
  })

  it('keeps the accounts of two tokens apart', async () => {
    const { store, notes } = make()
    await call(store, 'mine', (draft) => draft.put('positions', key('a'), position('a', 1)))
    await call(store, 'theirs', (draft) => draft.clearAll('positions'), { by: { vendor: 'joor', token: other } })
    expect(await positionsOf(store, anonymous)).toHaveLength(1)
    expect(await positionsOf(store, `joor:${anonymousName(other)}`)).toEqual([])
    expect(notes.entries.map(([scope]) => scope)).toEqual([anonymous, `joor:${anonymousName(other)}`])
  })

  it('writes a call of nobody under the vendor and keeps no rows for it', async () => {
    const { store, notes } = make()
    await call(store, 'nobody', (draft) => draft.put('positions', key('a'), position('a', 1)), {
      by: { vendor: 'joor' },
    })
    await call(store, 'nowhere', () => {}, { by: { vendor: null } })
    expect(notes.entries.map(([scope, { name }]) => [scope, name])).toEqual([
      ['joor', undefined],
      [null, undefined],
    ])
    expect(await store.list('joor')).toEqual([])
    expect(await store.list('jirafe')).toEqual([])
  })

  it('creates nothing by being asked whose a token is', async () => {
    const { store } = make()
    expect(await store.access(caller)).toEqual({ setup: undefined, name: anonymousName(token), opens: [] })
    expect(await store.list('joor')).toEqual([])
  })

  it('takes no further anonymous account beyond the limit, and still serves those it has and declared ones', async () => {
    const { store, notes } = make({ anonymousLimit: 1 })
    await call(store, 'first')
    await store.declare(declaration('declared', fingerprint('of the declared')))
    const before = await shown(store)
    const refused = call(store, 'second', () => {}, { by: { vendor: 'joor', token: other } })
    await expect(refused).rejects.toThrow(TooManyPartitions)
    const aSite = call(store, 'third', () => {}, { by: { vendor: 'jirafe', site: 'shop', token: other } })
    await expect(aSite).rejects.toThrow(TooManyPartitions)
    expect(await shown(store)).toEqual(before)
    await call(store, 'again')
    await call(store, 'of the declared', () => {}, { by: { vendor: 'joor', token: fingerprint('of the declared') } })
    expect(notes.texts).toEqual(['first', 'again', 'of the declared'])
    await store.remove(anonymous)
    await call(store, 'another', () => {}, { by: { vendor: 'joor', token: other } })
    expect(notes.texts.at(-1)).toBe('another')
  })

  it('counts anonymous accounts afresh after a reset', async () => {
    const { store } = make({ anonymousLimit: 1 })
    await call(store, 'first')
    await store.reset()
    expect(await store.list('joor')).toEqual([])
    await call(store, 'second', () => {}, { by: { vendor: 'joor', token: other } })
    expect((await store.list('joor')).map(({ setup }) => setup.name)).toEqual([anonymousName(other)])
  })

  it('declares an account under the name given, with its rows, as nobody’s change', async () => {
    const { store, notes } = make()
    const isNew = await store.declare(
      declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))),
    )
    expect(isNew).toBe(true)
    expect(await positionsOf(store, 'joor:brand')).toEqual(['New York a 3 by '])
    expect((await store.access(caller)).name).toBe('brand')
    expect(notes.entries).toEqual([])
    await call(store, 'as brand')
    expect(notes.entries.map(([scope]) => scope)).toEqual(['joor:brand'])
    expect(await store.find(anonymous)).toBeUndefined()
  })

  it('replaces a declared account whole, its token too', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    expect(await store.declare(declaration('brand', other))).toBe(false)
    expect(await positionsOf(store, 'joor:brand')).toEqual([])
    expect((await store.access({ vendor: 'joor', token: other })).name).toBe('brand')
    expect((await store.access(caller)).name).toBe(anonymousName(token))
    expect((await store.list('joor')).length).toBe(1)
  })

  it('gives the account of a token first seen anonymously its new name, and its journal follows', async () => {
    const { store, notes } = make()
    await call(store, 'before', (draft) => draft.put('positions', key('a'), position('a', 1)))
    expect(await store.declare(declaration('brand', token))).toBe(true)
    expect(await store.find(anonymous)).toBeUndefined()
    expect(await positionsOf(store, 'joor:brand')).toEqual([])
    expect((await store.find('joor:brand'))?.requests).toBe(1)
    expect(notes.renamed).toEqual([[anonymous, 'joor:brand']])
  })

  it('tells the journal whose state was replaced, and not where only its setup has changed', async () => {
    const { store, notes } = make()
    await store.declare(declaration('brand', token))
    await store.declare(declaration('other', other))
    await store.save('begin', 'joor:brand')
    await call(store, 'changes rows', (draft) => draft.put('positions', key('a'), position('a', 1)))
    await store.change('joor:brand', (before) => ({ ...before, settings: {} }))
    expect(notes.replacements.splice(0)).toEqual(['joor:brand', 'joor:other'])
    await store.restore('begin', 'joor:brand')
    await store.remove('joor:other')
    expect(notes.replacements.splice(0)).toEqual(['joor:brand', 'joor:other'])
    await store.reset()
    expect(notes.replacements).toEqual(['joor:brand'])
  })

  it('refuses a token that another declared account has, and changes neither', async () => {
    const { store, notes } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    await store.declare(declaration('rival', other))
    const before = await shown(store)
    await expect(store.declare(declaration('rival', token))).rejects.toThrow(TokenTaken)
    await expect(store.declare(declaration('third', token))).rejects.toThrow(TokenTaken)
    expect(await shown(store)).toEqual(before)
    expect(notes.renamed).toEqual([])
  })

  it('names the account that stays where a seed gives its token to another one', async () => {
    const { store } = make()
    await store.load([declaration('brand', token), declaration('rival', other)])
    await expect(store.load([declaration('brand', other)])).rejects.toThrow(new TokenTaken('rival'))
  })

  it('lets one token open several sites', async () => {
    const { store } = make()
    await store.declare(site('shop', token))
    await store.declare(site('outlet', token))
    const { opens } = await store.access({ vendor: 'jirafe', site: 'shop', token })
    expect([...opens].sort()).toEqual(['outlet', 'shop'])
    await store.remove('jirafe:outlet')
    expect((await store.access({ vendor: 'jirafe', site: 'shop', token })).opens).toEqual(['shop'])
  })

  it('forgets an account that is removed, and its token', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token))
    expect(await store.remove('joor:brand')).toBe(true)
    expect(await store.remove('joor:brand')).toBe(false)
    expect(await store.list('joor')).toEqual([])
    expect((await store.access(caller)).setup).toBeUndefined()
    expect(await store.declare(declaration('other', token))).toBe(true)
  })

  it('changes what an account was given and leaves its rows', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    const change = (setup: Setup): Setup => ({ ...setup, warehouses: ['New York'] })
    expect(await store.change('joor:brand', change)).toBe(true)
    expect((await store.find('joor:brand'))?.setup.warehouses).toEqual(['New York'])
    expect(await positionsOf(store, 'joor:brand')).toHaveLength(1)
    expect(await store.change('joor:nobody', change)).toBe(false)
    expect(await store.list('joor')).toHaveLength(1)
  })

  it('lists accounts in byte order of their names', async () => {
    const { store } = make()
    const names = ['b', 'B', 'é', 'a', '\u{1f600}', '\uffee', '10', '9']
    for (const name of names) await store.declare(declaration(name, null))
    const listed = (await store.list('joor')).map(({ setup }) => setup.name)
    expect(listed).toEqual(names.toSorted((one, two) => Buffer.compare(Buffer.from(one), Buffer.from(two))))
  })

  it('goes back to the seed, whole or one account alone', async () => {
    const { store } = make()
    const seeded = declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3)))
    await store.seed([seeded, site('shop', other)])
    expect(await store.list('joor')).toEqual([])
    expect(await store.reset()).toEqual({ accounts: 1, sites: 1 })
    await call(store, 'change', (draft) => draft.put('positions', key('a'), position('a', 9)))
    await call(store, 'other', () => {}, { by: { vendor: 'joor', token: other } })
    expect(await store.reset('joor:brand')).toEqual({ accounts: 1, sites: 0 })
    expect(await positionsOf(store, 'joor:brand')).toEqual(['New York a 3 by '])
    expect(await store.find(`joor:${anonymousName(other)}`)).toBeDefined()
    expect(await store.reset(`joor:${anonymousName(other)}`)).toEqual({ accounts: 0, sites: 0 })
    expect(await store.find(`joor:${anonymousName(other)}`)).toBeUndefined()
    await call(store, 'again', () => {}, { by: { vendor: 'joor', token: other } })
    expect(await store.reset()).toEqual({ accounts: 1, sites: 1 })
    expect((await store.list('joor')).map(({ setup }) => setup.name)).toEqual(['brand'])
  })

  it('goes back to a snapshot, as often as it is asked to', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    expect(await store.save('before')).toMatchObject({ name: 'before', of: undefined, accounts: 1, sites: 0 })
    for (let round = 0; round < 3; round++) {
      await call(store, 'change', (draft) => draft.put('positions', key('a'), position('a', 9)))
      await call(store, 'other', () => {}, { by: { vendor: 'joor', token: other } })
      expect(await store.restore('before')).toEqual({ accounts: 1, sites: 0 })
      expect(await positionsOf(store, 'joor:brand')).toEqual(['New York a 3 by '])
      expect((await store.list('joor')).map(({ setup }) => setup.name)).toEqual(['brand'])
    }
  })

  it('keeps snapshots of one account apart from those of another and of everything', async () => {
    const { store } = make()
    await store.declare(declaration('one', token, (draft) => draft.put('positions', key('a'), position('a', 1))))
    await store.declare(declaration('two', other, (draft) => draft.put('positions', key('a'), position('a', 2))))
    for (const of of ['joor:one', 'joor:two', undefined] as const) await store.save('night', of)
    await call(store, 'change', (draft) => draft.clearAll('positions'))
    await call(store, 'change', (draft) => draft.clearAll('positions'), { by: { vendor: 'joor', token: other } })
    expect(await store.restore('night', 'joor:one')).toEqual({ accounts: 1, sites: 0 })
    expect(await positionsOf(store, 'joor:one')).toEqual(['New York a 1 by '])
    expect(await positionsOf(store, 'joor:two')).toEqual([])
    expect((await store.snapshots('joor:one')).map(({ name, of }) => [name, of])).toEqual([['night', 'joor:one']])
    expect(await store.drop('night', 'joor:one')).toBe(true)
    expect(await store.restore('night', 'joor:one')).toBeUndefined()
    expect(await store.restore('night')).toEqual({ accounts: 2, sites: 0 })
    expect(await positionsOf(store, 'joor:two')).toEqual(['New York a 2 by '])
  })

  it('brings an account back from its snapshot that was taken away since', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    await store.save('kept', 'joor:brand')
    await store.remove('joor:brand')
    await call(store, 'anonymous', () => {})
    expect(await store.restore('kept', 'joor:brand')).toEqual({ accounts: 1, sites: 0 })
    expect(await positionsOf(store, 'joor:brand')).toEqual(['New York a 3 by '])
    expect(await store.find(anonymous)).toBeUndefined()
  })

  it('restores no account whose token another one has by now', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    await store.save('kept', 'joor:brand')
    await store.remove('joor:brand')
    await store.declare(declaration('new', token))
    await expect(store.restore('kept', 'joor:brand')).rejects.toThrow(TokenTaken)
    expect((await store.list('joor')).map(({ setup }) => setup.name)).toEqual(['new'])
  })

  it('knows no snapshot that nobody made', async () => {
    const { store } = make()
    expect(await store.restore('never')).toBeUndefined()
    expect(await store.drop('never')).toBe(false)
    expect(await store.save('never', 'joor:nobody')).toBeUndefined()
    expect(await store.fork('joor:nobody', (setup) => setup)).toBe(false)
    expect(await store.snapshots()).toEqual([])
  })

  it('forks an account: the same rows, and from then on each its own', async () => {
    const { store } = make()
    await store.declare(declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3))))
    expect(await store.fork('joor:brand', (setup) => ({ ...setup, name: 'fork', token: other }))).toBe(true)
    await call(store, 'fork', (draft) => draft.put('positions', key('b'), position('b', 1)), {
      by: { vendor: 'joor', token: other },
    })
    await call(store, 'origin', (draft) => draft.put('positions', key('a'), position('a', 9)))
    expect(await positionsOf(store, 'joor:brand')).toEqual([expect.stringMatching(/^New York a 9 by id-/)])
    expect(await positionsOf(store, 'joor:fork')).toEqual([
      'New York a 3 by ',
      expect.stringMatching(/^New York b 1 by id-/),
    ])
    expect((await store.find('joor:fork'))?.requests).toBe(1)
    await expect(store.fork('joor:brand', (setup) => ({ ...setup, name: 'third' }))).rejects.toThrow(TokenTaken)
  })

  it('leaves what a rate limit counted behind: it is about the calls, not the state', async () => {
    const { store } = make()
    const spent = { start: '2026-01-01T00:00:00.000Z', spent: 5, reported: false }
    await store.declare(declaration('brand', token))
    await call(store, 'paid', (draft) => draft.put('meters', ['', '', ''], spent))
    await store.fork('joor:brand', (setup) => ({ ...setup, name: 'fork', token: other }))
    expect(await store.row('joor:brand', 'meters', ['', '', ''])).toMatchObject({ value: spent })
    expect(await store.row('joor:fork', 'meters', ['', '', ''])).toBeUndefined()
  })

  it('never gives the seed itself away: what calls do to its rows is gone after a reset', async () => {
    const { store } = make()
    await store.seed([declaration('brand', token, (draft) => draft.put('positions', key('a'), position('a', 3)))])
    for (let round = 0; round < 3; round++) {
      await store.reset()
      expect(await positionsOf(store, 'joor:brand')).toEqual(['New York a 3 by '])
      await call(store, 'wipe', (draft) => draft.clearFirst('positions', 'New York'))
      expect(await positionsOf(store, 'joor:brand')).toEqual([])
    }
  })

  it('resets one account to no token that another has meanwhile', async () => {
    const { store } = make()
    await store.seed([declaration('brand', token)])
    await store.reset()
    await store.remove('joor:brand')
    await store.declare(declaration('rival', token))
    const before = await shown(store)
    await expect(store.reset('joor:brand')).rejects.toThrow(TokenTaken)
    expect(await shown(store)).toEqual(before)
    expect(await store.reset()).toEqual({ accounts: 1, sites: 0 })
    expect((await store.list('joor')).map(({ setup }) => setup.name)).toEqual(['brand'])
  })

  it('loads all of a seed or nothing of it', async () => {
    const { store } = make()
    await store.declare(declaration('rival', token))
    const before = await shown(store)
    const seed = [declaration('first', null), declaration('brand', token)]
    await expect(store.load(seed)).rejects.toThrow(TokenTaken)
    expect(await shown(store)).toEqual(before)
    expect(await store.reset()).toEqual({ accounts: 0, sites: 0 })
  })

  it('lets a seed move a token from one of its accounts to another', async () => {
    const { store } = make()
    await store.load([declaration('brand', token)])
    await store.load([declaration('rival', token), declaration('brand', other)])
    expect((await store.access(caller)).name).toBe('rival')
    expect((await store.access({ vendor: 'joor', token: other })).name).toBe('brand')
    expect(await store.reset()).toEqual({ accounts: 2, sites: 0 })
  })

  it('shows pages in byte order, each from behind the key that the last one ended with', async () => {
    const { store } = make()
    await call(store, 'fill', (draft) => {
      for (const warehouse of ['b', 'a', '\u{1f600}', '\uffee'])
        for (const sku of ['3', '20', '1']) draft.put('positions', key(sku, warehouse), position(sku, 1, warehouse))
    })
    const seen: string[] = []
    let after: Key | undefined
    for (;;) {
      const page = await store.page(anonymous, [{ table: 'positions', after, ...everything }], 5)
      seen.push(...page.map(({ key: [warehouse, , sku] }) => warehouse + sku))
      after = page.at(-1)?.key
      if (page.length < 5) break
    }
    const warehouses = ['a', 'b', '\uffee', '\u{1f600}']
    expect(seen).toEqual(warehouses.flatMap((warehouse) => ['1', '20', '3'].map((sku) => warehouse + sku)))
    const none = await store.page('joor:nobody', [{ table: 'positions', ...everything }], 1_000)
    expect(none).toEqual([])
  })

  it('shows the rows of several tables one table after the other, and no more of all than were asked for', async () => {
    const { store } = make()
    await call(store, 'fill', (draft) => {
      for (const sku of ['2', '1']) draft.put('positions', key(sku), position(sku, 1))
      for (const sku of ['4', '3']) draft.put('marks', key(sku), { sku: { upc: sku } })
    })
    const queries = [
      { table: 'marks', ...everything },
      { table: 'positions', ...everything },
    ] as const
    const pageOf = async (limit: number) => {
      const page = await store.page<'marks' | 'positions'>(anonymous, queries, limit)
      return page.map(({ table, key: [, , sku] }) => `${table} ${sku}`)
    }
    expect(await pageOf(9)).toEqual(['marks 3', 'marks 4', 'positions 1', 'positions 2'])
    expect(await pageOf(3)).toEqual(['marks 3', 'marks 4', 'positions 1'])
    expect(await pageOf(1)).toEqual(['marks 3'])
  })
})

describe.each([
  ['memory', (options: MemoryOptions<Note>): TestStore => new MemoryStore(options)],
  ['the strict double', (options: MemoryOptions<Note>): TestStore => new strict(options, seededRandom(3))],
])('A store whose changes cannot be kept (%s)', (_name, make) => {
  async function filled() {
    const keeping = new Keeping()
    const options = made({ keep: keeping.keep })
    const store = make(options)
    await store.load([
      declaration('brand', token, (draft) => {
        for (const sku of ['a', 'b', 'c']) draft.put('positions', key(sku), position(sku, 1))
        draft.put('positions', key('a', 'Los Angeles'), position('a', 1, 'Los Angeles'))
        draft.put('marks', ['', '', 'd'], mark('d'))
      }),
      site('shop', token),
    ])
    await call(store, 'level', (draft) => draft.put('levels', ['first', 'x', ''], level('x', '4')), {
      by: { vendor: 'jirafe', site: 'shop', token },
    })
    await store.save('kept')
    await call(store, 'since', (draft) => draft.put('positions', key('since'), position('since', 1)))
    keeping.failing = true
    return { store, keeping, notes: options.journal, before: await shown(store), texts: options.journal.texts }
  }

  const attempts: [string, (store: TestStore) => Promise<unknown>][] = [
    ['a put', (store) => call(store, 'x', (draft) => draft.put('positions', key('new'), position('new', 1)))],
    ['a put over a row', (store) => call(store, 'x', (draft) => draft.put('positions', key('a'), position('a', 9)))],
    ['a row taken away', (store) => call(store, 'x', (draft) => draft.put('positions', key('a'), null))],
    [
      'an overwrite',
      (store) =>
        call(store, 'x', (draft) => {
          draft.clearFirst('positions', 'New York')
          draft.put('positions', key('a'), position('a', 9))
          draft.put('positions', key('z'), position('z', 9))
        }),
    ],
    ['a clear of everything', (store) => call(store, 'x', (draft) => draft.clearAll('positions'))],
    [
      'a mark that clears',
      (store) =>
        call(store, 'x', (draft) => {
          draft.clearThird('positions', 'a')
          draft.put('marks', ['', '', 'a'], mark('a'))
          draft.put('marks', ['', '', 'd'], null)
        }),
    ],
    [
      'a level with its history',
      (store) =>
        call(
          store,
          'x',
          (draft) => {
            draft.put('levels', ['first', 'x', ''], level('x', '5'))
            draft.put('histories', ['x', '', ''], { levels: [level('x', '5')] })
          },
          { by: { vendor: 'jirafe', site: 'shop', token } },
        ),
    ],
    ['the first call of a token', (store) => call(store, 'x', () => {}, { by: { vendor: 'joor', token: other } })],
    ['a new account', (store) => store.declare(declaration('new', other))],
    ['an account replaced', (store) => store.declare(declaration('brand', other))],
    ['a setup changed', (store) => store.change('joor:brand', (setup) => ({ ...setup, warehouses: [] }))],
    ['an account removed', (store) => store.remove('joor:brand')],
    ['a site removed', (store) => store.remove('jirafe:shop')],
    ['a seed loaded', (store) => store.load([declaration('new', other), declaration('brand', null)])],
    ['a reset', (store) => store.reset()],
    ['a reset of one account', (store) => store.reset('joor:brand')],
    ['a snapshot', (store) => store.save('new')],
    ['a snapshot over another', (store) => store.save('kept')],
    ['a snapshot dropped', (store) => store.drop('kept')],
    ['a snapshot restored', (store) => store.restore('kept')],
    ['a fork', (store) => store.fork('joor:brand', (setup) => ({ ...setup, name: 'fork', token: other }))],
  ]

  it.each(attempts)('goes back to every row, account and token after %s', async (_what, attempt) => {
    const { store, keeping, notes, before, texts } = await filled()
    await expect(attempt(store)).rejects.toThrow(StorageFailure)
    expect(await shown(store)).toEqual(before)
    expect(notes.texts).toEqual(texts)
    expect(notes.renamed).toEqual([])
    keeping.failing = false
    await attempt(store)
    expect(keeping.overlapped).toBe(false)
  })

  it('leaves an anonymous account its name, rows and token where declaring it fails', async () => {
    const { store, keeping, notes } = await filled()
    keeping.failing = false
    await call(store, 'theirs', (draft) => draft.put('positions', key('o'), position('o', 1)), {
      by: { vendor: 'joor', token: other },
    })
    const before = await shown(store)
    keeping.failing = true
    await expect(store.declare(declaration('new', other))).rejects.toThrow(StorageFailure)
    expect(await shown(store)).toEqual(before)
    expect(notes.renamed).toEqual([])
    keeping.failing = false
    await store.declare(declaration('new', other))
    expect(notes.renamed).toEqual([[`joor:${anonymousName(other)}`, 'joor:new']])
  })

  it('takes back only the call that failed, and not those that waited for it', async () => {
    const { store, keeping, notes } = await filled()
    const put = (sku: string) => call(store, sku, (draft) => draft.put('positions', key(sku), position(sku, 7)))
    const results = await Promise.allSettled(
      ['x1', 'x2', 'x3', 'x4', 'x5', 'x6'].map(async (sku, index) => {
        if (index === 3) keeping.failing = false
        return put(sku)
      }),
    )
    const kept = results.filter(({ status }) => status === 'fulfilled').length
    const shownNow = (await positionsOf(store, 'joor:brand')).filter((row) => / x\d 7 /.test(row))
    expect(shownNow).toHaveLength(kept)
    expect(notes.texts.filter((text) => text.startsWith('x'))).toHaveLength(kept)
    expect(keeping.overlapped).toBe(false)
  })

  it('shows nobody a change that may still be taken back', async () => {
    const { store } = await filled()
    const failing = call(store, 'x', (draft) => draft.clearAll('positions'))
    const looks = await Promise.all(Array.from({ length: 5 }, () => positionsOf(store, 'joor:brand')))
    await expect(failing).rejects.toThrow(StorageFailure)
    for (const look of looks) expect(look).toHaveLength(5)
  })

  it('keeps nothing, and so cannot fail, where a call of a known account changes nothing', async () => {
    const { store, notes } = await filled()
    await call(store, 'a look')
    expect(notes.texts.at(-1)).toBe('a look')
  })
})

describe('The strict double', () => {
  it('throws where a decision looks at a key that it did not name', async () => {
    const { store, notes } = withNotes({}, (options) => new strict(options, seededRandom(5)))
    const look = (draft: Draft) => draft.get('positions', key('a'))
    await expect(call(store, 'unnamed', look)).rejects.toThrow('not named in needs')
    const wrong = { needs: { positions: [key('b')], marks: [key('a')] } }
    await expect(call(store, 'wrongly named', look, wrong)).rejects.toThrow('not named in needs')
    expect(notes.entries).toEqual([])
    expect(await store.list('joor')).toEqual([])
    await call(store, 'named', look, { needs: { positions: [key('a')] } })
    expect(notes.texts).toEqual(['named'])
  })

  it('keeps copies: a value changed after the call stays as it was', async () => {
    const { store } = withNotes({}, (options) => new strict(options, seededRandom(5)))
    const value = { ...position('a', 1), sku: { upc: 'a' } }
    await call(store, 'put', (draft) => draft.put('positions', key('a'), value))
    Object.assign(value.sku, { upc: 'changed' })
    expect((await store.row(anonymous, 'positions', key('a')))?.value.sku).toEqual({ upc: 'a' })
  })
})
