import { basename, dirname, join } from 'node:path'
import type { Files, OpenFile } from '../server/state/files.js'

/** A file's bytes: as programs see them, and as they would outlive a loss of power. */
interface Content {
  seen: Buffer
  synced: Buffer
}

type Names = Map<string, Content>

/** What a machine has after it was switched on again. */
export type Image = ReadonlyMap<string, Buffer>

/** What becomes of each call: undefined lets it be done. */
export interface Hooks {
  /** Called right before and right after each call takes effect. */
  at?(): void
  /** The code of the error that the call fails with. */
  failing?(call: string): string | undefined
  /** Ends when the call may begin. */
  turn?(): Promise<void>
}

export class FileError extends Error {
  readonly code: string

  constructor(code: string, call: string) {
    super(`${code}: ${call}`)
    this.code = code
  }
}

/**
 * Files that can lose power: bytes outlive it once they were synced, names once their folder was, and until then in the
 * order in which they were changed or not at all.
 */
export class SimulatedFiles implements Files {
  readonly #hooks: Hooks
  readonly #names: Names
  readonly #syncedNames: Names = new Map()
  #unsynced: ((names: Names) => void)[] = []
  calls = 0

  constructor(image: Image = new Map(), hooks: Hooks = {}, names: Names = new Map()) {
    this.#hooks = hooks
    this.#names = names
    for (const [name, bytes] of image) {
      const content = { seen: bytes, synced: bytes }
      this.#names.set(name, content)
      this.#syncedNames.set(name, content)
    }
  }

  /** The same files for another process. */
  as(hooks: Hooks): Files {
    return new SimulatedFiles(new Map(), hooks, this.#names)
  }

  read(path: string): Promise<Buffer> {
    return this.#call('read', () => this.#get(path).seen)
  }

  open(path: string, how: 'new' | 'empty'): Promise<OpenFile> {
    return this.#call('open', () => {
      const there = this.#names.get(path)
      if (there !== undefined && how === 'new') throw new FileError('EEXIST', `open ${path}`)
      const content = there ?? { seen: Buffer.of(), synced: Buffer.of() }
      content.seen = Buffer.of()
      if (there === undefined) this.#rename((names) => names.set(path, content))
      return this.#opened(content)
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', () => {
      const content = this.#get(from)
      // One name more of a file, put in the place of another of the same file, leaves both.
      if (this.#names.get(to) === content) return
      this.#rename((names) => {
        names.set(to, content)
        names.delete(from)
      })
    })
  }

  link(from: string, to: string): Promise<void> {
    return this.#call('link', () => {
      const content = this.#get(from)
      if (this.#names.has(to)) throw new FileError('EEXIST', `link ${to}`)
      this.#rename((names) => names.set(to, content))
    })
  }

  unlink(path: string): Promise<void> {
    return this.#call('unlink', () => {
      this.#get(path)
      this.#rename((names) => names.delete(path))
    })
  }

  syncFolder(): Promise<void> {
    return this.#call('syncFolder', () => {
      for (const change of this.#unsynced) change(this.#syncedNames)
      this.#unsynced = []
    })
  }

  real(path: string): Promise<string> {
    return Promise.resolve(join(dirname(path), basename(path)))
  }

  /** As programs see it, which is what a killed process leaves. */
  get seen(): Image {
    return new Map([...this.#names].map(([name, { seen }]) => [name, seen]))
  }

  /** All that a loss of power may leave: so many changes of names, and bytes that were not synced whole, half or gone. */
  *images(): Iterable<Image> {
    const names = new Map(this.#syncedNames)
    for (let changes = 0; changes <= this.#unsynced.length; changes++) {
      for (const left of [leftWhole, leftHalf, leftSynced])
        yield new Map([...names].map(([name, content]) => [name, left(content)]))
      this.#unsynced[changes]?.(names)
    }
  }

  #opened(content: Content): OpenFile {
    return {
      write: (bytes) =>
        this.#call(
          'write',
          () => {
            content.seen = Buffer.concat([content.seen, bytes])
          },
          // A disk that is full takes what it has room for.
          () => {
            content.seen = Buffer.concat([content.seen, bytes.subarray(0, bytes.length / 2)])
          },
        ),
      sync: () =>
        this.#call('sync', () => {
          content.synced = content.seen
        }),
      close: () => this.#call('close', () => {}),
    }
  }

  async #call<Result>(call: string, effect: () => Result, failed = () => {}): Promise<Result> {
    await this.#hooks.turn?.()
    this.calls++
    this.#hooks.at?.()
    const code = this.#hooks.failing?.(call)
    if (code !== undefined) {
      failed()
      throw new FileError(code, call)
    }
    const result = effect()
    this.#hooks.at?.()
    // What takes effect at once is told later, as by any file system.
    await new Promise((resolve) => setImmediate(resolve))
    return result
  }

  #get(path: string): Content {
    const content = this.#names.get(path)
    if (content === undefined) throw new FileError('ENOENT', path)
    return content
  }

  #rename(change: (names: Names) => void): void {
    change(this.#names)
    this.#unsynced.push(change)
  }
}

const leftWhole = ({ seen }: Content) => seen
const leftSynced = ({ synced }: Content) => synced
const leftHalf = ({ seen, synced }: Content) => (seen === synced ? seen : seen.subarray(0, seen.length / 2))
