import { isDeepStrictEqual } from 'node:util'
import { parseStringPromise } from 'xml2js'
import type { ExpectedReply, Step } from './cases.js'
import { type Received, wireOf } from './send.js'

/**
 * What is wrong with a reply, one sentence each. It is judged twice: by its text, to the letter, and by its values as
 * JSON.parse and xml2js see them, which are not the emulator's own readers.
 */
export async function judgeReply(step: Step, received: Received): Promise<readonly string[]> {
  const { reply } = step
  if (reply === undefined) return []
  const faults: string[] = []
  if (received.status !== reply.status) faults.push(`the status is ${received.status}, not ${reply.status}`)
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    const found = received.headers[name.toLowerCase()]
    if (found !== (value ?? undefined))
      faults.push(`the header ${name} is ${found ?? 'missing'}, not ${value ?? 'missing'}`)
  }
  const text = expectedText(step, reply)
  if (text !== undefined && !matches(text, received.text)) faults.push(`the text is\n${received.text}\nnot\n${text}`)
  faults.push(...(await judgeValues(step, reply, received)))
  return faults
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

/** `{{uuid}}` is any lower-case version-4 UUID, `{{comment}}` any text that needs no look at. */
function matches(template: string, text: string): boolean {
  const pattern = template
    .split(/(\{\{uuid\}\}|\{\{comment\}\})/)
    .map((part) =>
      part === '{{uuid}}' ? uuid : part === '{{comment}}' ? '[^]*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
  return new RegExp(`^${pattern.join('')}$`, 'u').test(text)
}

/** The reply's very text where the case gives it, or where it follows from the items that were sent. */
function expectedText(step: Step, reply: ExpectedReply): string | undefined {
  if (reply.body !== undefined) return reply.body
  if (reply.error_type !== undefined || reply.errors !== undefined) return jirafeText(reply)
  if (reply.comment !== undefined) return envelope(replyWire(step), '1', '{{comment}}', [], [])
  const items = sentTexts(step)
  if (reply.updated === undefined || items === undefined) return undefined
  const updated = reply.updated.flatMap((index) => items[index] ?? [])
  const rest = items.filter((_item, index) => !reply.updated?.includes(index))
  return envelope(replyWire(step), '0', '', updated, rest)
}

/** Jirafe's layout: two blanks, sorted names, a comma with a blank before the line's end. */
function jirafeText({ errors, error_type }: ExpectedReply): string {
  const sorted = errors && Object.fromEntries(Object.entries(errors).sort(([one], [other]) => (one < other ? -1 : 1)))
  const told = { error_type: error_type ?? 'validation', ...(sorted && { errors: sorted }), success: false }
  return JSON.stringify(told, null, 2).replaceAll(',\n', ', \n')
}

function envelope(
  wire: 'json' | 'xml',
  code: string,
  comment: string,
  updated: readonly string[],
  rest: readonly string[],
): string {
  if (wire === 'json') {
    const list = (items: readonly string[]) => (items.length === 0 ? '[]' : `[[${items.join(',')}]]`)
    const response = `{"comment":"${comment}","code":"${code}","log_id":"{{uuid}}"}`
    return `{"response":${response},"items_updated":${list(updated)},"items_not_updated":${list(rest)}}`
  }
  const element = (name: string, content: string) => (content === '' ? `<${name} />` : `<${name}>${content}</${name}>`)
  const response = element('code', code) + element('comment', comment) + element('log_id', '{{uuid}}')
  const lists = element('items_updated', updated.join('')) + element('items_not_updated', rest.join(''))
  return element('bulk_inventory', element('response', response) + lists)
}

/** The format of JOOR's reply, where no case asks for another than its request's. */
function replyWire(step: Step): 'json' | 'xml' {
  const asked = /[?&]return_format=(json|xml)\b/.exec(step.call)?.[1]
  if (asked === 'json' || asked === 'xml') return asked
  return wireOf(step) ?? 'json'
}

/** Each item as it was sent, where the reply has the format of the request and so echoes that very text. */
function sentTexts(step: Step): readonly string[] | undefined {
  if (replyWire(step) !== wireOf(step)) return undefined
  if (step.xml !== undefined) return step.xml.match(/<inventory_item>.*?<\/inventory_item>/gs) ?? []
  const items = sentItems(step)
  return typeof step.json === 'string' ? undefined : items?.map((item) => JSON.stringify(item))
}

function sentItems(step: Step): readonly unknown[] | undefined {
  const json: unknown = typeof step.json === 'string' ? JSON.parse(step.json) : step.json
  if (typeof json !== 'object' || json === null || !('inventory_items' in json)) return undefined
  return Array.isArray(json.inventory_items) ? json.inventory_items : undefined
}

/** The same reply by its values: an item is judged as an independent reader sees it. */
async function judgeValues(step: Step, reply: ExpectedReply, received: Received): Promise<readonly string[]> {
  const judged = reply.updated !== undefined || reply.comment !== undefined || reply.errors !== undefined
  if (!judged) return []
  try {
    if (received.headers['content-type']?.includes('xml')) return await judgeXml(step, reply, received.text)
    return judgeJson(step, reply, JSON.parse(received.text))
  } catch (error) {
    return [`the body cannot be read: ${error instanceof Error ? error.message : String(error)}`]
  }
}

type Values = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function judgeJson(step: Step, reply: ExpectedReply, value: unknown): readonly string[] {
  if (!isRecord(value)) return ['the body is no object']
  const faults: string[] = []
  if (reply.errors !== undefined) expectValue(faults, 'errors', value.errors, reply.errors)
  if (reply.comment !== undefined) {
    const { response } = value
    const comment = isRecord(response) ? response.comment : undefined
    if (typeof comment !== 'string' || !comment.includes(reply.comment))
      faults.push(`the comment is ${JSON.stringify(comment)}`)
  }
  const items = sentItems(step)
  if (reply.updated !== undefined && items !== undefined) {
    const updated = reply.updated.map((index) => items[index])
    const rest = items.filter((_item, index) => !reply.updated?.includes(index))
    expectValue(faults, 'items_updated', value.items_updated, updated.length === 0 ? [] : [updated])
    expectValue(faults, 'items_not_updated', value.items_not_updated, rest.length === 0 ? [] : [rest])
  }
  return faults
}

async function judgeXml(step: Step, reply: ExpectedReply, text: string): Promise<readonly string[]> {
  const faults: string[] = []
  const read: unknown = await parseStringPromise(text, { explicitArray: true, strict: true })
  const root = isRecord(read) ? read.bulk_inventory : undefined
  if (!isRecord(root)) return ['the root is not bulk_inventory']
  if (reply.comment !== undefined) {
    const comment: unknown = isRecord(first(root.response))
      ? first((first(root.response) as Values).comment)
      : undefined
    if (typeof comment !== 'string' || !comment.includes(reply.comment))
      faults.push(`the comment is ${JSON.stringify(comment)}`)
  }
  if (reply.updated !== undefined && step.xml !== undefined) {
    const sent: unknown = await parseStringPromise(step.xml, { explicitArray: true, strict: true })
    const items = itemsIn(isRecord(sent) ? [sent.inventory_items] : [])
    const rest = items.filter((_item, index) => !reply.updated?.includes(index))
    expectValue(
      faults,
      'items_updated',
      itemsIn(root.items_updated),
      reply.updated.map((index) => items[index]),
    )
    expectValue(faults, 'items_not_updated', itemsIn(root.items_not_updated), rest)
  }
  return faults
}

const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)

function itemsIn(list: unknown): readonly unknown[] {
  const holder = first(list)
  return isRecord(holder) && Array.isArray(holder.inventory_item) ? holder.inventory_item : []
}

function expectValue(faults: string[], name: string, found: unknown, right: unknown): void {
  if (!isDeepStrictEqual(found, right)) faults.push(`${name} is ${JSON.stringify(found)}, not ${JSON.stringify(right)}`)
}
