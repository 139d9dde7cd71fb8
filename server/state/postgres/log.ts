import type { Partition, Scope } from '../store.js'
import { StorageFailure } from '../store.js'
import type { Database, Statements } from './database.js'
import type { SharedJournal } from './sharing.js'

/** What happens to the journal. */
type Event = 'call' | 'rename' | 'replaced' | 'clear'

interface LogRow {
  readonly id: string
  readonly number: string
  readonly kind: Event
  readonly scope: string | null
  readonly entry: string | null
}

/** A call that was written down in a transaction. */
export interface Written {
  readonly request: string
  /** The statement was carried out. */
  readonly done: Promise<void>
  /** To be called when it is committed. */
  stands(): void
  /** To be called when it is not. */
  falls(): void
}

/** Rows that are read in one go. */
const chunk = 500
/** Calls that could not be written down for want of a database and wait for it; beyond them the oldest is lost. */
const mostWaiting = 1_000
/** What this replica has dropped others may still want to read for so long, in milliseconds. */
const graceMs = 30_000

/**
 * The journal of all replicas as a table. Each call writes its row with its changes; calls of one account or site do so
 * one after the other, those of others side by side, so whose row comes first nobody knows before both are committed. Who
 * reads gives numbers to the rows that have none, in the order of their ids, under one lock: no number comes to be seen
 * behind a higher one, and all replicas read the same rows in the same order.
 */
export class Log<Entry> {
  readonly #database: Database
  readonly #journal: SharedJournal<Entry>
  /** Calls of this replica as they are here, until they are read. */
  readonly #own = new Map<string, Entry>()
  readonly #waiting: { readonly scope: Scope; readonly entry: Entry }[] = []
  readonly #now: () => number
  #read = -1
  #reading: Promise<void> | undefined
  #again: Promise<void> | undefined
  /** The number up to which was read when rows were taken away last, and when that was. */
  #trimmed = { upTo: -1, at: 0 }

  constructor(database: Database, journal: SharedJournal<Entry>, now: () => number) {
    this.#database = database
    this.#journal = journal
    this.#now = now
  }

