import { inHeader } from '../findings.js'
import { detached } from '../wire/detached.js'
import { type Hearing, tell } from './hearing.js'
import type { Wait } from './memory.js'

/** How much too early the timer of a client may go off, in milliseconds. */
const jitterMs = 50
/** How long calls of several workers may be on their way to the emulator, in milliseconds. */
const underWayMs = 100

/** A call that comes before the Retry-After of a 429 is over; one that was under way then could not know of it. */
export function judgeRetryAfter(call: Hearing): void {
  const { memory, heard, now, watches } = call
  const { wait } = memory
  const watched = watches.retry_after
  if (watched === undefined || wait === undefined || heard.behind < wait.number) return
  const over = now >= wait.until.clock - jitterMs || heard.began >= wait.until.stopwatch - jitterMs
  if (over || now < wait.at) {
    memory.wait = undefined
    return
  }
  if (isUnderWay(call, wait)) return
  if (++wait.tooEarly < watched.limit.count) return
  const waited = `${(now - wait.at) / 1000} seconds after the 429 of request ${wait.id}`
  const right = `no call for ${wait.seconds} seconds: that is its Retry-After`
  tell(call, watched, inHeader('retry-after'), waited, right)
}

/**
 * Whether a call came so shortly behind the 429 that its client may have sent it before: by a connection that stood beside
 * that of the 429, and not as a retry of it.
 */
function isUnderWay({ heard, now }: Hearing, { first, gist, lines, number }: Wait): boolean {
  if (lines.has(heard.line) || heard.line.opened >= number) return false
  return now - first.clock < underWayMs && heard.began - first.stopwatch < underWayMs && gistOf(heard) !== gist
}

/** What tells a retry from the calls that are sent beside it. */
function gistOf({ said }: Hearing['heard']): string {
  const [first] = said?.statements ?? []
  return detached(JSON.stringify([said?.items, first?.key, first?.value]))
}

/** Notes that an account was told to wait; `number` is how many calls were committed with this one. */
export function noteWait(call: Hearing, number: number): void {
  const { entry, memory, heard, now, watches } = call
  const watched = watches.retry_after
  if (watched === undefined || entry.status !== 429) return
  const seconds = Number(entry.reply?.headers['Retry-After'] ?? 0)
  if (!(seconds > 0)) return
  const ms = Math.min(seconds, watched.limit.seconds) * 1000
  const answered = heard.began + entry.ms
  const until = { clock: now + ms, stopwatch: answered + ms }
  // Whoever goes on without a pause is not under way for ever.
  const beside = memory.wait && isUnderWay(call, memory.wait) ? memory.wait : undefined
  const { first = { clock: now, stopwatch: answered }, lines = new WeakSet() } = beside ?? {}
  lines.add(heard.line)
  // A call that came too early may have been told to wait itself.
  const tooEarly = memory.wait?.tooEarly ?? 0
  memory.wait = { id: entry.id, number, seconds, at: now, first, gist: gistOf(heard), lines, until, tooEarly }
}
