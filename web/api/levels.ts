import { type Answer, call } from './call.js'

export interface Level {
  readonly code: string
  readonly revision: 'first' | 'second'
  readonly inventory_level: number | bigint | string
  readonly timestamp: string | null
  readonly effective_date: string | null
  readonly change_date: string | null
  /** ISO 8601 */
  readonly received_at: string
  readonly low_stock_alert: number | bigint | string | null
  readonly inventory_alerts: boolean | null
  /** The last states, newest first; only where they were asked for. */
  readonly history?: readonly Level[]
}

export interface LevelPage {
  readonly levels: readonly Level[]
  readonly next: string | null
}

export interface SiteDetail {
  readonly site: string
  readonly token?: string
}

const at = (site: string) => `jirafe/sites/${encodeURIComponent(site)}`

export const readSite = (site: string): Promise<Answer<SiteDetail>> => call('GET', at(site))

/** Replaces the site whole where there is one. */
export const putSite = (site: string, document: object): Promise<Answer<SiteDetail>> =>
  call('PUT', at(site), { body: document })

export const listLevels = (site: string, query: URLSearchParams, stop?: AbortSignal): Promise<Answer<LevelPage>> =>
  call('GET', `${at(site)}/levels`, { query, ...(stop && { signal: stop }) })
