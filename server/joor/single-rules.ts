import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import type { Terms, Verdict } from '../operation.js'
import type { Draft } from '../state/draft.js'
import type { Turn } from '../state/store.js'
import { textOfEcho } from './echo.js'
import { ItemJudge } from './item-judge.js'
import { outcomeOf, placeItem } from './placement.js'
import { byFault } from './rules.js'
import type { SingleCommand } from './single-read.js'
import { applyItem } from './stock.js'

export interface SingleResult extends Verdict {
  readonly updated: boolean
  /** The SKU's data as sent, in the reply's format. */
  readonly sku: string
}

/** What a single-SKU call does: what a bulk call of one item without overwrite does, by the same rules. */
export function decideSingle(
  { item, decPending }: SingleCommand,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
  spared: ReadonlySet<number>,
): SingleResult {
  const judge = new ItemJudge(findings, item.sent, item.refused)
  const place = placeItem(item, turn.setup, judge)
  const refused = judge.refused ?? (spared.has(item.index) ? byFault : undefined)
  const updated = place !== undefined && refused === undefined
  if (updated) {
    findings.applies(joor['single.call'])
    findings.applies(joor['inventory.untouched'])
    applyItem(place, { overwrite: false, decPending }, turn.setup, draft, terms, findings)
  } else findings.applies(joor['single.not_updated'])
  return { updated, sku: textOfEcho(item.sent.echo), outcomes: [outcomeOf(item, place, refused)] }
}
