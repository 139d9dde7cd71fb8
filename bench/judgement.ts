import type { Figure } from './figures.js'
import { goals } from './goals.js'

/**
 * How much of what is committed a figure has to keep. Twofold slower is 0.5 and has to fail; what the same commit gets
 * on a shared machine stays above 0.75. So this lies between the two.
 */
const kept = 0.65

/** A figure that fell far below what is committed. */
export interface Fallen {
  readonly figure: string
  readonly is: number
  readonly was: number
}

/** Figures that have a goal are held against what is committed, by CPU time where it is told. */
export function fallen(figures: readonly Figure[], committed: readonly Figure[]): readonly Fallen[] {
  return figures.flatMap((figure) => {
    const before = committed.find(({ name }) => name === figure.name)
    const goal = goals.get(figure.name)
    if (before === undefined || goal === undefined || !isJudged(figure)) return []
    const [is, was] = [judged(figure), judged(before)]
    const keeps = goal.direction === 'at least' ? is / was : was / is
    return keeps >= kept ? [] : [{ figure: figure.name, is, was }]
  })
}

/** What a clock says on one machine says nothing of another. */
export const isJudged = ({ name, unit }: Figure) => goals.has(name) && unit !== 'ms'

const judged = ({ byCpu, value }: Figure) => (byCpu ?? value).median
