import type { Scope } from '../../routing/scope.js'

/** `account brand`, `site shop` or `everyone`, as a sentence goes on with it. */
export function whose({ account, site }: Scope): string {
  if (account !== undefined) return `account ${account}`
  return site === undefined ? 'everyone' : `site ${site}`
}

export const isSame = (one: Scope, other: Scope) => one.account === other.account && one.site === other.site
