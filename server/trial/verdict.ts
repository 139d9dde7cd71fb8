import type { Variation } from './variations.js'

/** What one run came to. */
export interface Run {
  /** Whether the command ended by itself, with 0. */
  readonly passed: boolean
  /** Calls that met the variation. */
  readonly touched: number
  /** What its calls left behind. */
  readonly fingerprint: string
}

/**
 * What a suite made of a variation. `failed`: of one that it has to bear. `undecided`: it passed, and nobody can say
 * whether it recovered, because even the plain run does not end alike each time.
 */
export type Verdict = 'survived' | 'recovered' | 'noticed' | 'missed' | 'failed' | 'undecided' | 'not tried'

/** Those that a suite is better off without. */
export const bad: ReadonlySet<Verdict> = new Set<Verdict>(['missed', 'failed'])

/** `ending` is what the plain run leaves behind; undefined where that differs from time to time. */
export function verdictOf(
  { kind }: Pick<Variation, 'kind'>,
  { passed, touched, fingerprint }: Run,
  ending: string | undefined,
): Verdict {
  if (touched === 0) return 'not tried'
  if (!passed) return kind === 'legal' ? 'failed' : 'noticed'
  if (kind === 'lasting') return 'missed'
  if (ending !== undefined && fingerprint !== ending) return 'missed'
  if (kind === 'legal') return 'survived'
  return ending === undefined ? 'undecided' : 'recovered'
}
