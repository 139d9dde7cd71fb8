import { entryOf } from '../entry-of.js'
import type { FieldType } from '../said.js'
import { detached } from '../wire/detached.js'
import { Pace } from './pace.js'

/** Fields of all operations whose types are remembered of one account or site. */
const mostFields = 500

/** A field of an operation, and the types that it had in the last call that had it. */
export interface KnownField {
  types: readonly string[]
  /** When that call came, in milliseconds of the account's clock, and its id. */
  at: number
  id: string
  /** The look at a field that was the last at this one, and the first of that call. */
  looked: number
}

/** The fields of one operation, by the kinds of items and by their names, and how often their types changed. */
export interface KnownFields {
  readonly kinds: Map<string, Map<string, KnownField>>
  readonly changes: Pace
}

/**
 * The types of the fields that calls have. Those of one call are mostly those of the call before, so that they are noted
 * in place.
 */
export class KnownTypes {
  readonly #operations = new Map<string, KnownFields>()
  #size = 0
  #looks = 0

  get size(): number {
    return this.#size
  }

  of(operation: string): KnownFields {
    return entryOf(this.#operations, operation, noFields)
  }

  /** Notes what types a call has: of a field that it has with several, all of them. */
  note({ kinds }: KnownFields, types: readonly FieldType[], at: number, id: string): void {
    const begun = this.#looks
    for (const { kind, name, type } of types) {
      const field = kinds.get(kind)?.get(name)
      const looked = ++this.#looks
      if (field === undefined) {
        entryOf(kinds, detached(kind), noField).set(detached(name), { types: [type], at, id, looked })
        this.#size++
      } else if (field.looked > begun) {
        field.types = [...field.types, type]
      } else {
        if (field.types.length > 1 || field.types[0] !== type) field.types = [type]
        field.at = at
        field.id = id
        field.looked = looked
      }
    }
    if (this.#size > mostFields) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const all = [...this.#operations.values()].flatMap(({ kinds }) =>
      [...kinds].flatMap(([kind, fields]) =>
        [...fields].map(([name, { looked }]) => ({ looked, kinds, kind, fields, name })),
      ),
    )
    all.sort((one, other) => one.looked - other.looked)
    for (const { kinds, kind, fields, name } of all.slice(0, this.#size - mostFields)) {
      fields.delete(name)
      if (fields.size === 0) kinds.delete(kind)
    }
    this.#size = mostFields
  }
}

const noFields = (): KnownFields => ({ kinds: new Map(), changes: new Pace() })
const noField = () => new Map<string, KnownField>()
