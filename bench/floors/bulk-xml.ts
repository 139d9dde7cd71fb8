import { SaxesParser } from 'saxes'
import { readReply, serveBare } from './serve.js'

/** A saxes pass that keeps the items, and the vendor's envelope around them by concatenation. */
const reply = readReply(process.argv[2])
const [response = ''] = /<response>.*<\/response>/.exec(reply.body) ?? []

serveBare(reply, (text) => {
  let echo = ''
  for (const item of itemsOf(text)) {
    echo += '<inventory_item>'
    for (const [name, value] of item) echo += `<${name}>${value}</${name}>`
    echo += '</inventory_item>'
  }
  return `<bulk_inventory>${response}<items_updated>${echo}</items_updated><items_not_updated /></bulk_inventory>`
})

function itemsOf(text: string): readonly (readonly [name: string, value: string])[][] {
  const items: [string, string][][] = []
  let item: [string, string][] = []
  let value = ''
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => {
    if (name === 'inventory_item') item = []
    value = ''
  })
  parser.on('text', (part) => {
    value += part
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'inventory_item') items.push(item)
    else if (name !== 'inventory_items') item.push([name, value])
  })
  parser.write(text).close()
  return items
}
