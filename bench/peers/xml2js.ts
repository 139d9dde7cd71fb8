import { randomUUID } from 'node:crypto'
import express from 'express'
import { Builder, parseStringPromise } from 'xml2js'

/**
 * JOOR's bulk call as one would write an emulator of it: Express, its body parsers, xml2js for both ways, and a Map. It
 * judges hardly anything, and keeps no journal.
 */
interface Item {
  readonly warehouse?: string
  readonly inventory_date?: string
  readonly upc?: string
  readonly inventory?: string | number
}

const positions = new Map<string, number>()
const builder = new Builder({ rootName: 'bulk_inventory', headless: true, renderOpts: { pretty: false } })
const app = express()
app.use(express.json({ limit: '64mb' }), express.text({ type: 'application/xml', limit: '64mb' }))

app.post('/v2/bulk-inventory', async (request, response) => {
  const asXml = typeof request.body === 'string'
  const items = asXml ? await itemsOfXml(request.body) : (request.body as { inventory_items: Item[] }).inventory_items
  const updated: Item[] = []
  const notUpdated: Item[] = []
  for (const item of items) (take(item) ? updated : notUpdated).push(item)
  const told = { code: '0', comment: '', log_id: randomUUID() }
  if (!asXml) {
    const lists = { items_updated: listed(updated), items_not_updated: listed(notUpdated) }
    return void response.json({ response: told, ...lists })
  }
  const lists = { items_updated: { inventory_item: updated }, items_not_updated: { inventory_item: notUpdated } }
  response.type('application/xml').send(builder.buildObject({ response: told, ...lists }))
})

async function itemsOfXml(text: string): Promise<Item[]> {
  const { inventory_items: root } = await parseStringPromise(text, { explicitArray: false })
  const { inventory_item: items } = root as { inventory_item: Item | Item[] }
  return Array.isArray(items) ? items : [items]
}

function take({ warehouse, inventory_date = 'IMMEDIATE', upc, inventory }: Item): boolean {
  const quantity = Number(inventory)
  if (warehouse === undefined || upc === undefined || !Number.isInteger(quantity)) return false
  positions.set(`${warehouse}\n${inventory_date}\n${upc}`, quantity)
  return true
}

const listed = (items: readonly Item[]) => (items.length === 0 ? [] : [items])

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`ready on http://127.0.0.1:${address.port}`)
})
