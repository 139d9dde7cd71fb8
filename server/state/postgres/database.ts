import type { ClientConfig, Pool, PoolClient, PoolConfig, QueryResultRow } from 'pg'
import { entryOf } from '../../entry-of.js'
import { ChangeInDoubt, DatabaseError, StorageFailure } from '../store.js'

/** How long making a connection may take, a statement and a wait for a lock, and a transaction of which nothing more comes; in milliseconds. */
const connectMs = 5_000
const statementMs = 30_000
/** How long a call may wait for others to be done with a connection: as long as for their locks. */
const turnMs = statementMs
/** A replica that is gone without a word must not hold the locks of its calls for ever. */
const idleMs = 30_000

/** Connections of one replica: as many calls of different accounts and sites go on side by side. */
const mostConnections = 10

type Value = string | number | boolean | null | Buffer | readonly number[] | readonly (string | null)[]

/**
 * Statements of one transaction, or of none; `@name` stands for a table of Backstock's schema. Those that are sent before
 * the results of others are there are carried out one after the other.
 */
export interface Statements {
  rows<Row extends QueryResultRow>(text: string, values?: readonly Value[]): Promise<Row[]>
  /**
   * The same of what every call says: a connection reads and plans it once. The plan stays while the tables grow, so it
   * has to be one that never looks through rows or the journal.
   */
  prepared<Row extends QueryResultRow>(text: string, values: readonly Value[]): Promise<Row[]>
}

/** What a transaction came to, while its last statements are still under way. */
export interface Ending<Result> {
  readonly result: Result
  readonly last: Promise<unknown>
}

export interface TransactionOptions {
  /** All statements see the same instant, and nothing is written. */
  readonly readOnly?: boolean
}

/** A statement with the names of the schema's tables, and what it is prepared as. */
interface Written {
  readonly text: string
  readonly name: string
}

/** Connections to a PostgreSQL database, and the schema in it that is Backstock's. */
export class Database implements Statements {
  readonly #pool: Pool
  readonly #schema: string
  /** Statements as they are sent, by their texts. */
  readonly #written = new Map<string, Written>()

  private constructor(pool: Pool, schema: string) {
    this.#pool = pool
    this.#schema = `"${schema.replaceAll('"', '""')}"`
  }

  /** Throws DatabaseError where there is no `pg`, or no such database. */
  static async open(url: string, schema: string): Promise<Database> {
    const { default: pg } = await import('pg').catch((cause: unknown) => {
      throw new DatabaseError('The package pg is not installed, and --database needs it: npm install pg.', { cause })
    })
    // The types of pg do not know `pipeline` yet; a call of three round trips would take ten without it.
    const config: PoolConfig & { readonly pipeline: true } = {
      connectionString: url,
      application_name: 'backstock',
      max: mostConnections,
      connectionTimeoutMillis: turnMs,
      // The pool takes one limit for the wait in its queue and for making a connection, and who is busy is not gone.
      Client: class extends pg.Client {
        constructor(config?: ClientConfig) {
          super({ ...config, connectionTimeoutMillis: connectMs })
        }
      },
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: idleMs,
      keepAlive: true,
      pipeline: true,
    }
    const pool = new pg.Pool(config)
    // A connection that is lost while nobody uses it is replaced by the next that is wanted.
    pool.on('error', () => {})
    pool.on('connect', (client) => {
      // Nor is there anybody to hear of it while one is handed out; what is asked of it fails then.
      client.on('error', () => {})
      // Everything is found by an index. Where tables grow by a million rows a minute the server still takes them for
      // small. It is said here, for `options` may stand in the URL.
      client.query('SET enable_seqscan = off').catch(() => {})
    })
    return new Database(pool, schema)
  }

  get schema(): string {
    return this.#schema
  }

  /** One statement by itself. */
  rows<Row extends QueryResultRow>(text: string, values?: readonly Value[]): Promise<Row[]> {
    return this.#alone((statements) => statements.rows<Row>(text, values))
  }

  prepared<Row extends QueryResultRow>(text: string, values: readonly Value[]): Promise<Row[]> {
    return this.#alone((statements) => statements.prepared<Row>(text, values))
  }

