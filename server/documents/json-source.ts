import { JsonFault, type JsonNode, lineAndColumn, parseJsonTree } from '../wire/json-tree.js'
import { type About, type Source, SourceError, type Step, writePlace } from './source.js'

/** Reads JSON that a person wrote; throws SourceError. */
export function readJson(path: string, text: string): Source {
  const root = parseTree(path, text)
  const repeated = repeatedName(root)
  if (repeated !== undefined)
    throw faultAt(path, text, repeated.start, `${JSON.stringify(repeated.name)} is given twice`)
  return {
    path,
    value: JSON.parse(text),
    place: (steps, about) => lineAndColumn(text, offsetOf(root, steps, about)),
  }
}

function parseTree(path: string, text: string): JsonNode {
  try {
    return parseJsonTree(text)
  } catch (error) {
    throw error instanceof JsonFault ? faultAt(path, text, error.offset, error.message) : error
  }
}

function faultAt(path: string, text: string, offset: number, message: string): SourceError {
  return new SourceError(`${writePlace(path, lineAndColumn(text, offset))}: ${message}`)
}

/** `JSON.parse` keeps the last of them, and an account would be dropped without a word. */
function repeatedName(node: JsonNode): { readonly name: string; readonly start: number } | undefined {
  if (node.kind === 'list') return firstFound(node.elements, repeatedName)
  if (node.kind !== 'object') return undefined
  const seen = new Set<string>()
  return firstFound(node.members, (member) => {
    if (seen.has(member.name)) return member
    seen.add(member.name)
    return repeatedName(member.node)
  })
}

function firstFound<Item, Found>(items: readonly Item[], look: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}

function offsetOf(root: JsonNode, steps: readonly Step[], about: About): number {
  let node = root
  let name = root.start
  for (const step of steps) {
    const member = node.kind === 'object' ? node.members.find((each) => each.name === step) : undefined
    const next = member?.node ?? (node.kind === 'list' ? node.elements[Number(step)] : undefined)
    if (next === undefined) return node.start
    name = member?.start ?? next.start
    node = next
  }
  return about === 'name' ? name : node.start
}
