import { inHeader } from '../findings.js'
import type { Hearing } from './hearing.js'

/** How much too early the timer of a client may go off, in milliseconds. */
const jitterMs = 50

/** A call that comes before the Retry-After of a 429 is over; one that was under way then could not know of it. */
export function judgeRetryAfter({ memory, heard, now, watches, tell }: Hearing): void {
  const { wait } = memory
  const watched = watches.get('retry_after')
  if (watched === undefined || wait === undefined || heard.behind < wait.number) return
  const over = now >= wait.until.clock - jitterMs || heard.began >= wait.until.stopwatch - jitterMs
  if (over || now < wait.at) {
    memory.wait = undefined
    return
  }
  if (++wait.tooEarly < watched.limit.count) return
  const waited = `${(now - wait.at) / 1000} seconds after the 429 of request ${wait.id}`
  const right = `no call for ${wait.seconds} seconds: that is its Retry-After`
  tell(watched, inHeader('retry-after'), waited, right)
}

/** Notes that an account was told to wait; `number` is how many calls were committed with this one. */
export function noteWait({ entry, memory, heard, now, watches }: Hearing, number: number): void {
  const watched = watches.get('retry_after')
  const seconds = Number(entry.reply?.headers['Retry-After'] ?? 0)
  if (watched === undefined || entry.status !== 429 || !(seconds > 0)) return
  const ms = Math.min(seconds, watched.limit.seconds) * 1000
  const until = { clock: now + ms, stopwatch: heard.began + entry.ms + ms }
  memory.wait = { id: entry.id, number, seconds, at: now, until, tooEarly: 0 }
}
