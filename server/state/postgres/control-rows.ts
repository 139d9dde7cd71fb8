import { keyPart } from '../rows.js'
import type { Scope } from '../store.js'
import { bytesOf } from './bytes.js'
import type { Statements } from './database.js'
import type { ControlChange, ControlText } from './sharing.js'

interface ControlRow {
  readonly kind: string
  readonly scope_text: string | null
  readonly value: string
}

const columns = 'kind, scope_text, value'
const ofScope = (scope: string | null) => (scope === null ? Buffer.alloc(0) : bytesOf(keyPart(scope)))

/** What holds for everyone and for one scope, or for all; `locked` keeps it as it is until the transaction ends. */
export function readControls(
  statements: Statements,
  of: Scope | 'all',
  lock?: 'locked',
): Promise<readonly ControlText[]> {
  return of === 'all' ? select(statements, 'true', [], lock) : select(statements, ofScopes, scopesOf(of), lock)
}

/**
 * The same for a call that has the lock of its own account or site and has read all of it: faults count what others
 * count, too, so they are read again under a lock of their own.
 */
export async function lockFaults(
  statements: Statements,
  of: Scope,
  seen: readonly ControlText[],
): Promise<readonly ControlText[]> {
  const others = seen.filter(({ kind }) => kind !== 'faults')
  if (others.length === seen.length) return seen
  return [...others, ...(await select(statements, `kind = 'faults' AND ${ofScopes}`, scopesOf(of), 'locked'))]
}

const ofScopes = 'scope = ANY ($1::bytea[])'
const scopesOf = (of: Scope) => [['\\x', `\\x${ofScope(of).toString('hex')}`]]

async function select(
  statements: Statements,
  where: string,
  values: readonly (readonly string[])[],
  lock: 'locked' | undefined,
): Promise<readonly ControlText[]> {
  const text = `SELECT ${columns} FROM @controls WHERE ${where} ORDER BY kind, scope`
  const rows = await statements.prepared<ControlRow>(lock === undefined ? text : `${text} FOR UPDATE`, values)
  return rows.map(textOf)
}

const textOf = ({ kind, scope_text, value }: ControlRow): ControlText => ({
  kind,
  // PostgreSQL's text takes no NUL, and names may have one; JSON writes it by other characters.
  scope: scope_text === null ? null : (JSON.parse(scope_text) as string),
  value,
})

/** Sends all of them at once: what is to be committed may be sent right behind them. */
export function writeControls(statements: Statements, changes: readonly ControlChange[]): Promise<unknown> {
  return Promise.all(
    changes.map(({ kind, scope, value }) =>
      value === null
        ? statements.rows('DELETE FROM @controls WHERE kind = $1 AND scope = $2', [kind, ofScope(scope)])
        : statements.rows(
            `INSERT INTO @controls (kind, scope, scope_text, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (kind, scope) DO UPDATE SET value = excluded.value`,
            [kind, ofScope(scope), scope === null ? null : JSON.stringify(scope), value],
          ),
    ),
  )
}
