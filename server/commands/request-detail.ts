import { printable, printableBetweenTabs } from '../printable.js'
import { isRecord } from '../wire/json-values.js'
import type { RunningEmulator } from './asking.js'
import { type Color, paint } from './colors.js'
import type { Outside } from './outside.js'
import { colorOfStatus, whose, writeStatus } from './request-view.js'
import { partOf, type Row, rowsIn, textOf, writeCount } from './rows.js'
import { type Column, Table } from './table.js'

/** Lines of a body, characters of a line, and rows of a list that are shown; the JSON form has all. */
const linesShown = 40
const lineShown = 2_000
const longestCommand = 20_000
const rowsShown = 50

/** One call in detail, in sections for people. */
export function printDetail(value: unknown, emulator: RunningEmulator, outside: Outside): void {
  if (!isRecord(value) || typeof value.id !== 'string') throw emulator.strange()
  const rows = (name: string) => rowsIn(value, name, emulator.strange())
  const page = new Page(outside)
  page.title(`request ${value.id}`)
  writeHead(value, page)
  writeMessage('request', value, page)
  writeMessage('reply', value, page)
  writeBroken(rows('violations'), value.violations_total, page)
  writeOutcomes(rows('outcomes'), page)
  writeChanges(rows('changes'), value.changes_total, page, outside)
  if (typeof value.curl !== 'string') return
  writeCurl(value.curl, page, outside)
}

/** As it stands, not indented: it is there to be copied, body and all. */
function writeCurl(curl: string, page: Page, outside: Outside): void {
  page.section('once more, with its token in BACKSTOCK_TOKEN')
  if (curl.length > longestCommand) {
    page.note('the command is too long to be shown; --json has it')
    return
  }
  const lines = curl.split('\n')
  const shown = lines.map(printableBetweenTabs)
  for (const line of shown) outside.print(line)
  if (shown.some((line, index) => line !== lines[index]))
    page.note('it has control characters, which stand here by their codes; --json has it as it is')
}

class Page {
  readonly #outside: Outside
  constructor(outside: Outside) {
    this.#outside = outside
  }

  title(text: string): void {
    this.#outside.print(paint(printable(text), 'bold', this.#outside))
  }

  section(text: string): void {
    this.#outside.print('')
    this.title(text)
  }

  line(text: string, color?: Color): void {
    this.#outside.print(`  ${paint(printableBetweenTabs(text), color, this.#outside)}`)
  }

  note(text: string): void {
    this.line(`(${text})`, 'dim')
  }

  field(name: string, text: string, color?: Color): void {
    if (text !== '') this.#outside.print(`  ${name.padEnd(10)} ${paint(printable(text), color, this.#outside)}`)
  }

  /** That not all was shown. */
  more(all: unknown, shown: number): void {
    if (typeof all === 'number' && all > shown) this.note(`and ${all - shown} more; --json has them`)
  }
}

function writeHead(call: Row, page: Page): void {
  const { at, operation, method, path, ms, site } = call
  page.field('at', textOf(at))
  page.field(site === undefined ? 'account' : 'site', whose(call))
  page.field('operation', textOf(operation))
  page.field('call', `${textOf(method)} ${textOf(path)}`)
  page.field('status', `${writeStatus(call)}, after ${textOf(ms)} ms`, colorOfStatus(call))
  if (isRecord(call.items)) {
    const { updated, not_updated: notUpdated } = call.items
    page.field('items', `${textOf(updated)} updated, ${textOf(notUpdated)} not updated`)
  }
  if (isRecord(call.fault)) page.field('fault', textOf(call.fault), 'cyan')
}

function writeMessage(name: 'request' | 'reply', call: Row, page: Page): void {
  page.section(name)
  const message = partOf(call, name)
  if (!isRecord(message.headers)) {
    page.line('none was sent', 'red')
    return
  }
  for (const [header, value] of Object.entries(message.headers)) page.line(`${header}: ${textOf(value)}`, 'dim')
  if (message.taken === false) page.line('the client did not take it', 'red')
  if (typeof message.body !== 'string' || message.body === '') return
  page.line('')
  const lines = message.body.split(/\r?\n/)
  for (const line of lines.slice(0, linesShown)) page.line(beginningOf(line))
  if (lines.length > linesShown) page.note(`and ${writeCount(lines.length - linesShown, 'more line')}`)
  if (message.cut === true) page.note(`the journal has only the beginning of ${textOf(message.bytes)} bytes`)
}

function beginningOf(line: string): string {
  if (line.length <= lineShown) return line
  return `${line.slice(0, lineShown)}… and ${line.length - lineShown} more characters; --json has them`
}

function writeBroken(violations: readonly Row[], all: unknown, page: Page): void {
  if (violations.length === 0) return
  page.section('rules that it broke')
  for (const { rule, evidence, statement, source, level, at, seen, right } of violations.slice(0, rowsShown)) {
    page.line(`${textOf(rule)} (${textOf(evidence)}) at ${writePlace(at)}`, level === 'error' ? 'red' : 'yellow')
    page.line(`  ${textOf(statement)}`)
    page.line(`  seen: ${beginningOf(textOf(seen))}`)
    page.line(`  right: ${beginningOf(textOf(right))}`)
    page.line(`  source: ${textOf(source)}`, 'dim')
  }
  page.more(all, Math.min(violations.length, rowsShown))
}

/** A pointer with its line and column, or the path of a header or parameter. */
function writePlace(at: unknown): string {
  if (!isRecord(at)) return textOf(at)
  if (at.pointer === undefined) return textOf(at.path)
  const place = at.line === undefined ? '' : `, line ${textOf(at.line)}, column ${textOf(at.column)}`
  return `${textOf(at.pointer) || 'the body'}${place}`
}

function writeOutcomes(outcomes: readonly Row[], page: Page): void {
  const refused = outcomes.filter(({ outcome }) => outcome !== 'updated')
  if (refused.length === 0) return
  page.section('items that were not updated')
  for (const { index, reason } of refused.slice(0, rowsShown))
    page.line(`${textOf(index)}: ${beginningOf(textOf(reason))}`)
  page.more(refused.length, rowsShown)
}

const changeColumns: readonly Column<Row>[] = [
  { title: '  change', read: ({ kind }) => `  ${textOf(kind)}`, weight: 3, least: 8 },
  {
    title: 'of',
    read: (change) => Object.values(partOf(change, 'key')).map(writeKeyPart).join(', '),
    weight: 2,
    least: 12,
  },
  { title: 'before', read: ({ before }) => writeState(before), weight: 4, least: 8, align: 'right' },
  { title: 'after', read: ({ after }) => writeState(after), weight: 5, least: 8, align: 'right' },
]

function writeChanges(changes: readonly Row[], all: unknown, page: Page, outside: Outside): void {
  if (changes.length === 0) return
  page.section('what it changed')
  const shown = changes.slice(0, rowsShown)
  const table = new Table(changeColumns, outside, shown)
  outside.print(table.head())
  for (const change of shown) outside.print(table.row(change))
  page.more(all, shown.length)
}

/** The identifiers of a SKU by their names, anything else as it is. */
export function writeKeyPart(part: unknown): string {
  if (!isRecord(part)) return part === null ? '-' : textOf(part)
  const named = Object.entries(part).map(([name, value]) => `${name} ${textOf(value)}`)
  return named.join(', ')
}

/** The quantity that stood in a row; a dash where there was no row. */
function writeState(row: unknown): string {
  if (!isRecord(row)) return '-'
  if (row.made_to_order === true) return 'made to order'
  return textOf(row.available ?? row.inventory_level ?? row.sku_cost)
}
