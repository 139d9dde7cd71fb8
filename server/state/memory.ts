import { Commit } from './commit.js'
import {
  copyOf,
  Directory,
  emptyTables,
  type Named,
  type PartitionState,
  type Partitions,
  partitionOf,
  tablesWith,
} from './partitions.js'
import { compareBytes, forEachTable, type Key, type Row, type TableName, type Tables } from './rows.js'
import { type SnapshotFolder, writeSnapshot } from './snapshot-folder.js'
import { type Snapshot, Snapshots, summaryOfSnapshot } from './snapshots.js'
import {
  type Access,
  type AccountsAndSites,
  type Caller,
  type CallIds,
  type Declaration,
  type JournalWriter,
  NameTaken,
  type Needs,
  type PageQuery,
  type Partition,
  type Scope,
  type Settled,
  type Setup,
  type SnapshotSummary,
  StorageFailure,
  type Store,
  type Summary,
  TokenTaken,
  TooManyPartitions,
  type Turn,
  type Vendor,
  type View,
} from './store.js'

/** All that outlives a process. */
export interface Kept {
  readonly partitions: Partitions
  readonly snapshots: Iterable<Snapshot>
}

/** Makes the state outlive the process; rejected where it could not. */
export type Keep = (state: Kept) => Promise<void>

export interface MemoryOptions<Entry> {
  readonly journal: JournalWriter<Entry>
  /** The instant that a call of this account or site, or of nobody, is dated with. */
  readonly clock: (scope: Scope) => Date
  readonly ids: (scope: Scope) => CallIds
  readonly anonymousLimit: number
  /** The state to start with. */
  readonly kept?: Kept
  readonly keep?: Keep | undefined
  /** A place for snapshots apart from the rest. */
  readonly snapshots?: SnapshotFolder | undefined
}

const noRows: View = { get: () => undefined }

/** The state in memory; calls take effect one after the other, and each wholly or not at all. */
export class MemoryStore<Entry> implements Store<Entry> {
  readonly #options: MemoryOptions<Entry>
  readonly #directory: Directory
  /** What `reset` goes back to: a snapshot that is always there. */
  readonly #seed = new Map<Partition, PartitionState>()
  readonly #snapshots: Snapshots
  /**
   * The change that is being kept. Everyone waits for it, so that nobody sees what may still be taken back; each
   * `while` stands right before the work it guards, since any step between would let two waiters through together.
   */
  #keeping: Promise<void> | undefined

  constructor(options: MemoryOptions<Entry>) {
    this.#options = options
    this.#directory = new Directory(options.kept?.partitions ?? new Map())
    this.#snapshots = new Snapshots(options.snapshots?.snapshots ?? options.kept?.snapshots ?? [])
  }

