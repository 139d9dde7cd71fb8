import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Shorthand } from './fault-source.js'

type Part = keyof Shorthand

interface Row {
  /** By its name in a document. */
  readonly name: string
  readonly part: Part
  readonly value: string
  readonly says: string
  readonly number?: boolean
  readonly repeated?: boolean
}

const rows: readonly Row[] = [
  { name: 'operation', part: 'match', value: '<operation>', says: 'calls such as joor.bulk-inventory only' },
  { name: 'vendor', part: 'match', value: '<vendor>', says: 'calls to joor or jirafe only' },
  { name: 'method', part: 'match', value: '<method>', says: 'calls of this method only' },
  { name: 'path', part: 'match', value: '<path>', says: 'calls of this path only' },
  { name: 'times', part: 'spec', value: '<n>', number: true, says: 'how often (default: always)' },
  { name: 'after', part: 'spec', value: '<n>', number: true, says: 'how many calls to let pass first' },
  { name: 'status', part: 'fault', value: '<status>', number: true, says: 'error: the status' },
  { name: 'message', part: 'fault', value: '<text>', says: "error: the vendor's words for it" },
  { name: 'error_type', part: 'fault', value: '<type>', says: "error: Jirafe's word for it" },
  { name: 'retry_after', part: 'fault', value: '<seconds>', number: true, says: 'error: when to try again' },
  { name: 'ms', part: 'fault', value: '<ms>', number: true, says: 'latency: how long' },
  { name: 'bytes_per_second', part: 'fault', value: '<n>', number: true, says: 'slow_body: how fast' },
  { name: 'bytes', part: 'fault', value: '<n>', number: true, says: 'truncate: how many still come' },
  { name: 'content_type', part: 'fault', value: '<type>', says: 'wrong_content_type: which' },
  {
    name: 'index',
    part: 'items',
    value: '<n>',
    number: true,
    repeated: true,
    says: 'partial: an item; may be repeated',
  },
  { name: 'sku', part: 'items', value: '<sku>', repeated: true, says: 'partial: a SKU; may be repeated' },
  { name: 'every', part: 'items', value: '<n>', number: true, says: 'partial: every nth item' },
]

function optionOf({ name, value, says, number, repeated }: Row): Option {
  const read = (text: string): string | number => (number === true ? readNumber(text) : text)
  const option = new Option(`--${name.replaceAll('_', '-')} ${value}`, says)
  if (repeated !== true) return option.argParser<string | number>((text) => read(text))
  return option.argParser((text: string, before: readonly unknown[] = []) => [...before, read(text)])
}

/** The options that write a fault without a document. */
export function addFaultOptions(command: Command): Command {
  for (const row of rows) command.addOption(optionOf(row))
  return command
}

/** What was given of them, by the names that a document has. */
export function readShorthand(given: object): Shorthand {
  const values = new Map<string, unknown>(Object.entries(given))
  const part = (wanted: Part) =>
    rows.flatMap((row) => {
      const value = values.get(optionOf(row).attributeName())
      return row.part === wanted && value !== undefined ? [[row.name, value] as const] : []
    })
  const parts = ['spec', 'match', 'fault', 'items'] as const
  // Each option was read as the type of its part says.
  return Object.fromEntries(parts.map((name) => [name, Object.fromEntries(part(name))])) as unknown as Shorthand
}

function readNumber(text: string): number {
  if (/^\d{1,15}(?:\.\d{1,6})?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Right is a number.')
}
