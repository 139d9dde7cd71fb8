import type { Clocks, Hand } from '../clock.js'
import type { Armed, ArmedFaults } from '../faults/armed.js'
import type { SpecDocument } from '../faults/document.js'
import type { Given, Ids } from '../ids.js'
import type { ControlChange, Controls, ControlText } from '../state/postgres/sharing.js'
import type { Partition, Scope } from '../state/store.js'
import { parseExact, writeExact } from '../wire/exact-json.js'

/** Seeds come before what was given away of their sequences. */
const kinds = ['clock', 'ids', 'given', 'faults'] as const
type Kind = (typeof kinds)[number]

interface Parts {
  readonly clocks: Clocks
  readonly ids: Ids
  readonly faults: ArmedFaults
  readonly readSpecs: (document: unknown, scope: Partition | undefined) => readonly Armed[]
}

interface SpecText {
  readonly spec: SpecDocument
  readonly seen: number
  readonly hits: number
}

/** A seed of ids, and which one: the same number set anew begins its sequences anew. */
interface SeedText {
  readonly seed: number
  readonly serial: string
}
interface GivenText {
  readonly serial: string
  readonly given: Given
}

/** Clocks, ids and faults as texts that replicas exchange, each under what it is and whose. */
export class SharedControls implements Controls {
  readonly #parts: Parts
  /** What was put in force, or told, last. */
  readonly #known = new Map<string, ControlText>()
  /** Which seed a scope has: what was set here has none until it is told. */
  readonly #serials = new WeakMap<object, string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  update(texts: readonly ControlText[], of: Scope | 'all'): void {
    const wanted = new Map(texts.filter((text) => isOf(text, of)).map((text) => [keyOf(text), text]))
    for (const text of this.#inForce(of)) if (!wanted.has(keyOf(text))) this.#take(text)
    for (const kind of kinds)
      for (const text of wanted.values()) {
        if (text.kind !== kind || this.#known.get(keyOf(text))?.value === text.value) continue
        this.#put(text)
        this.#known.set(keyOf(text), text)
      }
  }

  changes(of: Scope | 'all', serial: string): readonly ControlChange[] {
    for (const [, seeded] of this.#parts.ids.seeds)
      if (serial !== '' && !this.#serials.has(seeded)) this.#serials.set(seeded, serial)
    const now = new Map(this.#inForce(of).map((text) => [keyOf(text), text]))
    const changes: ControlChange[] = []
    for (const [key, text] of this.#known) {
      if (now.has(key) || !isOf(text, of)) continue
      changes.push({ ...text, value: null })
      this.#known.delete(key)
    }
    for (const [key, text] of now) {
      if (this.#known.get(key)?.value === text.value) continue
      changes.push(text)
      this.#known.set(key, text)
    }
    return changes
  }

  forget(): void {
    this.#known.clear()
  }

  /** What holds here now. */
  #inForce(of: Scope | 'all'): readonly ControlText[] {
    const { clocks, ids, faults } = this.#parts
    const texts: ControlText[] = []
    const add = (kind: Kind, scope: Scope | undefined, write: () => string) => {
      const text = { kind, scope: scope ?? null }
      if (isOf(text, of)) texts.push({ ...text, value: write() })
    }
    for (const [scope, hand] of clocks.hands) add('clock', scope, () => JSON.stringify(hand))
    for (const [scope, seeded] of ids.seeds)
      add('ids', scope, () => JSON.stringify({ seed: seeded.seed, serial: this.#serials.get(seeded) ?? '' }))
    for (const [scope, serial, given] of this.#givenOf(of)) add('given', scope, () => JSON.stringify({ serial, given }))
    for (const [scope, list] of faults.lists)
      add('faults', scope, () => writeExact(list.map(({ spec, seen, hits }) => ({ spec, seen, hits }))))
    return texts
  }

  *#givenOf(of: Scope | 'all'): Iterable<readonly [Scope, string, Given]> {
    const { ids } = this.#parts
    for (const scope of of === 'all' ? ids.givers : [of]) {
      const given = ids.given(scope)
      const seeded = ids.seedFor(scope)
      if (given !== undefined && seeded !== undefined) yield [scope, this.#serials.get(seeded) ?? '', given]
    }
  }

  #put({ kind, scope, value }: ControlText): void {
    const { clocks, faults, readSpecs } = this.#parts
    // Only calls are nobody's or a vendor's; what is set is an account's, a site's or everyone's.
    const of = (scope ?? undefined) as Partition | undefined
    // Each text was written below its kind.
    if (kind === 'clock') clocks.set(of, JSON.parse(value) as Hand)
    else if (kind === 'ids') this.#seed(of, JSON.parse(value) as SeedText)
    else if (kind === 'given') this.#goOn(scope as Scope, JSON.parse(value) as GivenText)
    else if (kind === 'faults') {
      const texts = readExact(value) as readonly SpecText[]
      const armed = readSpecs(
        texts.map(({ spec }) => spec),
        of,
      )
      for (const [index, { seen, hits }] of texts.entries()) Object.assign(armed[index] ?? {}, { seen, hits })
      faults.set(of, armed)
    }
  }

  #seed(of: Partition | undefined, { seed, serial }: SeedText): void {
    const { ids } = this.#parts
    this.#serials.set(ids.seed(of, seed), serial)
  }

  /** Of a seed that is no longer set nothing goes on. */
  #goOn(scope: Scope, { serial, given }: GivenText): void {
    const { ids } = this.#parts
    const seeded = ids.seedFor(scope)
    if (seeded !== undefined && this.#serials.get(seeded) === serial) ids.goOn(scope, given)
  }

  #take({ kind, scope }: ControlText): void {
    const { clocks, ids, faults } = this.#parts
    const of = (scope ?? undefined) as Partition | undefined
    if (kind === 'clock') clocks.unset(of)
    else if (kind === 'ids') ids.unset(of)
    else if (kind === 'given') ids.goOn(scope as Scope, undefined)
    else if (kind === 'faults') faults.set(of, [])
    this.#known.delete(keyOf({ kind, scope }))
  }
}

const keyOf = ({ kind, scope }: Pick<ControlText, 'kind' | 'scope'>) => `${kind} ${scope ?? ''}`

/** Everyone's holds for each of them; what nobody has given away is nobody's. */
const isOf = ({ kind, scope }: Pick<ControlText, 'kind' | 'scope'>, of: Scope | 'all') =>
  of === 'all' || scope === of || (scope === null && kind !== 'given')

function readExact(text: string): unknown {
  const parsed = parseExact(text)
  if ('fault' in parsed) throw new Error(`What replicas share of faults is no JSON: ${parsed.fault}.`)
  return parsed.value
}
