import { Commit, type PartitionTables } from './commit.js'
import { compareBytes, forEachTable, type Key, type Row, type TableName, type Tables } from './rows.js'
import {
  type Access,
  type Caller,
  type CallIds,
  type ChangeSet,
  type Declaration,
  type JournalWriter,
  type Needs,
  type PageQuery,
  type Partition,
  type Scope,
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
  /** The instant that a call of this account or site, or of nobody, is dated with. */
  readonly clock: (scope: Scope) => Date
  readonly ids: (scope: Scope) => CallIds
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
  /**
   * The change that is being kept. Everyone waits for it, so that nobody sees what may still be taken back; each
   * `while` stands right before the work it guards, since any step between would let two waiters through together.
   */
  #keeping: Promise<void> | undefined

  constructor(options: MemoryOptions<Entry>) {
    this.#options = options
    this.#partitions = options.partitions ?? new Map()
    this.#index()
  }

  async access(caller: Caller): Promise<Access> {
    while (this.#keeping !== undefined) await this.#keeping
    if (caller.token === undefined) return { setup: undefined, name: undefined, opens: [] }
    const name = this.#nameOf(caller)
    return {
      setup: this.#partitions.get(partitionOf(caller.vendor, name))?.setup,
      name,
      opens: [...this.#opens(caller)],
    }
  }

  async call<Result>(caller: Caller, _needs: Needs, settle: (turn: Turn) => Settled<Entry, Result>): Promise<Result> {
    while (this.#keeping !== undefined) await this.#keeping
    const name = caller.token === undefined ? undefined : this.#nameOf(caller)
    if (caller.token === undefined || name === undefined) {
      const ids = this.#options.ids(caller.vendor)
      const settled = settle(this.#turn(caller.vendor, ids, undefined, noRows))
      this.#options.journal.append(caller.vendor, settled.entry(new Commit(emptyTables(), {}, '')))
      ids.keep()
      settled.committed?.()
      return settled.result
    }
    const partition = partitionOf(caller.vendor, name)
    const known = this.#partitions.get(partition)
    if (known === undefined && this.#anonymous >= this.#options.anonymousLimit) throw new TooManyPartitions()
    const state = known ?? { setup: anonymousSetup(caller, name), tables: emptyTables(), requests: 0 }
    const ids = this.#options.ids(partition)
    const turn = this.#turn(partition, ids, state.setup, { get: (table, key) => state.tables[table].get(key) })
    const settled = settle(turn)
    const commit = new Commit(state.tables, settled.changes, turn.id)
    if (known === undefined) this.#add(partition, state)
    const undo = () => {
      commit.undo(state.tables)
      if (known === undefined) this.#drop(partition)
    }
    const entry = orUndone(() => settled.entry(commit), undo)
    const done = () => {
      ids.keep()
      state.requests++
      this.#options.journal.append(partition, entry)
      settled.committed?.()
    }
    if (known === undefined || commit.keeps) await this.#keep(done, undo)
    else done()
    return settled.result
  }

  async find(of: Partition): Promise<Summary | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    const state = this.#partitions.get(of)
    return state && summaryOf(state)
  }

  async list(vendor: Vendor): Promise<readonly Summary[]> {
    while (this.#keeping !== undefined) await this.#keeping
    return [...this.#partitions.values()]
      .filter(({ setup }) => setup.vendor === vendor)
      .map(summaryOf)
      .sort((one, other) => compareBytes(one.setup.name, other.setup.name))
  }

  async row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    return this.#partitions.get(of)?.tables[table].get(key)
  }

  async page<Name extends TableName>(
    of: Partition,
    query: PageQuery<Name>,
  ): Promise<readonly { key: Key; row: Row<Tables[Name]> }[]> {
    while (this.#keeping !== undefined) await this.#keeping
    const page: { key: Key; row: Row<Tables[Name]> }[] = []
    const tables = this.#partitions.get(of)?.tables
    if (tables === undefined) return page
    for (const [key, row] of tables[query.table].sorted(query.after)) {
      if (page.length === query.limit) break
      if (query.where(row.value)) page.push({ key, row })
    }
    return page
  }

  async declare(declaration: Declaration): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    const { setup } = declaration
    const isNew = !this.#partitions.has(partitionOf(setup.vendor, setup.name))
    await this.#replace([declaration])
    return isNew
  }

  async load(declarations: readonly Declaration[]): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping
    this.#refuseSeeded(declarations)
    await this.#replace(declarations)
    await this.seed(declarations)
  }

  async change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    const state = this.#partitions.get(of)
    if (state === undefined) return false
    const before = state.setup
    const undo = () => {
      state.setup = before
    }
    state.setup = change(before)
    await this.#keep(() => {}, undo)
    return true
  }

  async remove(of: Partition): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    return this.#remove(of)
  }

  async seed(declarations: readonly Declaration[]): Promise<void> {
    this.#refuseSeeded(declarations)
    for (const declaration of declarations)
      this.#seed.set(partitionOf(declaration.setup.vendor, declaration.setup.name), declaration)
  }

  async reset(of?: Partition): Promise<{ accounts: number; sites: number }> {
    while (this.#keeping !== undefined) await this.#keeping
    const seed = of === undefined ? undefined : this.#seed.get(of)
    if (of === undefined) await this.#resetAll()
    else if (seed !== undefined) await this.#replace([seed])
    else await this.#remove(of)
    const names = of === undefined ? [...this.#seed.keys()] : seed === undefined ? [] : [of]
    const accounts = names.filter((name) => name.startsWith('joor:')).length
    return { accounts, sites: names.length - accounts }
  }

  async close(): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping
  }

  /** Puts all of them in the place of what has their names, or none; throws TokenTaken. */
  async #replace(declarations: readonly Declaration[]): Promise<void> {
    const names = new Set(declarations.map(({ setup }) => partitionOf(setup.vendor, setup.name)))
    for (const { setup } of declarations) this.#refuseTaken(setup, names)
    const before = this.#partitions
    const renamed: [from: Partition, to: Partition][] = []
    this.#partitions = new Map(before)
    for (const { setup, changes } of declarations) {
      const partition = partitionOf(setup.vendor, setup.name)
      const anonymous = this.#anonymousOf(setup)
      const requests = (before.get(partition)?.requests ?? 0) + (anonymous?.requests ?? 0)
      if (anonymous !== undefined) {
        const from = partitionOf('joor', anonymous.setup.name)
        this.#partitions.delete(from)
        renamed.push([from, partition])
      }
      this.#partitions.set(partition, { setup, tables: tablesWith(changes), requests })
    }
    await this.#keepInsteadOf(before, () => {
      for (const [from, to] of renamed) this.#options.journal.rename(from, to)
    })
  }

  async #resetAll(): Promise<void> {
    const before = this.#partitions
    this.#partitions = new Map()
    for (const [partition, { setup, changes }] of this.#seed) {
      const requests = before.get(partition)?.requests ?? 0
      this.#partitions.set(partition, { setup, tables: tablesWith(changes), requests })
    }
    await this.#keepInsteadOf(before)
  }

  async #remove(of: Partition): Promise<boolean> {
    const before = this.#partitions
    if (!before.has(of)) return false
    this.#partitions = new Map(before)
    this.#partitions.delete(of)
    await this.#keepInsteadOf(before)
    return true
  }

  /** Keeps accounts and sites that were added or taken away, or goes back to those before. */
  #keepInsteadOf(before: Partitions, done = () => {}): Promise<void> {
    this.#index()
    return this.#keep(done, () => {
      this.#partitions = before
      this.#index()
    })
  }

  /** At JOOR the token is the account, so no other declared account may have it; those replaced now do not count. */
  #refuseTaken({ vendor, token }: Setup, replaced: ReadonlySet<Partition>): void {
    if (vendor !== 'joor' || token === null) return
    const owner = [...(this.#owners.get(`joor ${token}`) ?? [])].find(
      (name) => !replaced.has(partitionOf('joor', name)),
    )
    if (owner !== undefined) throw new TokenTaken(owner)
  }

  /** The same among what `reset` goes back to, which may differ from what stands now. */
  #refuseSeeded(declarations: readonly Declaration[]): void {
    const merged = new Map(this.#seed)
    for (const declaration of declarations)
      merged.set(partitionOf(declaration.setup.vendor, declaration.setup.name), declaration)
    const owners = new Map<string, string>()
    for (const { setup } of merged.values()) {
      if (setup.vendor !== 'joor' || setup.token === null) continue
      const owner = owners.get(setup.token)
      if (owner !== undefined) throw new TokenTaken(owner)
      owners.set(setup.token, setup.name)
    }
  }

  /** The account that calls with this token made before anybody declared it. */
  #anonymousOf({ vendor, token }: Setup): PartitionState | undefined {
    if (vendor !== 'joor' || token === null) return undefined
    return this.#joorStates(anonymousNames(token)).find((state) => state?.setup.token === token)
  }

  /** The name that the token's own account has already, or the shortest that no other account has. */
  #anonymousName(token: string): string {
    const names = anonymousNames(token)
    const states = this.#joorStates(names)
    const own = states.findIndex((state) => state?.setup.token === token)
    const name = names[own < 0 ? states.indexOf(undefined) : own]
    return name ?? anonymousName(token, token.length)
  }

  #joorStates(names: readonly string[]): readonly (PartitionState | undefined)[] {
    return names.map((name) => this.#partitions.get(partitionOf('joor', name)))
  }

  /** JOOR's token is the account, declared or not; at Jirafe the path says the site. */
  #nameOf(caller: Exclude<Caller, { token?: never }>): string {
    if (caller.vendor === 'jirafe') return caller.site
    const [owner] = this.#opens(caller)
    return owner ?? this.#anonymousName(caller.token)
  }

  #opens(caller: Exclude<Caller, { token?: never }>): ReadonlySet<string> {
    return this.#owners.get(`${caller.vendor} ${caller.token}`) ?? new Set()
  }

  #turn(scope: Scope, ids: CallIds, setup: Setup | undefined, view: View): Turn {
    return { id: ids.take(), now: this.#options.clock(scope), newId: () => ids.take(), setup, view }
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

  /** Keeps the change that was just made, or takes it back and rejects; whoever waits goes on after `done` or `undo`. */
  async #keep(done: () => void, undo: () => void): Promise<void> {
    const { keep } = this.#options
    if (keep === undefined) return done()
    let failure: unknown
    this.#keeping = keep(this.#partitions)
      .then(done, (error: unknown) => {
        failure = error
        undo()
      })
      .finally(() => {
        this.#keeping = undefined
      })
    await this.#keeping
    if (failure === undefined) return
    const reason = failure instanceof Error ? failure.message : String(failure)
    throw new StorageFailure(`The change could not be kept: ${reason}.`, { cause: failure })
  }
}

