import { setTimeout as delay } from 'node:timers/promises'
import type { Clocks } from '../clock.js'
import type { Armed, ArmedFaults } from '../faults/armed.js'
import type { Ids } from '../ids.js'
import type { Commits } from '../journal/commits.js'
import type { Committed, Fold } from '../journal/committed.js'
import type { Journal } from '../journal/journal.js'
import { Database } from '../state/postgres/database.js'
import { PostgresStore } from '../state/postgres/postgres.js'
import { migrate } from '../state/postgres/schema.js'
import { DatabaseError, type Declaration, type Partition, StorageFailure } from '../state/store.js'
import type { Timers } from '../timers.js'
import { SharedControls } from './controls.js'
import type { Shared } from './replicas.js'
import { sharedJournal } from './shared-journal.js'

export interface ReplicaParts {
  readonly clocks: Clocks
  readonly ids: Ids
  readonly faults: ArmedFaults
  readonly readSpecs: (document: unknown, scope: Partition | undefined) => readonly Armed[]
  readonly journal: Journal
  readonly commits: Commits
  readonly deciding: readonly Fold[]
  readonly own: readonly Fold[]
  readonly anonymousLimit: number
  readonly timers: Timers
  readonly stopwatch: () => number
  readonly declarations: readonly Declaration[]
  /** Tells the seed from others; null where none was given. */
  readonly fingerprint: string | null
  /** Ids begin with it where nobody has set another. */
  readonly seedIds: number | undefined
  readonly log: (line: string) => void
}

/** Opens the state in a PostgreSQL database, which this emulator is one replica of. Throws DatabaseError. */
export async function openReplica(url: string, schema: string, parts: ReplicaParts): Promise<Shared> {
  const { clocks, ids, declarations, fingerprint, seedIds, timers } = parts
  const database = await Database.open(url, schema)
  try {
    await migrate(database)
    const store = new PostgresStore<Committed>({
      database,
      journal: sharedJournal(parts),
      controls: new SharedControls(parts),
      clock: (scope) => clocks.now(scope),
      ids: (scope) => ids.ofCall(scope),
      anonymousLimit: parts.anonymousLimit,
      stopwatch: parts.stopwatch,
      every: (ms, run) => timers.every(ms, run),
      wait: (ms) => delay(ms),
    })
    if (await store.begin(declarations, fingerprint))
      parts.log('The database was begun with another seed: its state stays, the new seed counts for reset only.')
    if (seedIds !== undefined)
      await store.changeControls(() => {
        if (ids.told(undefined).seed === null) ids.seed(undefined, seedIds)
      })
    return { store, replicas: store }
  } catch (error) {
    await database.end()
    throw error instanceof StorageFailure || isOfDatabase(error) ? unusable(error) : error
  }
}

const isOfDatabase = (error: unknown): error is Error =>
  error instanceof Error && 'severity' in error && !(error instanceof DatabaseError)

function unusable(error: Error): DatabaseError {
  const { message } = error.cause instanceof Error ? error.cause : error
  return new DatabaseError(
    `The database of --database cannot be used: ${message || 'it does not answer'}. Is it running, and may this user use it?`,
    { cause: error },
  )
}
