import { ConfigError, type Given, startOptions } from '../config/config.js'
import type { Emulator } from '../emulator.js'
import { readPattern } from '../pattern.js'
import { didYouMean, writeChoice } from '../suggestion.js'
import { type Variation, variations } from '../trial/variations.js'
import { readCoverageWish } from './exec-coverage.js'
import type { Launched } from './launch.js'
import type { Outside } from './outside.js'
import { readReports } from './reports.js'

export interface ExecGiven {
  /** The texts of the options of `start`. */
  readonly options: Given['options']
  /** `NAME={joor}/v2/`, as often as it was given. */
  readonly env: readonly string[]
  readonly failOn: readonly string[]
  /** `junit=report.xml`, as often as it was given. */
  readonly reports?: readonly string[] | undefined
  /** The names of variations to repeat the run with; undefined where it is not repeated. */
  readonly mutate?: readonly string[] | undefined
  readonly minCoverage?: string | undefined
  readonly coverageOf?: readonly string[] | undefined
  readonly command: string
  readonly args: readonly string[]
}

const failures = ['violations', 'errors', 'unused-faults'] as const
/** What makes a run fail although its command did not. */
export type Failing = (typeof failures)[number]

/** What the variables of the command are made of: `{joor}` and so on stand for an address. */
export type Templates = ReadonlyMap<string, string>

const addresses = {
  joor: ({ joor }: Emulator) => joor.baseUrl,
  jirafe: ({ jirafe }: Emulator) => jirafe.baseUrl,
  url: ({ url }: Emulator) => url,
} as const
const placeholder = /\{([A-Za-z_]\w*)\}/g

/** Checks the options that only `exec` has; throws ConfigError. */
export function readAsked({
  env,
  failOn,
  reports = [],
  mutate,
  minCoverage,
  coverageOf,
}: Omit<ExecGiven, 'options' | 'command' | 'args'>) {
  return {
    variables: new Map(env.map(readVariable)),
    failOn: readFailing(failOn, failures),
    reports: readReports(reports),
    variations: mutate && readVariations(mutate),
    coverage: readCoverageWish(minCoverage, coverageOf),
  }
}

/** Those that are named, in the order of their table. */
function readVariations(texts: readonly string[]): readonly Variation[] {
  const names = variations.map(({ name }) => name)
  const patterns = texts.flatMap((text) => text.split(',').map((word) => word.trim()))
  for (const pattern of patterns)
    if (!names.some((name) => readPattern(pattern).test(name)))
      throw new ConfigError(
        `--mutate: no variation is called ${JSON.stringify(pattern)}${didYouMean(pattern, names) || ';'} known: ${names.join(', ')}`,
      )
  return variations.filter(({ name }) => patterns.some((pattern) => readPattern(pattern).test(name)))
}

function readVariable(text: string): readonly [name: string, template: string] {
  const [, name, template] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || template === undefined)
    throw new ConfigError(`--env: must be NAME=value, such as API_URL={joor}/v2/, not ${JSON.stringify(text)}`)
  for (const [whole, word = ''] of template.matchAll(placeholder)) {
    if (isAddress(word)) continue
    const known = writeChoice(Object.keys(addresses).map((each) => `{${each}}`))
    throw new ConfigError(`--env: ${whole} in ${JSON.stringify(text)} stands for nothing; known: ${known}`)
  }
  return [name, template]
}

const isAddress = (word: string): word is keyof typeof addresses => Object.hasOwn(addresses, word)

/** What `--fail-on` names, a list in each of its values; throws ConfigError. */
export function readFailing<Name extends string>(texts: readonly string[], known: readonly Name[]): ReadonlySet<Name> {
  const named = texts.flatMap((text) => text.split(','))
  return new Set(
    named.map((word) => {
      const failing = known.find((each) => each === word.trim())
      if (failing !== undefined) return failing
      throw new ConfigError(
        `--fail-on: must be ${writeChoice(known)}, not ${JSON.stringify(word)}${didYouMean(word, known)}`,
      )
    }),
  )
}

/**
 * The variables of the command: ours without those that `start` reads, which are meant for this emulator and would move
 * one that the command starts itself.
 */
export function environmentFor(
  { emulator, controlToken }: Launched,
  env: Outside['env'],
  variables: Templates,
): Outside['env'] {
  const taken = new Set(startOptions.map((row) => row.env))
  const given = [...variables].map(([name, template]) => [name, fill(template, emulator)])
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !taken.has(name))),
    BACKSTOCK_URL: emulator.url,
    JOOR_BASE_URL: emulator.joor.baseUrl,
    JIRAFE_BASE_URL: emulator.jirafe.baseUrl,
    ...(controlToken !== undefined && { BACKSTOCK_CONTROL_TOKEN: controlToken }),
    ...Object.fromEntries(given),
  }
}

function fill(template: string, emulator: Emulator): string {
  return template.replaceAll(placeholder, (whole, word: string) =>
    isAddress(word) ? addresses[word](emulator) : whole,
  )
}
