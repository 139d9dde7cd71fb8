import type { Head } from '../operation.js'
import type { Said } from '../said.js'

/** The connection that calls came by. */
export interface Line {
  /** Calls whose replies its client may have heard when it opened the connection. */
  readonly opened: number
}

/** What conduct hears of a call beside its entry; nothing of it is kept longer than the call takes. */
export interface Heard {
  readonly head: Head
  /** Undefined where the call was turned away before anybody understood it. */
  readonly said: Said | undefined
  /** Calls whose replies its client may have heard when this one arrived. */
  readonly behind: number
  readonly line: Line
  /** When it arrived, in milliseconds of the stopwatch. */
  readonly began: number
  /** What gives the call's credentials away, and what of it is of the Authorization header. */
  readonly secrets: readonly string[]
  readonly ofToken: readonly string[]
  /** Whether that may stand in what it says. */
  readonly tainted: boolean
}
