import { nextTurn } from '../turns.js'
import { type Partition, StorageFailure } from './store.js'

/** A change that memory has already and that has yet to outlive the process. */
export interface Change {
  /** Whose rows and setup are others now. */
  readonly touched: Iterable<Partition>
  /** Whether there are other accounts and sites now, or others of their tokens and settings. */
  readonly accounts: boolean
  /** Whether anything is another thing now that outlives the process. */
  readonly isKept: boolean
  /** Called when it is kept. */
  done(): void
  /** Called when it cannot be kept; everything that came later is undone already. */
  undo(): void
}

/** What is kept in one go. */
export interface Group {
  readonly touched: ReadonlySet<Partition>
  readonly accounts: boolean
  /** True when it is kept, false when it is undone; never rejected. */
  readonly ended: Promise<boolean>
}

/** The change may outlive the process or not, so what stands after it is undone has to be kept once more. */
export class HalfKept extends Error {}

/**
 * Keeps changes in groups: while one group is being kept, memory goes on and the next one gathers. A group that cannot
 * be kept is undone, last change first, and with it what was built on it.
 */
export class Groups {
  readonly #keep: () => Promise<void>
  #running: Promise<void> | undefined
  #kept: Gathering | undefined
  #next: Gathering | undefined
  #isHalfKept = false

  constructor(keep: () => Promise<void>) {
    this.#keep = keep
  }

  /** Resolved when the change is kept and `done` was called; rejected with StorageFailure when it is undone. */
  keep(change: Change): Promise<void> {
    this.#next ??= new Gathering()
    const kept = this.#next.add(change)
    this.#running ??= this.#run()
    return kept
  }

  /** The same for what changes nothing that has to be kept: it stands or falls with what came before it. */
  async follow(change: Change): Promise<void> {
    const group = this.#next ?? this.#kept
    if (group === undefined) change.done()
    else await group.add(change)
  }

  /** The last group that may still be undone and that `concerns` the caller. */
  pending(concerns: (group: Group) => boolean): Group | undefined {
    return [this.#next, this.#kept].find((group) => group !== undefined && concerns(group))
  }

  /** Waits for what is under way, and for what stands to be what was kept last. */
  async end(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    if (this.#isHalfKept) await this.#keepAgain()
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      // Calls that arrived in the same turn are kept together.
      await nextTurn()
      const group = this.#next
      this.#kept = group
      this.#next = undefined
      await this.#keep().then(
        () => this.#stand(group),
        (error: unknown) => this.#fall(group, error),
      )
    }
    this.#running = undefined
  }

  #stand(group: Gathering): void {
    this.#isHalfKept = false
    this.#kept = undefined
    group.stand()
  }

  async #fall(group: Gathering, error: unknown): Promise<void> {
    const fallen = [group, ...(this.#next === undefined ? [] : [this.#next])]
    this.#kept = undefined
    this.#next = undefined
    for (const each of fallen.toReversed()) each.undo()
    this.#isHalfKept ||= error instanceof HalfKept
    // Nobody is told that nothing happened before that is so after a restart, too.
    if (this.#isHalfKept) await this.#keepAgain()
    const failure = storageFailure(error)
    for (const each of fallen) each.fall(failure)
  }

  async #keepAgain(): Promise<void> {
    await this.#keep().then(
      () => {
        this.#isHalfKept = false
      },
      // It is tried again with the next change, and at the end.
      () => {},
    )
  }
}

function storageFailure(error: unknown): StorageFailure {
  const reason = error instanceof Error ? error.message : String(error)
  return new StorageFailure(`The change could not be kept: ${reason}.`, { cause: error })
}

/** Throws what callers are told where something could not be kept. */
export function failStorage(error: unknown): never {
  throw storageFailure(error)
}

interface Waiting {
  readonly change: Change
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

class Gathering implements Group {
  readonly touched = new Set<Partition>()
  accounts = false
  readonly ended: Promise<boolean>
  readonly #waiting: Waiting[] = []
  #end: (stands: boolean) => void = () => {}

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  add(change: Change): Promise<void> {
    for (const partition of change.touched) this.touched.add(partition)
    this.accounts ||= change.accounts
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject })
    })
  }

  /** In the order in which the changes were made. */
  stand(): void {
    for (const { change, resolve, reject } of this.#waiting) {
      try {
        change.done()
        resolve()
      } catch (error) {
        reject(error)
      }
    }
    this.#end(true)
  }

  undo(): void {
    for (const { change } of this.#waiting.toReversed()) change.undo()
  }

  fall(failure: StorageFailure): void {
    for (const { reject } of this.#waiting) reject(failure)
    this.#end(false)
  }
}
