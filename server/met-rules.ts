import { type Rule, rulesNumbered } from '../contracts/rules/book.js'
import { entryOf } from './entry-of.js'

/** So many ways through the rules are known at a time; beyond them what calls meet is learned anew. */
const mostKnown = 2_000

/**
 * Rules in the order in which a call met them. Nearly all calls meet the same in the same order, so the same rules are
 * the same object: a call goes from one to the next, and thousands of entries share the list of the one it ends at.
 */
export class MetRules {
  readonly #before: MetRules | undefined
  readonly #rule: Rule | undefined
  /** How many there are in all that began with the same first one. */
  readonly #known: { count: number }
  /** A bit for each rule, by its number: thousands of items each meet dozens of the same ones. */
  readonly #isMet = new Uint8Array((rulesNumbered() + 7) >> 3)
  /** What one more rule made of them last, and what each made of them. */
  #latest: MetRules | undefined
  readonly #next = new Map<Rule, MetRules>()
  #list: readonly Rule[] | undefined

  constructor(before?: MetRules, rule?: Rule) {
    this.#before = before
    this.#rule = rule
    this.#known = before === undefined ? { count: 0 } : before.#known
    this.#known.count++
    if (before !== undefined) this.#isMet.set(before.#isMet)
    if (rule !== undefined)
      this.#isMet[rule.number >> 3] = (this.#isMet[rule.number >> 3] ?? 0) | (1 << (rule.number & 7))
  }

  get isFull(): boolean {
    return this.#known.count > mostKnown
  }

  /** The same and the rule, behind them where it is none of them. */
  with(rule: Rule): MetRules {
    const { number } = rule
    if (((this.#isMet[number >> 3] ?? 0) & (1 << (number & 7))) !== 0) return this
    if (this.#latest === undefined || this.#latest.#rule !== rule) this.#latest = this.#and(rule)
    return this.#latest
  }

  #and(rule: Rule): MetRules {
    return entryOf(this.#next, rule, () => new MetRules(this, rule))
  }

  get list(): readonly Rule[] {
    this.#list ??= this.#listed()
    return this.#list
  }

  #listed(): readonly Rule[] {
    const rules: Rule[] = []
    for (let met: MetRules | undefined = this; met !== undefined; met = met.#before)
      if (met.#rule !== undefined) rules.push(met.#rule)
    return rules.reverse()
  }
}

let none = new MetRules()

/** What a call has met before anything is decided for it. */
export function noneMet(): MetRules {
  if (none.isFull) none = new MetRules()
  return none
}
