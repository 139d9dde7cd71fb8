import { forEachTable, type Key, type Row, type TableName, type Tables } from '../rows.js'
import type {
  Access,
  AccountsAndSites,
  Caller,
  ChangeSet,
  Declaration,
  Found,
  Needs,
  PageQuery,
  Partition,
  SavedSnapshot,
  Settled,
  Setup,
  SnapshotSummary,
  Store,
  Summary,
  Turn,
  Vendor,
} from '../store.js'
import { type CallOptions, Calls } from './calls.js'
import { readControls, writeControls } from './control-rows.js'
import type { Database, Statements } from './database.js'
import { Log } from './log.js'
import {
  copyOfSnapshot,
  idsOf,
  keyOf,
  keyOfSetup,
  live,
  lockDirectory,
  Parties,
  type Party,
  seeded,
} from './parties.js'
import { readPage, readRow } from './row-sets.js'
import { findSnapshot, listSnapshots, unique, Whole } from './whole.js'

export interface PostgresOptions<Entry> extends CallOptions<Entry> {
  readonly database: Database
  /** Milliseconds of a clock that nobody sets. */
  readonly stopwatch: () => number
  /** Does a task so many milliseconds later, again and again; what is given back ends that. */
  readonly every: (ms: number, run: () => void) => () => void
}

/** How long others' calls may stand before this replica's streams and waits see them, in milliseconds. */
const pollMs = 200
/** How long this replica's own may. */
const soonMs = 20

/**
 * The state in a PostgreSQL database, for any number of replicas. A call is one transaction that holds the lock of its
 * account or site; decisions are made here, on the rows that the call named.
 */
export class PostgresStore<Entry> implements Store<Entry> {
  readonly isRemote = true
  readonly #options: PostgresOptions<Entry>
  readonly #database: Database
  readonly #log: Log<Entry>
  readonly #parties = new Parties()
  readonly #calls: Calls<Entry>
  readonly #whole: Whole<Entry>
  readonly #stopPolling: () => void
  #closed: Promise<void> | undefined
  #isPolledSoon = false

  constructor(options: PostgresOptions<Entry>) {
    this.#options = options
    this.#database = options.database
    this.#log = new Log(options.database, options.journal, options.stopwatch)
    this.#calls = new Calls(options, options.database, this.#parties, this.#log)
    this.#whole = new Whole(this.#parties, this.#log)
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
      await this.#whole.replaceSeed(statements, declarations)
      await statements.rows("UPDATE @singles SET number = 1, value = $1 WHERE name = 'seed'", [fingerprint])
      if (isNew) await this.#whole.restore(statements, seeded, undefined)
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

  access(caller: Caller): Promise<Access> {
    return this.#calls.access(caller)
  }

  recall(caller: Caller): Access | undefined {
    return this.#calls.recall(caller)
  }

  async call<Result>(
    caller: Caller,
    needs: Needs,
    settle: (turn: Turn) => Settled<Entry, Result>,
    drafted: ChangeSet = {},
  ): Promise<Result> {
    const result = await this.#calls.call(caller, { needs, drafted }, settle)
    this.#pollSoon()
    return result
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
      await this.#whole.put(statements, [declaration])
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
    return this.#act((statements) => this.#whole.addToSeed(statements, declarations))
  }

  load(declarations: readonly Declaration[]): Promise<void> {
    return this.#act(async (statements) => {
      await this.#whole.addToSeed(statements, declarations)
      await this.#whole.put(statements, unique(declarations))
    })
  }

  async reset(of?: Partition): Promise<AccountsAndSites> {
    return this.#act((statements) => this.#whole.restore(statements, seeded, of))
  }

  save(name: string, of?: Partition): Promise<SavedSnapshot | undefined> {
    const at = this.#options.clock(of ?? null).toISOString()
    return this.#act((statements) => this.#whole.save(statements, name, of, at))
  }

  snapshots(of?: Partition): Promise<readonly SnapshotSummary[]> {
    return this.#look((statements) => listSnapshots(statements, of))
  }

  snapshot(name: string, of?: Partition): Promise<string | undefined> {
    return this.#look((statements) => this.#whole.textOf(statements, name, of))
  }

  restore(name: string, of?: Partition): Promise<AccountsAndSites | undefined> {
    return this.#act(async (statements) => {
      const found = await findSnapshot(statements, name, of)
      return found && this.#whole.restore(statements, copyOfSnapshot(found.id), of)
    })
  }

  drop(name: string, of?: Partition): Promise<boolean> {
    return this.#act((statements) => this.#whole.drop(statements, name, of))
  }

  fork(from: Partition, as: (setup: Setup) => Setup): Promise<boolean> {
    return this.#act((statements) => this.#whole.fork(statements, from, as))
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
    // Whoever asks reads it first; by itself it comes with the next look for others' calls.
    if (this.#isPolledSoon || !this.#options.journal.isHeard()) return
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
    // Whose calls are whose now this replica knows at once; where the database is lost by now, later.
    await this.#log.refresh().catch(() => {})
    return result
  }
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
