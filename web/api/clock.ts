import { type Answer, call } from './call.js'

export interface Clock {
  /** ISO 8601 */
  readonly now: string
  readonly frozen: boolean
  /** Whose it is: that of the account or site alone, everyone's, or real time. */
  readonly set_for: 'own' | 'all' | null
}

/** One of the three: instants in ISO 8601, or seconds. */
export type ClockChange = { readonly freeze: string } | { readonly now: string } | { readonly advance: unknown }

export const readClock = (query: URLSearchParams, stop?: AbortSignal): Promise<Answer<Clock>> =>
  call('GET', 'clock', { query, ...(stop && { signal: stop }) })

export const setClock = (query: URLSearchParams, change: ClockChange): Promise<Answer<Clock>> =>
  call('PUT', 'clock', { query, body: change })

/** Back to everyone's clock, or to real time. */
export const clearClock = (query: URLSearchParams): Promise<Answer<undefined>> => call('DELETE', 'clock', { query })
