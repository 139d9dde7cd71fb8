import { emptyTables, type PartitionState, type Partitions, partitionOf } from './partitions.js'
import { type Key, keptTables, type Row, type TableName } from './rows.js'
import type { Snapshot } from './snapshots.js'
import type { Partition, Setup } from './store.js'
import type { Table } from './table.js'

/** A snapshot as plain JSON. */
export interface KeptSnapshot {
  readonly name: string
  /** Null for everything. */
  readonly of: Partition | null
  readonly at: string
  readonly partitions: readonly KeptPartition[]
}

/** An account or site as plain JSON, with the rows that outlive a process. */
export interface KeptPartition {
  readonly setup: Setup
  /** What happened since is left out of a snapshot: how many calls there were, and who wrote a row last. */
  readonly requests?: number
  readonly rows: readonly { table: TableName; key: Key; value: unknown; by?: string }[]
}

export function keptPartition({ setup, requests, tables }: PartitionState): KeptPartition {
  const rows = keptTables.flatMap((table) =>
    [...(tables[table] as Table<unknown>).entries()].map(([key, { value, by }]) => ({ table, key, value, by })),
  )
  return { setup, requests, rows }
}

export function keptSnapshot({ name, of, at, states }: Snapshot): KeptSnapshot {
  return { name, of: of ?? null, at, partitions: [...states.values()].map(keptPartition) }
}

export function restoredSnapshot({ name, of, at, partitions }: KeptSnapshot): Snapshot {
  return { name, of: of ?? undefined, at, states: restoredPartitions(partitions) }
}

export function restoredPartitions(kept: readonly KeptPartition[]): Partitions {
  return new Map(kept.map((each) => [partitionOf(each.setup.vendor, each.setup.name), restored(each)]))
}

function restored({ setup, requests = 0, rows }: KeptPartition): PartitionState {
  const tables = emptyTables()
  // The file was written from tables of these names, so each value fits its table.
  for (const { table, key, value, by = '' } of rows)
    (tables[table] as Table<unknown>).set(...key, { value, by } as Row<unknown>)
  return { setup, tables, requests }
}
