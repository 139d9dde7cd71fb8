import type { Rule } from '../../contracts/rules/book.js'
import type { BrokenRule } from '../journal/broken-rule.js'
import { escapeXml, replaceForbidden } from '../wire/xml-text.js'
import { type Report, writeMessage, writeSource, writeTimes } from './report.js'

/**
 * A test case for every rule that was met, a suite for every vendor: a rule that was kept passes, one that was broken
 * fails where its level is error, and else passes with what was seen as its output.
 */
export function writeJunit({ broken, kept }: Report): string {
  const cases = [...broken.map(brokenCase), ...kept.map(keptCase)]
  const vendors = [...new Set(cases.map(({ vendor }) => vendor))].sort()
  const suites = vendors.map((vendor) => suiteOf(vendor, cases))
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="Backstock"${countsOf(cases)}>`,
    // Some readers take a file without a suite for a broken one.
    ...(suites.length === 0 ? [`  <testsuite name="Backstock"${countsOf([])}/>`] : suites),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

interface Case {
  readonly vendor: string
  readonly failed: boolean
  readonly xml: string
}

function suiteOf(vendor: string, cases: readonly Case[]): string {
  const own = cases.filter((each) => each.vendor === vendor)
  return [
    `  <testsuite name=${attribute(vendor)}${countsOf(own)}>`,
    ...own.map(({ xml }) => xml),
    '  </testsuite>',
  ].join('\n')
}

function countsOf(cases: readonly Case[]): string {
  const failures = cases.filter(({ failed }) => failed).length
  return ` tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="0"`
}

function brokenCase(broken: BrokenRule): Case {
  const { rule, level, examples } = broken
  const [first] = examples
  const message = first === undefined ? rule.says : writeMessage(first)
  const text = [
    rule.says,
    `Broken ${writeTimes(broken)}; ${rule.evidence}: ${rule.source}.`,
    ...examples.map((example) => `${writeSource(example)}: ${writeMessage(example)}`),
  ].join('\n')
  const failed = level === 'error'
  const told = failed
    ? `      <failure message=${attribute(message)} type=${attribute(rule.id)}>${content(text)}</failure>`
    : `      <system-out>${content(text)}</system-out>`
  return { vendor: vendorOf(rule), failed, xml: `    <testcase${namesOf(rule)}>\n${told}\n    </testcase>` }
}

const keptCase = (rule: Rule): Case => ({
  vendor: vendorOf(rule),
  failed: false,
  xml: `    <testcase${namesOf(rule)}/>`,
})

const vendorOf = ({ id }: Rule) => id.slice(0, id.indexOf('.'))
/** `joor.date` and `joor.date.forms`. */
const namesOf = ({ id }: Rule) =>
  ` classname=${attribute(id.slice(0, id.lastIndexOf('.')))} name=${attribute(id)} time="0"`

const content = (text: string) => escapeXml(replaceForbidden(text))

/** Readers take tabs and line feeds of an attribute for blanks, unless they are escaped. */
function attribute(text: string): string {
  const escaped = content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
  return `"${escaped}"`
}
