import { Commit, type PartitionTables } from './commit.js'
import { compareBytes, type Key, type Row, type TableName, type Tables } from './rows.js'
import {
  type Access,
  type Caller,
  type Declaration,
  type JournalWriter,
  type Needs,
  type PageQuery,
  type Partition,
  type Settled,
  type Setup,
  StorageFailure,
  type Store,
  type Summary,
  TokenTaken,
  TooManyPartitions,
  type Turn,
  type Vendor,
  type View,
} from './store.js'
import { Table } from './table.js'

/** One account or site: what it was given, its rows, and how many calls it had. */
export interface PartitionState {
  setup: Setup
  readonly tables: PartitionTables
  requests: number
}
export type Partitions = Map<Partition, PartitionState>

/** Makes the state outlive the process; rejected where it could not. */
export type Keep = (partitions: ReadonlyMap<Partition, PartitionState>) => Promise<void>

export interface MemoryOptions<Entry> {
  readonly journal: JournalWriter<Entry>
  readonly clock: () => Date
  readonly ids: () => string
  readonly anonymousLimit: number
  /** The state to start with. */
  readonly partitions?: Partitions
  readonly keep?: Keep | undefined
}

export const partitionOf = (vendor: Vendor, name: string): Partition => `${vendor}:${name}`

const noRows: View = { get: () => undefined }

/** The state in memory; calls take effect one after the other, and each wholly or not at all. */
export class MemoryStore<Entry> implements Store<Entry> {
  readonly #options: MemoryOptions<Entry>
  #partitions: Partitions
  readonly #seed = new Map<Partition, Declaration>()
  /** Declared accounts and sites by vendor and token. */
  #owners = new Map<string, Set<string>>()
  #anonymous = 0
  /** The change that is being kept; the next waits for it, so that nobody sees what may still be taken back. */
  #keeping: Promise<void> | undefined

  constructor(options: MemoryOptions<Entry>) {
    this.#options = options
    this.#partitions = options.partitions ?? new Map()
    this.#index()
  }

  async access(caller: Caller): Promise<Access> {
    if (caller.token === undefined) return { setup: undefined, name: undefined, opens: [] }
    const name = this.#nameOf(caller)
    return {
      setup: this.#partitions.get(partitionOf(caller.vendor, name))?.setup,
      name,
      opens: [...this.#opens(caller)],
    }
  }

  async call<Result>(caller: Caller, _needs: Needs, settle: (turn: Turn) => Settled<Entry, Result>): Promise<Result> {
    await this.#settled()
    const name = caller.token === undefined ? undefined : this.#nameOf(caller)
    if (caller.token === undefined || name === undefined) {
      const settled = settle(this.#turn(undefined, noRows))
      this.#options.journal.append(caller.vendor, settled.entry(new Commit(emptyTables(), {}, '')))
      return settled.result
    }
    const partition = partitionOf(caller.vendor, name)
    const known = this.#partitions.get(partition)
    if (known === undefined && this.#anonymous >= this.#options.anonymousLimit) throw new TooManyPartitions()
    const state = known ?? { setup: anonymousSetup(caller, name), tables: emptyTables(), requests: 0 }
    const turn = this.#turn(state.setup, { get: (table, key) => state.tables[table].get(key) })
    const settled = settle(turn)
    const commit = new Commit(state.tables, settled.changes, turn.id)
    if (known === undefined) this.#add(partition, state)
    if (known === undefined || commit.total > 0)
      await this.#keep(() => {
        commit.undo()
        if (known === undefined) this.#drop(partition)
      })
    state.requests++
    this.#options.journal.append(partition, settled.entry(commit))
    return settled.result
  }

  async find(of: Partition): Promise<Summary | undefined> {
    const state = this.#partitions.get(of)
    return state && summaryOf(state)
  }

  async list(vendor: Vendor): Promise<readonly Summary[]> {
    return [...this.#partitions.values()]
      .filter(({ setup }) => setup.vendor === vendor)
      .map(summaryOf)
      .sort((one, other) => compareBytes(one.setup.name, other.setup.name))
  }

  async row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined> {
    return this.#partitions.get(of)?.tables[table].get(key)
  }

  async page<Name extends TableName>(
    of: Partition,
    query: PageQuery<Name>,
  ): Promise<readonly { key: Key; row: Row<Tables[Name]> }[]> {
    const page: { key: Key; row: Row<Tables[Name]> }[] = []
    const tables = this.#partitions.get(of)?.tables
    if (tables === undefined) return page
    for (const [key, row] of tables[query.table].sorted(query.after)) {
      if (page.length === query.limit) break
      if (query.where(row.value)) page.push({ key, row })
    }
    return page
  }

  async declare({ setup, changes }: Declaration): Promise<boolean> {
    await this.#settled()
    const partition = partitionOf(setup.vendor, setup.name)
    const before = this.#partitions.get(partition)
    const tables = emptyTables()
    // The rows were there from the start, so they are nobody's change.
    new Commit(tables, changes, '')
    let requests = before?.requests ?? 0
    let renamed: PartitionState | undefined
    if (setup.vendor === 'joor' && setup.token !== null) {
      const owner = [...(this.#owners.get(`joor ${setup.token}`) ?? [])].find((name) => name !== setup.name)
      if (owner !== undefined) throw new TokenTaken(owner)
      renamed = this.#partitions.get(partitionOf('joor', anonymousName(setup.token)))
      requests += renamed?.requests ?? 0
    }
    const old = renamed && partitionOf('joor', renamed.setup.name)
    if (old !== undefined) this.#drop(old)
    if (before !== undefined) this.#drop(partition)
    this.#add(partition, { setup, tables, requests })
    await this.#keep(() => {
      this.#drop(partition)
      if (before !== undefined) this.#add(partition, before)
      if (old !== undefined && renamed !== undefined) this.#add(old, renamed)
    })
    if (old !== undefined) this.#options.journal.rename(old, partition)
    return before === undefined
  }

  async change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean> {
    await this.#settled()
    const state = this.#partitions.get(of)
    if (state === undefined) return false
    const before = state.setup
    state.setup = change(before)
    await this.#keep(() => {
      state.setup = before
    })
    return true
  }

