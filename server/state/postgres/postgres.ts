import { RecentMap } from '../../recent-map.js'
import { Commit, nothingChanged } from '../commit.js'
import { restoredSnapshot } from '../kept.js'
import { anonymousSetup, type Named, partitionOf } from '../partitions.js'
import type { Key, Row, TableName, Tables } from '../rows.js'
import { forEachTable } from '../rows.js'
import { writeSnapshot } from '../snapshot-folder.js'
import {
  type Access,
  type AccountsAndSites,
  type Caller,
  type CallIds,
  type ChangeSet,
  type Declaration,
  type Found,
  NameTaken,
  type Needs,
  type PageQuery,
  type Partition,
  type SavedSnapshot,
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
} from '../store.js'
import { lockFaults, readControls, writeControls } from './control-rows.js'
import { CommitInDoubt, type Database, type Ending, type Statements } from './database.js'
import { Log, type Written } from './log.js'
import { copyOfSnapshot, keyOf, keyOfSetup, live, Parties, type Party, seeded } from './parties.js'
import {
  clearRows,
  type KeptRow,
  PartTables,
  putRows,
  readAllRows,
  readNeeds,
  readPage,
  readReplaced,
  readRow,
} from './row-sets.js'
import type { Controls, ControlText, SharedJournal } from './sharing.js'

export interface PostgresOptions<Entry> {
  readonly database: Database
  readonly journal: SharedJournal<Entry>
  readonly controls: Controls
  /** The instant that a call of this account or site, or of nobody, is dated with. */
  readonly clock: (scope: Scope) => Date
  readonly ids: (scope: Scope) => CallIds
  readonly anonymousLimit: number
  /** Milliseconds of a clock that nobody sets. */
  readonly stopwatch: () => number
  /** Does a task so many milliseconds later, again and again; what is given back ends that. */
  readonly every: (ms: number, run: () => void) => () => void
  readonly wait: (ms: number) => Promise<void>
}

/** How long others' calls may stand before this replica's streams and waits see them, in milliseconds. */
const pollMs = 200
/** How long this replica's own may. */
const soonMs = 20
/** Callers of which it is guessed which account or site they are. */
const mostGuesses = 10_000
/** How often, and how far apart, it is asked whether a call stands whose connection was lost while it was committed. */
const doubtTries = 40
const doubtMs = 250

const noRows: View = { get: () => undefined }

/** What a call came to before it is committed. */
interface Decided<Result> extends Written {
  readonly result: Result
}

/** What a call looks at beside its account or site. */
type Looked = readonly [texts: readonly ControlText[], rows: readonly KeptRow[]]

/** An account or site that is to stand: with rows of its own, or with those of another one. */
interface Arrival {
  readonly setup: Setup
  readonly changes?: ChangeSet
  /** The id of the one whose rows it gets. */
  readonly origin?: string
}

/**
 * The state in a PostgreSQL database, for any number of replicas. A call is one transaction that holds the lock of its
 * account or site; decisions are made here, on the rows that the call named.
 */
export class PostgresStore<Entry> implements Store<Entry> {
  readonly #options: PostgresOptions<Entry>
  readonly #database: Database
  readonly #log: Log<Entry>
  readonly #parties = new Parties()
  readonly #stopPolling: () => void
  #closed: Promise<void> | undefined
  #isPolledSoon = false
  /** Which account or site each caller was last: what is read of it goes out with the lock, and again where it was another one. */
  readonly #guesses = new RecentMap<string, Partition>()

  constructor(options: PostgresOptions<Entry>) {
    this.#options = options
    this.#database = options.database
    this.#log = new Log(options.database, options.journal, options.stopwatch)
    this.#stopPolling = options.every(pollMs, () => this.#poll())
  }

