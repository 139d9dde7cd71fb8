import type { Coverage, Gap } from './coverage.js'
import { element, type Html, headed, join, page, table, text } from './html-parts.js'
import { style } from './html-style.js'
import { headline, keptAndBroken, splitFaults, wayWithoutShell, writeBreach, writePercentage } from './sentences.js'

/** A rule that clients broke, as a report tells of it. */
export interface BrokenOnPage {
  readonly rule: string
  readonly statement: string
  readonly level: string
  /** How often. */
  readonly count: number
  /** The ids of the first calls that did. */
  readonly requests: readonly string[]
  readonly seen: string
  readonly right: string
}

/** One page that needs nothing else: no script, no other file. The broken rules of the run stand first, where given. */
export function writeHtml(coverage: Coverage, broken?: readonly BrokenOnPage[]): string {
  return page('Backstock: what this run shows', style, [
    summarySection(coverage),
    ...(broken === undefined ? [] : [brokenSection(broken)]),
    ...operationsSection(coverage),
    gapsSection(coverage),
    ...exercisedSection(coverage),
    faultsSection(coverage),
    element('footer', {}, [element('p', {}, [text(`Backstock ${coverage.version}`)])]),
  ])
}

function summarySection(coverage: Coverage): Html {
  const { percentage, rules, evidence } = coverage
  const shown = `${percentage} %`
  const range = { min: '0', max: '100', value: String(percentage), 'aria-label': 'Coverage' }
  const figure =
    percentage === null
      ? []
      : [element('p', { class: 'figure' }, [text(shown)]), element('meter', range, [text(shown)])]
  const told = [
    `${capital(headline(coverage))}.`,
    ...(rules.exercised > 0 ? [`Of these ${keptAndBroken(coverage)}.`] : []),
    ...(evidence === 'assumed' ? [] : [`Rules count that are ${evidence} or better known.`]),
  ]
  return headed('coverage', 'Coverage of the rules', [...figure, element('p', {}, [text(told.join(' '))])])
}

function brokenSection(broken: readonly BrokenOnPage[]): Html {
  if (broken.length === 0) return headed('broken', 'Broken rules', [element('p', {}, [text('None.')])])
  const rows = broken.map(({ rule, statement, level, count, requests, seen, right }) => [
    element('span', { class: `level ${level === 'error' ? 'error' : 'warn'}` }, [text(level)]),
    ruleCell(rule, statement),
    text(String(count)),
    join(element('p', {}, [text(`Seen: ${seen}`)]), element('p', {}, [text(`Right: ${right}`)])),
    join(...requests.map((id) => element('code', {}, [text(id)]))),
  ])
  const columns = [
    { title: 'level' },
    { title: 'rule', heads: true },
    { title: 'times', isNumber: true },
    { title: 'example' },
    { title: 'calls' },
  ]
  return headed('broken', 'Broken rules', [table(`${broken.length} broken, worst first`, columns, rows)])
}

function operationsSection({ operations }: Coverage): readonly Html[] {
  if (operations.length === 0) return []
  const rows = operations.map(({ operation, calls, exercised, testable, percentage }) => [
    element('code', {}, [text(operation)]),
    text(String(calls)),
    text(`${exercised} of ${testable}`),
    text(writePercentage(percentage)),
  ])
  const columns = [
    { title: 'operation', heads: true },
    { title: 'calls', isNumber: true },
    { title: 'rules', isNumber: true },
    { title: 'covered', isNumber: true },
  ]
  return [headed('operations', 'Operations', [table('Rules exercised by the calls of each operation', columns, rows)])]
}

function gapsSection({ gaps, percentage }: Coverage): Html {
  const nothing =
    percentage === null
      ? 'Nothing was called, so that nothing can be told.'
      : 'Nothing: every testable rule was exercised.'
  if (gaps.length === 0) return headed('gaps', 'Not exercised', [element('p', {}, [text(nothing)])])
  const rows = gaps.map((gap) => [
    join(ruleCell(gap.rule, gap.statement), requestOf(gap)),
    text(gap.evidence),
    text(writeBreach(gap)),
    element('code', {}, [text(gap.operation)]),
  ])
  const columns = [{ title: 'rule', heads: true }, { title: 'evidence' }, { title: 'a breach' }, { title: 'operation' }]
  return headed('gaps', 'Not exercised', [
    table(`${gaps.length} rules, worst gaps first, each with a request to copy`, columns, rows),
  ])
}

function requestOf(gap: Gap): Html {
  if (gap.request === null) return element('p', { class: 'way' }, [text(wayWithoutShell(gap))])
  const commands = element('pre', { tabindex: '0' }, [element('code', {}, [text(gap.request)])])
  return element('details', {}, [element('summary', {}, [text('Request to copy')]), commands])
}

function exercisedSection({ exercised }: Coverage): readonly Html[] {
  if (exercised.length === 0) return []
  const rows = exercised.map(({ rule, statement, evidence, kept, broken }) => [
    ruleCell(rule, statement),
    text(evidence),
    text(String(kept)),
    text(String(broken)),
  ])
  const columns = [
    { title: 'rule', heads: true },
    { title: 'evidence' },
    { title: 'kept', isNumber: true },
    { title: 'broken', isNumber: true },
  ]
  return [headed('exercised', 'Exercised', [table('Calls that kept and that broke each rule', columns, rows)])]
}

function faultsSection(coverage: Coverage): Html {
  const { met, never } = splitFaults(coverage)
  const rows = met.map(({ kind, calls }) => [element('code', {}, [text(kind)]), text(String(calls))])
  const columns = [
    { title: 'fault', heads: true },
    { title: 'calls', isNumber: true },
  ]
  const told = `${met.length > 0 ? 'Never met' : 'None was met'}: ${never.join(', ') || 'none'}. A fault never makes a rule exercised.`
  return headed('faults', 'Faults', [
    ...(met.length > 0 ? [table('Calls that met each fault', columns, rows)] : []),
    element('p', {}, [text(told)]),
  ])
}

const ruleCell = (rule: string, statement: string) =>
  join(element('code', {}, [text(rule)]), element('span', { class: 'says' }, [text(statement)]))

const capital = (sentence: string) => sentence.slice(0, 1).toUpperCase() + sentence.slice(1)
