import { joor } from '../../contracts/rules/joor.js'
import { entryOf } from '../entry-of.js'
import type { Findings } from '../findings.js'
import { type ItemOutcome, sparedReason, type Terms, type Verdict } from '../operation.js'
import { atOnce, itemsInOneGo, type Slices } from '../slices.js'
import type { Draft } from '../state/draft.js'
import { type Key, keyPart } from '../state/rows.js'
import type { Setup, Turn } from '../state/store.js'
import type { Format } from './format.js'
import type { Item } from './item.js'
import { ItemJudge } from './item-judge.js'
import { outcomeOf, type Placed, placeItem } from './placement.js'
import type { CallQuery } from './query.js'
import { applyItem } from './stock.js'

/** A bulk call as understood. */
export interface BulkCommand {
  readonly query: CallQuery
  readonly items: readonly Item[]
}

/** The same as a call sent it, which a seed's items are not. */
export interface SentBulk extends BulkCommand {
  readonly format: Format
  /** The format of the reply. */
  readonly reply: Format
}

export interface BulkResult extends Verdict {
  readonly updated: readonly Item[]
  readonly notUpdated: readonly Item[]
  /** Both as the reply has them, where they were written ahead. */
  readonly lists?: ReplyLists
}

/** The texts of the items, in parts that stand one behind the other. */
export interface ReplyLists {
  readonly updated: readonly string[]
  readonly notUpdated: readonly string[]
}

/** What a bulk call does. */
export function decideBulk(
  command: BulkCommand,
  { setup }: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
  spared: ReadonlySet<number> = new Set(),
): BulkResult {
  return atOnce(decideInSlices(command, setup, draft, terms, findings, spared))
}

/**
 * Every item is placed or refused first, so that overwrite clears only what accepted items name; then the accepted ones
 * take effect in their order.
 */
export function* decideInSlices(
  command: BulkCommand,
  setup: Setup | undefined,
  draft: Draft,
  terms: Terms,
  findings: Findings,
  spared: ReadonlySet<number> = new Set(),
): Slices<BulkResult> {
  const placed: Placed[] = []
  const updated: Item[] = []
  const notUpdated: Item[] = []
  const outcomes: ItemOutcome[] = []
  const positions = new SeenKeys()
  const faulty = new Set<Item>()
  for (const item of command.items) {
    const judge = new ItemJudge(findings, item.sent, item.refused)
    const place = placeItem(item, setup, judge)
    const fails = judge.refused === undefined && spared.has(item.index)
    if (fails) faulty.add(item)
    // An item that is refused anyway sets nothing that a later one could set again.
    if (place !== undefined && judge.refused === undefined && !fails && !item.madeToOrder)
      judgeSamePosition(place, positions, judge)
    const refused = fails ? byFault : judge.refused
    if (place !== undefined && refused === undefined) {
      placed.push(place)
      updated.push(item)
    } else notUpdated.push(item)
    outcomes.push(outcomeOf(item, place, refused))
    if (outcomes.length % itemsInOneGo === 0) yield
  }
  findings.applies(joor['reply.shape'])
  findings.applies(joor['reply.echo'])
  findings.applies(joor['reply.log_id'])
  findings.applies(joor['call.order'])
  // The client did nothing wrong about what a fault refused, so it is told nothing about it.
  const judged = faulty.size === 0 ? command.items : command.items.filter((item) => !faulty.has(item))
  if (command.query.overwrite) decideOverwrite(placed, updated, judged, draft, terms, findings)
  else findings.applies(joor['inventory.untouched'])
  if (command.query.decPending && placed.length > 0) findings.applies(joor['pending.echo'])
  for (const [index, place] of placed.entries()) {
    applyItem(place, command.query, setup, draft, terms, findings)
    if (index % itemsInOneGo === itemsInOneGo - 1) yield
  }
  if (notUpdated.length > 0) {
    findings.applies(joor['reply.not_updated'])
    findings.applies(terms.settings.partial_code === '1' ? joor['reply.partial_code'] : joor['reply.partial'])
  }
  return { updated, notUpdated, outcomes }
}

export const byFault = { rule: null, reason: sparedReason }

function judgeSamePosition(place: Placed, positions: SeenKeys, judge: ItemJudge): void {
  if (!positions.isEmpty) judge.applies(joor['inventory.same_position'])
  if (!positions.add(place.key))
    judge.breach(
      joor['inventory.same_position'],
      undefined,
      `${place.item.warehouse}, ${place.date} once more`,
      'one item for a position',
    )
}

/** The keys that a call has named so far; nested, for a joined text of each would have to be made and hashed. */
class SeenKeys {
  readonly #firsts = new Map<string, Map<string, Set<string>>>()
  /** Where the last key is: the next one mostly has the same warehouse and date. */
  #last: { readonly first: string; readonly second: string; readonly thirds: Set<string> } | undefined

  get isEmpty(): boolean {
    return this.#last === undefined
  }

  /** Whether the key is new. */
  add([first, second, third]: Key): boolean {
    if (this.#last?.first !== first || this.#last.second !== second) {
      const seconds = entryOf(this.#firsts, first, () => new Map<string, Set<string>>())
      this.#last = { first, second, thirds: entryOf(seconds, second, () => new Set<string>()) }
    }
    const { thirds } = this.#last
    const { size } = thirds
    return thirds.add(third).size > size
  }
}

const rulesOfOverwrite = [
  joor['overwrite.dates'],
  joor['overwrite.marks'],
  joor['overwrite.complete'],
  joor['overwrite.refused_warehouse'],
]

function decideOverwrite(
  placed: readonly Placed[],
  updated: readonly Item[],
  items: readonly Item[],
  draft: Draft,
  terms: Terms,
  findings: Findings,
): void {
  const named = new Set(placed.map(({ key }) => key[0]))
  const account = terms.settings.overwrite_scope === 'account'
  findings.applies(account ? joor['overwrite.account'] : joor['overwrite.warehouses'])
  findings.appliesAll(rulesOfOverwrite)
  if (account && placed.length > 0) draft.clearAll('positions')
  else for (const warehouse of named) draft.clearFirst('positions', warehouse)
  if (placed.length === items.length) return

  const accepted = new Set(updated)
  const left = new Set<string>()
  let first: Item | undefined
  for (const item of items) {
    if (accepted.has(item)) continue
    first ??= item
    if (item.sent.is !== undefined) continue
    if (named.has(keyPart(item.warehouse)) || left.has(item.warehouse)) continue
    left.add(item.warehouse)
    findings.breach(
      joor['overwrite.refused_warehouse'],
      () => item.sent.at('warehouse'),
      item.warehouse,
      'an item that can be updated',
    )
  }
  const refused = items.length - placed.length
  const at = first?.sent.at() ?? { pointer: '/inventory_items' }
  findings.breach(
    joor['overwrite.complete'],
    at,
    `${refused} of ${items.length} items refused`,
    'an overwrite without refused items',
  )
}
