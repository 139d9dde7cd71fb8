import { DocumentError } from '../documents.js'
import { SourceError } from '../source.js'
import { readSource } from '../source-file.js'
import { type Case, defaultVariables, readCases, shippedCases, type Variables } from '../verify/cases.js'
import { gradeOf, type Outcome, reasonToSkip, runHere, runThere, type TargetOptions, touchedBy } from '../verify/run.js'
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
    const variables = await readVariables(options)
    const cases = await readCases(shippedCases, variables)
    const own = options.cases === undefined ? [] : await readCases(options.cases, variables)
    return await run([...cases, ...own], options, variables, outside)
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof SourceError)) throw error
    outside.complain(error.message)
    return 2
  }
}

/** The shipped seed's values, overruled by a file of a team's own and by the site that was named. */
async function readVariables({ vars, jirafeSite }: VerifyOptions): Promise<Variables> {
  const own = vars === undefined ? {} : (await readSource(vars)).value
  if (typeof own !== 'object' || own === null || Array.isArray(own))
    throw new SourceError(`${vars}: the variables must be a mapping, such as warehouse: New York`)
  const texts = Object.entries(own).map(([name, value]) => [name, String(value)])
  return { ...defaultVariables, ...Object.fromEntries(texts), ...(jirafeSite !== undefined && { site: jirafeSite }) }
}

async function run(
  cases: readonly Case[],
  options: VerifyOptions,
  variables: Variables,
  outside: Outside,
): Promise<number> {
  const { target: url, joorToken, jirafeToken, jirafeSite, allowDestructive = false } = options
  if (url !== undefined && !URL.canParse(url)) {
    outside.complain(`--target ${url} is not the address of a server; one looks like https://apisandbox.jooraccess.com`)
    return 2
  }
  const target: TargetOptions | undefined =
    url === undefined
      ? undefined
      : {
          url,
          allowDestructive,
          ...(joorToken !== undefined && { joorToken }),
          ...(jirafeToken !== undefined && { jirafeToken }),
          ...(jirafeSite !== undefined && { jirafeSite }),
        }
  if (target !== undefined) warn(cases, target, outside)
  const outcomes: Outcome[] = []
  for (const each of cases) {
    const outcome =
      target === undefined ? await runHere(each, variables.site ?? 'examples') : await runThere(each, target)
    outcomes.push(outcome)
    tell(outcome, outside)
  }
  return summarise(outcomes, outside)
}

/** What destructive cases will touch is said before the first of them is sent. */
function warn(cases: readonly Case[], target: TargetOptions, outside: Outside): void {
  for (const each of cases)
    if (each.effect === 'destructive' && reasonToSkip(each, target) === undefined)
      outside.print(`will touch ${touchedBy(each)}: ${each.case}`)
}

const marks = { passed: 'ok', failed: 'FAILED', 'not run': 'not run' }

function tell({ case: each, verdict, faults }: Outcome, outside: Outside): void {
  outside.print(`${marks[verdict].padEnd(8)}${gradeOf(each).padEnd(11)}${each.file}: ${each.case}`)
  const lines = faults.flatMap((fault) => fault.split('\n'))
  for (const line of lines) outside.print(`        ${line}`)
}

/** What could not be run or seen is counted as such; a run in which nothing ran has shown nothing. */
function summarise(outcomes: readonly Outcome[], outside: Outside): number {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  const unobserved = outcomes.filter((outcome) => outcome.unobserved).length
  const parts = [`${count('passed')} passed`, `${count('failed')} failed`]
  if (count('not run') > 0) parts.push(`${count('not run')} not run`)
  if (unobserved > 0) parts.push(`${unobserved} of the passed with a state that cannot be seen from outside`)
  outside.print(parts.join(', '))
  return count('failed') === 0 && count('passed') > 0 ? 0 : 1
}
