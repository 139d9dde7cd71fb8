import type { Slices } from '../slices.js'
import { CallChange } from './call-change.js'
import { type FoundAhead, findAhead, nothingChanged, type PartitionTables } from './commit.js'
import { type Change, failStorage, type Group, Groups } from './groups.js'
import {
  anonymousSetup,
  copyOf,
  Directory,
  emptyTables,
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
  type ChangeSet,
  type Declaration,
  type Found,
  isEmpty,
  type JournalWriter,
  NameTaken,
  type Needs,
  type PageQuery,
  type Partition,
  type SavedSnapshot,
  type Scope,
  type Settled,
  type Setup,
  type SnapshotSummary,
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

/**
 * Makes the state outlive the process: as it is when this is called, whatever is changed meanwhile. Rejected where it
 * could not; HalfKept, where it is not known.
 */
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
  /** Called when the store is closed: what it held for `keep` is free. */
  readonly release?: (() => Promise<void>) | undefined
  /** A place for snapshots apart from the rest. */
  readonly snapshots?: SnapshotFolder | undefined
}

class TablesView implements View {
  readonly #tables: PartitionTables

  constructor(tables: PartitionTables) {
    this.#tables = tables
  }

  get<Name extends TableName>(table: Name, key: Key): Row<Tables[Name]> | undefined {
    return this.#tables[table].get(key)
  }
}

const noRows: View = { get: () => undefined }

const nobody: ReadonlySet<Partition> = new Set()

/**
 * The state in memory; calls take effect one after the other, and each wholly or not at all. Where the state outlives
 * the process, decisions build on changes that are still being kept, and each waits for its own before it is answered:
 * nobody is told of what may still be undone.
 */
export class MemoryStore<Entry> implements Store<Entry> {
  readonly isRemote: boolean = false
  readonly #options: MemoryOptions<Entry>
  readonly #directory: Directory
  /** What `reset` goes back to: a snapshot that is always there. */
  readonly #seed = new Map<Partition, PartitionState>()
  readonly #snapshots: Snapshots
  /** Where rows stand that were looked up for a call, by what it puts there. */
  readonly #found: FoundAhead = new WeakMap()
  /** Undefined where nothing outlives the process. */
  readonly #groups: Groups | undefined
  /** Changes of the folder of snapshots, one after the other. */
  #folder: Promise<unknown> = Promise.resolve()

  constructor(options: MemoryOptions<Entry>) {
    const { keep, kept, snapshots: folder } = options
    this.#options = options
    this.#directory = new Directory(kept?.partitions ?? new Map())
    this.#snapshots = new Snapshots(folder?.snapshots ?? kept?.snapshots ?? [])
    const snapshots = () => (folder === undefined ? this.#snapshots.all : [])
    if (keep !== undefined)
      this.#groups = new Groups(() => keep({ partitions: this.#directory.states, snapshots: snapshots() }))
  }

  access(caller: Caller): Access | Promise<Access> {
    const { token } = caller
    if (token === undefined) return { setup: undefined, name: undefined, opens: [] }
    return this.#look(
      () => this.#directory.access(caller),
      (group) => group.accounts,
    )
  }

  *lookUp(caller: Caller, drafted: ChangeSet): Slices<void> {
    if (caller.token === undefined) return
    const state = this.#directory.get(partitionOf(caller.vendor, this.#directory.nameOf(caller)))
    if (state !== undefined) yield* findAhead(state.tables, drafted, this.#found)
  }

  call<Result>(
    caller: Caller,
    needs: Needs,
    settle: (turn: Turn) => Settled<Entry, Result>,
    drafted?: ChangeSet,
  ): Result | Promise<Result> {
    const name = caller.token === undefined ? undefined : this.#directory.nameOf(caller)
    if (caller.token === undefined || name === undefined) return this.#callOfNobody(caller.vendor, settle)
    const partition = partitionOf(caller.vendor, name)
    const known = this.#directory.get(partition)
    if (known === undefined && this.#isFull) return this.#callWithRoom(caller, needs, settle)
    const state = known ?? { setup: anonymousSetup(caller, name), tables: emptyTables(), requests: 0 }
    const { journal, ids: idsOf } = this.#options
    const ids = idsOf(partition)
    const turn = this.#turn(partition, ids, state.setup, new TablesView(state.tables))
    const settled = settle(turn)
    const of = { partition, state, isNew: known === undefined, ids, directory: this.#directory, journal }
    // Rows are looked up for drafts alone.
    const change = new CallChange(of, settled, turn.id, drafted && this.#found)
    // Who looks at no row and wants none changed builds on nothing that could be undone.
    const isFree = known !== undefined && isEmpty(needs) && isEmpty(settled.changes)
    const kept = this.#change(change, isFree)
    return kept === undefined ? settled.result : kept.then(() => settled.result)
  }

  /** The call once there is room for another anonymous account; throws TooManyPartitions where there is none. */
  async #callWithRoom<Result>(
    caller: Caller,
    needs: Needs,
    settle: (turn: Turn) => Settled<Entry, Result>,
  ): Promise<Result> {
    await this.#look(() => {
      if (this.#isFull) throw new TooManyPartitions()
    }, anything)
    return this.call(caller, needs, settle)
  }

  async find(of: Partition): Promise<Summary | undefined> {
    return this.#lookAt(of, () => {
      const state = this.#directory.get(of)
      return state && summaryOf(state)
    })
  }

