import pg from 'pg'
import { bytesOf, fullItem, jsonCall, times } from '../calls.js'
import { Connection } from '../connection.js'
import { beside, type Figure, spread } from '../figures.js'
import { startPostgres } from '../postgres-server.js'
import type { Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

interface Term {
  /** Calls of a round, by turns with as many statements. */
  readonly calls: number
  readonly items: number
  readonly warmUp: number
  /** So many go to one replica before the next are for the other. */
  readonly atOne: number
}

/**
 * Each call to the replica that the last did not go to; two processes that share a core find its caches cold. What a
 * replica computes for a call falls until it has had some twenty thousand.
 */
const inTurn: Term = { calls: 300, items: 1, warmUp: 40_000, atOne: 1 }
const inTurnShort: Term = { ...inTurn, warmUp: 5_000 }
/** As of clients that keep their connections. */
const staying: Term = { ...inTurn, warmUp: 300, atOne: 150 }
const bulk: Term = { calls: 5, items: 10_000, warmUp: 2, atOne: 1 }

/** What an emulator puts into its table, as somebody would put it there by hand. */
const table = `CREATE TABLE by_hand (
  warehouse text, day text, sku text, position text NOT NULL, PRIMARY KEY (warehouse, day, sku)
)`
const into = 'INSERT INTO by_hand'
const orUpdate = 'ON CONFLICT (warehouse, day, sku) DO UPDATE SET position = excluded.position'

class ByHand {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async on(url: string): Promise<ByHand> {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(table)
    return new ByHand(client)
  }

  /** One statement: of one row by values, of many by arrays. */
  async put(items: number, quantity: number): Promise<void> {
    const skus = times(items, (n) => JSON.stringify(fullItem(n, 0)))
    const positions = times(items, (n) => JSON.stringify(fullItem(n, quantity)))
    if (items === 1)
      await this.#client.query(`${into} VALUES ($1, $2, $3, $4) ${orUpdate}`, [
        'New York',
        'IMMEDIATE',
        skus[0],
        positions[0],
      ])
    else
      await this.#client.query(
        `${into} SELECT 'New York', 'IMMEDIATE', w.* FROM unnest($1::text[], $2::text[]) AS w ${orUpdate}`,
        [skus, positions],
      )
  }

  end(): Promise<void> {
    return this.#client.end()
  }
}

const timed = async (work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const median = (figures: readonly number[]) => spread(figures).median

/** A call through replicas in turn, and a statement by hand, one after the other: what the disk does it does to both. */
async function compare(
  replicas: readonly string[],
  byHand: ByHand,
  { calls, items, warmUp, atOne }: Term,
  rounds: number,
) {
  const ours: number[] = []
  const theirs: number[] = []
  let sent = 0
  const round = async (count: number) => {
    const took = { ours: [] as number[], theirs: [] as number[] }
    // Of this round: who is not called for seconds closes a connection.
    const connections = await Promise.all(replicas.map((url) => Connection.open(url)))
    for (let call = 0; call < count; call++) {
      const quantity = sent++ % 1_000
      const request = bytesOf(jsonCall(times(items, (n) => fullItem(n, quantity))))
      const connection = connections[Math.floor(call / atOne) % connections.length]
      took.ours.push(await timed(async () => connection?.call(request)))
      took.theirs.push(await timed(() => byHand.put(items, quantity)))
    }
    for (const connection of connections) connection.close()
    return took
  }
  await round(warmUp)
  for (let each = 0; each < rounds; each++) {
    const took = await round(calls)
    ours.push(median(took.ours))
    theirs.push(median(took.theirs))
  }
  return { ours, theirs }
}

/** Two emulators on one PostgreSQL server that writes in earnest. */
const measure = (setup: Setup): Promise<readonly Figure[]> =>
  withServers(async (keep) => {
    const database = await startPostgres({ durable: true })
    let byHand: ByHand | undefined
    try {
      const args = ['--database', database.url, '--setting', 'rate_limit=off']
      const replicas = [await keep(setup.emulator({ args })), await keep(setup.emulator({ args }))]
      byHand = await ByHand.on(database.url)
      const figures: Figure[] = []
      const named = [
        [
          'Single call through two replicas in turn, of an INSERT … ON CONFLICT',
          setup.options.short ? inTurnShort : inTurn,
        ],
        ['Single call through one replica of two, of an INSERT … ON CONFLICT', staying],
        ['10,000 items through two replicas, of one set statement', bulk],
      ] as const
      for (const [name, term] of named) {
        const urls = replicas.map(({ url }) => url)
        const { ours, theirs } = await compare(urls, byHand, term, setup.options.rounds)
        const value = spread(ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN)))
        figures.push({
          name,
          unit: 'times',
          value,
          beside: [beside('Backstock', 'ms', ours), beside('by hand', 'ms', theirs)],
        })
      }
      return figures
    } finally {
      await byHand?.end()
      await database.close()
    }
  })

/** What replicas pay for their database. */
export const replicasRow: Row = { name: 'replicas', measure }
