import { entryOf } from '../entry-of.js'
import {
  betterGap,
  type Coverage,
  type ExercisedRule,
  type Gap,
  inBookOrder,
  operationCoverage,
  summary,
  worstFirst,
} from './coverage.js'

/**
 * What several runs cover together: calls add up, and a rule that one of them exercised is exercised. In any order it
 * is the same, and of one run it is that run. They are of one version, and were asked the same.
 */
export function mergeCoverage([first, ...others]: readonly [Coverage, ...Coverage[]]): Coverage {
  const all = [first, ...others]
  const exercised = mergeExercised(all)
  const done = new Set(exercised.map(({ rule }) => rule))
  const gaps = mergeGaps(all).filter(({ rule }) => !done.has(rule))
  return {
    of: first.of,
    evidence: first.evidence,
    ...summary(
      all.some(({ percentage }) => percentage !== null),
      exercised,
      gaps.length,
    ),
    operations: mergeOperations(all),
    exercised,
    gaps,
    faults: mergeFaults(all),
    version: first.version,
  }
}

function mergeExercised(all: readonly Coverage[]): readonly ExercisedRule[] {
  const rules = new Map<string, ExercisedRule>()
  for (const told of all.flatMap(({ exercised }) => exercised)) {
    const { operations, kept, broken } = rules.get(told.rule) ?? { operations: [], kept: 0, broken: 0 }
    rules.set(told.rule, {
      ...told,
      operations: [...new Set([...operations, ...told.operations])].sort(),
      kept: kept + told.kept,
      broken: broken + told.broken,
    })
  }
  return inBookOrder([...rules.values()])
}

function mergeGaps(all: readonly Coverage[]): readonly Gap[] {
  const gaps = new Map<string, Gap>()
  for (const gap of all.flatMap((coverage) => coverage.gaps)) gaps.set(gap.rule, betterGap(gaps.get(gap.rule), gap))
  return worstFirst([...gaps.values()])
}

function mergeOperations(all: readonly Coverage[]): Coverage['operations'] {
  const merged = new Map<string, { calls: number; exercised: Set<string>; testable: Set<string> }>()
  for (const { operations, exercised } of all)
    for (const { operation, calls, not_exercised } of operations) {
      const sum = entryOf(merged, operation, () => ({ calls: 0, exercised: new Set(), testable: new Set() }))
      sum.calls += calls
      for (const each of exercised) if (each.operations.includes(operation)) sum.exercised.add(each.rule)
      for (const rule of [...not_exercised, ...sum.exercised]) sum.testable.add(rule)
    }
  return [...merged.keys()].sort().flatMap((operation) => {
    const sum = merged.get(operation)
    if (sum === undefined) return []
    const open = [...sum.testable].filter((rule) => !sum.exercised.has(rule)).map((rule) => ({ rule }))
    const names = inBookOrder(open).map(({ rule }) => rule)
    return [operationCoverage(operation, sum.calls, sum.testable.size, names)]
  })
}

function mergeFaults(all: readonly Coverage[]): Coverage['faults'] {
  return (all[0]?.faults ?? []).map(({ kind }) => {
    const calls = all.flatMap(({ faults }) => faults.filter((each) => each.kind === kind)).map((each) => each.calls)
    return { kind, calls: calls.reduce((sum, each) => sum + each, 0) }
  })
}