  async list(vendor: Vendor): Promise<readonly Summary[]> {
    return this.#look(() => {
      const states = [...this.#directory.states.values()].filter(({ setup }) => setup.vendor === vendor)
      return states.map(summaryOf).sort((one, other) => compareBytes(one.setup.name, other.setup.name))
    }, anything)
  }

  async row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined> {
    return this.#lookAt(of, () => this.#directory.get(of)?.tables[table].get(key))
  }

  async page<Name extends TableName>(
    of: Partition,
    queries: readonly PageQuery<Name>[],
    limit: number,
  ): Promise<readonly Found<Name>[]> {
    return this.#lookAt(of, () => {
      const page: Found<Name>[] = []
      const tables = this.#directory.get(of)?.tables
      if (tables === undefined) return page
      for (const query of queries) addPage(page, tables, query, limit)
      return page
    })
  }

  async declare(declaration: Declaration): Promise<boolean> {
    const state = stateOf(declaration)
    return this.#act(() => {
      const isNew = this.#directory.get(nameOf(state)) === undefined
      return { result: isNew, change: this.#put([state]) }
    })
  }

  async load(declarations: readonly Declaration[]): Promise<void> {
    const states = statesOf(declarations)
    return this.#act(() => {
      this.#refuseSeeded(states)
      const change = this.#put([...states.values()].map(copied))
      const before = this.#addToSeed(states)
      const undo = () => {
        for (const [partition, state] of before) putBack(this.#seed, partition, state)
        change.undo()
      }
      return { result: undefined, change: { ...change, undo } }
    })
  }

  async change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean> {
    return this.#act(() => {
      const state = this.#directory.get(of)
      if (state === undefined) return { result: false }
      // What stands there stays.
      const changed = this.#exchange(new Map([[of, { ...state, setup: change(state.setup) }]]), () => {})
      return { result: true, change: changed }
    })
  }

  async remove(of: Partition): Promise<boolean> {
    return this.#act(() => {
      if (this.#directory.get(of) === undefined) return { result: false }
      return { result: true, change: this.#exchange(new Map([[of, undefined]])) }
    })
  }

  async seed(declarations: readonly Declaration[]): Promise<void> {
    const states = statesOf(declarations)
    this.#refuseSeeded(states)
    this.#addToSeed(states)
  }

  async reset(of?: Partition): Promise<AccountsAndSites> {
    return this.#act(() => this.#restore(this.#seed, of))
  }

  async save(name: string, of?: Partition): Promise<SavedSnapshot | undefined> {
    const make = () => this.#snapshotOf(name, of)
    const saved = (snapshot: Snapshot, before: Snapshot | undefined) => ({
      ...summaryOfSnapshot(snapshot),
      isNew: before === undefined,
    })
    const { snapshots: folder } = this.#options
    if (folder !== undefined)
      return this.#inFolder(async () => {
        // What is written there is out of reach of whatever is undone here.
        const snapshot = await this.#look(make, anything)
        if (snapshot === undefined) return undefined
        await folder.keep(name, of, snapshot).catch(failStorage)
        return saved(snapshot, this.#snapshots.replace(name, of, snapshot))
      })
    return this.#act(() => {
      const snapshot = make()
      if (snapshot === undefined) return { result: undefined }
      const result = saved(snapshot, this.#snapshots.get(name, of))
      return { result, change: this.#replaceSnapshot(name, of, snapshot) }
    })
  }

  async snapshots(of?: Partition): Promise<readonly SnapshotSummary[]> {
    return this.#look(() => this.#snapshots.list(of).map(summaryOfSnapshot), anything)
  }

  async snapshot(name: string, of?: Partition): Promise<string | undefined> {
    return this.#look(() => {
      const snapshot = this.#snapshots.get(name, of)
      return snapshot && writeSnapshot(snapshot)
    }, anything)
  }

  async restore(name: string, of?: Partition): Promise<AccountsAndSites | undefined> {
    return this.#act<AccountsAndSites | undefined>(() => {
      const snapshot = this.#snapshots.get(name, of)
      return snapshot === undefined ? { result: undefined } : this.#restore(snapshot.states, of)
    })
  }

  async drop(name: string, of?: Partition): Promise<boolean> {
    const isThere = () => this.#snapshots.get(name, of) !== undefined
    const { snapshots: folder } = this.#options
    if (folder !== undefined)
      return this.#inFolder(async () => {
        if (!isThere()) return false
        await folder.keep(name, of, undefined).catch(failStorage)
        this.#snapshots.replace(name, of, undefined)
        return true
      })
    return this.#act(() =>
      isThere() ? { result: true, change: this.#replaceSnapshot(name, of, undefined) } : { result: false },
    )
  }

  async fork(from: Partition, as: (setup: Setup) => Setup): Promise<boolean> {
    return this.#act(() => {
      const state = this.#directory.get(from)
      if (state === undefined) return { result: false }
      const fork = { ...copied(state), setup: as(state.setup) }
      if (this.#directory.get(nameOf(fork)) !== undefined) throw new NameTaken(fork.setup.name)
      return { result: true, change: this.#put([fork]) }
    })
  }

  async close(): Promise<void> {
    await this.#folder
    await this.#groups?.end()
    await this.#options.release?.()
  }

  get #isFull(): boolean {
    return this.#directory.anonymous >= this.#options.anonymousLimit
  }

  /** It is kept under the vendor and has no rows, so nothing of it could be undone. */
  #callOfNobody<Result>(scope: Vendor | null, settle: (turn: Turn) => Settled<Entry, Result>): Result {
    const ids = this.#options.ids(scope)
    const settled = settle(this.#turn(scope, ids, undefined, noRows))
    const entry = settled.entry(nothingChanged)
    ids.keep()
    settled.count?.()
    this.#options.journal.append(scope, entry)
    return settled.result
  }

  /** What is seen, once nothing of it can be undone any more; looks again where something was. */
  #look<Seen>(look: () => Seen, concerns: (group: Group) => boolean): Seen | Promise<Seen> {
    // In memory alone nothing is ever undone.
    return this.#groups === undefined ? look() : lookAtWhatStands(this.#groups, look, concerns)
  }

  #lookAt<Seen>(of: Partition, look: () => Seen): Seen | Promise<Seen> {
    return this.#look(look, ({ touched }) => touched.has(of))
  }

  /** Does what it can, and tells how it went once nothing of it can be undone any more. */
  async #act<Result>(act: () => Act<Result>): Promise<Result> {
    for (;;) {
      const acted = attempt(act)
      const change = acted.value?.change
      if (change !== undefined) await this.#change(change)
      else {
        const pending = this.#groups?.pending(anything)
        if (pending !== undefined && !(await pending.ended)) continue
      }
      return acted.take().result
    }
  }

  /** Undefined where nothing has to be waited for. */
  #change(change: Change, isFree = false): Promise<void> | undefined {
    const groups = this.#groups
    if (groups !== undefined && !isFree) {
      if (change.isKept) return groups.keep(change)
      const touched = [...change.touched]
      const isBuiltOn = groups.pending((group) => touched.some((partition) => group.touched.has(partition)))
      if (isBuiltOn !== undefined) return groups.follow(change)
    }
    change.done()
    return undefined
  }

  #snapshotOf(name: string, of: Partition | undefined): Snapshot | undefined {
    const states = of === undefined ? this.#directory.states : this.#directory.alone(of)
    if (states === undefined) return undefined
    const copies = new Map([...states].map(([partition, state]) => [partition, copied(state)]))
    return { name, of, at: this.#options.clock(of ?? null).toISOString(), states: copies }
  }

  #replaceSnapshot(name: string, of: Partition | undefined, snapshot: Snapshot | undefined): Change {
    const before = this.#snapshots.replace(name, of, snapshot)
    const undo = () => {
      this.#snapshots.replace(name, of, before)
    }
    return { touched: nobody, accounts: false, isKept: true, done: () => {}, undo }
  }

  #inFolder<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#folder.then(work)
    this.#folder = done.catch(() => {})
    return done
  }

  /** Back to these states, for one account or site or for all; what is not among them is gone. Throws TokenTaken. */
  #restore(states: Partitions, of: Partition | undefined): Act<AccountsAndSites> {
    const meant = of === undefined ? [...states.values()] : [states.get(of)].filter((state) => state !== undefined)
    const back = meant.map(copied)
    const result = countsOf(back)
    if (of === undefined) return { result, change: this.#replaceAll(back) }
    if (back.length > 0) return { result, change: this.#put(back) }
    return { result, change: this.#exchange(new Map([[of, undefined]])) }
  }

  /** Puts them in the place of what has their names; throws TokenTaken. */
  #put(states: readonly PartitionState[]): Change {
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
    return this.#exchange(exchange, () => {
      for (const [from, to] of renamed) this.#options.journal.rename(from, to)
      this.#tellReplaced(exchange)
    })
  }

  #replaceAll(states: readonly PartitionState[]): Change {
    const exchange = new Map<Partition, PartitionState | undefined>()
    for (const partition of this.#directory.states.keys()) exchange.set(partition, undefined)
    for (const state of states) {
      state.requests = this.#directory.get(nameOf(state))?.requests ?? 0
      exchange.set(nameOf(state), state)
    }
    return this.#exchange(exchange)
  }

  /** Puts accounts and sites in the place of others, or takes them away. */
  #exchange(
    states: ReadonlyMap<Partition, PartitionState | undefined>,
    done = () => this.#tellReplaced(states),
  ): Change {
    const before = [...states].map(
      ([partition, state]) => [partition, this.#directory.replace(partition, state)] as const,
    )
    const undo = () => {
      for (const [partition, state] of before) this.#directory.replace(partition, state)
    }
    return { touched: states.keys(), accounts: true, isKept: true, done, undo }
  }

  #tellReplaced(states: ReadonlyMap<Partition, unknown>): void {
    for (const partition of states.keys()) this.#options.journal.replaced(partition)
  }

  /** At JOOR the token is the account, among what `reset` goes back to as well. */
  #refuseSeeded(states: ReadonlyMap<Partition, PartitionState>): void {
    const owners = new Map<string, string>()
    // Those that stay come first: who is told has given an account the token of one of them.
    const staying = [...this.#seed].filter(([partition]) => !states.has(partition))
    for (const [, { setup }] of [...staying, ...states]) {
      if (setup.vendor !== 'joor' || setup.token === null) continue
      const owner = owners.get(setup.token)
      if (owner !== undefined) throw new TokenTaken(owner)
      owners.set(setup.token, setup.name)
    }
  }

  #turn(scope: Scope, ids: CallIds, setup: Setup | undefined, view: View): Turn {
    return { id: ids.take(), now: this.#options.clock(scope), newId: ids.take, setup, view }
  }

  /** What stood in the seed under their names. */
  #addToSeed(states: Partitions): readonly (readonly [Partition, PartitionState | undefined])[] {
    const before = [...states.keys()].map((partition) => [partition, this.#seed.get(partition)] as const)
    for (const [partition, state] of states) this.#seed.set(partition, state)
    return before
  }
}

