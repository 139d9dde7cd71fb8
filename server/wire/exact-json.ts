import { deepest, scanJson } from './json-scan.js'
import { type JsonNode, type Parsed, parseJson, parseJsonTree, placeOfFault, tooDeep } from './json-tree.js'

/** A number that a JavaScript number cannot hold, or would spell otherwise, by its own digits. */
export class ExactNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

/** A JSON text that is written as it stands: names given twice and numbers of any spelling survive. */
export class Verbatim {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
}

/** `JSON.parse` of at most 64 levels, but an integer beyond 2^53 becomes an ExactNumber instead of its neighbour. */
export function parseExact(text: string): Parsed {
  const parsed = parseJson(text)
  if ('fault' in parsed) return parsed
  const scan = scanJson(text)
  if (scan.depth > deepest) return { fault: tooDeep, about: 'depth', at: placeOfFault(text) }
  return scan.oddNumbers ? { value: exactValue(parseJsonTree(text)) } : parsed
}

/** The value of a part of a document, with integers by their own digits where a number cannot hold them. */
export function exactValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, node: value }) => [name, exactValue(value)]))
    case 'list':
      return node.elements.map(exactValue)
    case 'number':
      return numberOf(node.literal)
    case 'null':
      return null
    default:
      return node.value
  }
}

/** The number that an integer's digits mean, exactly. */
export function numberOf(literal: string): number | ExactNumber {
  const number = Number(literal)
  return /^-?\d+$/.test(literal) && !Number.isSafeInteger(number) ? new ExactNumber(literal) : number
}

/** `JSON.stringify` that writes an ExactNumber by its digits, and a Verbatim as it is. */
export function writeExact(value: unknown): string {
  if (value instanceof ExactNumber) return value.digits
  if (value instanceof Verbatim) return value.json
  if (typeof value !== 'object' || value === null || value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((element) => writeExact(element ?? null)).join(',')}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeExact(member)}`).join(',')}}`
}
