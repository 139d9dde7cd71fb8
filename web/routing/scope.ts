import { computed } from '@preact/signals'
import { addressOf, route } from './route.js'

/** The account or site that the whole dashboard is about; neither means everything. It stands in every address. */
export interface Scope {
  readonly account?: string
  readonly site?: string
}

export const scope = computed((): Scope => {
  const account = route.value.query.get('account')
  if (account !== null) return { account }
  const site = route.value.query.get('site')
  return site === null ? {} : { site }
})

/** The parameters of a call, or of an address, that name the scope. */
export const scopeQuery = ({ account, site }: Scope): URLSearchParams =>
  new URLSearchParams(account !== undefined ? { account } : site !== undefined ? { site } : {})

/** The address of a view about what the scope names. */
export const addressInScope = (view: string, rest: readonly string[] = []): string =>
  addressOf(view, rest, scopeQuery(scope.value))
