import { RecentMap } from '../../recent-map.js'
import { Commit, nothingChanged } from '../commit.js'
import { anonymousSetup, type Named, partitionOf } from '../partitions.js'
import type { TableName } from '../rows.js'
import {
  type Access,
  type Caller,
  type CallIds,
  ChangeInDoubt,
  type ChangeSet,
  isEmpty,
  type Partition,
  type Scope,
  type Settled,
  type Setup,
  StorageFailure,
  TooManyPartitions,
  type Turn,
  type Vendor,
  type View,
} from '../store.js'
import { lockFaults, readControls, writeControls } from './control-rows.js'
import type { Database, Ending, Statements } from './database.js'
import type { Log, Written } from './log.js'
import { type Entered, keyOf, live, lockDirectory, type Parties, partitionOfParty } from './parties.js'
import { type Clear, PartTables, readStanding, type Standing, type Wanted, writeRows } from './row-sets.js'
import type { Controls, ControlText, SharedJournal } from './sharing.js'

/** Callers of which it is remembered what was known of them. */
const mostCallers = 1_000
/** How often, and how far apart, it is asked whether a call stands whose connection was lost while it was committed. */
const doubtTries = 40
const doubtMs = 250

const noRows: View = { get: () => undefined }

/** What a call came to before it is committed. */
interface Decided<Result> extends Written {
  readonly result: Result
}

type KnownAccess = Access & { readonly name: string }

/** What a call looks at beside its account or site. */
type Looked = readonly [texts: readonly ControlText[], standing: Standing]

export interface CallOptions<Entry> {
  readonly journal: SharedJournal<Entry>
  readonly controls: Controls
  /** The instant that a call of this account or site, or of nobody, is dated with. */
  readonly clock: (scope: Scope) => Date
  readonly ids: (scope: Scope) => CallIds
  readonly anonymousLimit: number
  readonly wait: (ms: number) => Promise<void>
}

/** Vendors' calls: each is one transaction that holds the lock of its account or site, and is decided here. */
export class Calls<Entry> {
  readonly #options: CallOptions<Entry>
  readonly #database: Database
  readonly #parties: Parties
  readonly #log: Log<Entry>
  /** What was known of each caller last: its call is judged by it, and what it reads goes out with the lock. */
  readonly #accesses = new RecentMap<string, KnownAccess>()
  /** Whether clocks, ids or faults were set of anybody when the last call looked; where none are, none are asked for. */
  #hadControls = true

  constructor(options: CallOptions<Entry>, database: Database, parties: Parties, log: Log<Entry>) {
    this.#options = options
    this.#database = database
    this.#parties = parties
    this.#log = log
  }

  async access(caller: Caller): Promise<Access> {
    if (caller.token === undefined) return { setup: undefined, name: undefined, opens: [] }
    const access = await this.#parties.access(this.#database, caller)
    const key = keyOfCaller(caller)
    this.#accesses.delete(key)
    this.#accesses.touch(key, () => access)
    if (this.#accesses.size > mostCallers) this.#accesses.deleteOldest()
    return access
  }

  recall(caller: Caller): Access | undefined {
    const access = caller.token === undefined ? undefined : this.#accesses.get(keyOfCaller(caller))
    return access?.setup && access
  }

  async call<Result>(caller: Caller, wanted: Wanted, settle: (turn: Turn) => Settled<Entry, Result>): Promise<Result> {
    let isSettled = false
    let decided: Decided<Result> | undefined
    const settleOnce = (turn: Turn) => {
      isSettled = true
      return settle(turn)
    }
    try {
      await this.#database.endingTransaction(async (statements) => {
        const ending =
          caller.token === undefined
            ? await this.#callOfNobody(statements, caller.vendor, settleOnce)
            : await this.#callOf(statements, caller, wanted, settleOnce)
        decided = ending.result
        return ending
      })
    } catch (error) {
      this.#options.controls.forget()
      const stands = error instanceof ChangeInDoubt && decided !== undefined && (await this.#stands(caller, decided))
      if (!stands) {
        decided?.falls()
        if (!isSettled && error instanceof StorageFailure && isEmpty(wanted.needs))
          return this.#callWithoutDatabase(caller, settle, error)
        throw error
      }
    }
    if (decided === undefined) throw new Error('A transaction was committed without its call.')
    decided.stands()
    return decided.result
  }

