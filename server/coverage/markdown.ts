import { escapeMarkdown } from '../wire/markdown.js'
import type { Coverage, Gap } from './coverage.js'
import { headline, keptAndBroken, splitFaults, wayWithoutShell, writeBreach, writePercentage } from './sentences.js'

/** Requests that are shown; the list of gaps is whole. */
const requestsShown = 20

/** What a run covered, for a pull request or a job's summary. */
export function writeMarkdown(coverage: Coverage): string {
  const parts = [
    '## Coverage of the rules',
    `**${escapeMarkdown(headline(coverage))}.**${coverage.rules.exercised > 0 ? ` Of these ${keptAndBroken(coverage)}.` : ''}`,
    ...leastEvidence(coverage),
    ...operations(coverage),
    ...gaps(coverage),
    ...exercised(coverage),
    ...faults(coverage),
  ]
  return `${parts.join('\n\n')}\n`
}

function leastEvidence({ evidence }: Coverage): readonly string[] {
  return evidence === 'assumed' ? [] : [`Rules count that are ${evidence} or better known.`]
}

function operations({ operations: rows }: Coverage): readonly string[] {
  if (rows.length === 0) return []
  const table = rows.map(({ operation, calls, exercised, testable, percentage }) => [
    code(operation),
    String(calls),
    `${exercised} of ${testable}`,
    writePercentage(percentage),
  ])
  return ['### Operations', writeTable(['operation', 'calls', 'rules', 'covered'], table)]
}

function gaps({ gaps: rows }: Coverage): readonly string[] {
  if (rows.length === 0) return []
  const table = rows.map((gap) => [
    code(gap.rule),
    escapeMarkdown(gap.statement),
    gap.evidence,
    writeBreach(gap),
    code(gap.operation),
  ])
  const more = rows.length - requestsShown
  return [
    '### Not exercised, worst first',
    writeTable(['rule', 'statement', 'evidence', 'a breach', 'operation'], table),
    ...rows.slice(0, requestsShown).map(writeRequest),
    ...(more > 0 ? [`The other ${more} have their requests in the JSON and HTML reports.`] : []),
  ]
}

function writeRequest(gap: Gap): string {
  const summary = `<summary>${escapeMarkdown(gap.rule)}</summary>`
  const shown = gap.request === null ? escapeMarkdown(wayWithoutShell(gap)) : fenced(gap.request)
  return `<details>${summary}\n\n${shown}\n\n</details>`
}

function exercised({ exercised: rows }: Coverage): readonly string[] {
  if (rows.length === 0) return []
  const table = rows.map(({ rule, statement, evidence, kept, broken }) => [
    code(rule),
    escapeMarkdown(statement),
    evidence,
    String(kept),
    String(broken),
  ])
  return ['### Exercised', writeTable(['rule', 'statement', 'evidence', 'kept', 'broken'], table)]
}

function faults(coverage: Coverage): readonly string[] {
  const { met, never } = splitFaults(coverage)
  const table = met.map(({ kind, calls }) => [code(kind), String(calls)])
  return [
    '### Faults',
    ...(met.length > 0 ? [writeTable(['fault', 'calls that met it'], table)] : []),
    `${met.length > 0 ? 'Never met' : 'None was met'}: ${never.map(code).join(', ') || 'none'}. A fault never makes a rule exercised.`,
  ]
}

function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Our own names: of rules, operations and faults. */
const code = (name: string) => `\`${name.replaceAll(/[`|\r\n]/g, ' ')}\``

/** A fence that is longer than any in the text. */
function fenced(commands: string): string {
  const longest = [...commands.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${commands}\n${fence}`
}
