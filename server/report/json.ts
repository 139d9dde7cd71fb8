import type { BrokenRule, Source } from '../journal/broken-rule.js'
import { writeRule } from '../rule-list.js'
import type { Report } from './report.js'

/** A report in the shape of `GET violations`: the places that are kept, and the sum of each rule. */
export function writeJson({ broken, version }: Report): string {
  const violations = broken.flatMap(({ rule, level, examples }) =>
    examples.map(({ source, at, seen, right }) => ({ ...writeRule(rule), level, at, seen, right, ...source })),
  )
  return `${JSON.stringify({ violations, rules: broken.map(writeBroken), version }, null, 2)}\n`
}

/** One rule with all that broke it; place and words are those of the first. */
export function writeBroken({ rule, level, count, calls, requests, examples }: BrokenRule) {
  const [first] = examples
  const files = examples.flatMap(({ source }) => fileOf(source))
  const who = files.length > 0 ? { files: [...new Set(files)] } : { calls, requests }
  return {
    ...writeRule(rule),
    level,
    count,
    ...who,
    right: first?.right ?? null,
    seen: first?.seen ?? null,
    at: first?.at ?? null,
  }
}

const fileOf = (source: Source) => ('file' in source ? [source.file] : [])
