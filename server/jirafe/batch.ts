import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import { type Body, type Head, Refusal, type Terms } from '../operation.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { EventDocument, EventJudge } from './document.js'
import { type JirafeEvent, readEvent } from './event.js'
import { repr } from './python.js'
import { bodyLimit, type EventsCommand, overItems, readDocument, tooMany } from './read.js'
import { eventTypes } from './types.js'

/** Events that one batch has at most; a limit of this emulator, not of the vendor. */
const mostEvents = 100_000

/** An object of lists, keyed by type: each element is an event, in the order of the document. */
export async function readBatch(
  head: Head,
  body: Body,
  terms: Terms,
  findings: Findings,
): Promise<EventsCommand | Refusal> {
  const document = readDocument(await body.text(bodyLimit), head, terms, findings)
  if (document instanceof Refusal) return document
  const lists = listsOf(document, findings)
  if (lists instanceof Refusal) return lists
  const count = [...lists.values()].reduce((sum, { length }) => sum + length, 0)
  if (count > mostEvents) return tooMany(count, mostEvents, findings)
  if (count > terms.takes.items) return overItems(terms.takes, findings)
  judgeKeys(document, lists, findings)
  findings.applies(jirafe['batch.shape'])
  if (count > 1) findings.applies(jirafe['batch.order'])

  const events: JirafeEvent[] = []
  if (count > 0) findings.applies(jirafe['batch.unknown_key'])
  for (const [list, elements] of lists)
    for (const [position, value] of elements.entries()) {
      const element = new EventDocument(document.json, value, [list, String(position)])
      const name = { index: events.length, list }
      const type = eventTypes.get(list)
      if (type === undefined) events.push(ofNoType(element, name, findings))
      else events.push(readEvent(element, type, name, terms.settings, findings))
    }
  return { events, lists: [...lists.keys()] }
}

/** The lists by their keys; a batch of another shape is refused as a whole. */
function listsOf(document: EventDocument, findings: Findings): ReadonlyMap<string, readonly unknown[]> | Refusal {
  const { value } = document
  if (!isRecord(value)) return misshapen(document, [{ steps: [], type: 'object' }], findings)
  const lists = new Map<string, readonly unknown[]>()
  const wrong: Wrong[] = []
  for (const [key, list] of Object.entries(value))
    if (Array.isArray(list)) lists.set(key, list)
    else if (wrong.length < mostEvents) wrong.push({ steps: [key], type: 'array' })
  return wrong.length > 0 ? misshapen(document, wrong, findings) : lists
}

/** A part of the batch that is not of the type it must be. */
interface Wrong {
  readonly steps: readonly string[]
  readonly type: 'object' | 'array'
}

function misshapen(document: EventDocument, wrong: readonly Wrong[], findings: Findings): Refusal {
  const errors = new Map<string, string>()
  for (const { steps, type } of wrong) {
    const node = document.member(...steps) ?? document.node
    const message = `${repr(node)} is not of type '${type}'`
    const at = () => ({ pointer: writePointer(steps), ...document.json.lines(node.start) })
    findings.breach(jirafe['batch.shape'], at, message, 'an object of lists, keyed by type')
    errors.set(steps.join(), message)
  }
  findings.applies(jirafe['batch.refused'])
  return new Refusal(400, '', { type: 'validation', errors })
}

const rulesOfInventoryKey = [jirafe['batch.inventory_key'], jirafe['batch.inventory_alias']]

function judgeKeys(document: EventDocument, lists: ReadonlyMap<string, unknown>, findings: Findings): void {
  const { json } = document
  const at = (key: string, node = document.member(key)) => {
    return { pointer: writePointer([key]), ...json.lines(node?.start ?? 0) }
  }
  findings.applies(jirafe['batch.repeated_key'])
  if (lists.has('product.inventory')) findings.appliesAll(rulesOfInventoryKey)
  if (lists.has('inventory'))
    findings.breach(jirafe['batch.inventory_alias'], () => at('inventory'), 'inventory', 'product.inventory')
  if (!json.repeatedNames || json.tree.kind !== 'object') return
  const names = new Set<string>()
  for (const { name, node } of json.tree.members) {
    if (names.has(name))
      findings.breach(jirafe['batch.repeated_key'], () => at(name, node), `${name} more than once`, 'once')
    names.add(name)
  }
}

/** The vendor's answer to an event of an unknown type, for each element of such a list. */
function ofNoType(
  document: EventDocument,
  name: { readonly index: number; readonly list: string },
  findings: Findings,
): JirafeEvent {
  const judge = new EventJudge(findings, document)
  judge.breach(jirafe['batch.unknown_key'], [], undefined, name.list, [...eventTypes.keys()].join(', '))
  return { ...name, type: undefined, judge, reported: {} }
}
