/** What several rounds measured. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

export type Unit = 'share' | 'times' | 'ms' | 'MB' | '/s' | 'us'

/** An absolute figure that stands beside a ratio: reported, never asserted. */
export interface Beside {
  readonly says: string
  readonly unit: Unit
  readonly value: Spread
}

/** One measured row; its name is that of its goal. */
export interface Figure {
  readonly name: string
  readonly unit: Unit
  readonly value: Spread
  /** The same by the CPU time of the servers instead of the clock: what a busy machine does not change. */
  readonly byCpu?: Spread
  readonly beside: readonly Beside[]
}

export function spread(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return { min: at(0), median: at(Math.floor(sorted.length / 2)), max: at(sorted.length - 1) }
}

export const beside = (says: string, unit: Unit, figures: readonly number[]): Beside => ({
  says,
  unit,
  value: spread(figures),
})
