import type { AccountDocument } from '../documents/seed.js'
import type { Step } from '../documents/source.js'
import { Findings } from '../findings.js'
import { usualLimits } from '../limits.js'
import type { ItemOutcome, Terms } from '../operation.js'
import { noSecrets } from '../redaction.js'
import { defaultSettings, type Settings, settingsFor } from '../settings.js'
import { atOnce } from '../slices.js'
import { Draft } from '../state/draft.js'
import { type Declaration, fingerprint, type PendingRow, type Setup } from '../state/store.js'
import { writeExact } from '../wire/exact-json.js'
import { readItem } from './item.js'
import { ItemJudge } from './item-judge.js'
import { readJsonItems } from './json-items.js'
import { placeItem } from './placement.js'
import { decideBulk } from './rules.js'
import type { SentItem } from './sent.js'

/** A row of an account that means no position, and why. */
export interface RowFault {
  /** The list and the place in it: `['positions', 3]`. */
  readonly steps: readonly Step[]
  readonly message: string
}

/** What one row list of an account comes to: its rows, or what is wrong with them. */
type Rows<Value> = { readonly rows: Value } | { readonly faults: readonly RowFault[] }

/** An account as the control plane or a seed gives it, with its rows judged by the rules of the bulk call. */
export function declareAccount(name: string, document: AccountDocument): Declaration | { faults: readonly RowFault[] } {
  const setup: Setup = {
    vendor: 'joor',
    name,
    declared: true,
    token: document.token === undefined ? null : fingerprint(document.token),
    settings: document.settings ?? {},
    warehouses: document.warehouses ?? null,
    styles: document.styles ?? null,
    pending: [],
  }
  const pending = readPending(document.pending ?? [], setup)
  if ('faults' in pending) return pending
  const positions = readPositions(document.positions ?? [], setup)
  if ('faults' in positions) return positions
  return { setup: { ...setup, pending: pending.rows }, changes: positions.rows }
}

/** Units on pending orders, each row named as an item names its position. */
export function readPending(documents: readonly Record<string, unknown>[], setup: Setup): Rows<readonly PendingRow[]> {
  const faults: RowFault[] = []
  const rows: PendingRow[] = []
  const items = documents.map(({ quantity, ...identifiers }) => ({ ...identifiers, inventory: quantity }))
  const read = sentItems('pending', items)
  if ('faults' in read) return read
  for (const [index, sent] of read.rows.entries()) {
    const item = readItem(sent, index, 'json', settingsOf(setup), unjudged)
    const judge = new ItemJudge(unjudged, sent, item.refused)
    const place = placeItem(item, setup, judge)
    const { warehouse, identifiers, quantity } = item
    if (place === undefined || judge.refused !== undefined || identifiers === undefined || quantity === undefined)
      faults.push({ steps: ['pending', index], message: judge.refused?.reason ?? 'A row has a quantity.' })
    else rows.push({ warehouse, date: place.date, identifiers, quantity })
  }
  return faults.length > 0 ? { faults } : { rows }
}

/** Items as on the wire, applied to an empty account. */
function readPositions(documents: readonly Record<string, unknown>[], setup: Setup): Rows<Declaration['changes']> {
  const read = sentItems('positions', documents)
  if ('faults' in read) return read
  const items = read.rows.map((sent, index) => readItem(sent, index, 'json', settingsOf(setup), unjudged))
  const draft = new Draft({ get: () => undefined })
  const turn = { id: '', now: new Date(0), newId: () => '', setup, view: { get: () => undefined } }
  const terms: Terms = {
    setup,
    name: setup.name,
    opens: [],
    settings: settingsOf(setup),
    takes: usualLimits,
    secrets: noSecrets,
  }
  const query = { overwrite: false, decPending: false }
  const { outcomes } = decideBulk({ query, items }, turn, draft, terms, unjudged)
  const faults = outcomes.filter(({ outcome }) => outcome === 'not_updated').map(faultOf)
  return faults.length > 0 ? { faults } : { rows: draft.changes }
}

// The rules refuse what they must, and nothing is reported: a seed is no client's call.
const unjudged = new Findings('off')

const faultOf = ({ index, reason }: ItemOutcome): RowFault => ({ steps: ['positions', index], message: reason ?? '' })

const settingsOf = (setup: Setup): Settings => settingsFor(setup, defaultSettings)

function sentItems(list: string, documents: readonly Record<string, unknown>[]): Rows<readonly SentItem[]> {
  if (documents.length === 0) return { rows: [] }
  const rows: SentItem[] = []
  const text = writeExact({ inventory_items: documents })
  const refusal = atOnce(readJsonItems(text, 'json', usualLimits, unjudged, (item) => rows.push(item)))
  return refusal === undefined ? { rows } : { faults: [{ steps: [list], message: refusal.message }] }
}