  /** Does the work in one transaction: all of it is committed, or nothing. */
  transaction<Result>(
    work: (statements: Statements) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result> {
    const waitingForAll = async (statements: Statements) => ({
      result: await work(statements),
      last: Promise.resolve(),
    })
    return this.endingTransaction(waitingForAll, options)
  }

  /** The same of work that leaves its last statements to go out with the commit, in one round trip. */
  async endingTransaction<Result>(
    work: (statements: Statements) => Promise<Ending<Result>>,
    { readOnly = false }: TransactionOptions = {},
  ): Promise<Result> {
    const client = await this.#connect()
    const mode = readOnly ? 'ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'ISOLATION LEVEL READ COMMITTED'
    return this.#with(client, async () => {
      const begun = client.query(`BEGIN ${mode}`)
      // Every statement behind it tells of its failure.
      begun.catch(() => {})
      let ending: Ending<Result>
      try {
        ending = await work(this.#statements(client, begun))
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {})
        throw error
      }
      const committed = client.query('COMMIT').catch((error: unknown) => {
        throw isRefusal(error) ? told(error) : new ChangeInDoubt(inDoubt, { cause: error })
      })
      // Behind a statement that was refused a commit is none; where the connection is lost, only the commit tells of doubt.
      const [last, commit] = await Promise.allSettled([ending.last, committed])
      if (commit.status === 'rejected') throw commit.reason
      if (last.status === 'rejected') throw last.reason
      return ending.result
    })
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  async #alone<Result>(work: (statements: Statements) => Promise<Result>): Promise<Result> {
    const client = await this.#connect()
    return this.#with(client, () => work(this.#statements(client)))
  }

  async #connect(): Promise<PoolClient> {
    return this.#pool.connect().catch((error: unknown) => {
      throw told(error)
    })
  }

  async #with<Result>(client: PoolClient, work: () => Promise<Result>): Promise<Result> {
    let lost: Error | undefined
    const onError = (error: Error) => {
      lost = error
    }
    client.on('error', onError)
    try {
      return await work()
    } catch (error) {
      if (error instanceof StorageFailure) lost ??= error
      throw error
    } finally {
      client.off('error', onError)
      client.release(lost)
    }
  }

  /** A statement behind a `BEGIN` that failed has failed, for it was carried out by itself: whoever read by it writes nothing. */
  #statements(client: PoolClient, begun?: Promise<unknown>): Statements {
    const query = async <Row extends QueryResultRow>(text: string, values: readonly Value[], isPrepared: boolean) => {
      const written = this.written(text)
      // pg takes arrays of its own alone, and writes to none.
      const sent = { text: written.text, values: [...values], name: isPrepared ? written.name : undefined }
      try {
        const { rows } = await client.query<Row>(sent)
        await begun
        return rows
      } catch (error) {
        throw told(error)
      }
    }
    return {
      rows: (text, values = []) => query(text, values, false),
      prepared: (text, values) => query(text, values, true),
    }
  }

  /** A statement as it is sent. */
  written(text: string): Written {
    return entryOf(this.#written, text, () => ({
      text: text.replace(/@([a-z_]+)/g, (_, name: string) => `${this.#schema}.${name}`),
      name: `backstock ${this.#written.size}`,
    }))
  }
}

const stateOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Statements that are wrong, or values that do not fit: our own mistake, which no waiting heals. */
const isMistake = (error: unknown) => /^(?:42|22|23|0A)[0-9A-Z]{3}$/.test(stateOf(error))

/** The server has answered, so nothing of the transaction stands. */
const isRefusal = (error: unknown) => /^(?!08|57)[0-9A-Z]{5}$/.test(stateOf(error))

const inDoubt = 'The connection to the database was lost while it was asked to keep the change, so it may stand or not.'

const messageOf = (error: unknown) =>
  `The database did not keep it: ${error instanceof Error ? error.message || error.name : String(error)}.`

/** What the store tells of a statement that failed. */
function told(error: unknown): unknown {
  return isMistake(error) ? error : new StorageFailure(messageOf(error), { cause: error })
}
