import { onTestFinished } from 'vitest'
import type { MemoryOptions } from '../server/state/memory.js'
import { Database } from '../server/state/postgres/database.js'
import { PostgresStore } from '../server/state/postgres/postgres.js'
import { migrate } from '../server/state/postgres/schema.js'
import type { Controls } from '../server/state/postgres/sharing.js'
import { schemaOfTest } from './database.js'

const noControls: Controls = { update: () => {}, changes: () => [], forget: () => {} }

/**
 * A store in a schema of the test's own. Each of its verbs is over when the journal is read as far as it is written: the
 * contract of a store says what the journal has by then.
 */
export function postgresStore<Entry>({ journal, clock, ids, anonymousLimit }: MemoryOptions<Entry>) {
  const { database: url, databaseSchema } = schemaOfTest()
  let entries = 0
  const open = async () => {
    const database = await Database.open(url, databaseSchema)
    await migrate(database)
    return new PostgresStore<Entry>({
      ...{ database, clock, ids, anonymousLimit },
      journal: {
        all: {
          append: (scope, entry, number) => journal.append(scope, entry, number),
          rename: (from, to) => journal.rename(from, to),
          replaced: (of) => journal.replaced(of),
          clear: () => {},
        },
        decided: () => {},
        stands: () => {},
        write: (entry) => JSON.stringify(entry),
        read: (text) => JSON.parse(text) as Entry,
        idOf: () => `entry-${++entries}`,
        isHeard: () => true,
        kept: () => [],
      },
      controls: noControls,
      stopwatch: () => performance.now(),
      every: () => () => {},
      wait: () => Promise.resolve(),
    })
  }
  const opened = open()
  onTestFinished(async () => (await opened).close())
  return new Proxy({} as PostgresStore<Entry>, {
    get:
      (_, name: keyof PostgresStore<Entry>) =>
      async (...given: unknown[]) => {
        const store = await opened
        try {
          // The verb is called with what it takes, whichever it is.
          return await (store[name] as (...taken: unknown[]) => unknown).apply(store, given)
        } finally {
          await store.refresh()
        }
      },
  })
}
