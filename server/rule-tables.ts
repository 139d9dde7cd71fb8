import { grades } from '../contracts/rules/book.js'
import { allRules, books } from './rule-list.js'

/** How many rules of each vendor rest on which evidence, as a Markdown table. */
function writeEvidenceTable(): string {
  const rows = books.map(({ vendor, rules }) => {
    const counts = grades.map((grade) => String(rules.filter(({ evidence }) => evidence === grade).length))
    return [vendor, ...counts]
  })
  return table(['rules', ...grades], rows)
}

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
  return [['evidence', writeEvidenceTable()] as const, ['unknown', writeUnknownTable()] as const].reduce(
    (text, [name, printed]) => {
      const from = text.indexOf(begin(name))
      const to = text.indexOf(end, from)
      if (from < 0 || to < 0) throw new Error(`The text has no place for the table "${name}": ${begin(name)} … ${end}`)
      return `${text.slice(0, from + begin(name).length)}\n\n${printed}\n\n${text.slice(to)}`
    },
    markdown,
  )
}
