import { readReply, serveBare } from './serve.js'

/** `JSON.parse`, and `JSON.stringify` of the vendor's envelope around the same items. */
const reply = readReply(process.argv[2])
const { response } = JSON.parse(reply.body) as { readonly response: object }
serveBare(reply, (text) => {
  const { inventory_items: items } = JSON.parse(text) as { readonly inventory_items: unknown[] }
  return JSON.stringify({ response, items_updated: [items], items_not_updated: [] })
})
