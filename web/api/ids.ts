import { type Answer, call } from './call.js'

export interface IdSeed {
  /** Null where ids are random. */
  readonly seed: number | bigint | null
  readonly set_for: 'own' | 'all' | null
}

export const readIds = (query: URLSearchParams, stop: AbortSignal): Promise<Answer<IdSeed>> =>
  call('GET', 'ids', { query, signal: stop })

export const seedIds = (query: URLSearchParams, seed: unknown): Promise<Answer<IdSeed>> =>
  call('PUT', 'ids', { query, body: { seed } })

export const clearIds = (query: URLSearchParams): Promise<Answer<undefined>> => call('DELETE', 'ids', { query })