  async remove(of: Partition): Promise<boolean> {
    await this.#settled()
    const state = this.#partitions.get(of)
    if (state === undefined) return false
    this.#drop(of)
    await this.#keep(() => this.#add(of, state))
    return true
  }

  async seed(declarations: readonly Declaration[]): Promise<void> {
    for (const declaration of declarations)
      this.#seed.set(partitionOf(declaration.setup.vendor, declaration.setup.name), declaration)
  }

  async reset(of?: Partition): Promise<{ accounts: number; sites: number }> {
    await this.#settled()
    const before = this.#partitions
    const after: Partitions = new Map()
    for (const [partition, state] of before) if (of !== undefined && partition !== of) after.set(partition, state)
    for (const [partition, { setup, changes }] of this.#seed) {
      if (of !== undefined && partition !== of) continue
      const tables = emptyTables()
      new Commit(tables, changes, '')
      after.set(partition, { setup, tables, requests: before.get(partition)?.requests ?? 0 })
    }
    this.#partitions = after
    this.#index()
    await this.#keep(() => {
      this.#partitions = before
      this.#index()
    })
    const names = of === undefined ? [...after.keys()] : after.has(of) ? [of] : []
    const accounts = names.filter((name) => name.startsWith('joor:')).length
    return { accounts, sites: names.length - accounts }
  }

  async close(): Promise<void> {
    await this.#settled()
  }

  /** JOOR's token is the account, declared or not; at Jirafe the path says the site. */
  #nameOf(caller: Exclude<Caller, { token?: never }>): string {
    if (caller.vendor === 'jirafe') return caller.site
    const [owner] = this.#opens(caller)
    return owner ?? anonymousName(caller.token)
  }

  #opens(caller: Exclude<Caller, { token?: never }>): ReadonlySet<string> {
    return this.#owners.get(`${caller.vendor} ${caller.token}`) ?? new Set()
  }

  #turn(setup: Setup | undefined, view: View): Turn {
    const { clock, ids } = this.#options
    return { id: ids(), now: clock(), newId: ids, setup, view }
  }

  #add(partition: Partition, state: PartitionState): void {
    this.#partitions.set(partition, state)
    const { vendor, name, declared, token } = state.setup
    if (!declared) this.#anonymous++
    else if (token !== null) {
      const owners = this.#owners.get(`${vendor} ${token}`) ?? new Set()
      this.#owners.set(`${vendor} ${token}`, owners.add(name))
    }
  }

  #drop(partition: Partition): void {
    const setup = this.#partitions.get(partition)?.setup
    if (setup === undefined) return
    this.#partitions.delete(partition)
    if (!setup.declared) this.#anonymous--
    else this.#owners.get(`${setup.vendor} ${setup.token}`)?.delete(setup.name)
  }

  #index(): void {
    const partitions = this.#partitions
    this.#partitions = new Map()
    this.#owners = new Map()
    this.#anonymous = 0
    for (const [partition, state] of partitions) this.#add(partition, state)
  }

  /** Waits until no change is being kept. */
  async #settled(): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping
  }

  /** Keeps the change that was just made, or takes it back and rejects. */
  async #keep(undo: () => void): Promise<void> {
    const { keep } = this.#options
    if (keep === undefined) return
    let failure: unknown
    this.#keeping = keep(this.#partitions)
      .catch((error: unknown) => {
        failure = error
        undo()
      })
      .finally(() => {
        this.#keeping = undefined
      })
    await this.#keeping
    if (failure !== undefined) throw new StorageFailure('The change could not be kept.', { cause: failure })
  }
}

function summaryOf({ setup, tables, requests }: PartitionState): Summary {
  const { positions, marks, levels, histories } = tables
  const rows = { positions: positions.size, marks: marks.size, levels: levels.size, histories: histories.size }
  return { setup, rows, requests }
}

export function emptyTables(): PartitionTables {
  return { positions: new Table(), marks: new Table(), levels: new Table(), histories: new Table() }
}

/** The name of a JOOR account that nobody declared: the start of its token's fingerprint. */
export function anonymousName(token: string): string {
  return `token-${token.slice(0, 8)}`
}

function anonymousSetup(caller: Exclude<Caller, { token?: never }>, name: string): Setup {
  const token = caller.vendor === 'joor' ? caller.token : null
  const nothing = { settings: {}, warehouses: null, styles: null, pending: [] }
  return { vendor: caller.vendor, name, declared: false, token, ...nothing }
}
