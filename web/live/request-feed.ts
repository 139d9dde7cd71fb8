import { signal } from '@preact/signals'
import { isSignedOut, type ProblemDetail } from '../api/call.js'
import { listRequests, type RequestLine } from '../api/requests.js'

/** Lines that a page keeps; of the journal itself the emulator keeps fewer for each account. */
const mostLines = 100_000
const pageSize = 500
const firstRetryMs = 1_000
const longestRetryMs = 15_000
/** How often a quiet stream is held against the journal: it tells of no call that was cleared away. */
const checkMs = 5_000

export type Connection = 'connecting' | 'live' | 'lost'

/** The state of whichever feed is open, for the header. */
export const connection = signal<Connection>('connecting')

/**
 * The calls of the journal that a filter names, newest first, and those that come. The stream is opened before the list
 * is asked for, so nothing falls between them, and what both tell is kept once. After a break all is asked anew. A page
 * that nobody sees lets go of its connection, of which a browser has six for one origin.
 */
export class RequestFeed {
  readonly lines = signal<readonly RequestLine[]>([])
  readonly isLoading = signal(true)
  readonly problem = signal<ProblemDetail | undefined>(undefined)
  /** Calls that came while the feed was paused. */
  readonly waiting = signal(0)
  /** There are older ones to ask for. */
  readonly hasOlder = signal(false)
  readonly isPaused = signal(false)

  readonly #filter: URLSearchParams
  readonly #closing = new AbortController()
  #stream: EventSource | undefined
  #known = new Set<string>()
  /** Newest last; shown with the next frame. */
  #arrived: RequestLine[] = []
  #frame = 0
  #older: string | null = null
  #isAskingOlder = false
  #retryMs = firstRetryMs
  #retry: ReturnType<typeof setTimeout> | undefined
  readonly #check: ReturnType<typeof setInterval>

  constructor(filter: URLSearchParams) {
    this.#filter = filter
    const stop = this.#closing.signal
    document.addEventListener('visibilitychange', () => this.#followVisibility(), { signal: stop })
    this.#check = setInterval(() => void this.#holdAgainstJournal(), checkMs)
    this.#open()
  }

  close(): void {
    this.#closing.abort()
    clearInterval(this.#check)
    this.#letGo()
  }

  pause(): void {
    this.isPaused.value = true
  }

  resume(): void {
    this.isPaused.value = false
    this.#showArrived()
  }

  /** The next older page behind what is shown. */
  async loadOlder(): Promise<void> {
    if (this.#older === null || this.#isAskingOlder || this.lines.peek().length >= mostLines) return
    this.#isAskingOlder = true
    const answer = await this.#ask(this.#older).finally(() => {
      this.#isAskingOlder = false
    })
    if (answer === undefined || 'problem' in answer) return
    this.#older = answer.value.next
    this.hasOlder.value = this.#older !== null
    const older = answer.value.requests.filter(({ id }) => !this.#known.has(id))
    for (const { id } of older) this.#known.add(id)
    this.lines.value = [...this.lines.peek(), ...older].slice(0, mostLines)
  }

  /** Forgets what is shown and asks anew. */
  async reload(): Promise<void> {
    const answer = await this.#ask()
    if (answer === undefined) return
    this.isLoading.value = false
    this.problem.value = 'problem' in answer ? answer.problem : undefined
    if ('problem' in answer) return
    const { requests, next } = answer.value
    const listed = new Set(requests.map(({ id }) => id))
    // What the stream told while the list was on its way may be in it, or newer than it.
    this.#arrived = this.#arrived.filter(({ id }) => !listed.has(id))
    this.#known = new Set([...listed, ...this.#arrived.map(({ id }) => id)])
    this.#older = next
    this.hasOlder.value = next !== null
    this.lines.value = requests
    this.#plan()
  }

  #ask(cursor?: string) {
    const query = new URLSearchParams(this.#filter)
    query.set('limit', String(pageSize))
    if (cursor !== undefined) query.set('cursor', cursor)
    return listRequests(query, this.#closing.signal).catch(() => undefined)
  }

  #open(): void {
    this.#letGo()
    if (document.hidden) return
    connection.value = 'connecting'
    const search = this.#filter.size === 0 ? '' : `?${this.#filter}`
    const stream = new EventSource(`/_backstock/requests/stream${search}`)
    this.#stream = stream
    stream.addEventListener('open', () => {
      connection.value = 'live'
      this.#retryMs = firstRetryMs
      this.#arrived = []
      void this.reload()
    })
    stream.addEventListener('request', ({ data }) => this.#take(JSON.parse(data)))
    // Calls that the journal has dropped, or another emulator: what is shown may not be there any more.
    stream.addEventListener('evicted', () => void this.reload())
    stream.addEventListener('error', () => void this.#lost())
  }

  async #lost(): Promise<void> {
    connection.value = 'lost'
    this.#letGo()
    // A stream does not say why it ended; the list does: somebody has to sign in, or the filter is none.
    await this.reload()
    if (this.#closing.signal.aborted || isSignedOut.peek() || this.problem.peek()?.status === 400) return
    this.#retry = setTimeout(() => this.#open(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
  }

  #letGo(): void {
    clearTimeout(this.#retry)
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#stream?.close()
    this.#stream = undefined
  }

  #followVisibility(): void {
    if (document.hidden) this.#letGo()
    else if (this.#stream === undefined) this.#open()
  }

  #take(line: RequestLine): void {
    if (this.#known.has(line.id)) return
    this.#known.add(line.id)
    this.#arrived.push(line)
    if (this.#arrived.length > mostLines) this.#arrived.shift()
    this.#plan()
  }

  /** However many come, the page is drawn once for a frame. */
  #plan(): void {
    if (this.isPaused.peek()) this.waiting.value = this.#arrived.length
    else if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#showArrived())
  }

  #showArrived(): void {
    this.#frame = 0
    this.waiting.value = 0
    if (this.#arrived.length === 0) return
    const shown = [...this.#arrived.reverse(), ...this.lines.peek()]
    this.#arrived = []
    for (const { id } of shown.slice(mostLines)) this.#known.delete(id)
    this.lines.value = shown.slice(0, mostLines)
  }

  /** A journal that was emptied says so to nobody. */
  async #holdAgainstJournal(): Promise<void> {
    if (connection.peek() !== 'live' || document.hidden || this.isPaused.peek()) return
    const newest = this.lines.peek()[0]?.id
    const query = new URLSearchParams(this.#filter)
    query.set('limit', '1')
    const answer = await listRequests(query, this.#closing.signal).catch(() => undefined)
    if (answer === undefined || 'problem' in answer) return
    const seen = answer.value.requests[0]?.id
    const isQuiet = this.#arrived.length === 0 && this.lines.peek()[0]?.id === newest
    if (isQuiet && seen !== newest) await this.reload()
  }
}
