import { isUtf8 } from 'node:buffer'
import { decoded } from '../http/body.js'
import type { Reply } from '../operation.js'
import { readXml, type XmlElement } from '../verify/values.js'
import { codingsOf } from '../wire/codings.js'
import { isReply, type NoReply, type Readable, type Real } from './exchange.js'

export type Format = 'json' | 'xml'

/** The real reply; undefined where there is none, or its codings cannot be undone within the limit. */
export async function readableReal(real: Real | NoReply, limit: number): Promise<Readable | undefined> {
  if (!isReply(real)) return undefined
  const { status, rawHeaders, body } = real
  const headers = new Map<string, string>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const before = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  const codings = codingsOf(headers.get('content-encoding'))
  if (codings === undefined) return undefined
  const bytes = body.length === 0 ? body : await decoded(body, codings, limit)
  return Buffer.isBuffer(bytes) ? { status, headers, bytes, text: textOf(bytes) } : undefined
}

export function readableReply({ status, headers, body }: Reply): Readable {
  const bytes = Buffer.from(body)
  const byName = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { status, headers: new Map(byName), bytes, text: textOf(bytes) }
}

const textOf = (bytes: Buffer) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined)

/** What a body is written in; undefined for what is neither, and for one that is empty. */
export function formatOf({ headers, bytes }: Readable): Format | undefined {
  if (bytes.length === 0) return undefined
  return /^[^;]*\b(json|xml)\b/.exec(headers.get('content-type')?.toLowerCase() ?? '')?.[1] as Format | undefined
}

/**
 * The values of a text by readers that are not the emulator's. Of XML elements that are told by `lists` there are always
 * a list; of others where there are several. Rejected where the text is not in the format.
 */
export async function readValues(text: string, format: Format, lists: ReadonlySet<string>): Promise<unknown> {
  if (format === 'json') return JSON.parse(text)
  const root = await readXml(text)
  if (root === undefined) throw new SyntaxError('there is no element')
  return { [root.name]: valueOfElement(root, lists) }
}

function valueOfElement({ attributes, text, children }: XmlElement, lists: ReadonlySet<string>): unknown {
  const named = Object.entries(attributes).map(([name, value]) => [`@${name}`, value] as const)
  if (children.length === 0 && named.length === 0) return text
  const byName = new Map<string, unknown[]>()
  for (const child of children) {
    const values = byName.get(child.name) ?? []
    values.push(valueOfElement(child, lists))
    byName.set(child.name, values)
  }
  const members = [...byName].map(([name, values]) => {
    const [only] = values
    return [name, values.length === 1 && !lists.has(name) ? only : values] as const
  })
  return Object.fromEntries([...named, ...members, ...(text.trim() === '' ? [] : [['#text', text] as const])])
}
