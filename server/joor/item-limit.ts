import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inBody } from '../findings.js'
import { Refusal } from '../operation.js'

/** Items of one call: a body of 20 MB could hold ten million, more than the memory of a small machine. */
export const itemLimit = 100_000

export function tooMany(findings: Findings): Refusal {
  findings.breach(joor['body.item_limit'], inBody, 'more than 100,000 items', 'at most 100,000 items')
  return new Refusal(413, 'The call has more than 100,000 items. Send the items in several calls.')
}
