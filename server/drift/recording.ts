import { type FileHandle, open, rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { stringify } from 'yaml'
import { ConfigError } from '../config/config.js'
import { writeReason } from '../documents/source-file.js'
import { printable } from '../printable.js'
import type { Exchange } from './exchange.js'
import { givenFor } from './given.js'
import { caseOf } from './recorded-case.js'

/** Contract cases, one for each exchange that was compared: a file that is whole after each of them. */
export class Recording {
  readonly #path: string
  readonly #file: FileHandle
  readonly #log: (line: string) => void
  /** What a case takes for granted, by its text: the further ones name the first. */
  readonly #given = new Map<string, string>()
  #written: Promise<void>
  #cases = 0
  #failed = false
  #ended = false

  private constructor(path: string, file: FileHandle, head: string, log: (line: string) => void) {
    this.#path = path
    this.#file = file
    this.#log = log
    this.#written = this.#append(head)
  }

  /** Rejected with ConfigError: a file that is there already is somebody's evidence. */
  static async begin(path: string, origins: readonly string[], log: (line: string) => void): Promise<Recording> {
    if (!['.yaml', '.yml'].includes(extname(path).toLowerCase()))
      throw new ConfigError(`--record ${path}: its name must end in .yaml or .yml, for that is what it will be`)
    const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST')
        throw new ConfigError(`--record ${path}: there is such a file already; name another, or remove it first`)
      throw new ConfigError(`--record ${path}: it cannot be written: ${writeReason(error)}`)
    })
    const head = `# Recorded by backstock proxy from ${origins.join(' and ')}.\n# Replay: backstock verify --cases ${path}\n`
    return new Recording(path, file, head, log)
  }

  add(exchange: Exchange): void {
    if (this.#ended) return
    const recorded = caseOf(exchange)
    if ('why' in recorded) {
      const { method, operation } = exchange.emulated.entry
      this.#write(
        `# exchange ${exchange.number}: ${method} of ${operation}, not recorded: ${printable(recorded.why)}\n`,
      )
      return
    }
    this.#cases++
    this.#write(yaml([recorded]) + this.#writeGiven(exchange))
  }

  /** How many exchanges are in it; undefined where it could not be written. What comes later is not recorded. */
  async end(): Promise<number | undefined> {
    this.#ended = true
    await this.#written
    await this.#file.close()
    return this.#failed ? undefined : this.#cases
  }

  /** Nothing was begun that could be recorded. */
  async discard(): Promise<void> {
    if (this.#ended) return
    await this.end()
    await rm(this.#path)
  }

  #writeGiven(exchange: Exchange): string {
    const given = givenFor(exchange)
    if (given === undefined) return ''
    const text = yaml(given)
    const known = this.#given.get(text)
    if (known !== undefined) return `  given: *${known}\n`
    const anchor = `given-${this.#given.size + 1}`
    this.#given.set(text, anchor)
    return `  given: &${anchor}\n${text.replaceAll(/^(?=.)/gm, '    ')}`
  }

  #write(text: string): void {
    this.#written = this.#written.then(() => this.#append(text))
  }

  async #append(text: string): Promise<void> {
    if (this.#failed) return
    try {
      await this.#file.appendFile(text)
    } catch (error) {
      this.#failed = true
      const reason = error instanceof Error ? error.message : String(error)
      this.#log(`--record ${this.#path}: what follows is not recorded: ${reason}`)
    }
  }
}

/** Texts in quotes with escapes: whatever came over the wire stays what it was, and steers no terminal. */
const yaml = (value: unknown) =>
  stringify(value, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  })
