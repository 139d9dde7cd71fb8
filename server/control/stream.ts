import { type Response, Router } from 'express'
import type { Entry } from '../journal/entry.js'
import { mayHave } from '../matching/dropped.js'
import { journalled } from '../matching/journalled.js'
import { verdictOf } from '../matching/match.js'
import { Problem, readParameters } from './answers.js'
import { writeEntry } from './entries.js'
import { matchParameters, readFilter, type ScopedMatch } from './matches.js'
import type { ControlParts } from './parts.js'

/** Streams at the same time. */
const mostStreams = 100
/** A comment keeps what stands between from taking the connection for dead. */
const heartbeatMs = 15_000

type StreamParts = Pick<ControlParts, 'journal' | 'operations' | 'timers' | 'closing'>

/** GET /_backstock/requests/stream: each call as a server-sent event, as soon as the journal has it. */
export function stream(parts: StreamParts, most = mostStreams): Router {
  const open = new Set<EntryStream>()
  parts.closing.addEventListener('abort', () => {
    for (const each of open) each.end()
  })
  const router = Router()
  router.get('/stream', (request, response) => {
    const filter = readFilter(readParameters(request, matchParameters), parts.operations)
    const last = readLastId(request.get('last-event-id'))
    if (parts.closing.aborted) throw new Problem(503, 'The emulator is closing.')
    if (open.size >= most) throw new Problem(503, `${most} streams are open already. Close one of them.`)
    // A connection that is kept would keep the emulator from closing.
    response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', Connection: 'close' })
    if (request.method === 'HEAD') return void response.end()
    const opened = new EntryStream(parts, filter, response, last)
    open.add(opened)
    response.once('close', () => {
      open.delete(opened)
      opened.forget()
    })
  })
  return router
}

function readLastId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Problem(400, `Last-Event-ID is ${text}. Right is the id of an event of this stream.`)
}

/**
 * One reader. It is sent calls as they come while it takes them; behind a full connection nothing is kept for it: when
 * it reads on, it goes on from the journal, and is told where the journal has dropped calls since.
 */
class EntryStream {
  readonly #parts: StreamParts
  readonly #filter: ScopedMatch
  readonly #response: Response
  /** The number of the call that was looked at last. */
  #seen: number
  /** The number of the last dropped call that the reader was told of. */
  #told = -1
  /** The connection takes no more for now. */
  #full = false
  /** A heartbeat has found the connection full, and nothing was read since. */
  #stalled = false
  readonly forget: () => void

  constructor(parts: StreamParts, filter: ScopedMatch, response: Response, last: number | undefined) {
    const { journal, timers } = parts
    this.#parts = parts
    this.#filter = filter
    this.#response = response
    this.#seen = last ?? journal.newestNumber
    const unlisten = journal.listen({
      appended: (number, scope, entry) => {
        if (!this.#full && this.#isOf(scope)) this.#show(number, entry)
      },
      rewritten: () => {},
    })
    const cancel = timers.every(heartbeatMs, () => this.#beat())
    this.forget = () => {
      unlisten()
      cancel()
    }
    // Of a reader that went away `close` says all there is to say.
    response.on('error', () => {})
    response.on('drain', () => {
      this.#stalled = false
      if (this.#full) this.#catchUp()
    })
    response.flushHeaders()
    if (this.#seen > journal.newestNumber) this.#startOver()
    if (last !== undefined) this.#catchUp()
  }

  end(): void {
    this.forget()
    // Where the connection is full the end would wait behind what nobody reads.
    if (this.#full) this.#response.destroy()
    else this.#response.end()
  }

  #isOf(scope: unknown): boolean {
    return this.#filter.scope === undefined || this.#filter.scope === scope
  }

  /** The number is of an emulator that ran before this one: how much the reader missed nobody knows. */
  #startOver(): void {
    this.#seen = -1
    this.#send('event: evicted', { evicted: null })
  }

  #show(number: number, entry: Entry): void {
    this.#seen = number
    if (verdictOf(this.#filter.match, journalled(entry, this.#parts.operations)) !== 'yes') return
    this.#send(`event: request\nid: ${number}`, writeEntry(entry))
  }

  #send(head: string, data: unknown): void {
    const taken = this.#response.write(`${head}\ndata: ${JSON.stringify(data)}\n\n`)
    if (!taken) this.#full = true
  }

  /** What came since, until the connection is full again. */
  #catchUp(): void {
    this.#full = false
    this.#tellEvicted()
    for (const [number, entry] of this.#parts.journal.oldest(this.#filter.scope, this.#seen)) {
      if (this.#full) return
      this.#show(number, entry)
    }
  }

  #tellEvicted(): void {
    const { journal, operations } = this.#parts
    const vendors = new Map([...operations].map(([name, { vendor }]) => [name, vendor]))
    const from = Math.max(this.#seen, this.#told)
    const missed = [...journal.evicted(this.#filter.scope)].filter(
      (each) => each.last > from && mayHave(this.#filter.match, each, vendors),
    )
    if (missed.length === 0) return
    this.#told = Math.max(...missed.map(({ last }) => last))
    const evicted = missed.reduce((sum, { count, last }) => sum + Math.min(count, last - from), 0)
    this.#send('event: evicted', { evicted })
  }

  #beat(): void {
    if (!this.#full) this.#response.write(': still here\n\n')
    else if (this.#stalled) this.#response.destroy()
    else this.#stalled = true
  }
}
