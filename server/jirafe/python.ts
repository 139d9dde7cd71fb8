import { compareBytes } from '../state/rows.js'
import type { JsonNode } from '../wire/json-tree.js'

/** A JSON value in the spelling of Python 3's `repr`, as the vendor's messages show it. */
export function repr(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'None'
    case 'boolean':
      return node.value ? 'True' : 'False'
    case 'number':
      return reprNumber(node.literal)
    case 'string':
      return reprString(node.value)
    case 'list':
      return `[${node.elements.map(repr).join(', ')}]`
    case 'object': {
      // A dictionary keeps the place of a name's first mention and the value of its last.
      const members = new Map(node.members.map(({ name, node: value }) => [name, value]))
      return `{${[...members].map(([name, value]) => `${reprString(name)}: ${repr(value)}`).join(', ')}}`
    }
  }
}

/** Whether Python reads the literal as a float: a decimal point or an exponent makes it one. */
export const isFloat = (literal: string) => /[.eE]/.test(literal)

function reprNumber(literal: string): string {
  if (!isFloat(literal)) return literal === '-0' ? '0' : literal
  const value = Number(literal)
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  return reprFloat(value)
}

/** Python writes an exponent from 1e16 on and below 1e-4, of two digits at least; JavaScript at other places. */
function reprFloat(value: number): string {
  const [mantissa, exponentText] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const plain = String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
/** What `str.isprintable` says no to: other, separators but the blank, and lone surrogates. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let shown = ''
  for (const character of text) shown += character === quote ? `\\${quote}` : reprCharacter(character)
  return quote + shown + quote
}

function reprCharacter(character: string): string {
  const simple = simpleEscapes.get(character)
  if (simple !== undefined) return simple
  if (!unprintable.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** What a reply is made of; a dictionary is a Map, for its names may come from the wire. */
export type DumpValue = boolean | string | readonly DumpValue[] | ReadonlyMap<string, DumpValue>

/** `json.dumps` with sorted keys, an indent of two and ASCII only; `comma` is what stands before a line's end. */
export function dumps(value: DumpValue, comma: ',' | ', ', indent = ''): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return dumpString(value)
  const inner = `${indent}  `
  const separator = `${comma}\n${inner}`
  if (value instanceof Map) {
    if (value.size === 0) return '{}'
    const entries = [...value].sort(([one], [other]) => compareBytes(one, other))
    const lines = entries.map(([name, member]) => `${dumpString(name)}: ${dumps(member, comma, inner)}`)
    return `{\n${inner}${lines.join(separator)}\n${indent}}`
  }
  const elements = [...value.values()].map((element) => dumps(element, comma, inner))
  return elements.length === 0 ? '[]' : `[\n${inner}${elements.join(separator)}\n${indent}]`
}

function dumpString(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
