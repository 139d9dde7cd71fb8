import { type Answer, call } from './call.js'

export interface Snapshot {
  readonly name: string
  /** ISO 8601 */
  readonly at: string
  readonly accounts: number
  readonly sites: number
}

export type Counts = Pick<Snapshot, 'accounts' | 'sites'>

export const listSnapshots = (
  query: URLSearchParams,
  stop: AbortSignal,
): Promise<Answer<{ readonly snapshots: readonly Snapshot[] }>> => call('GET', 'snapshots', { query, signal: stop })

const pathOf = (name: string) => `snapshots/${encodeURIComponent(name)}`

/** Keeps the state of the scope under a name; one that has it already is replaced. */
export const takeSnapshot = (query: URLSearchParams, name: string): Promise<Answer<Snapshot>> =>
  call('PUT', pathOf(name), { query })

export const restoreSnapshot = (query: URLSearchParams, name: string): Promise<Answer<Counts>> =>
  call('POST', `${pathOf(name)}/restore`, { query })

export const deleteSnapshot = (query: URLSearchParams, name: string): Promise<Answer<undefined>> =>
  call('DELETE', pathOf(name), { query })

/** Where a browser gets the snapshot as a file. */
export const snapshotAddress = (query: URLSearchParams, name: string) =>
  `/_backstock/${pathOf(name)}${query.size === 0 ? '' : `?${query}`}`
