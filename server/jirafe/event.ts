import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import type { Settings } from '../settings.js'
import { isIso8601 } from '../wire/dates.js'
import type { JsonNode } from '../wire/json-tree.js'
import { isRecord } from '../wire/json-values.js'
import { type Complaint, complaintsOf } from './complaints.js'
import { type EventDocument, EventJudge } from './document.js'
import { declared, type Schema } from './schema.js'
import type { EventType, Reported } from './types.js'

/** One event as understood. */
export interface JirafeEvent {
  readonly index: number
  /** The key of a batch or the type of a path, as sent. */
  readonly list: string
  /** Undefined where the vendor has no such type. */
  readonly type: EventType | undefined
  readonly judge: EventJudge
  /** What it says about the state; nothing where it is refused. */
  readonly reported: Reported
}

/** Fields by which the vendor's documents name what they are about. */
const codeNames = ['product_code', 'sku_code', 'code', 'id', 'order_number']

/** The texts that name the SKU or another subject of each event, as sent. */
export function skusOfEvents({ events }: { readonly events: readonly JirafeEvent[] }): readonly (readonly string[])[] {
  return events.map(skusOfEvent)
}

export function skusOfEvent({ judge: { document } }: JirafeEvent): readonly string[] {
  const { value } = document
  if (!isRecord(value)) return []
  return codeNames.flatMap((name) => (typeof value[name] === 'string' ? [value[name]] : []))
}

/** The first of them, made without the others. */
export function codeOf({ judge: { document } }: JirafeEvent): string | undefined {
  const { value } = document
  if (!isRecord(value)) return undefined
  for (const name of codeNames) if (typeof value[name] === 'string') return value[name]
  return undefined
}

/** Messages that one call gets, beside one for each refused event; a limit of this emulator, not of the vendor. */
const mostMessages = 100_000
/** The wordings that a recording shows. */
const recorded: ReadonlySet<string> = new Set(["None is not of type 'string'", "None is not of type 'number'"])

const rulesOfEvent = [jirafe['event.schema'], jirafe['event.repeated']]

/** Understands one event of a type; stateless. */
export function readEvent(
  document: EventDocument,
  type: EventType,
  name: { readonly index: number; readonly list: string },
  settings: Settings,
  findings: Findings,
): JirafeEvent {
  const judge = new EventJudge(findings, document)
  const { value, json } = document
  const chosen = type.schemaOf(value, settings)
  const { schema, validate, rule } = chosen
  if (rule !== undefined) findings.applies(rule)
  if (!validate(value) || json.oddNumbers) judgeSchema(document, schema, judge, findings)
  findings.appliesAll(rulesOfEvent)
  judgeLaxness(value, schema, [], judge)
  if (json.repeatedNames) judgeRepeated(document.node, schema, [], judge)
  const valid = isRecord(value) && judge.errors.size === 0
  const reported = valid ? (type.report?.(value, judge, chosen) ?? {}) : {}
  // Under enforce an integer beyond 2^53 refuses the event as well, which only reading the level shows.
  return { ...name, type, judge, reported: judge.errors.size === 0 ? reported : {} }
}

function judgeSchema(document: EventDocument, schema: Schema, judge: EventJudge, findings: Findings): void {
  for (const complaint of complaintsOf(document.node, schema)) {
    const { path, stands, message, right, rule } = complaint
    if (judge.errors.size > 0 && ++document.json.messages > mostMessages) {
      findings.applies(jirafe['event.message_limit'])
      return
    }
    meet(complaint, findings)
    judge.breach(rule, path, stands, message, rightOf(path.at(-1), right), message)
  }
}

/** What decides where a complaint is filed, and how it is worded. */
function meet({ path, node, message, several }: Complaint, findings: Findings): void {
  findings.applies(jirafe['event.messages'])
  if (path.length === 0) findings.applies(jirafe['event.empty_path'])
  else findings.applies(path.length === 1 ? jirafe['event.bare_path'] : jirafe['event.nested_path'])
  if (several) findings.applies(jirafe['event.precedence'])
  if (node === undefined) findings.applies(jirafe['event.missing'])
  if (recorded.has(message)) return
  findings.applies(jirafe['event.wordings'])
  if (node !== undefined) findings.applies(jirafe['event.repr'])
}

function rightOf(name: string | undefined, schema: Schema): string {
  if (name === undefined) return schema.required === undefined ? 'an object' : `an object with ${list(schema.required)}`
  if (schema.enum !== undefined) return `${name}: one of ${list(schema.enum)}`
  const kind = schema.format ?? schema.type ?? 'any value'
  return `${name}: ${kind === 'integer' ? 'an integer such as 12' : kind}`
}

const list = (names: readonly string[]) => names.join(', ')

/**
 * What the vendor accepted although its schema says otherwise: undeclared fields, dates that are none. What the schema
 * finds is told elsewhere; that a number stands where it wants an integer is seen here alone.
 */
function judgeLaxness(value: unknown, schema: Schema, path: readonly string[], judge: EventJudge): void {
  if (schema.type === 'integer' && typeof value === 'number') judge.applies(jirafe['event.float_integers'])
  if (schema.format !== undefined && typeof value === 'string') {
    judge.applies(jirafe['event.formats'])
    if (!isIso8601(value))
      judge.breach(jirafe['event.formats'], path, judge.document.member(...path), value, '2015-01-23T16:35:38+0000')
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema
    if (items.properties === undefined) return
    for (const [index, element] of value.entries()) judgeLaxness(element, items, [...path, String(index)], judge)
  }
  // An object without declared fields, such as cookies, may hold anything.
  if (!isRecord(value) || schema.properties === undefined) return
  if (schema.additionalProperties !== true) judge.applies(jirafe['event.undeclared'])
  for (const name of Object.keys(value)) {
    const property = declared(schema, name)
    const at = [...path, name]
    if (property !== undefined) judgeLaxness(value[name], property, at, judge)
    else if (schema.additionalProperties !== true) {
      const right = list(Object.keys(schema.properties))
      judge.breach(jirafe['event.undeclared'], at, judge.document.member(...at), name, right)
    }
  }
}

/** Names that the schema says nothing of are nobody's fields, so neither are those within them. */
function judgeRepeated(node: JsonNode, schema: Schema, path: readonly string[], judge: EventJudge): void {
  if (node.kind === 'list' && schema.items !== undefined)
    for (const [index, element] of node.elements.entries())
      judgeRepeated(element, schema.items, [...path, String(index)], judge)
  if (node.kind !== 'object') return
  const names = new Set<string>()
  for (const { name, node: member } of node.members) {
    const at = [...path, name]
    if (names.has(name)) judge.breach(jirafe['event.repeated'], at, member, `${name} more than once`, `${name} once`)
    names.add(name)
    const property = declared(schema, name)
    if (property !== undefined) judgeRepeated(member, property, at, judge)
  }
}
