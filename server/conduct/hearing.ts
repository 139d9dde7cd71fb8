import type { Entry } from '../journal/entry.js'
import type { Heard } from './heard.js'
import type { Memory } from './memory.js'
import type { PastCall } from './past-call.js'
import type { Tell, Watches } from './watched.js'

/** One call while it is judged. */
export interface Hearing {
  readonly entry: Entry
  readonly heard: Heard
  /** Milliseconds of its account's clock. */
  readonly now: number
  readonly memory: Memory
  readonly watches: Watches
  readonly tell: Tell
}

/** One that was understood, and is remembered from now on. */
export interface Understood extends Hearing {
  readonly said: NonNullable<Heard['said']>
  readonly past: PastCall
}
