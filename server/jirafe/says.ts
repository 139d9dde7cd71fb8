import type { Place } from '../findings.js'
import { type FieldType, isMet, type Said, type Statement, statementsOf, statementsTold } from '../said.js'
import { keyPart } from '../state/rows.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { codeOf, type JirafeEvent } from './event.js'
import type { EventsCommand } from './read.js'
import { keptAs } from './types.js'

export function saysEvents({ events }: EventsCommand): Said {
  return {
    items: events.length,
    statements: statementsOf(events, stateOf, gistOf),
    overwrite: false,
    types: typesOf(events),
  }
}

/** That of an event by itself, whose document is the whole body. */
const whole: Place = { pointer: '' }

/** An event by its type and the first code that it has; only that of a level says a quantity. */
function stateOf(event: JirafeEvent, index: number): Statement {
  const { value: document, path } = event.judge.document
  const type = keptAs(event.list)
  const code = codeOf(event) ?? ''
  const date = textOf(document, 'effective_date')
  const stamp = textOf(document, 'timestamp') ?? textOf(document, 'change_date')
  return {
    index,
    key: keyPart(date === undefined ? `${type}, ${code}` : `${type}, ${code}, ${date}`),
    sku: code === '' ? '' : keyPart(`${type} ${code}`),
    value: type === 'inventory' ? keyPart(event.reported.level?.inventoryLevel ?? writtenLevel(document)) : null,
    stamp: stamp && keyPart(stamp),
    digest: false,
    at: path.length === 0 ? whole : { pointer: writePointer(path) },
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
  const types: FieldType[] = []
  for (const { list, judge, index } of events) {
    if (index === statementsTold) break
    const { value: document, path } = judge.document
    if (!isRecord(document)) continue
    const kind = keptAs(list)
    for (const name of Object.keys(document)) {
      const value = document[name]
      if (value === null || name.length > longestName) continue
      const type = Array.isArray(value) ? 'list' : typeof value
      if (isMet(types, kind, name, type)) continue
      if (types.length === mostTypes) return types
      types.push(new TypeOfField(kind, name, type, path))
    }
  }
  return types
}

class TypeOfField implements FieldType {
  readonly kind: string
  readonly name: string
  readonly type: string
  readonly #path: readonly string[]

  constructor(kind: string, name: string, type: string, path: readonly string[]) {
    this.kind = kind
    this.name = name
    this.type = type
    this.#path = path
  }

  at(): Place {
    return { pointer: writePointer([...this.#path, this.name]) }
  }
}