  async access(caller: Caller): Promise<Access> {
    while (this.#keeping !== undefined) await this.#keeping
    if (caller.token === undefined) return { setup: undefined, name: undefined, opens: [] }
    return this.#directory.access(caller)
  }

  async call<Result>(caller: Caller, _needs: Needs, settle: (turn: Turn) => Settled<Entry, Result>): Promise<Result> {
    while (this.#keeping !== undefined) await this.#keeping
    const name = caller.token === undefined ? undefined : this.#directory.nameOf(caller)
    if (caller.token === undefined || name === undefined) {
      const ids = this.#options.ids(caller.vendor)
      const settled = settle(this.#turn(caller.vendor, ids, undefined, noRows))
      this.#options.journal.append(caller.vendor, settled.entry(new Commit(emptyTables(), {}, '')))
      ids.keep()
      settled.committed?.()
      return settled.result
    }
    const partition = partitionOf(caller.vendor, name)
    const known = this.#directory.get(partition)
    if (known === undefined && this.#directory.anonymous >= this.#options.anonymousLimit) throw new TooManyPartitions()
    const state = known ?? { setup: anonymousSetup(caller, name), tables: emptyTables(), requests: 0 }
    const ids = this.#options.ids(partition)
    const turn = this.#turn(partition, ids, state.setup, { get: (table, key) => state.tables[table].get(key) })
    const settled = settle(turn)
    const commit = new Commit(state.tables, settled.changes, turn.id)
    if (known === undefined) this.#directory.replace(partition, state)
    const undo = () => {
      commit.undo(state.tables)
      if (known === undefined) this.#directory.replace(partition, undefined)
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
    const state = this.#directory.get(of)
    return state && summaryOf(state)
  }

  async list(vendor: Vendor): Promise<readonly Summary[]> {
    while (this.#keeping !== undefined) await this.#keeping
    return [...this.#directory.states.values()]
      .filter(({ setup }) => setup.vendor === vendor)
      .map(summaryOf)
      .sort((one, other) => compareBytes(one.setup.name, other.setup.name))
  }

  async row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    return this.#directory.get(of)?.tables[table].get(key)
  }

  async page<Name extends TableName>(
    of: Partition,
    query: PageQuery<Name>,
  ): Promise<readonly { key: Key; row: Row<Tables[Name]> }[]> {
    while (this.#keeping !== undefined) await this.#keeping
    const page: { key: Key; row: Row<Tables[Name]> }[] = []
    const tables = this.#directory.get(of)?.tables
    if (tables === undefined) return page
    for (const [key, row] of tables[query.table].sorted(query.after)) {
      if (page.length === query.limit) break
      if (query.where(row.value)) page.push({ key, row })
    }
    return page
  }

  async declare(declaration: Declaration): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    const state = stateOf(declaration)
    const isNew = this.#directory.get(nameOf(state)) === undefined
    await this.#put([state])
    return isNew
  }

  async load(declarations: readonly Declaration[]): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping
    const states = statesOf(declarations)
    this.#refuseSeeded(states)
    await this.#put([...states.values()].map(copied))
    for (const [partition, state] of states) this.#seed.set(partition, state)
  }

  async change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    const state = this.#directory.get(of)
    if (state === undefined) return false
    // What stands there stays.
    await this.#exchange(new Map([[of, { ...state, setup: change(state.setup) }]]), () => {})
    return true
  }

  async remove(of: Partition): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    if (this.#directory.get(of) === undefined) return false
    await this.#exchange(new Map([[of, undefined]]))
    return true
  }

  async seed(declarations: readonly Declaration[]): Promise<void> {
    const states = statesOf(declarations)
    this.#refuseSeeded(states)
    for (const [partition, state] of states) this.#seed.set(partition, state)
  }

  async reset(of?: Partition): Promise<AccountsAndSites> {
    while (this.#keeping !== undefined) await this.#keeping
    return this.#restore(this.#seed, of)
  }

  async save(name: string, of?: Partition): Promise<SnapshotSummary | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    const states = of === undefined ? this.#directory.states : this.#directory.alone(of)
    if (states === undefined) return undefined
    const copies = new Map([...states].map(([partition, state]) => [partition, copied(state)]))
    const snapshot = { name, of, at: this.#options.clock(of ?? null).toISOString(), states: copies }
    await this.#replaceSnapshot(name, of, snapshot)
    return summaryOfSnapshot(snapshot)
  }

  async snapshots(of?: Partition): Promise<readonly SnapshotSummary[]> {
    while (this.#keeping !== undefined) await this.#keeping
    return this.#snapshots.list(of).map(summaryOfSnapshot)
  }

  async snapshot(name: string, of?: Partition): Promise<string | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    const snapshot = this.#snapshots.get(name, of)
    return snapshot && writeSnapshot(snapshot)
  }

  async restore(name: string, of?: Partition): Promise<AccountsAndSites | undefined> {
    while (this.#keeping !== undefined) await this.#keeping
    const snapshot = this.#snapshots.get(name, of)
    return snapshot && this.#restore(snapshot.states, of)
  }

  async drop(name: string, of?: Partition): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    if (this.#snapshots.get(name, of) === undefined) return false
    await this.#replaceSnapshot(name, of, undefined)
    return true
  }

  async fork(from: Partition, as: (setup: Setup) => Setup): Promise<boolean> {
    while (this.#keeping !== undefined) await this.#keeping
    const state = this.#directory.get(from)
    if (state === undefined) return false
    const fork = { ...copied(state), setup: as(state.setup) }
    if (this.#directory.get(nameOf(fork)) !== undefined) throw new NameTaken(fork.setup.name)
    await this.#put([fork])
    return true
  }

  async close(): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping
  }

  async #replaceSnapshot(name: string, of: Partition | undefined, snapshot: Snapshot | undefined): Promise<void> {
    const { keep, snapshots: folder } = this.#options
    const before = this.#snapshots.replace(name, of, snapshot)
    const undo = () => this.#snapshots.replace(name, of, before)
    await this.#keep(() => {}, undo, folder === undefined ? keep : () => folder.keep(name, of, snapshot))
  }

  /** Back to these states, for one account or site or for all; what is not among them is gone. Throws TokenTaken. */
  async #restore(states: Partitions, of: Partition | undefined): Promise<AccountsAndSites> {
    const meant = of === undefined ? [...states.values()] : [states.get(of)].filter((state) => state !== undefined)
    const back = meant.map(copied)
    if (of === undefined) await this.#replaceAll(back)
    else if (back.length > 0) await this.#put(back)
    else await this.#exchange(new Map([[of, undefined]]))
    return countsOf(back)
  }

  /** Puts them in the place of what has their names; throws TokenTaken. */
  async #put(states: readonly PartitionState[]): Promise<void> {
    const exchange = new Map<Partition, PartitionState | undefined>(states.map((state) => [nameOf(state), state]))
    const renamed: [from: Partition, to: Partition][] = []
    for (const state of states) {
      const owner = this.#directory.ownerOf(state.setup, exchange)
      if (owner !== undefined) throw new TokenTaken(owner)
      const anonymous = this.#directory.anonymousOf(state.setup)
      state.requests = (this.#directory.get(nameOf(state))?.requests ?? 0) + (anonymous?.requests ?? 0)
      if (anonymous === undefined) continue
      exchange.set(nameOf(anonymous), undefined)
      renamed.push([nameOf(anonymous), nameOf(state)])
    }
    await this.#exchange(exchange, () => {
      for (const [from, to] of renamed) this.#options.journal.rename(from, to)
      this.#tellReplaced(exchange)
    })
  }

  async #replaceAll(states: readonly PartitionState[]): Promise<void> {
    const exchange = new Map<Partition, PartitionState | undefined>()
    for (const partition of this.#directory.states.keys()) exchange.set(partition, undefined)
    for (const state of states) {
      state.requests = this.#directory.get(nameOf(state))?.requests ?? 0
      exchange.set(nameOf(state), state)
    }
    await this.#exchange(exchange)
  }

  /** Puts accounts and sites in the place of others, or takes them away: all of it, or nothing where it cannot be kept. */
  async #exchange(
    states: ReadonlyMap<Partition, PartitionState | undefined>,
    done = () => this.#tellReplaced(states),
  ): Promise<void> {
    const before = [...states].map(
      ([partition, state]) => [partition, this.#directory.replace(partition, state)] as const,
    )
    await this.#keep(done, () => {
      for (const [partition, state] of before) this.#directory.replace(partition, state)
    })
  }

  #tellReplaced(states: ReadonlyMap<Partition, unknown>): void {
    for (const partition of states.keys()) this.#options.journal.replaced(partition)
  }

