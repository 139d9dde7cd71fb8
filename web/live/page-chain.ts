import { signal } from '@preact/signals'
import type { Answer, ProblemDetail } from '../api/call.js'
import {
  countsOf,
  inSight,
  isGone,
  isShort,
  type ListsOf,
  type Page,
  type Range,
  rowsOf,
  unasked,
  withoutFar,
} from './chain-pages.js'

const quietMs = 1_000

/** What a page came to. `left` goes to the next page: what cannot be told apart from its beginning yet. */
export interface Divided<Rows, Left> {
  readonly lists: ListsOf<Rows>
  readonly left: Left
}

/** Where pages come from, and what becomes of them. `Rows` has the type of the rows of each list. */
export interface PageSource<Item, Rows, Left> {
  readonly start: { readonly cursor: string; readonly left: Left }
  fetch(cursor: string, stop: AbortSignal): Promise<Answer<{ readonly items: readonly Item[]; next: string | null }>>
  divide(left: Left, items: readonly Item[], isLast: boolean): Divided<Rows, Left>
}

/**
 * The rows of a listing that is paged by cursors: asked for as somebody comes near them, and kept while somebody is near
 * them. What was let go of keeps its room, and is asked for again by its cursor.
 */
export class PageChain<Item, Rows, Left> {
  readonly pages = signal<readonly Page<Rows, Left>[]>([])
  readonly problem = signal<ProblemDetail | undefined>(undefined)
  /** The end was reached. */
  readonly isWhole = signal(false)

  readonly #source: PageSource<Item, Rows, Left>
  readonly #closing = new AbortController()
  readonly #seen = new Map<keyof Rows, Range>()
  #isWorking = false
  #wantsMore = true
  #wantsFresh = false
  #restUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(source: PageSource<Item, Rows, Left>) {
    this.#source = source
    this.pages.value = [unasked(source.start.cursor, source.start.left)]
    void this.#work()
  }

  close(): void {
    this.#closing.abort()
    clearTimeout(this.#timer)
  }

  /** The rows of a list, undefined where their page was let go of. */
  rows<Name extends keyof Rows>(name: Name): readonly (Rows[Name] | undefined)[] {
    return rowsOf(this.pages.value, name)
  }

  /** Items of all pages that were asked for so far. */
  get items(): number {
    return this.pages.value.reduce((sum, { items }) => sum + items, 0)
  }

  /** These rows of a list are in sight; none where the two are the same. */
  see(name: keyof Rows, first: number, last: number): void {
    if (first < last) this.#seen.set(name, [first, last])
    else this.#seen.delete(name)
    void this.#work()
  }

  more(): void {
    if (this.isWhole.peek()) return
    this.#wantsMore = true
    void this.#work()
  }

  /** What is in sight may have changed; asked anew soon, however often that is said. */
  refresh(): void {
    this.problem.value = undefined
    this.#wantsFresh = true
    void this.#work()
  }

  async retry(): Promise<void> {
    this.problem.value = undefined
    this.#wantsMore = true
    await this.#work()
  }

  /** One thing after the other, as long as there is something to do. */
  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      while (!this.#closing.signal.aborted && this.problem.peek() === undefined && (await this.#step()));
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    } finally {
      this.#isWorking = false
    }
  }

  async #step(): Promise<boolean> {
    const pages = this.pages.peek()
    const [from, to] = inSight(pages, this.#seen)
    const gone = pages.findIndex((page, index) => index >= from && index <= to && isGone(page))
    if (gone >= 0) return this.#renew(gone, gone)
    const last = pages.length - 1
    if (pages[last]?.counts === undefined && (this.#wantsMore || isShort(pages, this.#seen))) {
      this.#wantsMore = false
      return this.#renew(last, last)
    }
    if (!this.#wantsFresh || !this.#mayRefresh()) return false
    this.#wantsFresh = false
    const begun = performance.now()
    // What a page begins with may be the end of the one before it.
    await this.#renew(Math.max(0, from - 1), to)
    const took = performance.now() - begun
    this.#restUntil = performance.now() + Math.max(quietMs, took * 5)
    return true
  }

  #mayRefresh(): boolean {
    const rest = this.#restUntil - performance.now()
    if (rest <= 0) return true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#work(), rest)
    return false
  }

  /** Asks for pages anew and puts them in the place of what was there, all at once: nothing that is read is taken away meanwhile. */
  async #renew(from: number, to: number): Promise<boolean> {
    const old = this.pages.peek()
    const fresh: Page<Rows, Left>[] = []
    let place = old[from]
    while (place !== undefined) {
      const { cursor, left } = place
      const answer = await this.#source.fetch(cursor, this.#closing.signal)
      if ('problem' in answer) {
        this.problem.value = answer.problem
        return false
      }
      const { items, next } = answer.value
      const divided = this.#source.divide(left, items, next === null)
      fresh.push({ cursor, left, lists: divided.lists, counts: countsOf(divided.lists), items: items.length })
      if (next === null) {
        this.#show([...old.slice(0, from), ...fresh], true)
        return true
      }
      const rest = this.#rest(old, from + fresh.length, next, divided.left)
      if (from + fresh.length > to) {
        this.#show([...old.slice(0, from), ...fresh, ...rest], false)
        return true
      }
      place = rest[0]
    }
    return false
  }

  /** What follows, as it was where it still begins there; nothing is known of it where it does not. */
  #rest(old: readonly Page<Rows, Left>[], index: number, cursor: string, left: Left): readonly Page<Rows, Left>[] {
    const [next, ...others] = old.slice(index)
    if (next?.cursor !== cursor) return [unasked(cursor, left)]
    if (next.counts === undefined || isSame(next.left, left)) return [{ ...next, left }, ...others]
    return [{ ...next, left, lists: undefined }, ...others]
  }

  #show(pages: readonly Page<Rows, Left>[], isWhole: boolean): void {
    const last = pages.at(-1)
    this.isWhole.value = isWhole || (this.isWhole.peek() && last?.counts !== undefined)
    this.pages.value = withoutFar(pages, this.#seen)
  }
}

const isSame = (one: unknown, other: unknown) => digest(one) === digest(other)
const digest = (value: unknown) =>
  JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
