import type { Place } from '../findings.js'
import type { Refusal } from '../operation.js'
import type { Slices } from '../slices.js'
import { writePointer } from '../wire/json-values.js'
import type { Echo } from './echo.js'
import type { Format } from './format.js'

/** How the fields of an item arrived; a query has texts only, as XML has. */
export type ItemForm = Format | 'query'

/** One field of an item as sent. `text` is a string's value or the literal of anything else; `''` for null. */
export interface SentField {
  readonly name: string
  readonly kind: 'string' | 'number' | 'boolean' | 'null' | 'nested'
  readonly text: string
}

/** An attribute or a prefix, as sent; `field` and `time` say of which field, where it is one's. */
export interface Decoration {
  readonly text: string
  readonly field?: string
  readonly time?: number
}

/** Told of each item of a body as it comes, in their order. */
export type Take = (item: SentItem) => void

/** Reads a body; ends with why its items cannot be told. */
export type Reading = Slices<Refusal | undefined>

/** One item as sent, whatever the format, with what it takes to echo it and to point into it. */
export interface SentItem {
  /**
   * In the order of the document, repeated names included; undefined where the item is no object at all. They are made
   * anew for whoever asks behind `Take`: ten thousand items would hold on to a hundred thousand of them.
   */
  readonly fields: readonly SentField[] | undefined
  /** What the item is instead of an object; undefined where it is one. */
  readonly is?: string | undefined
  /** The item in the reply's format. */
  readonly echo: Echo
  /** What the reply's format could not hold, for the report. */
  readonly changed: readonly string[]
  /** XML only: attributes and prefixes on the item and its fields, and text beside the fields. */
  readonly decorations: readonly Decoration[]
  readonly strayText: string
  /** Where a field, or the item itself, stands in the body; of a repeated field the last, or which time is asked for. */
  at(field?: string, time?: number): Place
}

export function pointerTo(index: number, field?: string): string {
  const item = `/inventory_items/${index}`
  return field === undefined ? item : item + writePointer([field])
}
