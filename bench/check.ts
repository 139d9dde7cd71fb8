import type { Figure } from './figures.js'
import { type Fallen, fallen, isJudged } from './judgement.js'
import { measureRows } from './measure.js'
import type { Row } from './rows/row.js'
import { plantOf, type SetupOptions } from './setup.js'

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
