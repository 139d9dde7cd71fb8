import { isCredential, isOtherCredential } from './credentials.js'
import { readHead } from './head.js'
import type { Entry } from './journal/entry.js'
import type { ReceivedBody } from './journal/record.js'
import type { Repeated } from './journal/repeated.js'
import type { AnyOperation } from './operation.js'
import { redacted } from './redaction.js'
import { arrival, type Parts, serve } from './serve.js'
import type { Caller, Partition } from './state/store.js'

/** Well-formed credentials at either vendor that are nobody's: who calls is told beside them. */
const standIn = Buffer.from('backstock repeats a call').toString('base64')

/** Sends a call of the journal through the pipeline once more, as the account or site that it came from. */
export async function repeatCall(entry: Entry, table: readonly AnyOperation[], parts: Parts): Promise<Repeated> {
  const obstacle = obstacleTo(entry)
  if (obstacle !== undefined) return { obstacle }
  const headers = Object.entries(entry.request.headers).filter(([name]) => !isOtherCredential(name))
  const head = readHead({
    method: entry.method,
    url: entry.path,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, value.replaceAll(redacted, standIn)])),
  })
  const meant = table.filter((candidate) => candidate.matches(head))
  // Where the host told whose the call is, the path alone may tell otherwise.
  const operation = meant.find(({ name }) => name === entry.operation) ?? meant[0]
  if (operation === undefined) throw new Error(`No operation takes ${head.method} ${head.target}.`)
  const caller = await callerOf(entry, parts)
  // A tracker's call has no token: its document names the site.
  const again = caller === undefined ? operation : { ...operation, identify: () => caller }
  // Whoever repeats a call is no client with a connection.
  const arrived = arrival({ opened: 0 }, parts)
  const served = await serve(again, head, new KeptText(entry.request.body?.text ?? ''), parts, arrived)
  // Only a client can hang up, and a fault lose a reply: here is neither.
  if (served?.sent === undefined) throw new Error(`The repeated call ${entry.id} has no reply.`)
  const { status, headers: replied, body } = served.sent.reply
  return { id: replied['Backstock-Request-Id'] ?? '', status, headers: replied, body: body.toString() }
}

/** Why the journal has too little of a call to send it again. */
function obstacleTo(entry: Entry): string | undefined {
  const { headers, body } = entry.request
  const way = 'Send the call once more from the client.'
  if (entry.name === undefined) return `The call came from no known account or site. ${way}`
  // A fault that lost the reply left the call whole.
  if (entry.status === null && entry.fault === null) return `The client was gone before the call ended. ${way}`
  if (body?.cut) return `Only the start of the body is kept. ${way} --journal-body-bytes keeps more.`
  if (body !== null && !body.faithful) return `The body is no text in UTF-8, and its bytes are not kept. ${way}`
  if (body === null && announcesBody(headers)) return `The body was refused before it was read. ${way}`
  const others = Object.entries(headers).filter(([name]) => !isCredential(name))
  const shown = [entry.path, body?.text ?? '', ...others.map(([, value]) => value)]
  if (shown.some((text) => text.includes(redacted)))
    return `The token stood in the call beside its Authorization header, and was replaced. ${way}`
  return undefined
}

/** Whether headers say that a body follows. */
function announcesBody(headers: Entry['request']['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

const partitionOf = ({ vendor, name }: Entry): Partition => `${vendor === 'jirafe' ? 'jirafe' : 'joor'}:${name}`

/** Who the account or site is now, by the fingerprint of its token: the token itself nobody knows. */
async function callerOf(entry: Entry, { store }: Parts): Promise<Caller | undefined> {
  if (entry.fingerprint === undefined || entry.fingerprint === '') return undefined
  const setup = (await store.find(partitionOf(entry)))?.setup
  const token = setup?.token ?? entry.fingerprint
  if (entry.vendor === 'jirafe') return { vendor: 'jirafe', site: entry.name ?? '', token }
  return { vendor: 'joor', token }
}

/** A body that was received before. */
class KeptText implements ReceivedBody {
  readonly hasArrived = true
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  async text(limit: number) {
    return Buffer.byteLength(this.#text) > limit ? ({ fault: 'too large' } as const) : this.#text
  }

  received() {
    return { text: this.#text, bytes: Buffer.byteLength(this.#text), faithful: true }
  }
}
