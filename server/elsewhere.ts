import type { Breakable } from '../contracts/rules/book.js'
import type { Findings } from './findings.js'
import { type AnyOperation, type Head, Refusal, type Terms, type Written } from './operation.js'
import { shownTarget } from './redaction.js'
import type { Vendor } from './state/store.js'
import { writeProblem } from './wire/problem.js'

/** A path that is answered by a 404 problem of ours, not in a vendor's words: nothing stands there. */
export interface Elsewhere {
  readonly name: string
  readonly vendor: Vendor | null
  matches(head: Head): boolean
  readonly title: string
  detail(head: Head): string
  /** The rule that the call breaks, where one says what is emulated. */
  readonly rule?: Breakable
}

export function elsewhere(place: Elsewhere): AnyOperation {
  const { name, vendor, rule, title } = place
  return alwaysRefused({
    name,
    vendor,
    matches: (head) => place.matches(head),
    identify: () => ({ vendor }),
    admit(head, _terms, findings) {
      if (rule !== undefined) findings.breach(rule, { path: 'path' }, head.target, place.detail(head))
      return new Refusal(404, place.detail(head))
    },
    writeRefusal: (refusal) => writeProblem(refusal.status, title, refusal.message),
    failed: () => new Refusal(500, 'The emulator failed. Its own output says why.'),
  })
}

/** What there is of an operation that never lets a call in. */
interface Refuser extends Pick<AnyOperation, 'name' | 'vendor' | 'matches' | 'identify' | 'failed'> {
  admit(head: Head, terms: Terms, findings: Findings): Refusal
  writeRefusal(refusal: Refusal, terms: Terms): Written
}

/** An operation whose `admit` always refuses: what would come behind it never runs. */
export function alwaysRefused({ writeRefusal, ...refuser }: Refuser): AnyOperation {
  const never = () => {
    throw new Error(`${refuser.name} let a call in.`)
  }
  return {
    ...refuser,
    read: never,
    bodiless: true,
    asSent: () => undefined,
    needs: never,
    decide: never,
    enforce: never,
    write: (outcome, _head, _turn, terms) => (outcome instanceof Refusal ? writeRefusal(outcome, terms) : never()),
  }
}

/** Neither vendor has anything there. */
export const nowhere = elsewhere({
  name: 'unknown',
  vendor: null,
  matches: () => true,
  title: 'Not found',
  detail: (head) =>
    `${head.method} ${shownTarget(head)} is no path of either vendor. JOOR: POST or PUT /v2/bulk-inventory, ` +
    'PUT /v2/style-number/{style_number}/{style_identifier}/inventory. ' +
    'Jirafe: POST /v2/{site-id}/{type}, /v2/tracker/pageview and /v2/tracker/visit. The control plane: /_backstock/.',
})
