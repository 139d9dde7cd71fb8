import type { Breakable } from '../contracts/rules/book.js'
import { type AnyOperation, type Head, type Operation, Refusal, type Verdict } from './operation.js'
import type { Vendor } from './state/store.js'
import { writeProblem } from './wire/problem.js'

/** A path that is answered by a problem of ours, not in a vendor's words: nothing stands there, or not yet. */
export interface Elsewhere {
  readonly name: string
  readonly vendor: Vendor | null
  matches(head: Head): boolean
  readonly status: 404 | 501
  readonly title: string
  detail(head: Head): string
  /** The rule that the call breaks; none where it is only the emulator that lacks something. */
  readonly rule?: Breakable
}

export function elsewhere(place: Elsewhere): AnyOperation {
  const { rule, status, title } = place
  const operation: Operation<never, Verdict> = {
    name: place.name,
    vendor: place.vendor,
    matches: (head) => place.matches(head),
    identify: () => ({ vendor: place.vendor }),
    admit(head, _terms, findings) {
      if (rule !== undefined) findings.breach(rule, { path: 'path' }, head.target, place.detail(head))
      return new Refusal(status, place.detail(head))
    },
    read: async (head) => new Refusal(status, place.detail(head)),
    needs: () => ({}),
    decide: () => ({ outcomes: [] }),
    write: (outcome) =>
      outcome instanceof Refusal
        ? writeProblem(outcome.status, title, outcome.message)
        : writeProblem(status, title, 'Nothing stands here.'),
    enforce: () => new Refusal(status, title),
    failed: () => new Refusal(500, 'The emulator failed. Its own output says why.'),
  }
  return operation
}

/** Neither vendor has anything there. */
export const nowhere = elsewhere({
  name: 'unknown',
  vendor: null,
  matches: () => true,
  status: 404,
  title: 'Not found',
  detail: (head) =>
    `${head.method} ${head.target} is no path of either vendor. JOOR: POST or PUT /v2/bulk-inventory. ` +
    'Jirafe: POST /v2/{site-id}/inventory. The control plane: /_backstock/.',
})
