import { ConfigError } from '../config/config.js'
import type { Coverage } from '../coverage/coverage.js'
import { isEnough, writeWanted } from '../coverage/least.js'
import { readPercentage, rightPercentage } from '../coverage/percentage.js'
import { headline } from '../coverage/sentences.js'
import { wrongCoverageOf } from '../coverage/words.js'
import type { Emulator } from '../emulator.js'

/** What is asked about coverage, checked before the command runs. */
export interface CoverageWish {
  readonly of: readonly string[]
  /** The least, in percent. */
  readonly least: number | undefined
}

/** What is said of coverage at the end of a run, and whether it fails the run. */
export interface CoverageTold {
  readonly lines: readonly string[]
  readonly members: { readonly coverage?: object }
  readonly fails: boolean
}

/** Undefined where nothing is asked; throws ConfigError. */
export function readCoverageWish(
  min: string | undefined,
  texts: readonly string[] | undefined,
): CoverageWish | undefined {
  if (min === undefined && texts === undefined) return undefined
  const of = (texts ?? []).flatMap((text) => text.split(',').map((word) => word.trim()))
  for (const word of of) {
    const wrong = wrongCoverageOf(word)
    if (wrong !== undefined) throw new ConfigError(`--coverage-of: ${wrong}`)
  }
  const least = min === undefined ? undefined : readPercentage(min)
  if (min !== undefined && least === undefined)
    throw new ConfigError(`--min-coverage: must be ${rightPercentage}, not ${JSON.stringify(min)}`)
  return { of, least }
}

/** A command that failed is not told of its coverage beside: its own failure comes first. */
export async function tellCoverage(
  emulator: Emulator,
  wish: CoverageWish | undefined,
  succeeded: boolean,
): Promise<CoverageTold> {
  if (wish === undefined) return { lines: [], members: {}, fails: false }
  const { of, least } = wish
  const found = await emulator.coverage({ of })
  const { percentage, rules, gaps } = found
  const fails = succeeded && least !== undefined && !isEnough(found, least)
  const [wanted, ...worst] = least === undefined || !fails ? [''] : writeWanted(found, least)
  return {
    lines: [
      `Backstock: coverage: ${headline(found)}`,
      ...(fails ? [`Backstock: this fails the run, as ${wanted}`, ...worst] : []),
    ],
    members: { coverage: { percentage, min: least ?? null, fails, of, rules, gaps: firstOf(gaps) } },
    fails,
  }
}

const firstOf = (gaps: Coverage['gaps']) => gaps.slice(0, 3).map(({ rule }) => rule)
