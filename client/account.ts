import type { ControlPlane } from './control-plane.js'
import type { AccountDocument, ForkDocument, PendingDocument, PositionFilter, PositionRow } from './documents.js'
import type { AccountLine, Comparison, PendingRow, Position } from './replies.js'
import { type Scope, scopeOf } from './scope.js'
import { demandState, leave, type StateOptions } from './standing.js'

/** A JOOR account that was declared: what its client needs, and what it is asked and told. */
export interface Account extends Scope {
  readonly name: string
  readonly token: string
  /** The header that its client sends. */
  readonly authorization: string
  /** The replacement for `https://api.jooraccess.com`. */
  readonly baseUrl: string
  /** By warehouse, date and SKU, those that the filter means; made-to-order SKUs come first. */
  positions(filter?: PositionFilter): Promise<readonly Position[]>
  /** Replaces the quantities on pending orders. */
  setPending(rows: readonly PendingDocument[]): Promise<readonly PendingRow[]>
  /** Holds a table against the positions. Rejected with UnmetError, which names the rows, where they differ. */
  verifyState(rows: readonly PositionRow[], options?: StateOptions): Promise<Comparison>
  /** An account of its own with the same state, which it keeps as its snapshot `as-forked`. */
  fork(as?: ForkDocument): Promise<Account>
  /** Back to what it was declared with or, of a fork, to what it began with. */
  reset(): Promise<void>
  /** Removes it with what is armed and set for it, and its snapshots; its calls stay in the journal. */
  remove(): Promise<void>
}

/** An account as it is to be declared. */
export interface AccountOptions extends AccountDocument {
  /** Left out: a new one. An account that has it already is replaced. */
  readonly name?: string
}

type Declared = AccountLine & { readonly token?: string }

export async function declareAccount(plane: ControlPlane, name: string, document: AccountDocument): Promise<Account> {
  const declared = await plane.call<Declared>('PUT', pathOf(name), { body: document })
  // It is made and told where none was given.
  const token = document.token ?? declared.token ?? ''
  const reset = () => plane.call<void>('PUT', pathOf(name), { body: { ...document, token } })
  return accountOf(plane, name, token, async () => void (await reset()))
}

const forked = 'as-forked'

async function forkAccount(plane: ControlPlane, origin: string, as: ForkDocument): Promise<Account> {
  const fork = await plane.call<Declared>('POST', `${pathOf(origin)}/fork`, { body: as })
  const account = accountOf(plane, fork.account, as.token ?? fork.token ?? '', async () => {
    await account.restore(forked)
  })
  await account.snapshot(forked)
  return account
}

function accountOf(plane: ControlPlane, name: string, token: string, reset: () => Promise<void>): Account {
  const of = { account: name }
  const path = pathOf(name)
  const scope = scopeOf(plane, of)
  return {
    ...scope,
    name,
    token,
    authorization: `OAuth2 ${base64(token)}`,
    baseUrl: plane.url,
    positions: (filter = {}) => plane.list(`${path}/positions`, 'positions', { ...filter }),
    async setPending(rows) {
      return (await plane.call<{ pending: PendingRow[] }>('PUT', `${path}/pending`, { body: rows })).pending
    },
    verifyState: (rows, options) => demandState(plane, of, rows, options),
    fork: (as = {}) => forkAccount(plane, name, as),
    reset,
    remove: () => leave(plane, path, scope),
  }
}

const pathOf = (name: string) => `joor/accounts/${encodeURIComponent(name)}`

/** Of the bytes in UTF-8; `btoa` alone takes no others than those of Latin-1. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}
