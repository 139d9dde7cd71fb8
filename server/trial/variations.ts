import type { SpecDocument } from '../faults/document.js'
import type { Reply } from '../operation.js'
import type { Vendor } from '../state/store.js'
import { withExtraFields, withLowerCaseHeaders, withOtherKeyOrder, withOtherWhiteSpace } from './reply-forms.js'

/**
 * What a suite is to make of it. `legal`: the vendor may change so at any time, and the suite passes as before. `once`:
 * one call meets it, and the run recovers or fails. `lasting`: every call meets it, and the run fails.
 */
export type VariationKind = 'legal' | 'once' | 'lasting'

/** One change of a whole run, made to what its calls meet. */
export interface Variation {
  readonly name: string
  readonly says: string
  readonly kind: VariationKind
  /** Whose calls meet it; both vendors' where it is left out. */
  readonly vendor?: Vendor
  /** What goes wrong with the calls. */
  readonly fault?: SpecDocument
  /** The reply in another form, or the very same where its format has no other. */
  readonly alter?: (reply: Reply) => Reply
}

/** Long enough to be seen by whoever counts on the order of replies, and short for a suite of a thousand calls. */
const latencyMs = 100

const legal: readonly Variation[] = [
  {
    name: 'extra_field',
    says: 'every reply has a field that nobody knows',
    kind: 'legal',
    alter: withExtraFields,
  },
  {
    name: 'key_order',
    says: 'the names of JSON replies come in reverse order',
    kind: 'legal',
    alter: withOtherKeyOrder,
  },
  { name: 'white_space', says: 'replies have other white space', kind: 'legal', alter: withOtherWhiteSpace },
  {
    name: 'latency',
    says: `every reply comes ${latencyMs} ms later`,
    kind: 'legal',
    fault: { fault: { kind: 'latency', ms: latencyMs } },
  },
  {
    name: 'header_case',
    says: 'the names of reply headers are in small letters',
    kind: 'legal',
    alter: withLowerCaseHeaders,
  },
]

/** What breaks the calls of a vendor: the fault, and what the first and what every call meets. */
interface Break {
  readonly name: string
  readonly vendor: Vendor
  readonly once: string
  readonly lasting: string
  readonly fault: SpecDocument['fault']
}

/** The same at both vendors. */
const replyLost: Pick<Break, 'once' | 'lasting' | 'fault'> = {
  once: 'the reply to the first call is lost, and the call has taken effect',
  lasting: 'every reply is lost, and the calls take effect',
  fault: { kind: 'after_commit' },
}

const breaks: readonly Break[] = [
  { name: 'joor.reply_lost', vendor: 'joor', ...replyLost },
  {
    name: 'joor.item_not_updated',
    vendor: 'joor',
    once: 'the first item of the first call is not updated',
    lasting: 'the first item of every call is not updated',
    fault: { kind: 'partial', items: { index: [0] } },
  },
  {
    name: 'joor.rate_limited',
    vendor: 'joor',
    once: 'the first call is answered 429',
    lasting: 'every call is answered 429',
    fault: { kind: 'error', status: 429 },
  },
  { name: 'jirafe.reply_lost', vendor: 'jirafe', ...replyLost },
  {
    name: 'jirafe.event_refused',
    vendor: 'jirafe',
    once: 'the first event of the first call is refused',
    lasting: 'the first event of every call is refused',
    fault: { kind: 'partial', items: { index: [0] } },
  },
]

/** Every variation, in the order in which they are tried. */
export const variations: readonly Variation[] = [
  ...legal,
  ...breaks.flatMap(({ name, vendor, once, lasting, fault }): Variation[] => [
    { name: `${name}.once`, says: once, kind: 'once', vendor, fault: { match: { vendor }, times: 1, fault } },
    { name: `${name}.lasting`, says: lasting, kind: 'lasting', vendor, fault: { match: { vendor }, fault } },
  ]),
]
