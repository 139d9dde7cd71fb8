import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { operationFor, type Traffic, vendorTraffic } from '../http/adapter.js'
import { expectsContinue, RequestBody } from '../http/body.js'
import type { Connection } from '../http/connection.js'
import { awaitReader } from '../http/reader.js'
import { drain, send } from '../http/send.js'
import { passedOn } from '../intercept/passing.js'
import type { Entry, Fate } from '../journal/entry.js'
import { type Limits, tellOver } from '../limits.js'
import type { AnyOperation, Head, Reply } from '../operation.js'
import { Secrets, secretsOfEncodedToken, secretsOfToken } from '../redaction.js'
import { arrival, type Parts, serve } from '../serve.js'
import { settingsFor } from '../settings.js'
import type { Changed, Setup, Vendor } from '../state/store.js'
import { writeProblem } from '../wire/problem.js'
import { compare } from './comparison.js'
import { type Emulated, type Exchange, isReply, type Real, type Sent } from './exchange.js'
import { readableReal } from './reply-values.js'
import { SharedBody } from './shared-body.js'
import { passOn, type Upstream } from './upstream.js'
import { repliesOf } from './vendors.js'

/** Where the calls go, and who is told of each. */
export interface Passing {
  readonly upstreams: Readonly<Record<Vendor, Upstream | undefined>>
  /** A call that was passed on. */
  readonly exchanged: (exchange: Exchange) => void
  /** A call of a vendor for which no real API was named; it went nowhere. */
  readonly refused: (vendor: Vendor, head: Head) => void
}

/** Answers a vendor's calls by the reply of the real API, while the emulator carries the same calls out for itself. */
export function passingTraffic(passing: Passing): Traffic {
  let exchanges = 0
  return (table, parts, timers, step) => {
    const ordinary = vendorTraffic(table, parts, timers, step)
    return async (request, response, connection) => {
      const { takes } = parts
      const head = connection.heads.read(request)
      const operation = operationFor(table, head, request, takes)
      const { vendor } = operation
      // No vendor has such a path.
      if (vendor === null) return ordinary(request, response, connection)
      const upstream = passing.upstreams[vendor]
      if (upstream === undefined) {
        passing.refused(vendor, head)
        return answerOurselves(request, response, notNamed(vendor), takes)
      }
      // Nothing of it is read that neither could take.
      if (Number(head.headers['content-length'] ?? 0) > takes.body_bytes)
        return answerOurselves(request, response, tooLarge(takes), takes)
      const shared = new SharedBody(request, takes.body_bytes)
      const body = new RequestBody(shared.copy(), response, takes)
      const sent = sentBy(request, head)
      const passed = { sent, body: shared.copy(), chunked: isChunked(head), proceed: proceeding(request, response) }
      const emulating = emulate(operation, head, body, parts, connection)
      // It may fail long before anybody asks for it, who is then told.
      emulating.catch(() => {})
      const real = await passOn(passed, upstream, takes)
      const { ended } = shared
      shared.abandon()
      const { emulated, fate } = await emulating
      // Who hung up has not made the call; the journal says so.
      if (ended === 'gone') return
      if (ended === 'too large') return answerOurselves(request, response, tooLarge(takes), takes)
      const readable = await readableReal(real, takes.inflated_bytes)
      const comparison = await compare({ real, readable, emulated, head }, repliesOf(vendor))
      if (fate !== undefined) connection.fate = fate
      const told = { 'Backstock-Request-Id': emulated.entry.id, 'Backstock-Drift': comparison.verdict }
      if (isReply(real)) answer(request, response, real, told)
      else send(request, response, writeProblem(real.status, STATUS_CODES[real.status] ?? '', real.sentence, told))
      // The client has not heard what the vendor said.
      if (fate !== undefined && !isReply(real)) fate.taken = false
      awaitReader(request, response, takes, fate)
      const whole = ended === 'whole' ? shared.bytes : undefined
      const sentText = body.received()?.text
      const secrets = secretsIn(vendor, head, sentText ?? whole?.toString() ?? '')
      exchanges++
      const exchange = { number: exchanges, vendor, head, sentText, secrets, real, readable, emulated, comparison }
      passing.exchanged({ ...exchange, sent: { ...sent, body: whole } })
    }
  }
}

