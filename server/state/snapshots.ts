import type { Partitions } from './partitions.js'
import { compareBytes } from './rows.js'
import type { Partition, SnapshotSummary } from './store.js'

/** The state of everything, or of one account or site, as it was when the snapshot was made. */
export interface Snapshot {
  readonly name: string
  /** Undefined for everything. */
  readonly of: Partition | undefined
  /** ISO 8601 */
  readonly at: string
  readonly states: Partitions
}

/** Snapshots by their scope and name: two accounts may have one of the same name. */
export class Snapshots {
  readonly #snapshots = new Map<string, Snapshot>()

  constructor(snapshots: Iterable<Snapshot>) {
    for (const snapshot of snapshots) this.replace(snapshot.name, snapshot.of, snapshot)
  }

  get all(): Iterable<Snapshot> {
    return this.#snapshots.values()
  }

  get(name: string, of: Partition | undefined): Snapshot | undefined {
    return this.#snapshots.get(keyOf(name, of))
  }

  /** In byte order of their names. */
  list(of: Partition | undefined): readonly Snapshot[] {
    const own = [...this.#snapshots.values()].filter((snapshot) => snapshot.of === of)
    return own.sort((one, other) => compareBytes(one.name, other.name))
  }

  /** Puts a snapshot in the place of one, or takes it away; what was there before. */
  replace(name: string, of: Partition | undefined, snapshot: Snapshot | undefined): Snapshot | undefined {
    const key = keyOf(name, of)
    const before = this.#snapshots.get(key)
    if (snapshot === undefined) this.#snapshots.delete(key)
    else this.#snapshots.set(key, snapshot)
    return before
  }
}

const keyOf = (name: string, of: Partition | undefined) => JSON.stringify([of ?? null, name])

export function summaryOfSnapshot({ name, of, at, states }: Snapshot): SnapshotSummary {
  const accounts = [...states.keys()].filter((partition) => partition.startsWith('joor:')).length
  return { name, of, at, accounts, sites: states.size - accounts }
}
