import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, normalize, resolve } from 'node:path'
import { ConfigError } from '../config/config.js'
import { type BrokenOnPage, writeHtml } from '../coverage/html.js'
import { writeMarkdown } from '../coverage/markdown.js'
import { writeReason } from '../documents/source-file.js'
import type { Emulator, Report } from '../emulator.js'
import { formats } from '../report/formats.js'
import { didYouMean, writeChoice } from '../suggestion.js'
import { writeExact } from '../wire/exact-json.js'
import { defaultUrl } from './asking.js'
import type { Voice } from './launch.js'
import type { Outside } from './outside.js'

/** What a report of a run may be, and how it is written once the command has ended. */
const writers = {
  junit: (emulator) => formats.junit.write(emulator.report()),
  sarif: (emulator) => formats.sarif.write(emulator.report()),
  markdown: async (emulator, of) =>
    `${formats.markdown.write(emulator.report())}\n${writeMarkdown(await coverageOf(emulator, of))}`,
  json: (emulator) => formats.json.write(emulator.report()),
  html: async (emulator, of) => writeHtml(await coverageOf(emulator, of), emulator.report().broken.map(brokenOf)),
  coverage: async (emulator, of) => `${writeExact(await coverageOf(emulator, of))}\n`,
} as const satisfies Readonly<
  Record<string, (emulator: Emulator, coverageOf: readonly string[]) => string | Promise<string>>
>
type Kind = keyof typeof writers

/** The run's own emulator is gone when somebody copies a request. */
const coverageOf = (emulator: Emulator, of: readonly string[]) => emulator.coverage({ of, url: defaultUrl })

const kinds = Object.keys(writers)
const isKind = (name: string): name is Kind => Object.hasOwn(writers, name)

/** A broken rule as the page tells of it: by its first example. */
function brokenOf({ rule, level, count, requests, examples: [first] }: Report['broken'][number]): BrokenOnPage {
  const { seen = '', right = '' } = first ?? {}
  return { rule: rule.id, statement: rule.says, level, count, requests, seen, right }
}

/** A report that was asked for. */
export interface ReportFile {
  readonly kind: Kind
  readonly path: string
}

/** Reads `junit=report.xml` and the like; throws ConfigError. */
export function readReports(texts: readonly string[]): readonly ReportFile[] {
  const reports = texts.map(readReport)
  const taken = new Map<string, string>()
  for (const [index, { path }] of reports.entries()) {
    const text = texts[index] ?? ''
    const first = taken.get(normalize(path))
    if (first !== undefined) throw new ConfigError(`--report: ${first} and ${text} name one file; each needs its own`)
    taken.set(normalize(path), text)
  }
  return reports
}

function readReport(text: string): ReportFile {
  const at = text.indexOf('=')
  const kind = at < 0 ? text : text.slice(0, at)
  const path = at < 0 ? '' : text.slice(at + 1)
  if (!isKind(kind)) {
    const right = `must be KIND=FILE, where KIND is ${writeChoice(kinds)}`
    throw new ConfigError(`--report: ${right}, not ${JSON.stringify(text)}${didYouMean(kind, kinds)}`)
  }
  if (path === '') throw new ConfigError(`--report: must name a file, such as ${kind}=reports/backstock, not "${text}"`)
  return { kind, path }
}

/** Writes them, with the folders that they need, and says which could not be written; whether all of them were. */
export async function writeReports(
  reports: readonly ReportFile[],
  emulator: Emulator,
  { folder }: Outside,
  voice: Voice,
  coverageOf: readonly string[] = [],
): Promise<boolean> {
  let all = true
  for (const { kind, path } of reports) {
    const file = resolve(folder, path)
    const failure = await write(file, await writers[kind](emulator, coverageOf))
    if (failure === undefined) continue
    voice.log(`cannot write ${path}: ${writeReason(failure)}`)
    all = false
  }
  return all
}

async function write(file: string, text: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException // What the functions of node:fs reject with.
  }
}

/** What GitHub shows beside the run, where it is GitHub that runs it. */
export function annotate(emulator: Emulator, outside: Outside): void {
  if (outside.env.GITHUB_ACTIONS !== 'true') return
  for (const line of formats.github.write(emulator.report()).split('\n')) if (line !== '') outside.print(line)
}
