import { type Answer, call } from './call.js'

/** An account or site that was made from another; the token is told where it was made for it, and in this reply only. */
export interface Forked {
  readonly account?: string
  readonly site?: string
  readonly token?: string
}

export type Origin = { readonly account: string } | { readonly site: string }

export const fork = (of: Origin, given: { readonly name?: string; readonly token?: string }): Promise<Answer<Forked>> =>
  call(
    'POST',
    `${'account' in of ? 'joor/accounts' : 'jirafe/sites'}/${encodeURIComponent('account' in of ? of.account : of.site)}/fork`,
    {
      body: given,
    },
  )
