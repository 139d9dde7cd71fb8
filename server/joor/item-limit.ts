import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inText } from '../findings.js'
import { Refusal } from '../operation.js'
import type { LineAndColumn } from '../wire/json-tree.js'

/** Items of one call: a body of 20 MB could hold ten million, more than the memory of a small machine. */
export const itemLimit = 100_000

/** What the items of a body are held to by their number. */
export const rulesOfItems = [joor['body.items'], joor['body.item_limit']]

/** `at`: where the first item beyond the limit stands. */
export function tooMany(at: LineAndColumn, findings: Findings): Refusal {
  findings.breach(joor['body.item_limit'], inText(at), 'more than 100,000 items', 'at most 100,000 items')
  return new Refusal(413, 'The call has more than 100,000 items. Send the items in several calls.')
}
