import { grades, type Rule } from '../contracts/rules/book.js'
import { endpoints } from '../contracts/rules/endpoints.js'
import { conductNames, conducts } from './conduct/limits.js'
import { conductRules } from './conduct/rules.js'
import { fileNames, startOptions } from './config/config.js'
import { errorTable, faultTable } from './fault-tables.js'
import { limitNames, limits } from './limits.js'
import { allRules, books } from './rule-list.js'

/** How many rules of each vendor rest on which evidence, as a Markdown table. */
function writeEvidenceTable(): string {
  const rows = books.map(({ vendor, rules }) => [vendor, ...countGrades(rules)])
  return table(['rules', ...grades], rows)
}

/** What is emulated of each call, and how many of the rules that speak of it rest on which evidence. */
function writeEndpointTable(): string {
  const rows = endpoints.map(({ vendor, call, does, groups }) => {
    const book = books.find((each) => each.vendor === vendor)?.rules ?? []
    const rules = book.filter((rule) => groups.includes(groupOf(rule)))
    return [`${vendor} \`${call}\``, does, ...countGrades(rules)]
  })
  return table(['call', 'what is emulated', ...grades], rows)
}

const countGrades = (rules: readonly Rule[]) =>
  grades.map((grade) => String(rules.filter(({ evidence }) => evidence === grade).length))

/** `date` of `joor.date.forms`. */
export const groupOf = ({ id }: Rule): string => id.split('.')[1] ?? ''

/** What nobody outside the vendors knows, and how it is read here, as a Markdown table. */
function writeUnknownTable(): string {
  const rules = allRules.filter(({ evidence }) => evidence === 'assumed')
  return table(
    ['rule', 'our reading'],
    rules.map(({ id, says }) => [`\`${id}\``, says]),
  )
}

/** What is watched over several calls, from when on it is a breach, and what is counted, as a Markdown table. */
function writeConductTable(): string {
  const rows = conductNames.map((name) => {
    const { joor, jirafe } = { joor: conductRules.joor[name], jirafe: conductRules.jirafe[name] }
    const vendors = [...(joor === undefined ? [] : ['JOOR']), ...(jirafe === undefined ? [] : ['Jirafe'])]
    const { usual, counts } = conducts[name]
    return [`\`conduct.${name}\``, vendors.join(', '), `\`${usual}\``, counts, (joor ?? jirafe)?.says ?? '']
  })
  return table(['rule', 'at', 'COUNT/SECONDS', 'COUNT is of', 'what is right'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** What is taken of anybody, and what who goes beyond it meets. */
function writeLimitTable(): string {
  const rows = limitNames.map((name) => {
    const { usual, least, most, says, answer } = limits[name]
    const written = (count: number) => count.toLocaleString('en-US')
    return [`\`${name}\``, says, written(usual), `${written(least)} to ${written(most)}`, answer]
  })
  return table(['limit', 'what is counted', 'default', 'may be', 'beyond it'], rows)
}

/** Where each option of `start` may be given, and what holds where it is not. */
function writeOptionTable(): string {
  const rows = startOptions.map(({ flag, env, name, fallback, says }) => {
    const isShown = typeof fallback === 'number' || typeof fallback === 'string'
    const inFile = fileNames.includes(name) ? `\`${name}\`` : ''
    return [`\`${flag}\``, `\`${env}\``, inFile, isShown ? `\`${fallback}\`` : '', says]
  })
  return table(['option', 'environment', 'config file', 'default', ''], rows)
}

const end = '<!-- end -->'

/** Each table by the mark that it stands behind. */
function writeTables(): readonly (readonly [mark: string, printed: string])[] {
  const mark = (name: string, source: string) => `<!-- ${name}: printed from ${source} by "npm run tables" -->`
  return [
    [mark('endpoints', 'the rule book'), writeEndpointTable()],
    [mark('evidence', 'the rule book'), writeEvidenceTable()],
    [mark('unknown', 'the rule book'), writeUnknownTable()],
    [mark('faults', 'server/faults'), table(faultTable.head, faultTable.rows)],
    [mark('errors', "the vendors' rooms"), table(errorTable.head, errorTable.rows)],
    [mark('limits', 'server/limits.ts'), writeLimitTable()],
    [mark('conduct', 'server/conduct'), writeConductTable()],
    [mark('options', 'server/config'), writeOptionTable()],
  ]
}

/** The mark that each table stands behind. */
export const tableMarks: readonly string[] = writeTables().map(([mark]) => mark)

/** A Markdown text with those tables printed anew that it has a mark for. */
export function printTables(markdown: string): string {
  return writeTables().reduce((text, [mark, printed]) => {
    const from = text.indexOf(mark)
    if (from < 0) return text
    const to = text.indexOf(end, from)
    if (to < 0) throw new Error(`The table behind ${mark} has no end. Right is: ${end} behind it.`)
    return `${text.slice(0, from + mark.length)}\n\n${printed}\n\n${text.slice(to)}`
  }, markdown)
}
