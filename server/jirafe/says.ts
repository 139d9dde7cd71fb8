import { type FieldType, type Said, type Statement, statementsOf, statementsTold } from '../said.js'
import { atOnce } from '../slices.js'
import { keyPart } from '../state/rows.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { type JirafeEvent, skusOfEvent } from './event.js'
import type { EventsCommand } from './read.js'
import { keptAs } from './types.js'

export function saysEvents({ events }: EventsCommand): Said {
  return {
    items: events.length,
    statements: atOnce(statementsOf(events, stateOf, gistOf)),
    overwrite: false,
    types: typesOf(events),
  }
}

/** An event by its type and the first code that it has; only that of a level says a quantity. */
function stateOf(event: JirafeEvent, index: number): Statement {
  const { document } = event.judge
  const type = keptAs(event.list)
  const [code = ''] = skusOfEvent(event)
  const text = (name: string) => textOf(document.value, name)
  const date = text('effective_date')
  const stamp = text('timestamp') ?? text('change_date')
  return {
    index,
    key: keyPart([type, code, ...(date === undefined ? [] : [date])].join(', ')),
    sku: code === '' ? '' : keyPart(`${type} ${code}`),
    value: type === 'inventory' ? keyPart(event.reported.level?.inventoryLevel ?? writtenLevel(document.value)) : null,
    ...(stamp !== undefined && { stamp: keyPart(stamp) }),
    at: { pointer: writePointer(document.path) },
  }
}

function gistOf(event: JirafeEvent, index: number): string {
  const { key, value } = stateOf(event, index)
  return `${JSON.stringify([key, value])}\n`
}

function textOf(document: unknown, name: string): string | undefined {
  const value = isRecord(document) ? document[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** The level of an event that is refused: a text as well as its number. */
function writtenLevel(document: unknown): string {
  const level = isRecord(document) ? document.inventory_level : undefined
  return typeof level === 'object' ? '' : String(level)
}

/** Names and fields that are remembered of one call; what nobody declared may be called anything. */
const longestName = 40
const mostTypes = 100

function typesOf(events: readonly JirafeEvent[]): readonly FieldType[] {
  const types = new Map<string, FieldType>()
  for (const { list, judge } of events.slice(0, statementsTold)) {
    const { value: document, path } = judge.document
    if (!isRecord(document)) continue
    for (const [name, value] of Object.entries(document)) {
      if (value === null || name.length > longestName) continue
      const field = `${keptAs(list)} ${name}`
      const type = Array.isArray(value) ? 'list' : typeof value
      const key = `${field} ${type}`
      if (types.has(key)) continue
      if (types.size === mostTypes) return [...types.values()]
      types.set(key, { field, type, at: () => ({ pointer: writePointer([...path, name]) }) })
    }
  }
  return [...types.values()]
}
