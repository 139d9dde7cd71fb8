import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Coverage, Gap } from '../coverage/coverage.js'
import { readCoverageFiles } from '../coverage/files.js'
import { writeHtml } from '../coverage/html.js'
import { isEnough, writeWanted } from '../coverage/least.js'
import { writeMarkdown } from '../coverage/markdown.js'
import { mergeCoverage } from '../coverage/merge.js'
import { headline, keptAndBroken, splitFaults } from '../coverage/sentences.js'
import { DocumentError, schemaFaults } from '../documents/documents.js'
import { SourceError } from '../documents/source.js'
import { writeReason } from '../documents/source-file.js'
import { printable } from '../printable.js'
import { writeExact } from '../wire/exact-json.js'
import { type Address, withEmulator } from './asking.js'
import type { Outside } from './outside.js'
import { type Column, Table } from './table.js'

export type CoverageFormat = 'json' | 'markdown' | 'html'

export interface CoverageOptions extends Address {
  readonly account?: string
  readonly site?: string
  readonly of?: readonly string[]
  readonly evidence?: string
  readonly format: CoverageFormat | 'table'
}

export interface MergeOptions {
  readonly format: CoverageFormat
  readonly minCoverage?: number
  readonly output?: string
}

const writers: Readonly<Record<CoverageFormat, (coverage: Coverage) => string>> = {
  json: (coverage) => `${writeExact(coverage)}\n`,
  markdown: writeMarkdown,
  html: (coverage) => writeHtml(coverage),
}

/** Prints what a running emulator's calls came to; the exit code. */
export function coverage({ format, ...asked }: CoverageOptions, outside: Outside): Promise<number> {
  const { account, site, of, evidence } = asked
  return withEmulator(asked, outside, async (emulator) => {
    const { value } = await emulator.ask('coverage', { query: { account, site, of, evidence } })
    if (schemaFaults('coverage', value).length > 0) throw emulator.strange()
    // The schema has judged it.
    const found = value as Coverage
    if (format === 'table') printTable(found, outside)
    else printText(writers[format](found), outside)
  })
}

/** Joins the coverage of several runs; the exit code. */
export async function merge(files: readonly string[], options: MergeOptions, outside: Outside): Promise<number> {
  const { format, minCoverage, output } = options
  const [first = '', ...others] = files.map((file) => resolve(outside.folder, file))
  try {
    const merged = mergeCoverage(await readCoverageFiles([first, ...others], outside.version))
    const text = writers[format](merged)
    if (output === undefined) printText(text, outside)
    else await save(resolve(outside.folder, output), text)
    if (minCoverage === undefined || isEnough(merged, minCoverage)) return 0
    complain(`coverage: ${headline(merged)}; ${writeWanted(merged, minCoverage).join('\n')}`, outside)
    return 1
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof DocumentError)) throw error
    complain(error.message, outside)
    return 2
  }
}

/** Writes a file with the folders that it needs, as the reports of exec are. */
async function save(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    // What the functions of node:fs reject with.
    throw new SourceError(`cannot write ${path}: ${writeReason(error as NodeJS.ErrnoException)}`, { cause: error })
  }
}

/** A file holds what was written; a terminal would obey it. */
function printText(text: string, outside: Outside): void {
  for (const line of text.replace(/\n$/, '').split('\n')) outside.print(printable(line))
}

function complain(text: string, outside: Outside): void {
  for (const line of text.split('\n')) outside.complain(printable(line))
}

const columns: readonly Column<Gap>[] = [
  { title: 'not exercised', read: ({ rule }) => rule, weight: 5, least: 34 },
  { title: 'evidence', read: ({ evidence }) => evidence, weight: 3, least: 8 },
  { title: 'a breach', read: ({ breach }) => breach, weight: 2, least: 8 },
  { title: 'operation', read: ({ operation }) => operation, weight: 1, least: 10 },
  { title: 'statement', read: ({ statement }) => statement, weight: 4, least: 20 },
]

function printTable(coverage: Coverage, outside: Outside): void {
  const { gaps, rules } = coverage
  const told = rules.exercised > 0 ? `; of these ${keptAndBroken(coverage)}` : ''
  outside.print(printable(`${headline(coverage)}${told}`))
  const met = splitFaults(coverage).met.map(({ kind, calls }) => `${kind} by ${calls}`)
  if (met.length > 0) outside.print(`faults met: ${met.join(', ')}`)
  if (gaps.length === 0) return
  const table = new Table(columns, outside, gaps)
  outside.print('')
  outside.print(table.head())
  for (const gap of gaps) outside.print(table.row(gap))
  outside.print('')
  outside.print('--format markdown, html or json has a request to copy for each')
}
