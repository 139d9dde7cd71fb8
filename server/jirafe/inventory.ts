import type { Breakable } from '../../contracts/rules/book.js'
import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import type { Settings } from '../settings.js'
import type { LevelRevision, LevelValue } from '../state/rows.js'
import { isIso8601 } from '../wire/dates.js'
import { type JsonNode, type LineAndColumn, lineCounter, parseJsonTree } from '../wire/json-tree.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { complaintsOf, declared, type EventSchema, loadSchema, membersOf } from './schema.js'

/** A document of an event: its text, what `JSON.parse` makes of it, and whether that lost anything. */
export interface EventDocument {
  readonly text: string
  readonly value: unknown
  readonly exact: boolean
}

/** A level as an event reports it. */
export type ReportedLevel = Omit<LevelValue, 'receivedAt'>

export interface InventoryEvent {
  readonly index: number
  /** Undefined where the document is refused. */
  readonly level: ReportedLevel | undefined
  readonly judge: EventJudge
}

const schemas: Readonly<Record<LevelRevision, EventSchema>> = {
  first: loadSchema('inventory-first'),
  second: loadSchema('inventory-second'),
}
/** The wordings that a recording shows. */
const recorded = /^None is not of type '(?:string|number)'$/
const tellsSecond = ['sku_code', 'change_date', 'effective_date']

/** The breaches of one event: those that refuse it become its errors, by path. */
class EventJudge {
  readonly #findings: Findings
  readonly #document: EventDocument
  readonly #errors = new Map<string, string>()
  readonly #lines: (offset: number) => LineAndColumn
  #rule: Breakable | undefined
  #tree: JsonNode | undefined
  #members: ReadonlyMap<string, JsonNode> | undefined

  constructor(findings: Findings, document: EventDocument) {
    this.#findings = findings
    this.#document = document
    this.#lines = lineCounter(document.text)
  }

  breach(
    rule: Breakable,
    path: readonly string[],
    node: JsonNode | undefined,
    seen: string,
    right: string,
    message?: string,
  ): void {
    const at = () => ({
      pointer: writePointer(path),
      ...this.#lines((node ?? this.tree).start),
    })
    if (!this.#findings.breach(rule, at, seen, right)) return
    const name = path.join('.')
    if (!this.#errors.has(name)) this.#errors.set(name, message ?? rule.says)
    this.#rule ??= rule
  }

  get errors(): ReadonlyMap<string, string> {
    return this.#errors
  }

  /** The rule of the first error. */
  get rule(): Breakable | undefined {
    return this.#rule
  }

  /** The document with its literals and places; made when the first breach asks for it. */
  get tree(): JsonNode {
    this.#tree ??= parseJsonTree(this.#document.text)
    return this.#tree
  }

  /** A field of the document; kept by name, for a hostile document has many. */
  member(name: string): JsonNode | undefined {
    this.#members ??= membersOf(this.tree)
    return this.#members.get(name)
  }
}

/** Understands one inventory event of either revision; stateless. */
export function readInventory(
  document: EventDocument,
  index: number,
  settings: Settings,
  findings: Findings,
): InventoryEvent {
  const judge = new EventJudge(findings, document)
  const { value } = document
  const revision = revisionOf(value, settings)
  const { schema, validate } = schemas[revision]
  findings.applies(jirafe['inventory.revisions'])
  const valid = validate(value)
  if (!valid || !document.exact) {
    for (const { path, node, message, rule } of complaintsOf(validate.errors ?? [], schema, judge.tree)) {
      findings.applies(jirafe['event.messages'])
      if (!recorded.test(message)) findings.applies(jirafe['event.wordings'])
      judge.breach(rule, path, node, message, rightOf(path, revision), message)
    }
  }
  findings.applies(jirafe['event.schema'])
  if (isRecord(value)) judgeLaxness(value, document, schemas[revision], judge)
  const level = isRecord(value) && judge.errors.size === 0 ? levelOf(value, revision, document, judge) : undefined
  // Under enforce an integer beyond 2^53 refuses the event as well, which only reading the level shows.
  return { index, level: judge.errors.size === 0 ? level : undefined, judge }
}

function revisionOf(value: unknown, settings: Settings): LevelRevision {
  if (settings.inventory_schema !== 'any') return settings.inventory_schema
  return isRecord(value) && tellsSecond.some((name) => Object.hasOwn(value, name)) ? 'second' : 'first'
}

function rightOf(path: readonly string[], revision: LevelRevision): string {
  const [name] = path
  const { schema } = schemas[revision]
  const property = name === undefined ? undefined : declared(schema, name)
  if (property === undefined) return `an object with ${schema.required?.join(', ')}`
  const kind = property.format ?? property.type
  return `${name}: ${kind === 'integer' ? 'an integer such as 12' : kind}`
}

/** What the vendor accepted although its schema says otherwise: undeclared fields, dates that are none. */
function judgeLaxness(
  value: Record<string, unknown>,
  document: EventDocument,
  { schema }: EventSchema,
  judge: EventJudge,
): void {
  for (const name of Object.keys(value)) {
    const property = declared(schema, name)
    const sent = value[name]
    if (property === undefined)
      judge.breach(
        jirafe['event.undeclared'],
        [name],
        judge.member(name),
        name,
        Object.keys(schema.properties ?? {}).join(', '),
      )
    else if (property.format !== undefined && typeof sent === 'string' && !isIso8601(sent))
      judge.breach(jirafe['event.formats'], [name], judge.member(name), sent, '2015-01-23T16:35:38+0000')
  }
  if (document.exact || judge.tree.kind !== 'object') return
  const names = new Set<string>()
  for (const { name, node: member } of judge.tree.members) {
    if (names.has(name))
      judge.breach(jirafe['event.repeated'], [name], member, `${name} more than once`, `${name} once`)
    names.add(name)
  }
}

function levelOf(
  value: Record<string, unknown>,
  revision: LevelRevision,
  document: EventDocument,
  judge: EventJudge,
): ReportedLevel {
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : null)
  const integer = (name: string) =>
    typeof value[name] === 'number' ? integerOf(value[name], name, document, judge) : null
  return {
    revision,
    code: text(revision === 'first' ? 'product_code' : 'sku_code') ?? '',
    inventoryLevel: integer('inventory_level') ?? '0',
    timestamp: revision === 'first' ? text('timestamp') : null,
    effectiveDate: revision === 'second' ? text('effective_date') : null,
    changeDate: revision === 'second' ? text('change_date') : null,
    lowStockAlert: revision === 'second' ? integer('low_stock_alert') : null,
    inventoryAlerts:
      revision === 'second' && typeof value.inventory_alerts === 'boolean' ? value.inventory_alerts : null,
  }
}

const twoTo53 = 2n ** 53n

/** An integer's exact decimal text: its literal where `JSON.parse` may have rounded it. */
function integerOf(value: number, name: string, document: EventDocument, judge: EventJudge): string {
  if (document.exact) return String(value)
  const node = judge.member(name)
  const literal = node?.kind === 'number' ? node.literal.replace(/^-0$/, '0') : String(value)
  const digits = literal.replace('-', '')
  // Seventeen digits are beyond 2^53; only a literal of sixteen needs exact arithmetic.
  const beyond = digits.length > 16 || (digits.length === 16 && BigInt(digits) > twoTo53)
  if (beyond) judge.breach(jirafe['inventory.exact'], [name], node, literal, 'at most 2^53')
  return literal
}
