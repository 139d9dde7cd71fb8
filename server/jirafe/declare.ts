import type { SiteDocument } from '../documents/seed.js'
import type { Step } from '../documents/source.js'
import { Findings } from '../findings.js'
import { usualLimits } from '../limits.js'
import type { Terms } from '../operation.js'
import { noSecrets } from '../redaction.js'
import { defaultSettings, settingsFor } from '../settings.js'
import { Draft } from '../state/draft.js'
import { type Declaration, fingerprint, type Setup } from '../state/store.js'
import { writeExact } from '../wire/exact-json.js'
import { scanJson } from '../wire/json-scan.js'
import { EventDocument, JsonText } from './document.js'
import { readEvent } from './event.js'
import { decideOutcomes } from './rules.js'
import { inventory } from './types.js'

/** A site as the control plane or a seed gives it, with its levels judged by the rules of the inventory event. */
export function declareSite(
  name: string,
  document: SiteDocument,
  now: Date,
): Declaration | { faults: readonly { steps: readonly Step[]; message: string }[] } {
  const setup: Setup = {
    vendor: 'jirafe',
    name,
    declared: true,
    token: document.token === undefined ? null : fingerprint(document.token),
    settings: document.settings ?? {},
    warehouses: null,
    styles: null,
    pending: [],
  }
  // The rules refuse what they must, and nothing is reported: a seed is no client's call.
  const unjudged = new Findings('off')
  const settings = settingsFor(setup, defaultSettings)
  const draft = new Draft({ get: () => undefined })
  const turn = { id: '', now, newId: () => '', setup, view: { get: () => undefined } }
  const terms: Terms = { setup, name, opens: [], settings, takes: usualLimits, secrets: noSecrets }
  const events = (document.levels ?? []).map((value, index) => {
    const text = writeExact(value)
    // A seed's own reader has told repeated names already.
    const document = new EventDocument(new JsonText(text, scanJson(text).oddNumbers, false), JSON.parse(text))
    return readEvent(document, inventory, { index, list: 'inventory' }, settings, unjudged)
  })
  // Nobody sent these levels, so they are remembered as no events.
  const outcomes = decideOutcomes(events, turn, draft, terms, unjudged)
  const faults = outcomes
    .filter(({ rule, outcome, position }) => outcome === 'not_updated' && rule !== null && position === null)
    .map(({ index, reason }) => ({ steps: ['levels', index], message: reason ?? '' }))
  return faults.length > 0 ? { faults } : { setup, changes: draft.changes }
}
