import type { Figure } from './figures.js'
import { fallen, type Judged, kept } from './judgement.js'
import { measureRows } from './measure.js'
import type { Row } from './rows/row.js'
import { plantOf, type SetupOptions } from './setup.js'

export type Shortly = (folder: string) => SetupOptions

/** What fell far below; a row that did is measured once more, for longer, before that is believed. */
export async function check(
  rows: readonly Row[],
  committed: readonly Figure[],
  options: Shortly,
): Promise<readonly Judged[]> {
  const found: Judged[] = []
  for (const row of rows) {
    if (fallen(await measureRows([row], options), committed).length === 0) continue
    found.push(...fallen(await measureRows([row], longer(options)), committed))
  }
  return found
}

/** Figures at which a twofold slowdown of everything is not seen, as those that fell are told; the same patience. */
export async function unseen(
  rows: readonly Row[],
  committed: readonly Figure[],
  options: Shortly,
): Promise<readonly Judged[]> {
  const missed: Judged[] = []
  for (const row of rows) {
    const plant = plantOf(row.name === 'memory' ? 'memory' : 'time')
    const planted: Shortly = (folder) => ({ ...options(folder), plant })
    if (kept(await measureRows([row], planted), committed).length === 0) continue
    missed.push(...kept(await measureRows([row], longer(planted)), committed))
  }
  return missed
}

/** For three times as long. */
export const longer =
  (options: Shortly): Shortly =>
  (folder) => {
    const once = options(folder)
    return { ...once, rounds: once.rounds * 3 }
  }
