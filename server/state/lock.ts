import { type Files, hasCode, reasonOf, unlinkIfThere, writeWhole } from './files.js'
import type { Process, Processes } from './processes.js'
import { DataFileError } from './store.js'

/** Who holds a lock; `mark` is what no other lock has. */
interface Holder extends Process {
  readonly mark: string
}

export interface Lock {
  release(): Promise<void>
}

/**
 * Locks a file for this process, by a file beside it that names the process; the lock of a process that is gone is
 * taken over. Rejected with DataFileError where another process has it, or where there can be no lock.
 */
export async function lockFile(path: string, mark: string, files: Files, processes: Processes): Promise<Lock> {
  const name = `${path}.lock`
  const taking = new Taking(path, { ...processes.self, mark }, files, processes)
  try {
    await taking.run()
  } catch (error) {
    if (error instanceof DataFileError) throw error
    throw new DataFileError(`The data file ${path} cannot be locked: ${reasonOf(error)}.`, { cause: error })
  }
  return {
    async release() {
      const holder = await readHolder(files, name)
      if (holder?.mark === mark) await unlinkIfThere(files, name)
    },
  }
}

class Taking {
  readonly #path: string
  readonly #own: Holder
  readonly #files: Files
  readonly #processes: Processes

  constructor(path: string, own: Holder, files: Files, processes: Processes) {
    this.#path = path
    this.#own = own
    this.#files = files
    this.#processes = processes
  }

  /** A link is refused where the name is taken, and what it names is whole from its first moment. */
  async run(): Promise<void> {
    const own = this.#newOf(this.#own)
    try {
      await writeWhole(this.#files, own, Buffer.from(`${JSON.stringify(this.#own)}\n`), 'new')
      await this.#take(`${this.#path}.lock`, own)
    } finally {
      await unlinkIfThere(this.#files, own)
    }
  }

  /**
   * Whoever is to take over from a dead holder has first to take a name that only this holder's successor has: so of
   * several at once one comes through, and the lock that it holds by then is never taken for the dead one's.
   */
  async #take(name: string, own: string): Promise<void> {
    while (!(await this.#link(own, name))) {
      const holder = await readHolder(this.#files, name)
      if (holder === undefined) continue
      if (this.#processes.isAlive(holder)) throw this.#held(holder)
      const succession = `${this.#path}.lock.${holder.mark}`
      await this.#take(succession, own)
      const standing = await readHolder(this.#files, name)
      if (standing?.mark !== holder.mark) {
        await unlinkIfThere(this.#files, succession)
        continue
      }
      await this.#files.rename(succession, name)
      // It may have died before it took this away itself.
      return unlinkIfThere(this.#files, this.#newOf(holder))
    }
  }

  async #link(from: string, to: string): Promise<boolean> {
    try {
      await this.#files.link(from, to)
      return true
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false
      throw error
    }
  }

  #newOf({ mark }: Holder): string {
    return `${this.#path}.lock.${mark}.new`
  }

  #held({ pid }: Holder): DataFileError {
    return new DataFileError(
      `The data file ${this.#path} is in use by process ${pid}, as ${this.#path}.lock says. ` +
        'Stop that process, or name another file by --data.',
    )
  }
}

/** Undefined where there is no such lock any more. */
async function readHolder(files: Files, name: string): Promise<Holder | undefined> {
  let text: string
  try {
    text = (await files.read(name)).toString()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  const holder = holderIn(text)
  if (holder === undefined) throw new DataFileError(`${name} is no lock of Backstock. Take it away, and start again.`)
  return holder
}

function holderIn(text: string): Holder | undefined {
  try {
    const { pid, started, mark }: Partial<Record<keyof Holder, unknown>> = JSON.parse(text)
    const isHolder =
      Number.isSafeInteger(pid) &&
      Number(pid) > 0 &&
      (started === null || typeof started === 'string') &&
      typeof mark === 'string' &&
      /^[\w-]+$/.test(mark)
    return isHolder ? { pid: Number(pid), started, mark } : undefined
  } catch {
    return undefined
  }
}
