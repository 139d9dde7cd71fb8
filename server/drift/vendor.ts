import type { Rule } from '../../contracts/rules/book.js'
import type { Entry } from '../journal/entry.js'
import type { Differing } from './differing.js'
import type { Emulated, Readable } from './exchange.js'

/** A place where the replies differ, with what is known of it beside the two values. */
export interface Finding extends Differing {
  /** Why it says nothing: the emulator cannot know what the vendor knows. */
  readonly unknowable?: string | undefined
  /** The rules that it touches, where the place alone does not tell. */
  readonly rules?: readonly Rule[]
}

/** What has to be known of a vendor's replies to compare them. */
export interface VendorReplies {
  /** XML elements that are lists, also of one. */
  readonly lists: ReadonlySet<string>
  /** Where the values of two bodies differ. */
  differ(real: unknown, emulated: unknown, call: Emulated): Iterable<Finding>
  /** Why nothing can be said of the call as a whole. */
  unknowable(real: Readable, emulated: Readable, call: Emulated): string | undefined
  /** The part of a call that a place of the reply answers, as a JSON pointer; undefined where that is the whole. */
  partOf?(place: string, entry: Entry): string | undefined
  /** Rules by the places that they speak of: the first row that matches counts. */
  readonly touching: readonly (readonly [place: RegExp, rules: RegExp])[]
}

/** Places about which what the client broke has the first word: our reading of it may be another than the vendor's. */
const verdicts = /^status$|\/(?:code|comment|message|error_type|success|status|sku_count)$|\/errors(?:\/|$)/

/** The rules that a call met and that speak of a place of its reply; where none does, those of the whole reply. */
export function rulesAt(place: string, { touching, partOf }: VendorReplies, entry: Entry): readonly Rule[] {
  const { rules, breaches } = entry
  const broken = verdicts.test(place) ? brokenIn(breaches, partOf?.(place, entry)) : []
  const about = (there: string) => {
    const names = touching.find(([where]) => where.test(there))?.[1]
    return rules.filter((rule) => names?.test(rule.id))
  }
  const found = new Set([...broken, ...about(place)])
  return found.size > 0 ? [...found] : about('')
}

/** Rules that were broken at a JSON pointer or below it. */
export function brokenIn(breaches: Entry['breaches'], part = ''): readonly Rule[] {
  const within = breaches.filter(
    ({ at }) => part === '' || ('pointer' in at && `${at.pointer}/`.startsWith(`${part}/`)),
  )
  return [...new Set<Rule>(within.map(({ rule }) => rule))]
}
