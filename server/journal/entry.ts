import type { Rule } from '../../contracts/rules/book.js'
import type { ToldFault } from '../faults/telling.js'
import type { Breach } from '../findings.js'
import type { ItemOutcome } from '../operation.js'
import type { Change, Vendor } from '../state/store.js'

/** A body as it is kept: its start as text, its whole size, and whether something is missing. */
export interface KeptBody {
  readonly text: string
  readonly bytes: number
  readonly cut: boolean
}

/** A request's body; `faithful` where the text is the body, with its content codings undone. */
export interface ReceivedText extends KeptBody {
  readonly faithful: boolean
}

/** One call of a vendor's API in a line. */
export interface Summary {
  readonly id: string
  readonly at: Date
  readonly vendor: Vendor | null
  /** The account or site; undefined where the caller names none. */
  readonly name: string | undefined
  readonly operation: string
  readonly method: string
  /** The request target as sent. */
  readonly path: string
  /** Null where no reply was sent: the client was gone before its body ended, or a fault lost it. */
  readonly status: number | null
  readonly items: { readonly updated: number; readonly notUpdated: number } | null
  /** (rule, place) pairs that the client broke. */
  readonly violations: number
  /** Milliseconds until the reply was ready. */
  readonly ms: number
}

/** The same with all of it: what arrived, what was answered, and what it did. */
export interface Entry extends Summary {
  /** The control plane sent it once more, or `verify` sent it: it is no client's. */
  readonly repeated: boolean
  /** (rule, place) pairs that the client broke, by the id of the rule. */
  readonly broken: ReadonlyMap<string, number>
  /** SHA-256 of the caller's token, in hex; undefined where there was none. It is shown nowhere. */
  readonly fingerprint?: string | undefined
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: ReceivedText | null }
  readonly reply: Replied | null
  readonly logId: string | undefined
  /** JOOR's code in the reply. */
  readonly code: string | undefined
  /** Why the call was refused as a whole. */
  readonly refusal: string | null
  /** What went wrong on purpose. */
  readonly fault: ToldFault | null
  readonly rules: readonly Rule[]
  readonly breaches: readonly Breach[]
  /** What this call shows together with earlier ones; found out when it was committed, behind its reply. */
  conduct: readonly Breach[]
  readonly outcomes: readonly ItemOutcome[]
  readonly changes: Iterable<Change>
  readonly changesTotal: number
  /** Roughly what the entry takes in memory, without what conduct found. */
  readonly bytes: number
}

/** The line alone, for whoever remembers a call longer than the journal may: bodies are under its budget. */
export function summaryOf(entry: Entry): Summary {
  const { id, at, vendor, name, operation, method, path, status, items, violations, ms } = entry
  return { id, at, vendor, name, operation, method, path, status, items, violations, ms }
}

export interface Replied {
  readonly headers: Readonly<Record<string, string>>
  readonly body: KeptBody
  readonly fate: Fate
}

/** What became of a reply, for whoever remembers that longer than the reply itself. */
export interface Fate {
  /** False where the client did not take the reply; found out after the entry was written. */
  taken: boolean
}