function summaryOf({ setup, tables, requests }: PartitionState): Summary {
  return { setup, rows: forEachTable<Summary['rows']>((name) => tables[name].size), requests }
}

/** Rows that are there from the start, so they are nobody's change. */
function tablesWith(changes: ChangeSet): PartitionTables {
  const tables = emptyTables()
  new Commit(tables, changes, '')
  return tables
}

/** The work's result; where it throws, what was done before it is undone. */
function orUndone<Result>(work: () => Result, undo: () => void): Result {
  try {
    return work()
  } catch (error) {
    undo()
    throw error
  }
}

export function emptyTables(): PartitionTables {
  // A new table has no rows yet, so it may become that of any name.
  return forEachTable<PartitionTables>(() => new Table<never>() as PartitionTables[TableName])
}

/** The name of a JOOR account that nobody declared: the start of its token's fingerprint. */
export function anonymousName(token: string, digits = 8): string {
  return `token-${token.slice(0, digits)}`
}

/** The names that it may get: a longer start where another token's is the same. */
function anonymousNames(token: string): readonly string[] {
  return [8, 16, token.length].map((digits) => anonymousName(token, digits))
}

function anonymousSetup(caller: Exclude<Caller, { token?: never }>, name: string): Setup {
  const token = caller.vendor === 'joor' ? caller.token : null
  const nothing = { settings: {}, warehouses: null, styles: null, pending: [] }
  return { vendor: caller.vendor, name, declared: false, token, ...nothing }
}