  /** At JOOR the token is the account, among what `reset` goes back to as well. */
  #refuseSeeded(states: ReadonlyMap<Partition, PartitionState>): void {
    const owners = new Map<string, string>()
    for (const { setup } of new Map([...this.#seed, ...states]).values()) {
      if (setup.vendor !== 'joor' || setup.token === null) continue
      const owner = owners.get(setup.token)
      if (owner !== undefined) throw new TokenTaken(owner)
      owners.set(setup.token, setup.name)
    }
  }

  #turn(scope: Scope, ids: CallIds, setup: Setup | undefined, view: View): Turn {
    return { id: ids.take(), now: this.#options.clock(scope), newId: () => ids.take(), setup, view }
  }

  /** Keeps the change that was just made, or takes it back and rejects; whoever waits goes on after `done` or `undo`. */
  async #keep(done: () => void, undo: () => void, keep = this.#options.keep): Promise<void> {
    if (keep === undefined) return done()
    let failure: unknown
    this.#keeping = keep({
      partitions: this.#directory.states,
      snapshots: this.#options.snapshots === undefined ? this.#snapshots.all : [],
    })
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

const nameOf = ({ setup }: PartitionState) => partitionOf(setup.vendor, setup.name)

function statesOf(declarations: readonly Declaration[]): ReadonlyMap<Partition, PartitionState> {
  return new Map(declarations.map(stateOf).map((state) => [nameOf(state), state]))
}

const stateOf = ({ setup, changes }: Declaration): PartitionState => ({
  setup,
  tables: tablesWith(changes),
  requests: 0,
})

/** What later changes leave alone; the rows are shared until somebody writes them. */
const copied = ({ setup, tables }: PartitionState): PartitionState => ({ setup, tables: copyOf(tables), requests: 0 })

function countsOf(states: readonly PartitionState[]): AccountsAndSites {
  const accounts = states.filter(({ setup }) => setup.vendor === 'joor').length
  return { accounts, sites: states.length - accounts }
}

function summaryOf({ setup, tables, requests }: PartitionState): Summary {
  return { setup, rows: forEachTable<Summary['rows']>((name) => tables[name].size), requests }
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

function anonymousSetup(caller: Named, name: string): Setup {
  const token = caller.vendor === 'joor' ? caller.token : null
  const nothing = { settings: {}, warehouses: null, styles: null, pending: [] }
  return { vendor: caller.vendor, name, declared: false, token, ...nothing }
}
