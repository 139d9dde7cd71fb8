import { DocumentError } from '../documents/documents.js'
import { SourceError } from '../documents/source.js'
import { startEmulator } from '../emulator.js'
import type { Case } from '../verify/case.js'
import { readCases, shippedCases } from '../verify/cases.js'
import { touchedBy } from '../verify/effect.js'
import {
  gradeOf,
  isBackstock,
  type Outcome,
  reasonToSkip,
  runHere,
  runThere,
  type TargetOptions,
} from '../verify/run.js'
import { defaultVariables, readVariables, refuseUnused, type Variables } from '../verify/variables.js'
import { isServerAddress } from './addresses.js'
import type { Outside } from './outside.js'

export interface VerifyOptions {
  readonly cases?: string
  readonly vars?: string
  readonly target?: string
  readonly joorToken?: string
  readonly jirafeToken?: string
  readonly jirafeSite?: string
  readonly allowDestructive?: boolean
}

/** Runs the contract cases, on an emulator of their own or on a server that was named; the exit code. */
export async function verify(options: VerifyOptions, outside: Outside): Promise<number> {
  try {
    const named = readTarget(options)
    const target = named && { ...named, isBackstock: await isBackstock(named.url) }
    const { cases, variables } = await readAll(options)
    if (target !== undefined) await warn(cases, target, outside)
    const outcomes: Outcome[] = []
    for (const each of cases) {
      const outcome =
        target === undefined ? await runHere(each, String(variables.site), startEmulator) : await runThere(each, target)
      outcomes.push(outcome)
      tell(outcome, outside)
    }
    return summarise(outcomes, outside)
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof SourceError || error instanceof OptionError)) throw error
    outside.complain(error.message)
    return 2
  }
}

/** An option that cannot be meant as it is given; the message says what would be right. */
class OptionError extends Error {}

const forTargets = {
  joorToken: '--joor-token',
  jirafeToken: '--jirafe-token',
  jirafeSite: '--jirafe-site',
  allowDestructive: '--allow-destructive',
} as const

function readTarget(options: VerifyOptions): TargetOptions | undefined {
  const { target: url, cases, vars, ...more } = options
  if (url !== undefined) {
    if (!isServerAddress(url))
      throw new OptionError(`--target ${url} is not the address of a server; one is http://127.0.0.1:4350`)
    return { ...more, url, allowDestructive: more.allowDestructive ?? false }
  }
  for (const [name, flag] of Object.entries(forTargets))
    if (Object.hasOwn(options, name)) throw new OptionError(`${flag} is for another server: name it by --target`)
  return undefined
}

/** The shipped cases and a team's own; a file of variables overrules the shipped seed's, a named site both. */
async function readAll({ cases: folder, vars, jirafeSite }: VerifyOptions) {
  const own = vars === undefined ? undefined : await readVariables(vars)
  const site = jirafeSite === undefined ? {} : { site: jirafeSite }
  const variables: Variables = { ...defaultVariables, ...own?.values, ...site }
  const used = new Set<string>()
  // First what may be wrong: there is much of the shipped ones to read.
  const theirs = folder === undefined ? [] : await readCases(folder, variables, used)
  const shipped = await readCases(shippedCases, variables, used)
  if (own !== undefined) refuseUnused(own, used)
  return { cases: [...shipped, ...theirs], variables }
}

/** What destructive cases will touch is said before anything is sent. */
async function warn(cases: readonly Case[], target: TargetOptions, outside: Outside): Promise<void> {
  for (const each of cases)
    if (each.effect === 'destructive' && reasonToSkip(each, target) === undefined)
      outside.print(`will touch ${await touchedBy(each)} (${each.file}: ${each.case})`)
}

const marks = { passed: 'ok', 'in part': 'in part', failed: 'FAILED', 'not run': 'not run' }

function tell({ case: each, verdict, faults }: Outcome, outside: Outside): void {
  outside.print(`${marks[verdict].padEnd(8)}${gradeOf(each).padEnd(11)}${each.file}: ${each.case}`)
  const lines = faults.flatMap((fault) => fault.split('\n'))
  for (const line of lines) outside.print(`        ${line}`)
}

/** What could not be run or seen is counted as such; a run in which nothing ran has shown nothing. */
function summarise(outcomes: readonly Outcome[], outside: Outside): number {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  const parts = [`${count('passed')} passed`, `${count('failed')} failed`]
  if (count('in part') > 0) parts.push(`${count('in part')} in part: replies right, state not seen from outside`)
  if (count('not run') > 0) parts.push(`${count('not run')} not run`)
  outside.print(parts.join(', '))
  return count('failed') === 0 && count('not run') < outcomes.length ? 0 : 1
}
