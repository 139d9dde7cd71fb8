import type { Place, Violation } from '../../api/requests.js'
import type { Mark } from '../../parts/body/mark.js'

export const isInBody = ({ at }: Violation): boolean => 'pointer' in at

/** One violation among those of its call. */
export const keyOf = (violation: Violation, index: number): string => `${index}-${violation.rule}`

/** What each violation says at its place in the body. */
export function marksOf(violations: readonly Violation[]): readonly Mark[] {
  return violations.flatMap((violation, index) => {
    const { at, level, rule, seen, right } = violation
    if (!('pointer' in at)) return []
    const { pointer, line, column } = at
    return [{ key: keyOf(violation, index), level, text: `${rule}: ${seen}. Right is ${right}`, pointer, line, column }]
  })
}

/** A place in words. */
export function writePlace(at: Place): string {
  if ('path' in at) return at.path
  const pointer = at.pointer === '' ? 'the body as a whole' : at.pointer
  return at.line === undefined ? pointer : `${pointer}, line ${at.line}, column ${at.column ?? 1}`
}