/** What an act comes to, and the change that it made if it made one. */
interface Act<Result> {
  readonly result: Result
  readonly change?: Change
}

const anything = () => true

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

function addPage<Name extends TableName>(
  page: Found<Name>[],
  tables: PartitionState['tables'],
  { table, after, ...narrowed }: PageQuery<Name>,
  limit: number,
): void {
  if (page.length >= limit) return
  for (const [key, row] of tables[table].sorted(after, narrowed)) if (page.push({ table, key, row }) >= limit) return
}

/** What is seen, once no group may take it away any more. */
async function lookAtWhatStands<Seen>(
  groups: Groups,
  look: () => Seen,
  concerns: (group: Group) => boolean,
): Promise<Seen> {
  for (;;) {
    const seen = attempt(look)
    const pending = groups.pending(concerns)
    if (pending === undefined || (await pending.ended)) return seen.take()
  }
}

/** What the work came to: a value, or an error that is thrown where it is taken. */
function attempt<Value>(work: () => Value): { readonly value?: Value; take(): Value } {
  try {
    const value = work()
    return { value, take: () => value }
  } catch (error) {
    return {
      take() {
        throw error
      },
    }
  }
}

function putBack(states: Map<Partition, PartitionState>, partition: Partition, state: PartitionState | undefined) {
  if (state === undefined) states.delete(partition)
  else states.set(partition, state)
}