  /** Writes a call down beside its changes. */
  append(statements: Statements, scope: Scope, entry: Entry): Written {
    const request = this.#journal.idOf(entry)
    let id: string | undefined
    const done = this.#insert(statements, 'call', scope, request, this.#journal.write(entry)).then((given) => {
      id = given
      // It may be read before this replica hears that it was committed.
      this.#own.set(id, entry)
    })
    return {
      ...{ request, done },
      stands: () => this.#journal.stands(scope, entry),
      falls: () => {
        if (id !== undefined) this.#own.delete(id)
      },
    }
  }

  /** A call that changed nothing and that nobody could write down: it is, as soon as there is a database again. */
  keepForLater(scope: Scope, entry: Entry): void {
    this.#journal.stands(scope, entry)
    if (this.#waiting.push({ scope, entry }) > mostWaiting) this.#waiting.shift()
  }

  /** Whether a call was written down. */
  async has(statements: Statements, request: string): Promise<boolean> {
    const rows = await statements.rows('SELECT 1 FROM @journal WHERE request = $1 LIMIT 1', [request])
    return rows.length > 0
  }

  async rename(statements: Statements, from: Partition, to: Partition): Promise<void> {
    await statements.rows('UPDATE @journal SET scope = $2 WHERE scope = $1', [writeScope(from), writeScope(to)])
    await this.#insert(statements, 'rename', from, null, writeScope(to))
  }

  async replaced(statements: Statements, of: Partition): Promise<void> {
    await this.#insert(statements, 'replaced', of, null, null)
  }

  async clear(of: Partition | undefined): Promise<void> {
    await this.#insert(this.#database, 'clear', of ?? null, null, null)
    await this.refresh()
  }

  /** Reads all that is committed by now; several who ask at a time share the reading. */
  refresh(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#catchUp().finally(() => {
        this.#reading = undefined
      })
      return this.#reading
    }
    // What is under way may have looked already.
    this.#again ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#again = undefined
        return this.refresh()
      })
    return this.#again
  }

  /** Takes away what no replica keeps any more. */
  async trim(): Promise<void> {
    const now = this.#now()
    if (now - this.#trimmed.at < graceMs) return
    const { upTo } = this.#trimmed
    this.#trimmed = { upTo: this.#read, at: now }
    await this.#database.rows(
      `DELETE FROM @journal j WHERE j.number <= $1
       AND NOT EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS k (number) WHERE k.number = j.number)`,
      [upTo, this.#journal.kept()],
    )
  }

  async #catchUp(): Promise<void> {
    await this.#writeWaiting()
    await this.#number()
    for (;;) {
      const rows = await this.#database.rows<LogRow>(
        `SELECT id, number, kind, scope, entry FROM @journal WHERE number > $1 ORDER BY number LIMIT ${chunk}`,
        [this.#read],
      )
      for (const row of rows) this.#take(row)
      if (rows.length < chunk) return
    }
  }

  async #writeWaiting(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { scope, entry } = first
      const { idOf, write } = this.#journal
      const id = await this.#insert(this.#database, 'call', scope, idOf(entry), write(entry))
      this.#own.set(id, entry)
      this.#waiting.splice(this.#waiting.indexOf(first), 1)
    }
  }

  async #number(): Promise<void> {
    const [journal] = await this.#database.rows<{ readonly number: string; readonly fresh: boolean }>(
      `SELECT number, EXISTS (SELECT 1 FROM @journal WHERE number IS NULL) AS fresh FROM @singles WHERE name = 'journal'`,
    )
    if (Number(journal?.number ?? 0) < this.#read) this.#startOver()
    if (!journal?.fresh) return
    await this.#database.transaction(async (statements) => {
      const locked = statements.rows("SELECT number FROM @singles WHERE name = 'journal' FOR UPDATE")
      // Not in one statement: it would number what it saw before it had the lock.
      const numbered = statements.rows(
        `WITH fresh AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM @journal WHERE number IS NULL),
         numbered AS (
           UPDATE @journal j SET number = s.number + fresh.place FROM fresh, @singles s
           WHERE j.id = fresh.id AND s.name = 'journal' RETURNING 1
         )
         UPDATE @singles SET number = number + (SELECT count(*) FROM numbered) WHERE name = 'journal'`,
      )
      await Promise.all([locked, numbered])
    })
  }

  /** The schema was made again, or a backup was put back: what was read is another journal's. */
  #startOver(): void {
    this.#read = -1
    this.#trimmed = { upTo: -1, at: this.#trimmed.at }
    this.#own.clear()
    this.#journal.all.clear(undefined)
  }

  #take({ id, number: digits, kind, scope: text, entry: written }: LogRow): void {
    const number = Number(digits)
    this.#read = number
    const scope = readScope(text)
    const { all } = this.#journal
    // Only calls have a scope that may be a vendor, and only a clear has none.
    const of = scope as Partition
    if (kind === 'call') {
      const entry = this.#own.get(id) ?? this.#journal.read(written ?? '', scope)
      this.#own.delete(id)
      all.append(scope, entry, number)
    } else if (kind === 'rename') all.rename(of, readScope(written) as Partition)
    else if (kind === 'replaced') all.replaced(of)
    else all.clear(scope === null ? undefined : of)
  }

  async #insert(
    statements: Statements,
    kind: Event,
    scope: Scope,
    request: string | null,
    entry: string | null,
  ): Promise<string> {
    const [row] = await statements.prepared<{ readonly id: string }>(
      'INSERT INTO @journal (kind, scope, request, entry) VALUES ($1, $2, $3, $4) RETURNING id',
      [kind, writeScope(scope), request, entry],
    )
    if (row === undefined) throw new StorageFailure('The database did not say where it put a call.')
    return row.id
  }
}

/** PostgreSQL's text takes no NUL, and names may have one; JSON writes it by other characters. */
const writeScope = (scope: Scope) => (scope === null ? null : JSON.stringify(scope))
const readScope = (text: string | null): Scope => (text === null ? null : (JSON.parse(text) as Scope))
