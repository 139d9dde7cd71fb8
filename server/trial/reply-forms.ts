import type { Reply } from '../operation.js'
import { JsonFault, type JsonNode, parseJsonTree } from '../wire/json-tree.js'

/** A field, or an element, that no page of a vendor names. */
const extraName = 'backstock_extra'
const extraField = `"${extraName}": "a field that nobody knows"`
const extraElement = `<${extraName}>an element that nobody knows</${extraName}>`

/** In the objects that are the vendor's own; an echoed item is the client's, and a batch names event types. */
export function withExtraFields(reply: Reply): Reply {
  return reformed(reply, (tree, text) => insertExtra(tree, text), insertElement)
}

/** The names of each object in reverse order. */
export function withOtherKeyOrder(reply: Reply): Reply {
  return reformed(reply, reverseNames, (text) => text)
}

export function withOtherWhiteSpace(reply: Reply): Reply {
  return reformed(reply, (tree, text) => `\n${spread(tree, text, '\n')}\n`, spreadElements)
}

export function withLowerCaseHeaders(reply: Reply): Reply {
  const headers = Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value])
  return { ...reply, headers: Object.fromEntries(headers) }
}

/** The reply with its body in another form; the very same where it has none. */
function reformed(
  reply: Reply,
  formJson: (tree: JsonNode, text: string) => string,
  formXml: (text: string) => string,
): Reply {
  const { body, headers } = reply
  if (typeof body !== 'string') return reply
  const isXml = /\bxml\b/.test(headers['Content-Type'] ?? '')
  const tree = isXml ? undefined : treeOf(body)
  const formed = isXml ? formXml(body) : tree === undefined ? body : formJson(tree, body)
  return formed === body ? reply : { ...reply, body: formed }
}

function treeOf(text: string): JsonNode | undefined {
  try {
    return parseJsonTree(text)
  } catch (fault) {
    // A page, nothing at all, or what a fault left of a reply.
    if (fault instanceof JsonFault) return undefined
    throw fault
  }
}

/** What the vendors' own objects have, each its own. */
const ownNames = new Set(['response', 'log_id', 'sku_count', 'success', 'error_type'])
/** What is below these names is what the client sent, or names it. */
const echoNames = new Set(['items_updated', 'items_not_updated', 'errors'])

function insertExtra(node: JsonNode, text: string): string {
  const places = placesFor(node).sort((one, other) => other - one)
  return places.reduce((formed, at) => `${formed.slice(0, at)}, ${extraField}${formed.slice(at)}`, text)
}

/** Where the last member of each of the vendor's own objects ends. */
function placesFor(node: JsonNode): number[] {
  if (node.kind === 'list') return node.elements.flatMap(placesFor)
  if (node.kind !== 'object') return []
  const own = node.members.some(({ name }) => ownNames.has(name))
  const last = node.members.at(-1)
  const below = node.members.filter(({ name }) => !echoNames.has(name)).flatMap((each) => placesFor(each.node))
  return own && last !== undefined ? [last.node.end, ...below] : below
}

function insertElement(text: string): string {
  return text.replace(/<\/[^>]+>\s*$/, (end) => `${extraElement}${end}`)
}

function reverseNames(node: JsonNode, text: string): string {
  if (node.kind === 'list') return between(node, node.elements, text, (element) => reverseNames(element, text))
  if (node.kind !== 'object') return text.slice(node.start, node.end)
  // Of a repeated name the last counts, so its order says something.
  const repeats = new Set(node.members.map(({ name }) => name)).size < node.members.length
  const members = node.members.map(({ start, node: value }) => ({ start, end: value.end, value }))
  const write = ({ start, value }: (typeof members)[number]) =>
    text.slice(start, value.start) + reverseNames(value, text)
  return between(node, members, text, write, repeats ? members : members.toReversed())
}

/** What stands between the parts of a node as it was, with the parts in another order. */
function between<Part extends { readonly start: number; readonly end: number }>(
  node: JsonNode,
  parts: readonly Part[],
  text: string,
  write: (part: Part) => string,
  order: readonly Part[] = parts,
): string {
  let at = node.start
  const pieces = parts.map((part, index) => {
    const before = text.slice(at, part.start)
    at = part.end
    return before + write(order[index] ?? part)
  })
  return pieces.join('') + text.slice(at, node.end)
}

/** One member or element a line. */
function spread(node: JsonNode, text: string, line: string): string {
  const next = `${line}  `
  if (node.kind === 'list')
    return enclose(
      '[]',
      node.elements.map((each) => spread(each, text, next)),
      line,
    )
  if (node.kind !== 'object') return text.slice(node.start, node.end)
  const members = node.members.map((member) => {
    const name = text.slice(member.start, member.node.start).trimEnd().replace(/\s*:$/, '')
    return `${name} : ${spread(member.node, text, next)}`
  })
  return enclose('{}', members, line)
}

function enclose(
  [open = '', close = '']: Iterable<string> & ArrayLike<string>,
  parts: readonly string[],
  line: string,
) {
  return parts.length === 0 ? `${open} ${close}` : `${open}${line}  ${parts.join(` ,${line}  `)}${line}${close}`
}

/** A new line between two tags, but not between those of an empty element, where it would be its text. */
function spreadElements(text: string): string {
  const spaced = text
    .replace(/(<\/[^>]*>|\/>|\?>)(?=<)/g, '$1\n')
    .replace(/(<[^/?!][^>]*[^/]>|<[^/?!>]>)(?=<[^/])/g, '$1\n')
  return `${spaced}\n`
}
