import type { Vendor } from '../state/store.js'
import type { SentValue } from '../wire/sent-value.js'

export interface SentCommand {
  readonly value: SentValue | undefined
  /** The token was replaced somewhere in it, perhaps in a name: what is not there may have been. */
  readonly holed: boolean
}

/** A call as it arrived, before anything was decided. */
export interface Arrived {
  readonly vendor: Vendor | null
  /** The account or site; undefined where the caller names none. */
  readonly name: string | undefined
  readonly operation: string
  readonly method: string
  /** The path as sent, without its query. */
  readonly path: string
  /** Parameters in their order, a repeated one each time. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The command as sent; `cut` where it is not known as a whole. */
  sent(): SentCommand | 'cut'
}

/**
 * What became of a call: all its items counted, some, none, or it has none; it was refused as a whole; or it was lost,
 * since its client was gone before its end or a fault lost it before it took effect.
 */
export const outcomes = ['updated', 'partial', 'not_updated', 'none', 'refused', 'lost'] as const
export type Outcome = (typeof outcomes)[number]

/** A call that was answered. */
export interface Handled extends Arrived {
  readonly at: Date
  /** Null where no reply was sent. */
  readonly status: number | null
  readonly outcome: Outcome
  /** (rule, place) pairs that the client broke. */
  readonly violations: number
  /** The ids of the broken rules. */
  readonly broken: readonly string[]
}
