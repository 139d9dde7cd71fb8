import type { Figure } from './figures.js'
import { goals, keptOfTime } from './goals.js'

/** A figure beside what is committed of it. */
export interface Judged {
  readonly figure: string
  readonly is: number
  readonly was: number
  /** How much of what is committed it keeps: 0.5 is twice as slow. */
  readonly keeps: number
  /** How much it has to keep. */
  readonly least: number
}

/** Figures that fell far below what is committed. */
export const fallen = (figures: readonly Figure[], committed: readonly Figure[]): readonly Judged[] =>
  judge(figures, committed).filter(({ keeps, least }) => keeps < least)

/** Figures that did not. */
export const kept = (figures: readonly Figure[], committed: readonly Figure[]): readonly Judged[] =>
  judge(figures, committed).filter(({ keeps, least }) => keeps >= least)

/**
 * Those that have a goal, by CPU time where it is told. Not milliseconds: what a clock says on one machine says nothing
 * of another.
 */
function judge(figures: readonly Figure[], committed: readonly Figure[]): readonly Judged[] {
  return figures.flatMap((figure) => {
    const before = committed.find(({ name }) => name === figure.name)
    const goal = goals.get(figure.name)
    if (before === undefined || goal === undefined || figure.unit === 'ms') return []
    const [is, was] = [medianOf(figure), medianOf(before)]
    return [
      {
        figure: figure.name,
        is,
        was,
        keeps: goal.direction === 'at least' ? is / was : was / is,
        least: goal.kept ?? keptOfTime,
      },
    ]
  })
}

const medianOf = ({ byCpu, value }: Figure) => (byCpu ?? value).median
