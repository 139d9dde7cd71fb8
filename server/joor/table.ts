import type { Rule } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import { Findings, inBody } from '../findings.js'
import { defaultSettings, settingsFor } from '../settings.js'
import type { Key, SkuIdentifiers } from '../state/rows.js'
import type { Setup } from '../state/store.js'
import { echoOf } from './echo.js'
import { readItem } from './item.js'
import { ItemJudge } from './item-judge.js'
import { placeItem } from './placement.js'

/** The row of an account that somebody means by warehouse, date and identifiers, as texts. */
export type Meant =
  | {
      /** Undefined where the account's lists know no such warehouse or SKU: nothing can stand there. */
      readonly key: Key | undefined
      readonly warehouse: string
      readonly date: string
      readonly sku: SkuIdentifiers
    }
  /** What is wrong and what would be right. */
  | { readonly fault: string }

// The rules refuse what they must, and nothing is reported: this is no client's call.
const unjudged = new Findings('off')

/** Which position, or made-to-order SKU, these fields name by the rules of the bulk call. */
export function placeMeant(fields: ReadonlyMap<string, string>, madeToOrder: boolean, setup: Setup): Meant {
  const quantity = madeToOrder ? ['made_to_order', 'true'] : ['inventory', '0']
  const texts = [...fields, quantity as [string, string]]
  const sent = {
    fields: texts.map(([name, text]) => ({ name, kind: 'string', text }) as const),
    echo: echoOf(''),
    changed: [],
    decorations: [],
    strayText: '',
    at: () => inBody,
  }
  const item = readItem(sent, 0, 'xml', settingsFor(setup, defaultSettings), unjudged)
  const judge = new ItemJudge(unjudged, sent, item.refused)
  const place = placeItem(item, setup, judge)
  const { warehouse, date = '', identifiers = {} } = item
  const { refused } = judge
  if (refused !== undefined && !isUnknown(refused.rule)) return { fault: refused.reason }
  const sku = place?.sku.identifiers ?? identifiers
  if (place === undefined || refused !== undefined) return { key: undefined, warehouse, date, sku }
  return { key: madeToOrder ? ['', '', place.sku.key] : place.key, warehouse, date, sku }
}

const isUnknown = (rule: Rule | null) => rule === joor['sku.known'] || rule === joor['warehouse.known']
