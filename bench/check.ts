import type { Figure } from './figures.js'
import { goals } from './goals.js'
import { measureRows } from './measure.js'
import type { Row } from './rows/row.js'
import { plantOf, type SetupOptions } from './setup.js'

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
const isJudged = ({ name, unit }: Figure) => goals.has(name) && unit !== 'ms'

const judged = ({ byCpu, value }: Figure) => (byCpu ?? value).median

export type Shortly = (folder: string) => SetupOptions

/** What fell far below; a row that did is measured once more, for longer, before that is believed. */
export async function check(
  rows: readonly Row[],
  committed: readonly Figure[],
  options: Shortly,
): Promise<readonly Fallen[]> {
  const found: Fallen[] = []
  for (const row of rows) {
    if (fallen(await measureRows([row], options), committed).length === 0) continue
    const again = await measureRows([row], (folder) => {
      const once = options(folder)
      return { ...once, rounds: once.rounds * 3 }
    })
    found.push(...fallen(again, committed))
  }
  return found
}

/** Figures at which a twofold slowdown of everything is not seen. */
export async function unseen(
  rows: readonly Row[],
  committed: readonly Figure[],
  options: Shortly,
): Promise<readonly string[]> {
  const missed: string[] = []
  for (const row of rows) {
    const plant = plantOf(row.name === 'memory' ? 'memory' : 'time')
    const figures = await measureRows([row], (folder) => ({ ...options(folder), plant }))
    const seen = new Set(fallen(figures, committed).map(({ figure }) => figure))
    missed.push(...figures.filter(isJudged).flatMap(({ name }) => (seen.has(name) ? [] : [name])))
  }
  return missed
}
