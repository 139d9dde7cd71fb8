import type { ClientRule, Rule } from '../../contracts/rules/book.js'
import { entryOf } from '../entry-of.js'
import type { Breach } from '../findings.js'
import type { Level } from '../levels.js'
import { RecentMap } from '../recent-map.js'
import type { Partition, Scope } from '../state/store.js'
import type { BreachOfCall, BrokenRule, Judged } from './broken-rule.js'
import type { Committed, Fold } from './committed.js'
import type { Entry } from './entry.js'

/** Calls of a rule whose ids are kept, and places of which all is kept. */
const callsKept = 20
const placesKept = 3

/** Accounts and sites that are told apart, and rules that are kept of them in all; beyond them the oldest are told together. */
interface Bounds {
  readonly scopes: number
  readonly rules: number
}
const usual: Bounds = { scopes: 10_000, rules: 20_000 }

/** Something of a call, with the number of the call: two accounts that become one are put in order by it. */
type Numbered<Value> = readonly [call: number, value: Value]

interface Broken {
  readonly rule: ClientRule
  readonly level: Level
  /** The call that broke it last. */
  last: number
  count: number
  calls: number
  requests: Numbered<string>[]
  places: Numbered<BreachOfCall>[]
}

class OfScope {
  /** By their numbers. */
  readonly #met: (Rule | undefined)[] = []
  /** What the last call met: most calls meet the same. */
  #latest: Entry['rules'] | undefined
  readonly broken = new Map<Rule, Broken>()

  get met(): ReadonlySet<Rule> {
    return new Set(this.#met.filter((rule) => rule !== undefined))
  }

  /** What stands in the entry of a call; `call` is its number. */
  addCall(call: number, { id, rules, breaches, broken, conduct }: Entry): void {
    if (rules !== this.#latest) for (const rule of rules) this.#met[rule.number] ??= rule
    this.#latest = rules
    let counted: Set<Rule> | undefined
    for (const breach of breaches) {
      counted ??= new Set()
      const count = counted.has(breach.rule) ? 0 : (broken.get(breach.rule.id) ?? 0)
      counted.add(breach.rule)
      this.add(call, id, breach, count)
    }
    for (const breach of conduct) this.add(call, id, breach, 1)
  }

  /** One breach of a call; `count` is how many of its rule the call has in all, given with the first of them only. */
  add(call: number, request: string, breach: Breach, count: number): void {
    const { rule, level } = breach
    const known = entryOf(this.broken, rule, () => ({
      rule,
      level,
      last: -1,
      count: 0,
      calls: 0,
      requests: [],
      places: [],
    }))
    known.count += count
    if (known.last !== call) {
      known.last = call
      known.calls++
      if (known.requests.length < callsKept) known.requests.push([call, request])
    }
    if (known.places.length < placesKept) known.places.push([call, { breach, request }])
  }

  join(other: OfScope): void {
    for (const rule of other.met) this.#met[rule.number] = rule
    for (const [rule, more] of other.broken) {
      const known = this.broken.get(rule)
      this.broken.set(rule, known === undefined ? copyOf(more) : sumOf(known, more))
    }
  }
}

/** What clients broke and kept, by account and site; the journal forgets entries, this does not. */
export class BrokenRules implements Fold {
  readonly #bounds: Bounds
  /** The one that was added to last stands last. */
  readonly #own = new RecentMap<Scope, OfScope>()
  #rest = new OfScope()
  #rules = 0
  #calls = 0

  constructor(bounds = usual) {
    this.#bounds = bounds
  }

  /** The control plane's own calls are no client's. What several calls show stands in the entry by now. */
  add(scope: Scope, { entry }: Committed): void {
    if (entry.repeated) return
    const of = this.#touch(scope)
    const before = of.broken.size
    of.addCall(this.#calls++, entry)
    this.#rules += of.broken.size - before
    while (this.#own.size > this.#bounds.scopes || (this.#rules > this.#bounds.rules && this.#own.size > 1))
      this.#fold()
  }

  rename(from: Partition, to: Partition): void {
    const old = this.#own.get(from)
    if (old === undefined) return
    this.#own.delete(from)
    this.#rules -= old.broken.size
    const of = this.#touch(to)
    const before = of.broken.size
    of.join(old)
    this.#rules += of.broken.size - before
  }

  clear(scope: Partition | undefined): void {
    if (scope === undefined) {
      this.#own.clear()
      this.#rest = new OfScope()
      this.#rules = 0
      return
    }
    this.#rules -= this.#own.get(scope)?.broken.size ?? 0
    this.#own.delete(scope)
  }

  /** Of one account or site or of all, with what is wrong only because nothing came. */
  of(scope: Partition | undefined, open: Iterable<BreachOfCall> = []): Judged {
    const each = scope === undefined ? [this.#rest, ...this.#own.values()] : [this.#own.get(scope) ?? new OfScope()]
    return judgedOf(each, open, this.#calls)
  }

  #touch(scope: Scope): OfScope {
    return this.#own.touch(scope, () => new OfScope())
  }

  /** What the oldest scope has is told with that of all only. */
  #fold(): void {
    const oldest = this.#own.deleteOldest()
    if (oldest === undefined) return
    const [, of] = oldest
    this.#rules -= of.broken.size
    this.#rest.join(of)
  }
}

/** The same of a whole run, of all accounts and sites together: what empties the journal leaves it alone. */
export class BrokenInRun implements Fold {
  readonly #all = new OfScope()
  #calls = 0

  add(_scope: Scope, { entry }: Committed): void {
    if (!entry.repeated) this.#all.addCall(this.#calls++, entry)
  }

  rename(): void {}

  clear(): void {}

  of(open: Iterable<BreachOfCall>): Judged {
    return judgedOf([this.#all], open, this.#calls)
  }
}

/** All of them together, and what no call showed, as if a call behind all others had. */
function judgedOf(all: Iterable<OfScope>, open: Iterable<BreachOfCall>, calls: number): Judged {
  const judged = new OfScope()
  for (const each of all) judged.join(each)
  let call = calls
  for (const { breach, request } of open) judged.add(call++, request, breach, 1)
  return { broken: [...judged.broken.values()].map(told), met: judged.met }
}

const copyOf = (broken: Broken): Broken => ({
  ...broken,
  requests: [...broken.requests],
  places: [...broken.places],
})

function sumOf(one: Broken, other: Broken): Broken {
  return {
    ...one,
    last: Math.max(one.last, other.last),
    count: one.count + other.count,
    calls: one.calls + other.calls,
    requests: firstOf([...one.requests, ...other.requests], callsKept),
    places: firstOf([...one.places, ...other.places], placesKept),
  }
}

function firstOf<Value>(numbered: readonly Numbered<Value>[], most: number): Numbered<Value>[] {
  return numbered.toSorted(([one], [other]) => one - other).slice(0, most)
}

function told({ rule, level, count, calls, requests, places }: Broken): BrokenRule {
  return {
    ...{ rule, level, count, calls },
    requests: requests.map(([, request]) => request),
    examples: places.map(([, { breach, request }]) => {
      const { at, seen, right } = breach
      return { source: { request }, at, seen, right }
    }),
  }
}
