import { type Answer, call } from './call.js'

export interface Account {
  readonly account: string
  readonly declared: boolean
  readonly positions: number
  readonly requests: number
}

export interface Site {
  readonly site: string
  readonly declared: boolean
  readonly levels: number
  readonly requests: number
}

export const listAccounts = (): Promise<Answer<{ readonly accounts: readonly Account[] }>> =>
  call('GET', 'joor/accounts')

export const listSites = (): Promise<Answer<{ readonly sites: readonly Site[] }>> => call('GET', 'jirafe/sites')
