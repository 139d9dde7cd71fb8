import type { Head } from '../operation.js'
import { type SentValue, sentJson } from '../wire/sent-value.js'
import type { XmlElement } from '../wire/xml-element.js'
import { parseXml } from '../wire/xml-tree.js'
import { requestFormat } from './format.js'
import { itemLimit } from './item-limit.js'

/** A bulk call's body: `/inventory_items/0/upc` in either format, although JSON has no inventory_item level. */
export function bulkAsSent(head: Head, text: string): SentValue | undefined {
  switch (requestFormat(head)) {
    case 'json':
      return sentJson(text)
    case 'xml':
      return sentXml(text)
    case undefined:
      return undefined
  }
}

function sentXml(text: string): SentValue | undefined {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text
  const parsed = parseXml(plain, { name: 'inventory_item', most: itemLimit })
  if ('fault' in parsed) return undefined
  const { root } = parsed
  const items = root.children.filter(({ name }) => name === 'inventory_item')
  return new Map([[root.name, items.map(fieldOf)]])
}

function fieldOf({ children, text }: XmlElement): SentValue {
  return children.length === 0 ? text : new Map(children.map((child) => [child.name, fieldOf(child)]))
}

/** A single-SKU call has no body: path and query say everything, so `/upc` is its parameter. */
export function singleAsSent({ segments, query }: Head): SentValue {
  const [, , styleNumber = '', styleIdentifier = ''] = segments
  return new Map([...query, ['style_number', styleNumber], ['style_identifier', styleIdentifier]])
}
