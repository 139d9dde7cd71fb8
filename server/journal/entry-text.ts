import { isClientRule, type Rule } from '../../contracts/rules/book.js'
import type { ToldFault } from '../faults/telling.js'
import type { Breach } from '../findings.js'
import type { ItemOutcome } from '../operation.js'
import { RecentMap } from '../recent-map.js'
import { allRules } from '../rule-list.js'
import type { Change, Scope } from '../state/store.js'
import type { Entry } from './entry.js'

/** A rule is written by its id: another replica has the same book. */
type Written<Value extends { readonly rule?: unknown }> = Omit<Value, 'rule'> & { readonly rule: string | null }
type WrittenFault = Omit<ToldFault, 'rule' | 'latency'> & {
  readonly rule?: string | undefined
  readonly latency?: WrittenFault | undefined
}

interface EntryDocument
  extends Omit<Entry, 'at' | 'broken' | 'rules' | 'breaches' | 'conduct' | 'outcomes' | 'fault' | 'changes'> {
  readonly at: string
  readonly broken: readonly (readonly [string, number])[]
  readonly rules: readonly string[]
  readonly breaches: readonly Written<Breach>[]
  readonly conduct: readonly Written<Breach>[]
  readonly outcomes: readonly Written<ItemOutcome>[]
  readonly fault: WrittenFault | null
  readonly changes: readonly Change[]
}

/** An entry as JSON, for a storage that other processes read. */
export function writeEntryText(entry: Entry): string {
  const { at, broken, rules, breaches, conduct, outcomes, fault, changes } = entry
  const document: EntryDocument = {
    ...entry,
    at: at.toISOString(),
    broken: [...broken],
    rules: rules.map(({ id }) => id),
    breaches: breaches.map(withId),
    conduct: conduct.map(withId),
    outcomes: outcomes.map(withId),
    fault: fault && writeFault(fault),
    changes: [...changes],
  }
  return JSON.stringify(document)
}

const withId = <Value extends { readonly rule: Rule | null }>(value: Value): Written<Value> => ({
  ...value,
  rule: value.rule?.id ?? null,
})

function writeFault({ rule, latency, ...fault }: ToldFault): WrittenFault {
  return { ...fault, rule: rule?.id, latency: latency && writeFault(latency) }
}

const rulesById = new Map(allRules.map((rule) => [rule.id, rule]))

/** Lists of rules that many calls meet alike: one array for all of them, as where they were met. */
const mostLists = 1_000

/** Reads what replicas have written; a rule that this book does not have is left out. */
export class EntryReader {
  readonly #lists = new RecentMap<string, readonly Rule[]>()

  read(text: string, scope: Scope): Entry {
    // It was written by `writeEntryText`.
    const { at, broken, rules, breaches, conduct, outcomes, fault, changes, ...plain } = JSON.parse(
      text,
    ) as EntryDocument
    return {
      ...plain,
      // The account may go by another name since.
      name: scope?.includes(':') ? scope.slice(scope.indexOf(':') + 1) : plain.name,
      logId: plain.logId,
      code: plain.code,
      at: new Date(at),
      broken: new Map(broken),
      rules: this.#listOf(rules),
      breaches: breaches.flatMap(readBreach),
      conduct: conduct.flatMap(readBreach),
      outcomes: outcomes.map((outcome) => ({ ...outcome, rule: rulesById.get(outcome.rule ?? '') ?? null })),
      fault: fault && readFault(fault),
      changes,
    }
  }

  #listOf(ids: readonly string[]): readonly Rule[] {
    const list = this.#lists.touch(ids.join(' '), () =>
      ids.map((id) => rulesById.get(id)).filter((rule) => rule !== undefined),
    )
    if (this.#lists.size > mostLists) this.#lists.deleteOldest()
    return list
  }
}

function readBreach({ rule: id, ...breach }: Written<Breach>): readonly Breach[] {
  const rule = rulesById.get(id ?? '')
  return rule !== undefined && isClientRule(rule) ? [{ ...breach, rule }] : []
}

function readFault({ rule: id, latency, ...fault }: WrittenFault): ToldFault {
  const rule = rulesById.get(id ?? '')
  // What was taken apart is put together again, kind and all.
  return { ...fault, ...(rule && { rule }), ...(latency && { latency: readFault(latency) }) } as ToldFault
}
