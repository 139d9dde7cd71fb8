import type { Part } from './document.js'
import type { Examples } from './examples.js'

interface Printed {
  readonly requests: Part
  readonly replies: Part
}

const type = (name: string) =>
  `jirafe/types: a ${name} is accepted with what it requires, and refused in the recorded words with a null in it`
const an = (name: string) => type(name).replace('a ', 'an ')
const first = "jirafe/event: the vendor's own example of a date is not reported"
const second =
  'jirafe/inventory-second: an event with sku_code, change_date and effective_date is of the second revision'
const tracker =
  'jirafe/tracker: a tracker is sent without a token, also where tokens are enforced, and kept for the site that its document names'
const recorded =
  'jirafe/batch: the recorded reply of a batch, to the byte, as its service laid it out from February 2014 on'
const batch =
  'jirafe/batch: an inventory event in a batch stands under product.inventory and changes levels as it does alone'

/** Which cases a call's examples are from: their names, and which of the case's calls. */
const cases: Readonly<Record<string, Readonly<Record<string, readonly [name: string, call: number]>>>> = {
  cart: { cart: [type('cart'), 0] },
  category: { category: [type('category'), 0] },
  customer: { customer: [type('customer'), 0] },
  employee: { employee: [an('employee'), 0] },
  order: {
    placed: [an('order (placed)'), 0],
    accepted: [an('order (accepted)'), 0],
    cancelled: [an('order (cancelled)'), 0],
  },
  product: { product: [type('product'), 0] },
  'product.cost': { cost: [type('product.cost'), 0] },
  inventory: { first: [first, 0], second: [second, 0] },
  'product.inventory': { first: [first, 0], second: [second, 0] },
  heartbeat: { heartbeat: ['jirafe/types: a heartbeat needs no field, and one that it has must be of its type', 0] },
  pageview: { pageview: [tracker, 0] },
  visit: { visit: [tracker, 1] },
  batch: { inventory: [batch, 0] },
}

/** The examples of a call by its path; undefined where it has no body. */
export function jirafeExamples(path: string, examples: Examples): Printed | undefined {
  const word = path.slice(path.lastIndexOf('/') + 1)
  const chosen = Object.entries(cases[word] ?? {})
  const [first] = chosen
  if (first === undefined) return undefined
  return {
    requests: Object.fromEntries(chosen.map(([name, [each, call]]) => [name, examples.request(each, call)])),
    replies: {
      [first[0]]: examples.reply(...first[1]),
      ...(word === 'batch' && { recorded: examples.reply(recorded) }),
    },
  }
}
