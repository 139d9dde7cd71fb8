import { detached } from './detached.js'
import { deepest, endOfString } from './json-scan.js'

/** A JSON value that keeps what `JSON.parse` loses: number literals, the order and repetition of names, places. */
export type JsonNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'list'; readonly elements: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly literal: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
)

interface JsonMember {
  readonly name: string
  /** Where the name's opening quote stands. */
  readonly start: number
  readonly node: JsonNode
}

/** What kind of fault keeps a text from being read. */
type JsonFaultKind = 'syntax' | 'depth'

/** What keeps a text from being JSON, and where. */
export class JsonFault extends Error {
  readonly about: JsonFaultKind
  readonly offset: number
  constructor(about: JsonFaultKind, message: string, offset: number) {
    super(message)
    this.about = about
    this.offset = offset
  }
}

/** The fault of a text that nests deeper than both vendors' bodies may. */
export const tooDeep = `more than ${deepest} levels of nesting`

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Reads strict JSON of at most 64 levels; throws JsonFault. Slower than `JSON.parse`: for texts that need a look. */
export function parseJsonTree(text: string): JsonNode {
  const reader = new TreeReader(text)
  const root = reader.value(1)
  reader.end()
  return root
}

class TreeReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonNode {
    this.#space()
    const start = this.#at
    const first = this.#text[start]
    if (depth > deepest && (first === '{' || first === '[')) throw new JsonFault('depth', tooDeep, start)
    if (first === '{') return this.#object(start, depth)
    if (first === '[') return this.#list(start, depth)
    if (first === '"') {
      const value = this.#string()
      return { kind: 'string', value, start, end: this.#at }
    }
    if (this.#word('true')) return { kind: 'boolean', value: true, start, end: this.#at }
    if (this.#word('false')) return { kind: 'boolean', value: false, start, end: this.#at }
    if (this.#word('null')) return { kind: 'null', start, end: this.#at }
    const literal = this.#match(numberForm)
    if (literal === undefined) throw this.#fault('a value is expected')
    return { kind: 'number', literal, start, end: this.#at }
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.#fault('nothing may follow the value')
  }

  #object(start: number, depth: number): JsonNode {
    const members: JsonMember[] = []
    this.#at++
    this.#space()
    while (!this.#sign('}')) {
      if (members.length > 0) this.#expect(',')
      this.#space()
      const at = this.#at
      if (this.#text[at] !== '"') throw this.#fault('a name in double quotes is expected')
      const name = this.#string()
      this.#space()
      this.#expect(':')
      members.push({ name, start: at, node: this.value(depth + 1) })
      this.#space()
    }
    return { kind: 'object', members, start, end: this.#at }
  }

  #list(start: number, depth: number): JsonNode {
    const elements: JsonNode[] = []
    this.#at++
    this.#space()
    while (!this.#sign(']')) {
      if (elements.length > 0) this.#expect(',')
      elements.push(this.value(depth + 1))
      this.#space()
    }
    return { kind: 'list', elements, start, end: this.#at }
  }

  #string(): string {
    const start = this.#at
    const end = endOfString(this.#text, start)
    try {
      // What stands between two quotes is a string or no JSON at all.
      const value = JSON.parse(this.#text.slice(start, end)) as string
      this.#at = end
      return value
    } catch {
      throw this.#fault('a string is not closed, or holds a character or an escape that JSON does not know')
    }
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #sign(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #expect(sign: string): void {
    if (!this.#sign(sign)) throw this.#fault(`"${sign}" is expected`)
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at
    const found = form.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    return detached(found)
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '.')) this.#at++
  }

  #fault(message: string): JsonFault {
    return this.#at < this.#text.length
      ? new JsonFault('syntax', message, this.#at)
      : new JsonFault('syntax', 'the text ends too early', this.#at)
  }
}

const members = new WeakMap<JsonNode, ReadonlyMap<string, JsonNode>>()

/** The members of an object by name, of a repeated one the last, as every reader takes it; empty for anything else. */
export function membersOf(node: JsonNode): ReadonlyMap<string, JsonNode> {
  let known = members.get(node)
  if (known === undefined) {
    known = new Map(node.kind === 'object' ? node.members.map(({ name, node: value }) => [name, value]) : [])
    members.set(node, known)
  }
  return known
}

/** What stands at the end of a way into a document; undefined where nothing does. */
export function nodeAt(root: JsonNode, steps: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = root
  for (const step of steps) {
    if (node === undefined) return undefined
    node = node.kind === 'list' ? node.elements[Number(step)] : membersOf(node).get(step)
  }
  return node
}

/** Line and column of an offset, both from 1; a column counts UTF-16 units. */
export function lineAndColumn(text: string, offset: number): LineAndColumn {
  return lineCounter(text)(offset)
}

export interface LineAndColumn {
  readonly line: number
  readonly column: number
}

/** A line of a text: its number, where it begins, and where the line feed behind it stands. */
interface Line {
  readonly line: number
  readonly from: number
  readonly end: number
}

/** How far apart the lines are, in characters, that are remembered to count on from. */
const stride = 4096

/**
 * The same for many offsets of one text. It counts on from the last one, for places come mostly in their order, and for
 * one that stands before it from the nearest of the lines that it remembers.
 */
export function lineCounter(text: string): (offset: number) => LineAndColumn {
  const lineFrom = (line: number, from: number): Line => {
    const end = text.indexOf('\n', from)
    return { line, from, end: end < 0 ? text.length : end }
  }
  let at = lineFrom(1, 0)
  const remembered = [at]
  return (offset) => {
    if (offset < at.from) at = lastBefore(remembered, offset) ?? at
    while (at.end < offset && at.end < text.length) {
      at = lineFrom(at.line + 1, at.end + 1)
      if (at.from - (remembered.at(-1)?.from ?? 0) >= stride) remembered.push(at)
    }
    return { line: at.line, column: offset - at.from + 1 }
  }
}

/** The last line that begins at the offset or before it. */
function lastBefore(lines: readonly Line[], offset: number): Line | undefined {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.from ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return lines[low - 1]
}

export type Parsed =
  | { readonly value: unknown }
  | { readonly fault: string; readonly about: JsonFaultKind; readonly at: LineAndColumn }

/** `JSON.parse` with the fault as a sentence that names line and column, the same on every version of Node. */
export function parseJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) }
  } catch {
    const fault = faultOf(text)
    if (fault === undefined) return { fault: 'not well-formed JSON', about: 'syntax', at: { line: 1, column: 1 } }
    const at = lineAndColumn(text, fault.offset)
    return { fault: `${fault.message}, at line ${at.line}, column ${at.column}`, about: fault.about, at }
  }
}

/** What `parseJsonTree` finds wrong with a text. */
function faultOf(text: string): JsonFault | undefined {
  try {
    parseJsonTree(text)
    return undefined
  } catch (fault) {
    if (fault instanceof JsonFault) return fault
    throw fault
  }
}

/** Where a text nests too deep that `JSON.parse` takes: its first fault. */
export function placeOfFault(text: string): LineAndColumn {
  return lineAndColumn(text, faultOf(text)?.offset ?? 0)
}

/** Where the value of a JSON text begins. */
export function startOfValue(text: string): number {
  return text.length - text.replace(/^[ \t\n\r]+/, '').length
}
