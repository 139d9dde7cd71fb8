import type { ControlPlane } from './control-plane.js'
import type { Comparison } from './replies.js'
import { nameOf, type Of, type Scope } from './scope.js'
import { unmetState } from './unmet.js'

export interface StateOptions {
  /** Whether what no row names is a difference. Default `report`. */
  readonly extra?: 'report' | 'ignore'
}

/** Rejected with UnmetError where a row differs. */
export async function demandState(
  plane: ControlPlane,
  of: Of,
  rows: readonly object[],
  { extra }: StateOptions = {},
): Promise<Comparison> {
  const comparison = await plane.call<Comparison>('POST', 'verify/state', { query: { ...of, extra }, body: rows })
  if (comparison.verdict === 'pass') return comparison
  throw unmetState(nameOf(of), comparison)
}

/** Removes an account or site, with what is armed and set for it, and its snapshots: its name may never come back. */
export async function leave(plane: ControlPlane, path: string, scope: Scope): Promise<void> {
  const snapshots = await scope.snapshots()
  await Promise.all(snapshots.map(({ name }) => scope.dropSnapshot(name)))
  await plane.call('DELETE', path)
}
