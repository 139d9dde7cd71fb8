import { writeExact } from '../wire/exact-json.js'

/** Differences that an answer lists. */
const differencesShown = 1_000

type Values = Readonly<Record<string, unknown>>

/** A row of a table: which one of those that stand it means, and the values that it gives. */
export interface Expected {
  readonly row: number
  /** What tells it apart; undefined where nothing can stand there. */
  readonly id: string | undefined
  readonly key: Values
  readonly values: ReadonlyMap<string, unknown>
}

/** A position, made-to-order SKU or level that stands. */
export interface Standing {
  readonly id: string
  readonly key: Values
  readonly values: ReadonlyMap<string, unknown>
}

interface Difference {
  readonly row: number | null
  readonly kind: 'missing' | 'different' | 'unexpected'
  readonly key: Values
  readonly expected: Values | null
  readonly actual: Values | null
}

/** A table held against what stands, row by row; what no row names is told unless it is to be ignored. */
export function compareRows(expected: readonly Expected[], standing: readonly Standing[], ignoreExtra: boolean) {
  const byId = new Map(standing.map((each) => [each.id, each]))
  const differences: Difference[] = []
  const named = new Set<string | undefined>()
  for (const row of expected) {
    named.add(row.id)
    const difference = differenceOf(row, row.id === undefined ? undefined : byId.get(row.id))
    if (difference !== undefined) differences.push(difference)
  }
  const equal = expected.length - differences.length
  if (!ignoreExtra)
    for (const { id, key, values } of standing)
      if (!named.has(id))
        differences.push({ row: null, kind: 'unexpected', key, expected: null, actual: Object.fromEntries(values) })
  return {
    verdict: differences.length === 0 ? 'pass' : 'fail',
    rows: expected.length,
    equal,
    differences: differences.slice(0, differencesShown),
    differences_total: differences.length,
  }
}

function differenceOf({ row, key, values }: Expected, standing: Standing | undefined): Difference | undefined {
  const expected = Object.fromEntries(values)
  if (standing === undefined) return { row, kind: 'missing', key, expected, actual: null }
  const actual = Object.fromEntries([...values.keys()].map((name) => [name, standing.values.get(name) ?? null]))
  if (writeExact(expected) === writeExact(actual)) return undefined
  return { row, kind: 'different', key: standing.key, expected, actual }
}
