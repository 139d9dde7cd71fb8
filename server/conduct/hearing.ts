import type { Place } from '../findings.js'
import type { Entry } from '../journal/entry.js'
import type { Heard } from './heard.js'
import type { Memory } from './memory.js'
import type { Told } from './told.js'
import type { Watched, Watches } from './watched.js'

/** One call while it is judged. */
export interface Hearing {
  readonly entry: Entry
  readonly heard: Heard
  /** Milliseconds of its account's clock. */
  readonly now: number
  readonly memory: Memory
  readonly watches: Watches
  readonly told: Told
}

/** Tells a breach that a call shows. */
export function tell(
  { entry, heard, told }: Pick<Hearing, 'entry' | 'heard' | 'told'>,
  watched: Watched,
  at: Place,
  seen: string,
  right: string,
): void {
  // Most calls show one at most, and a list that grows by a push has room for many.
  const breach = told.breachOf(watched, at, seen, right, heard.secrets)
  entry.conduct = entry.conduct.length === 0 ? [breach] : entry.conduct.concat(breach)
}
