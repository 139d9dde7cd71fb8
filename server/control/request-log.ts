import type { Committed, Fold } from '../journal/committed.js'
import { jsonLine } from '../printable.js'
import type { Scope } from '../state/store.js'
import { writeEntry } from './entries.js'

/**
 * A line for each call of a vendor's API as it is committed, in the words of `GET requests`. What the control plane is
 * asked is no such call, and has no line.
 */
export class RequestLog implements Fold {
  readonly #write: (line: string) => void

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  add(_scope: Scope, { entry }: Committed): void {
    const { fault, repeated } = entry
    const line = { ...writeEntry(entry), fault: fault?.kind ?? null, ...(repeated && { repeated }) }
    this.#write(jsonLine({ event: 'request', ...line }))
  }

  /** What was no call yet when it was refused: too large, too slow, or no HTTP. */
  refused(at: Date, status: number): void {
    this.#write(jsonLine({ event: 'request', at: at.toISOString(), vendor: null, method: null, path: null, status }))
  }

  rename(): void {}
  clear(): void {}
}
