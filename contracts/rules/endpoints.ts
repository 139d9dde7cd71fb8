/** A call of a vendor as its users know it, and the groups of rules that speak of it. */
export interface Endpoint {
  /** The name of the book. */
  readonly vendor: string
  readonly call: string
  /** What is emulated of it, in a few words. */
  readonly does: string
  /** `date` for the rules `joor.date.…`. */
  readonly groups: readonly string[]
}

const joorCall = ['call', 'auth', 'rate', 'format', 'query', 'reply', 'conduct']
const item = ['item', 'warehouse', 'date', 'sku', 'inventory', 'pending']
const jirafeCall = ['call', 'auth', 'format', 'reply']
const event = [...jirafeCall, 'event', 'conduct']

export const endpoints: readonly Endpoint[] = [
  {
    vendor: 'JOOR',
    call: 'POST, PUT /v2/bulk-inventory',
    does: 'JSON and XML, overwrite, dec_pending, made to order',
    groups: [...joorCall, ...item, 'style', 'body', 'xml', 'made_to_order', 'overwrite'],
  },
  {
    vendor: 'JOOR',
    call: 'PUT /v2/style-number/{style_number}/{style_identifier}/inventory',
    does: 'one SKU, all in the query',
    groups: [...joorCall, ...item, 'single'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST, PUT /v2/{site}/inventory, /v2/{site}/product.inventory',
    does: 'both published revisions, one level for each code or date',
    groups: [...event, 'inventory'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST, PUT /v2/{site}/{cart, category, customer, employee, order, product, heartbeat}',
    does: 'validated, remembered',
    groups: [...event, 'order'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST, PUT /v2/{site}/product.cost',
    does: 'one cost for each SKU and year',
    groups: [...event, 'cost'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST, PUT /v2/{site}/batch',
    does: 'every type, always 200, an answer for each event',
    groups: [...event, 'batch', 'inventory', 'order', 'cost'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST, GET /v2/{site}/site_check',
    does: 'checks the credentials',
    groups: [...jirafeCall, 'site_check'],
  },
  {
    vendor: 'Jirafe',
    call: 'POST /v2/tracker/{pageview, visit}, GET ….gif',
    does: 'validated, remembered under the site that the document names; a pixel',
    groups: ['call', 'format', 'reply', 'event', 'tracker'],
  },
]
