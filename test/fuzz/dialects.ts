import { byXml2js, type Tree, withPlainNames } from '../xml-judges.js'
import type { FormatName } from './corpus.js'

/** What is known of a call by its body and its reply alone, read by readers that are not the emulator's. */
export interface Reading {
  /** Items or events that took effect, and that did not; undefined where the call was refused as a whole. */
  readonly told: { readonly updated: number; readonly notUpdated: number } | undefined
  /** How many were sent, where that can be told. */
  readonly sent: number | undefined
}

/** How calls of a format are written, and how their replies are to be read. */
export interface Dialect {
  readonly headers: Headers
  /** Where the reply is to be in another format than the call's. */
  readonly queries: readonly string[]
  /** Every status that the vendor's rules know for a body. */
  readonly statuses: readonly number[]
  /** Throws for a reply that is not well-formed in the vendor's dialect. */
  read(body: Buffer, reply: string, status: number, type: string): Promise<Reading>
  /** A call that is right, of an account or site. */
  good(name: string, level: number): { readonly path: string; readonly headers: Headers; readonly body: string }
  /** By which parameter the control plane is told of an account or site. */
  readonly scope: 'account' | 'site'
  /** What the control plane shows of an account or site. */
  readonly shows: (name: string) => readonly string[]
  /** What is there after the right call; in the order of `shows`. */
  readonly isThere: (level: number) => RegExp
}
export type Headers = Readonly<Record<string, string>>

const oauth2 = (token: string) => `OAuth2 ${Buffer.from(token).toString('base64')}`
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function jsonOf(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''))
}

function listed(value: unknown): number {
  if (!Array.isArray(value)) throw new Error(`A list of items is ${JSON.stringify(value)}.`)
  if (value.length === 0) return 0
  const [items] = value
  if (value.length !== 1 || !Array.isArray(items)) throw new Error(`A list of items is ${JSON.stringify(value)}.`)
  return items.length
}

/** JOOR's reply as JSON: the lists are in lists of their own. */
function readJoorJson(text: string): { updated: number; notUpdated: number } {
  const reply: unknown = JSON.parse(text)
  if (!isObject(reply) || !isObject(reply.response) || typeof reply.response.log_id !== 'string')
    throw new Error('The reply has no response with a log_id.')
  return { updated: listed(reply.items_updated), notUpdated: listed(reply.items_not_updated) }
}

async function readJoorXml(text: string): Promise<{ updated: number; notUpdated: number }> {
  const root = await byXml2js(withPlainNames(text))
  const [response, updated, notUpdated] = root.children
  const names = [root, response, updated, notUpdated].map((element) => element?.name).join(' ')
  if (names !== 'bulk_inventory response items_updated items_not_updated' || !hasLogId(response))
    throw new Error(`The reply has ${names}.`)
  return { updated: updated?.children.length ?? 0, notUpdated: notUpdated?.children.length ?? 0 }
}

const hasLogId = (response: Tree | undefined) =>
  response?.children.some(({ name, text }) => name === 'log_id' && text !== '') === true

/** A call was taken whose body this reader does not read: then it has to be wrong itself. */
function sentInJson(body: Buffer): number | undefined {
  const document = jsonOf(body)
  return isObject(document) && Array.isArray(document.inventory_items) ? document.inventory_items.length : undefined
}

/** What xml2js does not read is not counted: it knows the names of the fourth edition only. */
async function sentInXml(body: Buffer): Promise<number | undefined> {
  const root = await byXml2js(withPlainNames(body.toString('utf8').replace(/^\ufeff/, ''))).catch(() => undefined)
  return root?.children.filter(({ name }) => name === 'inventory_item').length
}

function joor(format: 'json' | 'xml', good: (level: number) => string): Dialect {
  const headersOf = (name: string) => ({ Authorization: oauth2(name), 'Content-Type': `application/${format}` })
  return {
    headers: headersOf('fuzzed'),
    queries: ['', '', '?overwrite=1', `?return_format=${format === 'json' ? 'xml' : 'json'}`, '?dec_pending=1'],
    statuses: [200, 400, 413],
    async read(body, reply, status, type) {
      const told = type.startsWith('application/json') ? readJoorJson(reply) : await readJoorXml(reply)
      if (status === 200) return { told, sent: format === 'json' ? sentInJson(body) : await sentInXml(body) }
      if (told.updated + told.notUpdated > 0) throw new Error('The reply to a refused call tells of items.')
      return { told: undefined, sent: undefined }
    },
    good: (name, level) => ({ path: '/v2/bulk-inventory', headers: headersOf(name), body: good(level) }),
    scope: 'account',
    shows: (name) => [`/_backstock/joor/accounts/${name}/positions`],
    isThere: (level) => new RegExp(`"warehouse":"good".*"available":${level},`),
  }
}

function jirafe(batch: boolean): Dialect {
  const headersOf = (name: string) => ({ Authorization: `Bearer ${name}`, 'Content-Type': 'application/json' })
  return {
    headers: headersOf('fuzzed'),
    queries: [''],
    statuses: [200, 400, 413],
    async read(body, text, status) {
      const reply: unknown = JSON.parse(text)
      if (!isObject(reply)) throw new Error('The reply is no object.')
      if (status === 200 && batch) return readBatch(jsonOf(body), reply)
      if (reply.success !== (status === 200)) throw new Error(`The reply says success: ${reply.success}.`)
      if (status !== 200) return { told: undefined, sent: undefined }
      // It was read here as well.
      jsonOf(body)
      return { told: { updated: 1, notUpdated: 0 }, sent: 1 }
    },
    good: (name, level) => ({
      path: `/v2/${name}/${batch ? 'batch' : 'inventory'}`,
      headers: headersOf(name),
      body: batch ? `{"product.inventory":[${event(level)}]}` : event(level),
    }),
    scope: 'site',
    shows: (name) => ['levels', 'costs', 'events'].map((what) => `/_backstock/jirafe/sites/${name}/${what}`),
    isThere: (level) => new RegExp(`"good","[^]*"inventory_level":${level}[,}]`),
  }
}

const event = (level: number) => `{"timestamp":"2015-01-23T16:35:38Z","product_code":"good","inventory_level":${level}}`

function readBatch(document: unknown, reply: Readonly<Record<string, unknown>>): Reading {
  if (!isObject(document)) throw new Error('A batch was taken that is no object.')
  const counts = { updated: 0, notUpdated: 0 }
  for (const [key, replies] of Object.entries(reply)) {
    const sent = Object.getOwnPropertyDescriptor(document, key)?.value
    if (!Array.isArray(replies) || !Array.isArray(sent) || replies.length !== sent.length)
      throw new Error(`The list ${JSON.stringify(key)} is answered by ${JSON.stringify(replies)?.slice(0, 200)}.`)
    const accepted = replies.filter((each) => isObject(each) && each.success === true).length
    counts.updated += accepted
    counts.notUpdated += replies.length - accepted
  }
  const lists = Object.values(document).map((list) => (Array.isArray(list) ? list.length : 0))
  return { told: counts, sent: lists.reduce((sum, length) => sum + length, 0) }
}

export const dialects: Readonly<Record<FormatName, Dialect>> = {
  'JOOR JSON': joor('json', (level) => `{"inventory_items":[{"warehouse":"good","upc":"good","inventory":${level}}]}`),
  'JOOR XML': joor(
    'xml',
    (level) =>
      `<inventory_items><inventory_item><warehouse>good</warehouse><upc>good</upc><inventory>${level}</inventory></inventory_item></inventory_items>`,
  ),
  'Jirafe event': jirafe(false),
  'Jirafe batch': jirafe(true),
}
