import type { Breakable, ClientRule, Rule } from '../contracts/rules/book.js'
import { type Level, Levels } from './levels.js'
import { noneMet } from './met-rules.js'
import type { Settings } from './settings.js'

/** Where a breach was seen: a JSON pointer into the command as sent, or a path such as `header.content-type`. */
export type Place =
  | { readonly pointer: string; readonly line?: number; readonly column?: number }
  | { readonly path: string }

/** One (rule, place) pair that the client broke; `seen` and `right` are sentences or values for people, uncut. */
export interface Breach {
  readonly rule: ClientRule
  readonly level: Level
  readonly at: Place
  readonly seen: string
  readonly right: string
}

export type Contract = Settings['contract']

const nothingBroken: ReadonlyMap<string, number> = new Map()
const nothingSeen: readonly Breach[] = []
const defaultLevels = new Levels()
/** Places that are kept for one rule and request; beyond them breaches are only counted. */
const placesKept = 20
export const inHeader = (name: string): Place => ({ path: `header.${name}` })
export const inQuery = (name: string): Place => ({ path: `query.${name}` })
export const inPath: Place = { path: 'path' }
export const inBody: Place = { pointer: '' }
/** What is wrong with the text of a body, at the line and column where it shows. */
export const inText = ({ line, column }: { readonly line: number; readonly column: number }): Place => ({
  pointer: '',
  line,
  column,
})

/**
 * What one call met and broke. Contract modes and levels are decided here and nowhere else: under `enforce` a reported
 * breach refuses as well, under `off` nothing is judged, and what breaks a documented requirement is refused in every
 * mode. A rule whose level is off is broken without a word.
 */
export class Findings {
  #met = noneMet()
  /** By the id of the rule; most calls break none. */
  #counts: Map<string, number> | undefined
  #breaches: Breach[] | undefined
  readonly #contract: Contract
  readonly #levels: Levels
  readonly #kept: number
  #refusal: Breakable | undefined

  /** `kept`: of how many places of a rule all is kept. */
  constructor(contract: Contract, levels = defaultLevels, kept = placesKept) {
    this.#contract = contract
    this.#levels = levels
    this.#kept = kept
  }

  /** The rule decided something for this call: it is kept, unless it is broken as well. */
  applies(rule: Rule): void {
    if (this.#contract !== 'off') this.#met = this.#met.with(rule)
  }

  /** The rules, which are decided together, decided something for this call. */
  appliesAll(rules: readonly Rule[]): void {
    for (const rule of rules) this.applies(rule)
  }

  /**
   * The client broke the rule. True means refused: stop with this item or call. A reported breach of the *call* does
   * not stop at once under `enforce`, so that 401, 403 and 415 stay what they are: it waits in `refusal`.
   */
  breach(rule: Breakable, at: Place | (() => Place), seen: string, right: string | (() => string)): boolean {
    const refuses = rule.breach === 'refuse call' || rule.breach === 'refuse item'
    if (this.#contract === 'off') return refuses
    this.applies(rule)
    const level = this.#levels.of(rule)
    if (level === 'off') return refuses
    this.#counts ??= new Map()
    const count = oneMore(this.#counts, rule)
    // Finding line and column costs a look at the text, so what is not kept is not asked for.
    if (count <= this.#kept) this.#keep({ rule, level, at: told(at), seen, right: told(right) })
    if (refuses) return true
    if (this.#contract !== 'enforce') return false
    if (rule.breach === 'report item') return true
    this.#refusal ??= rule
    return false
  }

  /** What is found of a part of the call, judged in the same way, while it is not yet known whether the part counts. */
  apart(): Findings {
    return new Findings(this.#contract, this.#levels, this.#kept)
  }

  /** The part counts: all that was found of it comes behind what was found so far. */
  add(part: Findings): void {
    this.appliesAll(part.met)
    const counts = new Map(this.#counts)
    for (const breach of part.breaches) if (oneMore(counts, breach.rule) <= this.#kept) this.#keep(breach)
    for (const [id, count] of part.broken) {
      this.#counts ??= new Map()
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + count)
    }
    this.#refusal ??= part.#refusal
  }

  /** Nothing was found yet: a check that comes before those which ran has the only word. */
  forget(): void {
    this.#met = noneMet()
    this.#counts = undefined
    this.#breaches = undefined
    this.#refusal = undefined
  }

  /** The first rule about the call that `enforce` refuses it for. */
  get refusal(): Breakable | undefined {
    return this.#refusal
  }

  get met(): readonly Rule[] {
    return this.#met.list
  }

  /** The kept breaches: of a rule at most so many as are kept. */
  get breaches(): readonly Breach[] {
    return this.#breaches ?? nothingSeen
  }

  /** (rule, place) pairs by the id of the rule, those beyond the kept ones too. */
  get broken(): ReadonlyMap<string, number> {
    return this.#counts ?? nothingBroken
  }

  /** (rule, place) pairs. */
  get total(): number {
    let total = 0
    if (this.#counts !== undefined) for (const count of this.#counts.values()) total += count
    return total
  }

  #keep(breach: Breach): void {
    this.#breaches ??= []
    this.#breaches.push(breach)
  }
}

function oneMore(counts: Map<string, number>, { id }: Rule): number {
  const count = (counts.get(id) ?? 0) + 1
  counts.set(id, count)
  return count
}

/** What a breach is told of itself, or how to find it. */
export function told<Value extends Place | string>(value: Value | (() => Value)): Value {
  return typeof value === 'function' ? value() : value
}
