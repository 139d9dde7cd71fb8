import { addressOf, route } from '../../routing/route.js'
import { scope, scopeQuery } from '../../routing/scope.js'

export type Page = 'violations' | 'coverage'

/** One of the view's pages, or a rule on it, with the filters as they stand; `operation` is the group it was opened in. */
export function pageAddress(page: Page, rule?: string, operation?: string): string {
  const query = new URLSearchParams(route.value.query)
  query.delete('operation')
  if (operation !== undefined) query.set('operation', operation)
  return addressOf('contract', rule === undefined ? [page] : [page, rule], query)
}

/** One call. */
export const callAddress = (id: string) => addressOf('requests', [id], scopeQuery(scope.value))

/** The calls that broke a rule. */
export function callsAddress(rule: string): string {
  const query = scopeQuery(scope.value)
  query.set('violations', rule)
  return addressOf('requests', [], query)
}
