import { JsonFault, type JsonNode, parseJsonTree } from './json-tree.js'

/**
 * A value as a client sent it, the same for JSON, XML and a query: scalars by their text, for XML has no others. Names
 * come from the wire, so they are keys of a map.
 */
export type SentValue = string | null | readonly SentValue[] | ReadonlyMap<string, SentValue>

/** The value of a JSON text; undefined for one that is none, or nests deeper than the vendors' bodies may. */
export function sentJson(text: string): SentValue | undefined {
  try {
    return sentOf(parseJsonTree(text.startsWith('\ufeff') ? text.slice(1) : text))
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined
    throw fault
  }
}

function sentOf(node: JsonNode): SentValue {
  switch (node.kind) {
    case 'object':
      return new Map(node.members.map(({ name, node: value }) => [name, sentOf(value)]))
    case 'list':
      return node.elements.map(sentOf)
    case 'number':
      return node.literal
    case 'null':
      return null
    default:
      return String(node.value)
  }
}
