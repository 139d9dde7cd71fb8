import type { Breakable, Rule } from '../../contracts/rules/book.js'
import { type Findings, told } from '../findings.js'
import type { SentItem } from './sent.js'

/** Why an item is not updated. */
export interface Refused {
  /** Null where no rule did it but a fault. */
  readonly rule: Rule | null
  readonly reason: string
}

/** Breaks of the rules by one item: every one is told, the first that refuses is the reason. */
export class ItemJudge {
  readonly #findings: Findings
  readonly #sent: SentItem
  #refused: Refused | undefined

  /** `refused`: what an earlier look at the item found, if anything. */
  constructor(findings: Findings, sent: SentItem, refused?: Refused) {
    this.#findings = findings
    this.#sent = sent
    this.#refused = refused
  }

  applies(rule: Rule): void {
    this.#findings.applies(rule)
  }

  appliesAll(rules: readonly Rule[]): void {
    this.#findings.appliesAll(rules)
  }

  /** `time`: which mention of a field that the item has several times. */
  breach(
    rule: Breakable,
    field: string | undefined,
    seen: string,
    right: string | (() => string),
    time?: number,
  ): void {
    const refused = this.#findings.breach(rule, () => this.#sent.at(field, time), seen, right)
    if (!refused) return
    const what = field === undefined ? seen : `${field}: ${seen}`
    this.#refused ??= { rule, reason: `${what}. ${rule.says} Right is: ${told(right)}.` }
  }

  get refused(): Refused | undefined {
    return this.#refused
  }
}
