import { printable } from '../printable.js'
import { parseExact } from '../wire/exact-json.js'
import { isRecord } from '../wire/json-values.js'
import { NoAnswer, type Query, type RunningEmulator } from './asking.js'
import { BadStream, readEvents, type StreamEvent } from './event-stream.js'
import type { Outside } from './outside.js'
import { listRows, type Row, writeCount } from './rows.js'

/** Between two attempts to reach an emulator that has gone, in milliseconds. */
const between = 1_000
/** Calls that are looked through for the last one that was known. */
const lookedThrough = 1_000

/** Where the calls are shown. */
export interface Shown {
  /** There is an emulator to follow. */
  begin(): void
  row(row: Row): void
}

/** Shows the calls that match as they come, with `before` of those that came before, until the process is told to end. */
export async function follow(
  emulator: RunningEmulator,
  query: Query,
  before: number,
  shown: Shown,
  outside: Outside,
): Promise<void> {
  const end = new AbortController()
  const ended = Promise.race([outside.stopped, outside.unread]).then(() => end.abort())
  const following = new Following(emulator, query, shown, outside, end.signal)
  try {
    await following.begin(before)
    while (!end.signal.aborted) {
      await following.read()
      await Promise.race([ended, following.returned()])
    }
  } catch (error) {
    if (!end.signal.aborted) throw error
  }
}

class Following {
  readonly #emulator: RunningEmulator
  readonly #query: Query
  readonly #shown: Shown
  readonly #outside: Outside
  readonly #end: AbortSignal
  #stream: AsyncIterable<Uint8Array> = nothing()
  /** The id of the last event. */
  #last: string | undefined
  /** The call that was the newest when the stream began: before the first event it is what to go on from. */
  #newest: unknown
  /** Calls that were shown from the list and may be in the stream as well. */
  #listed = new Set<unknown>()

  constructor(emulator: RunningEmulator, query: Query, shown: Shown, outside: Outside, end: AbortSignal) {
    this.#emulator = emulator
    this.#query = query
    this.#shown = shown
    this.#outside = outside
    this.#end = end
  }

  async begin(before: number): Promise<void> {
    // The stream first: a call between the two is in both, and not in neither.
    this.#stream = await this.#open()
    const rows = await this.#list(Math.max(before, 1))
    this.#newest = rows[0]?.id
    this.#shown.begin()
    this.#showListed(rows.slice(0, before))
    this.#say(`following the calls at ${this.#emulator.origin}; Ctrl-C ends it`)
  }

  /** Shows what comes, until the stream ends. */
  async read(): Promise<void> {
    try {
      for await (const event of readEvents(this.#stream)) this.#take(event)
    } catch (error) {
      if (error instanceof BadStream) throw new NoAnswer(1, `${this.#emulator.origin} sent ${error.message}`)
      // Of a connection that broke there is no more to know than of one that ended.
    }
  }

  /** Resolved when there is a stream again. */
  async returned(): Promise<void> {
    if (this.#end.aborted) return
    this.#say(`the emulator at ${this.#emulator.origin} has gone; waiting for it`)
    while (!this.#end.aborted) {
      await new Promise<void>((resolve) => this.#outside.later(between, resolve))
      try {
        this.#stream = await this.#open()
        this.#say(`the emulator at ${this.#emulator.origin} is back`)
        if (this.#last === undefined) this.#showListed(await this.#since())
        return
      } catch (error) {
        // Something answers, and it refuses: waiting would not help.
        if (!(error instanceof NoAnswer) || (error.status !== undefined && error.status < 500)) throw error
      }
    }
  }

  #open(): Promise<AsyncIterable<Uint8Array>> {
    const headers = this.#last === undefined ? {} : { 'last-event-id': this.#last }
    return this.#emulator.open('requests/stream', this.#query, headers, this.#end)
  }

  async #list(limit: number): Promise<readonly Row[]> {
    return (await listRows(this.#emulator, 'requests', 'requests', this.#query, limit)).rows
  }

  /** What came since the call that was the newest; all there is where an emulator has started anew. */
  async #since(): Promise<readonly Row[]> {
    const rows = await this.#list(lookedThrough)
    const known = rows.findIndex(({ id }) => id === this.#newest)
    this.#newest = rows[0]?.id ?? this.#newest
    return known < 0 ? rows : rows.slice(0, known)
  }

  /** Shows rows of the list, which begins with the newest. */
  #showListed(rows: readonly Row[]): void {
    this.#listed = new Set(rows.map(({ id }) => id))
    for (const row of [...rows].reverse()) this.#shown.row(row)
  }

  #take({ event, data, id }: StreamEvent): void {
    this.#last = id ?? this.#last
    const parsed = parseExact(data)
    if ('fault' in parsed || !isRecord(parsed.value)) throw new BadStream('an event that is no JSON object')
    const { value } = parsed
    if (event === 'request' && !this.#listed.delete(value.id)) this.#shown.row(value)
    if (event === 'evicted') this.#say(writeEvicted(value.evicted))
  }

  #say(line: string): void {
    this.#outside.complain(printable(line))
  }
}

function writeEvicted(count: unknown): string {
  if (count === null) return 'it was started anew; calls may be missing here'
  return `${writeCount(count, 'call is', 'calls are')} missing here: the journal had dropped them`
}

async function* nothing(): AsyncIterable<Uint8Array> {}