  /** Loads the seed where the database is new; true where it was begun with another one than this. */
  async begin(declarations: readonly Declaration[], fingerprint: string | null): Promise<boolean> {
    const before = await this.#act(async (statements) => {
      const [seed] = await statements.rows<{ number: string; value: string | null }>(
        "SELECT number, value FROM @singles WHERE name = 'seed'",
      )
      const isNew = seed?.number !== '1'
      if (!isNew && (fingerprint === null || seed.value === fingerprint)) return seed.value
      await this.#replaceSeed(statements, declarations)
      await statements.rows("UPDATE @singles SET number = 1, value = $1 WHERE name = 'seed'", [fingerprint])
      if (isNew) await this.#restore(statements, seeded, undefined)
      return isNew ? fingerprint : seed.value
    })
    await this.refresh()
    return fingerprint !== null && before !== fingerprint
  }

  /** All that other replicas have done up to now is known here: calls, clocks, ids and faults. */
  async refresh(): Promise<void> {
    this.#options.controls.update(await readControls(this.#database, 'all'), 'all')
    await this.#log.refresh()
  }

  /** Changes clocks, ids or faults for all replicas. */
  async changeControls<Result>(change: () => Result): Promise<Result> {
    const { controls } = this.#options
    try {
      return await this.#database.transaction(async (statements) => {
        const [row] = await statements.rows<{ number: string }>(
          "UPDATE @singles SET number = number + 1 WHERE name = 'controls' RETURNING number",
        )
        controls.update(await readControls(statements, 'all', 'locked'), 'all')
        const result = change()
        await writeControls(statements, controls.changes('all', row?.number ?? ''))
        return result
      })
    } catch (error) {
      controls.forget()
      throw error
    }
  }

  clearJournal(of: Partition | undefined): Promise<void> {
    return this.#log.clear(of)
  }

  async access(caller: Caller): Promise<Access> {
    if (caller.token === undefined) return { setup: undefined, name: undefined, opens: [] }
    const access = await this.#parties.access(this.#database, caller)
    this.#guess(caller, partitionOf(caller.vendor, access.name))
    return access
  }

  async call<Result>(caller: Caller, needs: Needs, settle: (turn: Turn) => Settled<Entry, Result>): Promise<Result> {
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
            : await this.#callOf(statements, caller, needs, settleOnce)
        decided = ending.result
        return ending
      })
    } catch (error) {
      this.#options.controls.forget()
      const stands = error instanceof CommitInDoubt && decided !== undefined && (await this.#stands(caller, decided))
      if (!stands) {
        decided?.falls()
        if (!isSettled && error instanceof StorageFailure && isEmpty(needs))
          return this.#callWithoutDatabase(caller, settle, error)
        throw error
      }
    }
    if (decided === undefined) throw new Error('A transaction was committed without its call.')
    decided.stands()
    this.#pollSoon()
    return decided.result
  }

  async find(of: Partition): Promise<Summary | undefined> {
    return this.#look(async (statements) => {
      const party = await this.#parties.find(statements, live, keyOf(of))
      return party && (await summaries(statements, [party]))[0]
    })
  }

  async list(vendor: Vendor): Promise<readonly Summary[]> {
    return this.#look(async (statements) => {
      const parties = await this.#parties.list(statements, live)
      return summaries(
        statements,
        parties.filter(({ setup }) => setup.vendor === vendor),
      )
    })
  }

  row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined> {
    return readRow(this.#database, keyOf(of), table, key)
  }

  page<Name extends TableName>(
    of: Partition,
    queries: readonly PageQuery<Name>[],
    limit: number,
  ): Promise<readonly Found<Name>[]> {
    return this.#look(async (statements) => {
      const page: Found<Name>[] = []
      const party = await this.#parties.find(statements, live, keyOf(of))
      if (party === undefined) return page
      for (const query of queries)
        if (page.length < limit) page.push(...(await readPage(statements, party.id, query, limit - page.length)))
      return page
    })
  }

  declare(declaration: Declaration): Promise<boolean> {
    return this.#act(async (statements) => {
      const isNew = (await this.#parties.find(statements, live, keyOfSetup(declaration.setup))) === undefined
      await this.#put(statements, [declaration])
      return isNew
    })
  }

  change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean> {
    return this.#act(async (statements) => {
      const party = await this.#parties.find(statements, live, keyOf(of), 'FOR UPDATE')
      if (party === undefined) return false
      await this.#parties.change(statements, party, change(party.setup))
      return true
    })
  }

  remove(of: Partition): Promise<boolean> {
    return this.#act(async (statements) => {
      const party = await this.#parties.find(statements, live, keyOf(of), 'FOR UPDATE')
      if (party === undefined) return false
      await this.#parties.remove(statements, [party.id])
      await this.#log.replaced(statements, of)
      return true
    })
  }

  seed(declarations: readonly Declaration[]): Promise<void> {
    return this.#act((statements) => this.#addToSeed(statements, declarations))
  }

  load(declarations: readonly Declaration[]): Promise<void> {
    return this.#act(async (statements) => {
      await this.#addToSeed(statements, declarations)
      await this.#put(statements, unique(declarations))
    })
  }

  async reset(of?: Partition): Promise<AccountsAndSites> {
    return this.#act((statements) => this.#restore(statements, seeded, of))
  }

  save(name: string, of?: Partition): Promise<SavedSnapshot | undefined> {
    const at = this.#options.clock(of ?? null).toISOString()
    return this.#act(async (statements) => {
      const all = await this.#parties.list(statements, live)
      const meant = of === undefined ? all : all.filter((party) => partitionOfParty(party) === of)
      if (of !== undefined && meant.length === 0) return undefined
      const isNew = !(await this.#drop(statements, name, of))
      const [row] = await statements.rows<{ id: string }>(
        'INSERT INTO @snapshots (scope, name, of_party, made_at) VALUES ($1, $2, $3, $4) RETURNING id',
        [scopeOf(of), name, of === undefined ? null : JSON.stringify(of), at],
      )
      const copies = meant.map(({ id, setup }) => ({ origin: id, setup, requests: 0 }))
      await this.#parties.copy(statements, copies, copyOfSnapshot(row?.id ?? ''))
      return { name, of, at, ...countsOf(meant.map(({ setup }) => setup)), isNew }
    })
  }

  snapshots(of?: Partition): Promise<readonly SnapshotSummary[]> {
    return this.#look(async (statements) => {
      const rows = await statements.rows<{ name: string; made_at: string; accounts: string; sites: string }>(
        `SELECT s.name, s.made_at, count(*) FILTER (WHERE p.vendor = 'joor') AS accounts,
           count(*) FILTER (WHERE p.vendor = 'jirafe') AS sites
         FROM @snapshots s LEFT JOIN @parties p ON p.copy = s.id + 1
         WHERE s.scope = $1 GROUP BY s.id, s.name, s.made_at ORDER BY convert_to(s.name, 'UTF8')`,
        [scopeOf(of)],
      )
      return rows.map(({ name, made_at, accounts, sites }) => ({
        ...{ name, of, at: made_at },
        ...{ accounts: Number(accounts), sites: Number(sites) },
      }))
    })
  }

  snapshot(name: string, of?: Partition): Promise<string | undefined> {
    return this.#look(async (statements) => {
      const found = await findSnapshot(statements, name, of)
      if (found === undefined) return undefined
      const parties = await this.#parties.list(statements, copyOfSnapshot(found.id))
      const rows = await readAllRows(
        statements,
        parties.map(({ id }) => id),
      )
      const partitions = parties.map(({ id, setup }) => ({
        setup,
        rows: rows.filter(({ party }) => party === id).map(({ table, key, row }) => ({ table, key, ...row })),
      }))
      return writeSnapshot(restoredSnapshot({ name, of: of ?? null, at: found.made_at, partitions }))
    })
  }

  restore(name: string, of?: Partition): Promise<AccountsAndSites | undefined> {
    return this.#act(async (statements) => {
      const found = await findSnapshot(statements, name, of)
      return found && this.#restore(statements, copyOfSnapshot(found.id), of)
    })
  }

  drop(name: string, of?: Partition): Promise<boolean> {
    return this.#act((statements) => this.#drop(statements, name, of))
  }

  fork(from: Partition, as: (setup: Setup) => Setup): Promise<boolean> {
    return this.#act(async (statements) => {
      const origin = await this.#parties.find(statements, live, keyOf(from), 'FOR UPDATE')
      if (origin === undefined) return false
      const setup = as(origin.setup)
      const standing = await this.#parties.find(statements, live, keyOfSetup(setup))
      if (standing !== undefined) throw new NameTaken(setup.name)
      await this.#put(statements, [{ setup, origin: origin.id }])
      return true
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#stopPolling()
    // What waited for the database is written down, if there is one.
    await this.#log.refresh().catch(() => {})
    await this.#database.end()
  }

  /** Several calls in short order are read in one go. */
  #pollSoon(): void {
    if (this.#isPolledSoon) return
    this.#isPolledSoon = true
    this.#options.wait(soonMs).then(() => {
      this.#isPolledSoon = false
      if (this.#closed === undefined) this.#poll()
    })
  }

  /** What others have done is looked for again and again; where there is no database now, later. */
  #poll(): void {
    this.#log
      .refresh()
      .then(() => this.#log.trim())
      .catch(() => {})
  }

  #look<Seen>(look: (statements: Statements) => Promise<Seen>): Promise<Seen> {
    return this.#database.transaction(look, { readOnly: true })
  }

  /** What changes accounts and sites as a whole is done one after the other. */
  async #act<Result>(act: (statements: Statements) => Promise<Result>): Promise<Result> {
    const result = await this.#database.transaction(async (statements) => {
      await lockDirectory(statements)
      return act(statements)
    })
    // Whose calls are whose now this replica knows at once.
    await this.#log.refresh()
    return result
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

  /** Puts accounts and sites in the place of what has their names. Throws TokenTaken. */
  async #put(statements: Statements, arrivals: readonly Arrival[]): Promise<void> {
    const keys = new Map(arrivals.map(({ setup }) => [nameOf(setup), setup]))
    const tokens = arrivals.flatMap(({ setup }) =>
      setup.vendor === 'joor' && setup.token !== null ? [setup.token] : [],
    )
    const holders = tokens.length === 0 ? [] : await this.#parties.withTokens(statements, tokens)
    const replaced = new Set<Partition>(keys.keys())
    for (const { setup, changes, origin } of arrivals) {
      const name = nameOf(setup)
      const same = setup.vendor === 'joor' ? holders.filter((each) => each.setup.token === setup.token) : []
      const owner = same.find((each) => each.setup.declared && !replaced.has(partitionOfParty(each)))
      if (owner !== undefined) throw new TokenTaken(owner.setup.name)
      // The calls that the token made before anybody declared its account are the account's own.
      const anonymous = setup.declared ? same.find((each) => !each.setup.declared) : undefined
      const before = await this.#parties.find(statements, live, keyOfSetup(setup), 'FOR UPDATE')
      const gone = [before, anonymous].filter((each) => each !== undefined)
      // A call of theirs that is under way is waited for, and counts.
      const locked = await Promise.all(gone.map(({ key }) => this.#parties.find(statements, live, key, 'FOR UPDATE')))
      const requests = locked.reduce((sum, each) => sum + (each?.requests ?? 0), 0)
      if (origin === undefined) {
        await this.#parties.remove(statements, idsOf(gone))
        const party = await this.#parties.insert(statements, live, setup, requests)
        await putRows(statements, party.id, changes ?? {}, '')
      } else {
        await this.#parties.remove(statements, idsOf(gone))
        await this.#parties.copy(statements, [{ origin, setup, requests }], live)
      }
      if (anonymous !== undefined) {
        replaced.add(partitionOfParty(anonymous))
        await this.#log.rename(statements, partitionOfParty(anonymous), name)
      }
    }
    for (const each of replaced) await this.#log.replaced(statements, each)
  }

  /** Makes these what reset goes back to, beside those that are there already. Throws TokenTaken. */
  async #addToSeed(statements: Statements, declarations: readonly Declaration[]): Promise<void> {
    const given = unique(declarations)
    const names = new Set(given.map(({ setup }) => nameOf(setup)))
    const standing = await this.#parties.list(statements, seeded)
    const owners = new Map<string, string>()
    for (const { setup } of [...standing.filter((each) => !names.has(partitionOfParty(each))), ...given]) {
      if (setup.vendor !== 'joor' || setup.token === null) continue
      const owner = owners.get(setup.token)
      if (owner !== undefined) throw new TokenTaken(owner)
      owners.set(setup.token, setup.name)
    }
    await this.#parties.remove(statements, idsOf(standing.filter((each) => names.has(partitionOfParty(each)))))
    for (const { setup, changes } of given) {
      const party = await this.#parties.insert(statements, seeded, setup, 0)
      await putRows(statements, party.id, changes, '')
    }
  }

  async #replaceSeed(statements: Statements, declarations: readonly Declaration[]): Promise<void> {
    await this.#parties.remove(statements, idsOf(await this.#parties.list(statements, seeded)))
    await this.#addToSeed(statements, declarations)
  }

  /** Back to a copy, for one account or site or for all; what is not in it is gone. Throws TokenTaken. */
  async #restore(statements: Statements, copy: string, of: Partition | undefined): Promise<AccountsAndSites> {
    const all = await this.#parties.list(statements, copy)
    const meant = of === undefined ? all : all.filter((party) => partitionOfParty(party) === of)
    const setups = meant.map(({ setup }) => setup)
    if (of !== undefined && meant.length > 0)
      await this.#put(
        statements,
        meant.map(({ id, setup }) => ({ setup, origin: id })),
      )
    else {
      const standing = await this.#parties.list(statements, live, 'FOR UPDATE')
      const gone = of === undefined ? standing : standing.filter((party) => partitionOfParty(party) === of)
      const requests = new Map(gone.map((party) => [partitionOfParty(party), party.requests]))
      await this.#parties.remove(statements, idsOf(gone))
      const copies = meant.map(({ id, setup }) => ({ origin: id, setup, requests: requests.get(nameOf(setup)) ?? 0 }))
      await this.#parties.copy(statements, copies, live)
      const replaced = of === undefined ? [...gone.map(partitionOfParty), ...setups.map(nameOf)] : [of]
      for (const each of new Set(replaced)) await this.#log.replaced(statements, each)
    }
    return countsOf(setups)
  }

  async #drop(statements: Statements, name: string, of: Partition | undefined): Promise<boolean> {
    const found = await findSnapshot(statements, name, of)
    if (found === undefined) return false
    await this.#parties.remove(statements, idsOf(await this.#parties.list(statements, copyOfSnapshot(found.id))))
    await statements.rows('DELETE FROM @snapshots WHERE id = $1', [found.id])
    return true
  }

  async #callOf<Result>(
    statements: Statements,
    caller: Named,
    needs: Needs,
    settle: (turn: Turn) => Settled<Entry, Result>,
  ): Promise<Ending<Decided<Result>>> {
    const guess = this.#guesses.get(keyOfCaller(caller))
    const locking = this.#parties.lock(statements, caller)
    // It goes out right behind the lock, and is read once that is had; it takes no lock itself, for who finds no account
    // or site has yet to wait for all of them.
    const guessed = guess && lookFor(statements, guess, needs)
    // Its failure is that of the lock, which tells of it.
    guessed?.catch(() => {})
    const standing = await locking
    const party = standing ?? (await this.#make(statements, caller))
    const scope = partitionOfParty(party)
    const isGuessed = guessed !== undefined && standing !== undefined && guess === scope
    const [seen, rows] = await (isGuessed ? guessed : lookFor(statements, scope, needs))
    const texts = await lockFaults(statements, scope, seen)
    const part = new PartTables()
    part.add(rows)
    this.#options.controls.update(texts, scope)
    const ids = this.#options.ids(scope)
    const view: View = { get: (table, key) => part.tables[table].get(key) }
    const turn = this.#turn(scope, ids, party.setup, view)
    const settled = settle(turn)
    // In the same turn of the event loop: the next call may be one with other clocks, ids and faults.
    settled.count?.()
    ids.keep()
    const counted = this.#options.controls.changes(scope, '')
    const changed = await this.#change(statements, party, settled.changes, { needs, part, by: turn.id })
    const entry = settled.entry(changed)
    this.#options.journal.decided(scope, entry)
    const written = this.#log.append(statements, scope, entry)
    const last = Promise.all([
      written.done,
      statements.rows('UPDATE @parties SET requests = requests + 1 WHERE id = $1', [party.id]),
      writeControls(statements, counted),
      putRows(statements, party.id, settled.changes, turn.id),
    ])
    return { result: { result: settled.result, ...written }, last }
  }

  /** What the changes come to, told by the same rules as in memory: on the rows that they touch. */
  async #change(
    statements: Statements,
    party: Party,
    changes: ChangeSet,
    { needs, part, by }: { readonly needs: Needs; readonly part: PartTables; readonly by: string },
  ) {
    if (isEmpty(changes)) return nothingChanged
    const [cleared, replaced] = await Promise.all([
      clearRows(statements, party.id, changes),
      readReplaced(statements, party.id, changes, needs),
    ])
    part.add(cleared)
    part.add(replaced)
    return new Commit(part.tables, changes, by).changed
  }

  /** Makes the account or site of a caller. */
  async #make(statements: Statements, caller: Named): Promise<Party> {
    await lockDirectory(statements)
    // Another call may have made it meanwhile.
    const made = await this.#parties.lock(statements, caller)
    if (made !== undefined) return made
    if ((await this.#parties.anonymous(statements)) >= this.#options.anonymousLimit) throw new TooManyPartitions()
    const { name } = await this.#parties.access(statements, caller)
    return this.#parties.insert(statements, live, anonymousSetup(caller, name), 0)
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

  #guess(caller: Named, of: Partition): void {
    const key = keyOfCaller(caller)
    if (this.#guesses.get(key) === of) return
    this.#guesses.delete(key)
    this.#guesses.touch(key, () => of)
    if (this.#guesses.size > mostGuesses) this.#guesses.deleteOldest()
  }

  #turn(scope: Scope, ids: CallIds, setup: Setup | undefined, view: View): Turn {
    return { id: ids.take(), now: this.#options.clock(scope), newId: ids.take, setup, view }
  }
}

const keyOfCaller = (caller: Named) => (caller.vendor === 'jirafe' ? `site ${caller.site}` : `token ${caller.token}`)

const lookFor = (statements: Statements, of: Partition, needs: Needs): Promise<Looked> =>
  Promise.all([readControls(statements, of), readNeeds(statements, keyOf(of), needs)])

const nameOf = ({ vendor, name }: Setup) => partitionOf(vendor, name)
const partitionOfParty = ({ setup }: Party) => nameOf(setup)
const idsOf = (parties: readonly Party[]) => parties.map(({ id }) => id)
/** Whose snapshot it is; everything's has no bytes. */
const scopeOf = (of: Partition | undefined) => (of === undefined ? Buffer.alloc(0) : keyOf(of))

/** Of what is declared twice the last counts. */
const unique = (declarations: readonly Declaration[]): readonly Declaration[] => [
  ...new Map(declarations.map((declaration) => [nameOf(declaration.setup), declaration])).values(),
]

function countsOf(setups: readonly Setup[]): AccountsAndSites {
  const accounts = setups.filter(({ vendor }) => vendor === 'joor').length
  return { accounts, sites: setups.length - accounts }
}

async function lockDirectory(statements: Statements): Promise<void> {
  await statements.rows("SELECT 1 FROM @singles WHERE name = 'directory' FOR UPDATE")
}

async function findSnapshot(statements: Statements, name: string, of: Partition | undefined) {
  const [found] = await statements.rows<{ readonly id: string; readonly made_at: string }>(
    'SELECT id, made_at FROM @snapshots WHERE scope = $1 AND name = $2',
    [scopeOf(of), name],
  )
  return found
}

/** How many rows each of them has in each table. */
async function summaries(statements: Statements, parties: readonly Party[]): Promise<readonly Summary[]> {
  const counted = await statements.rows<{ readonly party: string; readonly kind: TableName; readonly count: string }>(
    'SELECT party, kind, count(*) AS count FROM @rows WHERE party = ANY ($1::bigint[]) GROUP BY party, kind',
    [idsOf(parties)],
  )
  const counts = new Map(counted.map(({ party, kind, count }) => [`${party} ${kind}`, Number(count)]))
  return parties.map(({ id, setup, requests }) => ({
    setup,
    rows: forEachTable<Summary['rows']>((name) => counts.get(`${id} ${name}`) ?? 0),
    requests,
  }))
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}
