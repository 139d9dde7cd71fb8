import { DocumentError, type Fault, faultAt, schemaFaults, writeFault, writeLines } from '../documents/documents.js'
import { type Source, SourceError, writePlace } from '../documents/source.js'
import { readSource } from '../documents/source-file.js'
import { kinds } from '../faults/fault.js'
import { allRules } from '../rule-list.js'
import type { Coverage } from './coverage.js'

const ruleIds = new Set(allRules.map(({ id }) => id))

/**
 * Reads the JSON of runs that were asked the same by this version. Throws SourceError or DocumentError naming file, line
 * and column of what is wrong.
 */
export async function readCoverageFiles(
  paths: readonly [string, ...string[]],
  version: string,
): Promise<readonly [Coverage, ...Coverage[]]> {
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) throw new SourceError(`${twice} is named twice; its calls would count twice`)
  const [path, ...others] = paths
  const first = await readCoverage(path, version)
  const rest: Coverage[] = []
  for (const each of others) rest.push(await readCoverage(each, version, { path, coverage: first }))
  return [first, ...rest]
}

interface Read {
  readonly path: string
  readonly coverage: Coverage
}

async function readCoverage(path: string, version: string, first?: Read): Promise<Coverage> {
  const source = await readSource(path)
  // Another version may have another shape: that it is another one says more.
  refuse(versionFaults(source.value, version), source)
  refuse(schemaFaults('coverage', source.value), source)
  // The schema has judged it.
  const coverage = source.value as Coverage
  refuse([...nameFaults(coverage), ...questionFaults(coverage, first)], source)
  return coverage
}

function versionFaults(value: unknown, version: string): readonly Fault[] {
  if (typeof value !== 'object' || value === null || !('version' in value)) return []
  if (typeof value.version !== 'string' || value.version === version) return []
  const right = `this is Backstock ${version}, whose rules may be others; merge by the version that wrote it`
  return [faultAt(['version'], `was written by ${JSON.stringify(value.version)}; ${right}`)]
}

/** Names that this version does not know would be left out of the sum in silence. */
function nameFaults({ exercised, gaps, operations, faults }: Coverage): readonly Fault[] {
  const known = new Set(operations.map(({ operation }) => operation))
  const found: Fault[] = []
  const judgeRule = (rule: string, ...at: (string | number)[]) => {
    if (!ruleIds.has(rule)) found.push(faultAt(at, `there is no rule ${rule}`))
  }
  for (const [index, { rule, operations: own }] of exercised.entries()) {
    judgeRule(rule, 'exercised', index, 'rule')
    for (const [place, operation] of own.entries())
      if (!known.has(operation))
        found.push(faultAt(['exercised', index, 'operations', place], `${operation} is not among the operations`))
  }
  for (const [index, { rule }] of gaps.entries()) judgeRule(rule, 'gaps', index, 'rule')
  for (const [index, { not_exercised }] of operations.entries())
    for (const [place, rule] of not_exercised.entries()) judgeRule(rule, 'operations', index, 'not_exercised', place)
  for (const [index, { kind }] of faults.entries())
    if (!Object.hasOwn(kinds, kind)) found.push(faultAt(['faults', index, 'kind'], `there is no fault ${kind}`))
  if (faults.length !== Object.keys(kinds).length)
    found.push(faultAt(['faults'], `must have each of the ${Object.keys(kinds).length} kinds once`))
  return found
}

function questionFaults(coverage: Coverage, first: Read | undefined): readonly Fault[] {
  if (first === undefined) return []
  return (['of', 'evidence'] as const).flatMap((name) => {
    const [own, right] = [coverage, first.coverage].map((each) => JSON.stringify(each[name]))
    return own === right
      ? []
      : [faultAt([name], `is ${own}, and that of ${first.path} is ${right}; ask all runs the same`)]
  })
}

function refuse(faults: readonly Fault[], source: Source): void {
  if (faults.length === 0) return
  const lines = faults.map(
    (fault) => `${writePlace(source.path, source.place(fault.steps, fault.about))}: ${writeFault(fault)}`,
  )
  throw new DocumentError(faults, writeLines(lines))
}
