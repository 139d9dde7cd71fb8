import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Settings } from '../settings.js'
import { isRecord } from '../wire/json-values.js'
import { costOf, type ReportedCost } from './cost.js'
import type { EventJudge } from './document.js'
import { type EventSchema, loadSchema } from './event-schema.js'
import { inventorySchema, levelOf, type ReportedLevel } from './inventory.js'

/** What an event says about the state of its site; nothing for most types. */
export interface Reported {
  readonly level?: ReportedLevel
  readonly cost?: ReportedCost
}

type Fields = Readonly<Record<string, unknown>>

/** One type of event: the schema of a document, and what a valid one says about the state. */
export interface EventType {
  schemaOf(document: unknown, settings: Settings): EventSchema
  report?(fields: Fields, judge: EventJudge, schema: EventSchema): Reported
  /** The site that a document names, valid or not, where the path does not tell it. */
  siteOf?(document: unknown): string | undefined
}

function typeOf(file: string, report?: EventType['report']): EventType {
  const schema = loadSchema(file)
  return { schemaOf: () => schema, ...(report && { report }) }
}

/** The schema of an order is chosen by its status, so a null order_number gets the plain message of its field. */
function orders(): EventType {
  const load = (status: string) => loadSchema(`order-${status}`, jirafe['order.by_status'])
  const byStatus = new Map(['placed', 'accepted', 'cancelled'].map((status) => [status, load(status)]))
  const unknown = loadSchema('order-unknown', jirafe['order.status'])
  return {
    schemaOf(document) {
      const status = isRecord(document) ? document.status : undefined
      return (typeof status === 'string' ? byStatus.get(status) : undefined) ?? unknown
    },
  }
}

/** Both published revisions of a level. */
export const inventory: EventType = {
  schemaOf: inventorySchema,
  report: (fields, judge, schema) => ({ level: levelOf(fields, judge, schema) }),
}

/** Jirafe's types by the names that paths and batches use: a type is a row here and a schema. */
export const eventTypes: ReadonlyMap<string, EventType> = new Map(
  Object.entries({
    cart: typeOf('cart'),
    category: typeOf('category'),
    customer: typeOf('customer'),
    employee: typeOf('employee'),
    order: orders(),
    product: typeOf('product'),
    'product.cost': typeOf('product-cost', (fields, judge) => ({ cost: costOf(fields, judge) })),
    // One revision of the vendor's page calls it product.inventory, which is its key in a batch.
    'product.inventory': inventory,
    inventory,
    heartbeat: typeOf('heartbeat'),
  }),
)

/** Node takes no longer head, so no path names a longer site; a document of 10 MB could. */
const longestSite = 16 * 1024

/** A site is any text that is not empty, as in a path, and not longer than one. */
function siteOf(document: unknown): string | undefined {
  const site = isRecord(document) ? document.site : undefined
  return typeof site === 'string' && site !== '' && site.length <= longestSite ? site : undefined
}

/** Trackers send to no site's path; their document names the site. */
export const trackerTypes: ReadonlyMap<string, EventType> = new Map(
  Object.entries({
    'tracker/pageview': { ...typeOf('tracker-pageview'), siteOf },
    'tracker/visit': { ...typeOf('tracker-visit'), siteOf },
  }),
)

/** The one name of a type, by which its events are served and remembered: the inventory event has two in paths and keys. */
export const keptAs = (name: string): string => (name === 'product.inventory' ? 'inventory' : name)

/** What the events of a site are remembered by. */
export const keptTypes: readonly string[] = [...new Set([...eventTypes.keys(), ...trackerTypes.keys()].map(keptAs))]
