import type { Arrived } from '../matching/call.js'
import { compare, type Match } from '../matching/match.js'
import type { Partition } from '../state/store.js'
import { writeExact } from '../wire/exact-json.js'
import type { FaultDocument, SpecDocument } from './document.js'
import type { Fault } from './fault.js'
import { readFault } from './reading.js'
import type { Origin, Speaker } from './speaker.js'

/** One entry of what is armed, and how often it was met. Its counters change with a call that is decided, and back where that cannot be kept. */
export class Armed implements Speaker {
  readonly spec: SpecDocument
  readonly fault: Fault
  readonly scope: Partition | undefined
  by: Origin
  /** Calls that matched, spoken about or not. */
  seen = 0
  hits = 0
  readonly #match: Match<Arrived>

  constructor(spec: SpecDocument, match: Match<Arrived>, scope: Partition | undefined, index: number) {
    this.spec = spec
    this.fault = readFault(spec.fault)
    this.scope = scope
    this.by = { ...scopeFields(scope), index }
    this.#match = match
  }

  get document(): FaultDocument {
    return this.spec.fault
  }

  /** Where it now stands in the list of its scope. */
  moveTo(index: number): void {
    this.by = { ...scopeFields(this.scope), index }
  }

  hit(): void {
    this.hits++
  }

  unhit(): void {
    this.hits--
  }

  matches(call: Arrived): boolean {
    return compare(this.#match, call).verdict === 'yes'
  }

  /** Whether the next call that matches is one to speak about. */
  get isDue(): boolean {
    const { after = 0, times = Number.POSITIVE_INFINITY } = this.spec
    return this.seen >= after && this.hits < times
  }
}

/** The scope as the control plane writes it; nothing for everyone's. */
export function scopeFields(scope: Partition | undefined): { readonly account?: string; readonly site?: string } {
  if (scope === undefined) return {}
  const name = scope.slice(scope.indexOf(':') + 1)
  return scope.startsWith('joor:') ? { account: name } : { site: name }
}

/** Faults that can be armed at a time, in all scopes. */
const mostArmed = 10_000
/** The same under one scope; the schema of a list has it too. */
const mostOfScope = 1_000
/** Faults that were disarmed before any call met them and are still told of. */
const mostForgotten = 1_000

/** More faults than may be armed at a time. */
export class TooManyFaults extends Error {}

/** What is armed, for everyone and for single accounts and sites; each scope is replaced by itself. */
export class ArmedFaults {
  readonly #lists = new Map<Partition | undefined, readonly Armed[]>()
  readonly #neverHit: Armed[] = []
  readonly #standing: readonly Armed[]

  /** What stands behind all that is armed is neither listed nor disarmed. */
  constructor(standing: readonly Armed[] = []) {
    this.#standing = standing
  }

  /** Puts a list in the place of what was armed under the scope. Throws TooManyFaults. */
  arm(scope: Partition | undefined, specs: readonly Armed[]): void {
    const others = [...this.#lists].reduce((sum, [of, list]) => sum + (of === scope ? 0 : list.length), 0)
    if (others + specs.length > mostArmed)
      throw new TooManyFaults(`${others} faults are armed under other scopes, and ${mostArmed} may be armed in all.`)
    this.#forget(scope)
    if (specs.length > 0) this.#lists.set(scope, specs)
  }

  /** Arms more behind what is armed under the scope, which keeps its counters. Throws TooManyFaults. */
  add(scope: Partition | undefined, specs: readonly Armed[]): void {
    const own = this.sizeOf(scope)
    if (own + specs.length > mostOfScope)
      throw new TooManyFaults(`${own} faults are armed under this scope, and ${mostOfScope} may be armed under one.`)
    const standing = [...this.#lists.values()].reduce((sum, list) => sum + list.length, 0)
    if (standing + specs.length > mostArmed)
      throw new TooManyFaults(`${standing} faults are armed already, and ${mostArmed} may be armed in all.`)
    if (specs.length > 0) this.#lists.set(scope, [...(this.#lists.get(scope) ?? []), ...specs])
  }

  /** How many are armed under the very scope; undefined is everyone's. */
  sizeOf(scope: Partition | undefined): number {
    return this.#lists.get(scope)?.length ?? 0
  }

  /** What is armed by scope; nobody's calls have none. */
  get lists(): Iterable<readonly [Partition | undefined, readonly Armed[]]> {
    return this.#lists
  }

  /** Has the list of a scope as another replica has it, counters and all. */
  set(scope: Partition | undefined, specs: readonly Armed[]): void {
    if (specs.length > 0) this.#lists.set(scope, specs)
    else this.#lists.delete(scope)
  }

  /** Disarms one scope, or all of them. */
  disarm(scope?: Partition): void {
    for (const of of scope === undefined ? [...this.#lists.keys()] : [scope]) this.#forget(of)
  }

  /** Disarms the one at a place of the very scope's list; the others keep their counters. False where none is. */
  disarmOne(scope: Partition | undefined, place: number): boolean {
    const list = this.#lists.get(scope) ?? []
    const gone = list[place]
    if (gone === undefined) return false
    this.#remember([gone])
    const rest = list.toSpliced(place, 1)
    for (const [index, each] of rest.entries()) each.moveTo(index)
    if (rest.length > 0) this.#lists.set(scope, rest)
    else this.#lists.delete(scope)
    return true
  }

  /** What is armed under one scope, or under all of them. */
  list(scope?: Partition): readonly Armed[] {
    return scope === undefined ? [...this.#lists.values()].flat() : (this.#lists.get(scope) ?? [])
  }

  /** What a call asks, one after the other: its own scope's, then everyone's, then what stands behind all. */
  *asked({ vendor, name }: Arrived): Iterable<Armed> {
    if (vendor !== null && name !== undefined) yield* this.#lists.get(`${vendor}:${name}`) ?? []
    yield* this.#lists.get(undefined) ?? []
    yield* this.#standing
  }

  get isEmpty(): boolean {
    return this.#lists.size === 0 && this.#standing.length === 0
  }

  /** Faults that no call ever met, those disarmed since too (the last thousand): a sentence for each. */
  neverHit(): readonly string[] {
    const armed = this.list().filter(({ hits }) => hits === 0)
    return [...this.#neverHit, ...armed].map(writeArmed)
  }

  #forget(scope: Partition | undefined): void {
    this.#remember(this.#lists.get(scope) ?? [])
    this.#lists.delete(scope)
  }

  #remember(disarmed: readonly Armed[]): void {
    this.#neverHit.push(...disarmed.filter(({ hits }) => hits === 0))
    this.#neverHit.splice(0, this.#neverHit.length - mostForgotten)
  }
}

function writeArmed({ spec, scope }: Armed): string {
  const { account, site } = scopeFields(scope)
  const whose = account === undefined ? site && ` of site ${site}` : ` of account ${account}`
  const match = spec.match && ` for ${writeExact(spec.match)}`
  return `${spec.fault.kind}${whose ?? ''}${match ?? ''}`
}