  /** Whether a call stands whose connection was lost while it was committed; false where nobody can tell in time. */
  async #stands(caller: Caller, { request }: Written): Promise<boolean> {
    for (let tries = 0; tries < doubtTries; tries++) {
      try {
        return await this.#database.transaction(async (statements) => {
          // Whoever has the lock is behind the transaction that is in doubt.
          if (caller.token !== undefined) await this.#parties.lock(statements, caller)
          return this.#log.has(statements, request)
        })
      } catch (error) {
        if (!(error instanceof StorageFailure)) throw error
        await this.#options.wait(doubtMs)
      }
    }
    return false
  }

  async #callOf<Result>(
    statements: Statements,
    caller: Named,
    wanted: Wanted,
    settle: (turn: Turn) => Settled<Entry, Result>,
  ): Promise<Ending<Decided<Result>>> {
    const access = this.#accesses.get(keyOfCaller(caller))
    const guess = access && partitionOf(caller.vendor, access.name)
    const entering = this.#parties.enter(statements, caller)
    // It goes out right behind the lock, and is read once that is had; it takes no lock itself, for who finds no account
    // or site has yet to wait for all of them.
    const withControls = this.#hadControls
    const guessed = guess && lookFor(statements, guess, wanted, withControls)
    // Its failure is that of the lock, which tells of it.
    guessed?.catch(() => {})
    const entered = await entering
    const { party, hasControls } = entered ?? (await this.#make(statements, caller))
    const scope = partitionOfParty(party)
    const isGuessed =
      guessed !== undefined && entered !== undefined && guess === scope && (withControls || !hasControls)
    this.#hadControls = hasControls
    const [seen, standing] = await (isGuessed ? guessed : lookFor(statements, scope, wanted, hasControls))
    const texts = await lockFaults(statements, scope, seen)
    const part = new PartTables()
    part.add(standing.rows)
    this.#options.controls.update(texts, scope)
    const ids = this.#options.ids(scope)
    const view: View = { get: (table, key) => part.tables[table].get(key) }
    const turn = this.#turn(scope, ids, party.setup, view)
    const settled = settle(turn)
    // In the same turn of the event loop: the next call may be one with other clocks, ids and faults.
    settled.count?.()
    ids.keep()
    const counted = this.#options.controls.changes(scope, '')
    const others = othersOf(settled.changes, wanted.drafted)
    const more = await readStanding(statements, party.key, { needs: {}, drafted: others }, wanted.needs)
    part.add(more.rows)
    const isDrafted = ({ table }: Clear) => others[table] === undefined && settled.changes[table] !== undefined
    const clears = [...standing.clears.filter(isDrafted), ...more.clears]
    // Told by the same rules as in memory, on the rows that it touches.
    const { changed } = new Commit(part.tables, settled.changes, turn.id)
    const entry = settled.entry(changed)
    this.#options.journal.decided(scope, entry)
    const written = this.#log.append(statements, scope, entry)
    const last = Promise.all([
      written.done,
      writeControls(statements, counted),
      writeRows(statements, party.id, settled.changes, clears, turn.id),
    ])
    return { result: { result: settled.result, ...written }, last }
  }

  /** Makes the account or site of a caller. */
  async #make(statements: Statements, caller: Named): Promise<Entered> {
    await lockDirectory(statements)
    // Another call may have made it meanwhile.
    const made = await this.#parties.enter(statements, caller)
    if (made !== undefined) return made
    if ((await this.#parties.anonymous(statements)) >= this.#options.anonymousLimit) throw new TooManyPartitions()
    const { name } = await this.#parties.access(statements, caller)
    const party = await this.#parties.insert(statements, live, anonymousSetup(caller, name), 1)
    return { party, hasControls: true }
  }

  async #callOfNobody<Result>(
    statements: Statements,
    scope: Vendor | null,
    settle: (turn: Turn) => Settled<Entry, Result>,
  ): Promise<Ending<Decided<Result>>> {
    const { controls, ids: idsOf, journal } = this.#options
    controls.update(await readControls(statements, scope, 'locked'), scope)
    const ids = idsOf(scope)
    const settled = settle(this.#turn(scope, ids, undefined, noRows))
    settled.count?.()
    ids.keep()
    const counted = controls.changes(scope, '')
    const entry = settled.entry(nothingChanged)
    journal.decided(scope, entry)
    const written = this.#log.append(statements, scope, entry)
    const last = Promise.all([written.done, writeControls(statements, counted)])
    return { result: { result: settled.result, ...written }, last }
  }

  /** What looks at no row and changes none needs no database: its entry is written down when there is one again. */
  #callWithoutDatabase<Result>(
    caller: Caller,
    settle: (turn: Turn) => Settled<Entry, Result>,
    failure: StorageFailure,
  ): Result {
    const { ids: idsOf, journal } = this.#options
    // Whose account it is only the database knows.
    const scope = caller.vendor
    const settled = settle(this.#turn(scope, idsOf(scope), undefined, noRows))
    if (!isEmpty(settled.changes)) throw failure
    const entry = settled.entry(nothingChanged)
    journal.decided(scope, entry)
    this.#log.keepForLater(scope, entry)
    return settled.result
  }

  #turn(scope: Scope, ids: CallIds, setup: Setup | undefined, view: View): Turn {
    return { id: ids.take(), now: this.#options.clock(scope), newId: ids.take, setup, view }
  }
}

const keyOfCaller = (caller: Named) =>
  caller.vendor === 'jirafe' ? `${caller.token} ${caller.site}` : `token ${caller.token}`

const lookFor = (statements: Statements, of: Partition, wanted: Wanted, hasControls: boolean): Promise<Looked> =>
  Promise.all([hasControls ? readControls(statements, of) : [], readStanding(statements, keyOf(of), wanted)])

/** Of the changes what was not drafted as it came to be. */
const othersOf = (changes: ChangeSet, drafted: ChangeSet): ChangeSet =>
  Object.fromEntries(
    // The change set is keyed by the names of tables.
    Object.entries(changes).filter(([table, change]) => change !== drafted[table as TableName]),
  )
