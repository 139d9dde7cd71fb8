import { grades, type Rule } from '../contracts/rules/book.js'
import { endpoints } from '../contracts/rules/endpoints.js'
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const begin = (name: string) => `<!-- ${name}: printed from the rule book by "npm run tables" -->`
const end = '<!-- end -->'

/** A Markdown text with its tables printed anew between their marks. */
export function printTables(markdown: string): string {
  const tables = { endpoints: writeEndpointTable(), evidence: writeEvidenceTable(), unknown: writeUnknownTable() }
  return Object.entries(tables).reduce((text, [name, printed]) => {
    const from = text.indexOf(begin(name))
    const to = text.indexOf(end, from)
    if (from < 0 || to < 0) throw new Error(`The text has no place for the table "${name}": ${begin(name)} … ${end}`)
    return `${text.slice(0, from + begin(name).length)}\n\n${printed}\n\n${text.slice(to)}`
  }, markdown)
}