const isChunked = ({ headers }: Head) => headers['transfer-encoding'] !== undefined

/** Tells a client that waits to send its body to do so; undefined for one that does not wait. */
const proceeding = (request: IncomingMessage, response: ServerResponse) =>
  expectsContinue(request) ? () => response.writeContinue() : undefined

function answerOurselves(request: IncomingMessage, response: ServerResponse, reply: Reply, takes: Limits): void {
  send(request, response, reply)
  awaitReader(request, response, takes)
}

const notNamed = (vendor: Vendor) =>
  writeProblem(
    502,
    'No upstream',
    `The call is one of ${vendor}, and nobody has said where its real API is: it was sent nowhere. ` +
      `Start the proxy with --${vendor} URL.`,
  )

const tooLarge = (takes: Limits) => writeProblem(413, 'Payload too large', tellOver('body_bytes', takes))

/** Carries a call out in the emulator. */
async function emulate(
  operation: AnyOperation,
  head: Head,
  body: RequestBody,
  parts: Parts,
  { verifies, line }: Connection,
): Promise<{ readonly emulated: Emulated; readonly fate: Fate | undefined }> {
  let entry: Entry | undefined
  let setup: Setup | undefined
  const { store } = parts
  // What the journal gets of a call is handed out by nobody else.
  const witnessed: Parts['store'] = {
    isRemote: store.isRemote,
    access: (caller) => store.access(caller),
    find: (of) => store.find(of),
    call: (caller, needs, settle, drafted) => {
      const witness: typeof settle = (turn) => {
        const settled = settle(turn)
        setup = turn.setup
        const record = (changed: Changed) => {
          const committed = settled.entry(changed)
          entry = committed.entry
          return committed
        }
        return { ...settled, entry: record }
      }
      return store.call(caller, needs, witness, drafted)
    },
  }
  const served = await serve(
    operation,
    head,
    body,
    { ...parts, store: witnessed, repeated: verifies },
    arrival(line, parts),
  )
  if (entry === undefined) throw new Error(`${operation.name} left no entry in the journal.`)
  const settings = settingsFor(setup, parts.settings)
  return { emulated: { reply: served?.sent?.reply, entry, setup, settings }, fate: served?.sent?.replied.fate }
}

/** A header of these is for us. */
const ours = /^backstock-/i

function sentBy(request: IncomingMessage, { method, target }: Head): Omit<Sent, 'body'> {
  return { method, target, rawHeaders: withoutOurs(passedOn(request)) }
}

function withoutOurs(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, at) => !ours.test(rawHeaders[at - (at % 2)] ?? ''))
}

/** A text that holds one of them is kept and shown by nobody. */
function secretsIn(vendor: Vendor, head: Head, body: string): readonly string[] {
  return new Secrets(head, vendor === 'jirafe' ? secretsOfToken : secretsOfEncodedToken).with(body)
}

const bodiless: ReadonlySet<number> = new Set([204, 304])

/** The real reply as it came, with two headers beside its own: that of a Backstock behind it, too, is ours. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, reason, rawHeaders, body }: Real,
  told: Readonly<Record<string, string>>,
): void {
  const taken = new Set(Object.keys(told).map((name) => name.toLowerCase()))
  const kept = rawHeaders.filter((_, at) => !taken.has((rawHeaders[at - (at % 2)] ?? '').toLowerCase()))
  const hasLength = kept.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-length')
  const length =
    hasLength || bodiless.has(status) || request.method === 'HEAD' ? [] : ['Content-Length', String(body.length)]
  // The client may or may not send the body after a refusal, so the connection cannot be used again.
  const waits = expectsContinue(request) && !request.complete
  if (waits) response.shouldKeepAlive = false
  response.sendDate = false
  response.writeHead(status, reason, [...kept, ...length, ...Object.entries(told).flat()])
  response.end(body)
  if (!waits && !request.complete) drain(request)
}
