import type { Breach, Place } from '../findings.js'
import { mayHold } from '../redaction.js'
import { breachOf, type Watched } from './watched.js'

/** What was told last: who goes on breaking a rule is told the same of each call, and it is made and kept once. */
export class Told {
  #last: Breach | undefined

  /** A breach that a call shows, whose credentials the secrets give away. */
  breachOf(watched: Watched, at: Place, seen: string, right: string, secrets: readonly string[]): Breach {
    const last = this.#last
    if (last !== undefined && isOf(last, watched, at, seen, right) && !isGivenAway(last, secrets)) return last
    this.#last = breachOf(watched, at, seen, right, secrets)
    return this.#last
  }
}

function isOf(breach: Breach, { rule, level }: Watched, at: Place, seen: string, right: string): boolean {
  return (
    breach.rule === rule &&
    breach.level === level &&
    breach.seen === seen &&
    breach.right === right &&
    'pointer' in breach.at === 'pointer' in at &&
    textOf(breach.at) === textOf(at)
  )
}

/** A place that conduct tells has no line. */
const textOf = (place: Place) => ('pointer' in place ? place.pointer : place.path)

/** What was kept for an earlier call may be a secret of this one. */
const isGivenAway = ({ at, seen, right }: Breach, secrets: readonly string[]) =>
  mayHold(seen, secrets) || mayHold(right, secrets) || mayHold(textOf(at), secrets)
