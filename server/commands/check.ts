import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { bytesRead, type CheckedFile, type Checks, checkFile, joined } from '../check/check.js'
import { payloadNames } from '../check/payload.js'
import { ConfigError, type Given, readConfig, readConfigPath } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { counted } from '../counted.js'
import { writeReason } from '../documents/source-file.js'
import { Levels } from '../levels.js'
import { withDefaults } from '../options.js'
import { printable } from '../printable.js'
import { type FormatName, formatNames, formats, isFormat } from '../report/formats.js'
import { lineAndColumnOf, reportOf, writeMessage, writeTotals } from '../report/report.js'
import { defaultSettings } from '../settings.js'
import { didYouMean, writeChoice } from '../suggestion.js'
import { sayingWhy, Voice } from './launch.js'
import type { Outside } from './outside.js'

/** The options that only `check` has, as texts. */
interface OwnOptions {
  readonly as?: string
  readonly format: string
}

export interface CheckGiven {
  /** The texts of the options of `start` that it takes. */
  readonly options: Given['options']
  /** `-` is stdin, and so is none at all. */
  readonly files: readonly string[]
  readonly own: OwnOptions
}

/** A name that is not known is told when the work begins, as every other option is. */
function readAs(as: string | undefined): string | undefined {
  if (as === undefined || payloadNames.includes(as)) return as
  throw new ConfigError(`--as: must be ${writeChoice(payloadNames)}, not "${as}"${didYouMean(as, payloadNames)}`)
}

function readFormat(format: string): FormatName | 'text' {
  if (format === 'text' || isFormat(format)) return format
  const names = ['text', ...formatNames]
  throw new ConfigError(`--format: must be ${writeChoice(names)}, not "${format}"${didYouMean(format, names)}`)
}

/** Why a file is not judged. */
class Unjudged extends Error {}

const stdin = '<stdin>'

/** Judges payloads without sending them; the exit code: 1 where one has an error, 2 where one cannot be judged. */
export function check(given: CheckGiven, outside: Outside, now: Date): Promise<number> {
  const voice = new Voice(given.options, outside)
  return sayingWhy(voice, async () => {
    const format = readFormat(given.own.format)
    const checks = await readChecks(given, outside, now, voice)
    const checked: CheckedFile[] = []
    let unjudged = 0
    for (const name of given.files.length === 0 ? ['-'] : given.files) {
      const result = await checkOne(name, outside, checks)
      if (result instanceof Unjudged) {
        unjudged++
        voice.log(printable(result.message))
      } else {
        if (format === 'text') tell(result, outside)
        checked.push(result)
      }
    }
    const report = reportOf(joined(checked), (rule) => checks.levels.counts(rule), outside.version)
    if (format !== 'text') print(formats[format].write(report), outside)
    if (report.broken.length > 0) voice.log(`Backstock: ${writeTotals(report)} in ${counted(checked.length, 'file')}`)
    if (unjudged > 0) return 2
    return report.broken.some(({ level }) => level === 'error') ? 1 : 0
  })
}

/** What options, environment and config file say of how to judge. */
async function readChecks({ options, own }: CheckGiven, outside: Outside, now: Date, voice: Voice): Promise<Checks> {
  const as = readAs(own.as)
  const { env, folder } = outside
  const file = await readConfigFile(folder, readConfigPath({ options, env }))
  const config = readConfig({ options, env, file })
  voice.format = config.logFormat
  return { settings: withDefaults(defaultSettings, config.settings), levels: new Levels(config), now, as }
}

async function checkOne(name: string, outside: Outside, checks: Checks): Promise<CheckedFile | Unjudged> {
  const file = name === '-' ? stdin : name
  try {
    const result = await checkFile({ file, bytes: await readBytes(name, outside) }, checks)
    return typeof result === 'string' ? new Unjudged(`${file}: ${result}`) : result
  } catch (error) {
    if (error instanceof Unjudged) return error
    throw error
  }
}

/** All of a file, or as much as shows that it is too large. */
async function readBytes(name: string, outside: Outside): Promise<Buffer> {
  if (name !== '-') {
    const stream = createReadStream(resolve(outside.folder, name), { end: bytesRead - 1 })
    return collect(stream).catch((error: NodeJS.ErrnoException) => {
      throw new Unjudged(`cannot read ${name}: ${writeReason(error)}`)
    })
  }
  const input = outside.input()
  if (input === undefined) throw new ConfigError('there is no file: name one, or pipe a payload into backstock check')
  return collect(input)
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= bytesRead) break
  }
  return Buffer.concat(chunks)
}

function tell({ file, breaches, broken }: CheckedFile, outside: Outside): void {
  const told = new Map<string, number>()
  for (const { rule, level, at, seen, right } of breaches) {
    const { line, column } = lineAndColumnOf(at)
    outside.print(printable(`${file}:${line}:${column} ${level} ${rule.id} ${writeMessage({ seen, right })}`))
    told.set(rule.id, (told.get(rule.id) ?? 0) + 1)
  }
  for (const [rule, count] of broken) {
    const left = count - (told.get(rule) ?? 0)
    if (left > 0) outside.complain(printable(`${file}: ${rule} is broken ${left} more times`))
  }
}

/** A document whose last line has its end: a file holds what was sent, and a terminal would obey it. */
function print(text: string, outside: Outside): void {
  if (text === '') return
  const whole = text.replace(/\n$/, '')
  outside.print(outside.columns() === undefined ? whole : whole.split('\n').map(printable).join('\n'))
}
