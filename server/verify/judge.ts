import { createHash } from 'node:crypto'
import { type ExpectedReply, headerOf, type Step } from './case.js'
import { expectedText, expectedType } from './expected.js'
import type { Received } from './send.js'
import { differences, readXml } from './values.js'

/**
 * What is wrong with a reply, one sentence each. It is judged twice: by its text, to the letter, and by its values as
 * JSON.parse and xml2js see them, which are not the emulator's own readers.
 */
export async function judgeReply(step: Step, received: Received): Promise<readonly string[]> {
  const { reply } = step
  if (reply === undefined) return []
  const faults: string[] = []
  if (received.status !== reply.status) faults.push(`the status is ${received.status}, not ${reply.status}`)
  faults.push(...judgeConnection(reply, received), ...judgeHeaders(step, reply, received))
  faults.push(...judgeBytes(reply, received))
  const text = expectedText(step, reply)
  if (text === undefined) return faults
  if (!matches(text, received.text)) faults.push(`the text is\n${received.text}\nnot\n${text}`)
  faults.push(...(await judgeValues(text, reply, received.text)))
  return faults
}

function judgeConnection(reply: ExpectedReply, { interim, closed }: Received): readonly string[] {
  const faults: string[] = []
  if (reply.continue !== undefined && reply.continue !== interim.includes(100))
    faults.push(reply.continue ? 'no interim reply 100 came' : 'an interim reply 100 came')
  if (reply.closes && !closed) faults.push('the connection was not closed after the reply')
  return faults
}

function judgeBytes({ base64, sha256 }: ExpectedReply, { bytes }: Received): readonly string[] {
  const faults: string[] = []
  if (base64 !== undefined && !bytes.equals(Buffer.from(base64, 'base64')))
    faults.push(`the bytes are ${bytes.toString('base64')}, not ${base64}`)
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== undefined && hash !== sha256)
    faults.push(`the SHA-256 of ${bytes.length} bytes is ${hash}, not ${sha256}`)
  return faults
}

function judgeHeaders(step: Step, reply: ExpectedReply, received: Received): readonly string[] {
  const wanted = new Map(Object.entries(reply.headers ?? {}))
  const type = expectedType(step, reply)
  if (type !== undefined && headerOf(reply, 'content-type') === undefined) wanted.set('Content-Type', type)
  return [...wanted].flatMap(([name, value]) => {
    const found = received.headers.get(name.toLowerCase()) ?? null
    return found === value ? [] : [`the header ${name} is ${found ?? 'missing'}, not ${value ?? 'missing'}`]
  })
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
/** The text of one XML element or one JSON string, and nothing beyond its end. */
const xmlText = '[^<>]+'
const jsonText = String.raw`(?:[^"\\]|\\.)+`

/** `{{uuid}}` is any lower-case version-4 UUID, `{{text}}` any text where another judgement looks at it. */
function matches(template: string, text: string): boolean {
  const holes = new Map([
    ['{{uuid}}', uuid],
    ['{{text}}', template.startsWith('<') ? xmlText : jsonText],
  ])
  const pattern = template
    .split(/(\{\{uuid\}\}|\{\{text\}\})/)
    .map((part) => holes.get(part) ?? part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${pattern.join('')}$`, 'u').test(text)
}

/** The same reply by its values, in a message that says which value differs. */
async function judgeValues(right: string, reply: ExpectedReply, text: string): Promise<readonly string[]> {
  const read = readerOf(right)
  if (read === undefined) return []
  const wanted = await read(right)
  try {
    const found = await read(text)
    return [...differences(found, wanted, matchesValue), ...judgeSentence(found, reply)]
  } catch (error) {
    return [`the body cannot be read: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`]
  }
}

/** Read values have their escapes undone, so a hole takes any text. */
const matchesValue = (template: string, text: string) =>
  template === '{{text}}' ? text !== '' : matches(template, text)

type Reader = (text: string) => unknown

const readJson: Reader = (text) => JSON.parse(text)

/** The reader for what the expected text is written in; none for a text that is neither. */
function readerOf(text: string): Reader | undefined {
  if (text.startsWith('<')) return readXml
  return /^[[{]/.test(text) ? readJson : undefined
}

/** A refusal's sentence: the case says a part of it. */
function judgeSentence(found: unknown, { comment, message }: ExpectedReply): readonly string[] {
  const part = comment ?? message
  if (part === undefined) return []
  const sentence = comment === undefined ? memberOf(found, 'message') : commentOf(found)
  if (typeof sentence === 'string' && sentence.includes(part)) return []
  return [`the sentence is ${JSON.stringify(sentence) ?? 'missing'}, which has no "${part}"`]
}

/** JOOR's comment, in either format. */
function commentOf(found: unknown): unknown {
  const response = memberOf(found, 'response') ?? childOf(found, 'response')
  return memberOf(response, 'comment') ?? memberOf(childOf(response, 'comment'), 'text')
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}

function childOf(element: unknown, name: string): unknown {
  const children = memberOf(element, 'children')
  return Array.isArray(children) ? children.find((child) => memberOf(child, 'name') === name) : undefined
}
