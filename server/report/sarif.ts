import { createHash } from 'node:crypto'
import type { ClientRule } from '../../contracts/rules/book.js'
import type { BrokenRule, Example } from '../journal/broken-rule.js'
import { lineAndColumnOf, type Report, wayOf, writeMessage } from './report.js'

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/** SARIF 2.1.0 with one run: a result for each place in a file, and for each rule that calls broke. */
export function writeSarif({ broken, version }: Report): string {
  const rules = broken.map(({ rule }) => descriptorOf(rule))
  const results = broken.flatMap((each, index) => resultsOf(each, index))
  const driver = { name: 'Backstock', version, rules }
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results }
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}

function descriptorOf({ id, says, evidence, source, breach }: ClientRule) {
  return {
    id,
    shortDescription: { text: says },
    help: { text: `${says} Evidence: ${evidence}. Source: ${source}.` },
    defaultConfiguration: { level: breach.startsWith('refuse') ? 'error' : 'warning' },
    properties: { evidence, source },
  }
}

function resultsOf(broken: BrokenRule, ruleIndex: number): readonly object[] {
  const { rule, level, examples } = broken
  const head = { ruleId: rule.id, ruleIndex, level: level === 'warn' ? 'warning' : level }
  const times = new Map<string, number>()
  const inFiles = examples.flatMap((example) => {
    if (!('file' in example.source)) return []
    const place = `${example.source.file}\n${wayOf(example.at)}`
    const time = (times.get(place) ?? 0) + 1
    times.set(place, time)
    return [
      {
        ...head,
        message: { text: writeMessage(example) },
        locations: [locationInFile(example.source.file, example.at)],
        partialFingerprints: fingerprintOf(rule, `${place}\n${time}`),
      },
    ]
  })
  return inFiles.length > 0 ? inFiles : resultOfCalls(broken, head)
}

function resultOfCalls({ rule, count, requests, examples }: BrokenRule, head: object): readonly object[] {
  const [first, ...others] = examples
  if (first === undefined) return []
  const result = {
    ...head,
    message: { text: writeMessage(first) },
    locations: [locationInCall(first)],
    ...(others.length > 0 && { relatedLocations: others.map(locationInCall) }),
    occurrenceCount: count,
    // The same mistake in another item or call is the same finding.
    partialFingerprints: fingerprintOf(rule, wayOf(first.at).replace(/\/\d+(?=\/|$)/g, '/*')),
    properties: { requests },
  }
  return [result]
}

function locationInFile(file: string, at: Example['at']) {
  const { line, column } = lineAndColumnOf(at)
  const way = wayOf(at)
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
    ...(way !== '' && { logicalLocations: [{ fullyQualifiedName: way, kind: 'value' }] }),
  }
}

/** A request has no file; it is named by its id, which `GET requests/{id}` takes. */
function locationInCall({ source, at }: Example) {
  const request = 'request' in source ? source.request : source.file
  const way = wayOf(at)
  return { logicalLocations: [{ name: way, fullyQualifiedName: `request ${request} ${way}`.trimEnd(), kind: 'value' }] }
}

function fingerprintOf({ id }: ClientRule, place: string) {
  return { 'backstock/v1': createHash('sha256').update(`${id}\n${place}`).digest('hex').slice(0, 32) }
}

/** A path as a URI reference: relative to where the program runs, or of the scheme file. */
function uriOf(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/')
  const uri = parts.map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd'))).join('/')
  if (/^[A-Za-z]:$/.test(parts[0] ?? '')) return `file:///${uri.replace('%3A', ':')}`
  return uri.startsWith('/') ? `file://${uri}` : uri
}
