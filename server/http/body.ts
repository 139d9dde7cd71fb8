import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import type { ReceivedBody } from '../journal/record.js'
import { type LimitName, type Limits, tellOver } from '../limits.js'
import { type BodyFault, HungUp, OverLimit, type Unreadable } from '../operation.js'
import { stepAside } from '../turns.js'
import { type Coding, codingsOf } from '../wire/codings.js'
import { placeOfBadByte } from '../wire/utf8.js'

/** Bytes from which on to join them, to make a text of them and to begin to read it are a turn each. */
const large = 1024 * 1024

/** What is asked of a request for its body. */
type Arriving = Readable & Pick<IncomingMessage, 'headers' | 'httpVersion' | 'complete'>

/** The body of one request. Nothing is read before `text` asks for it, so a refusal by the headers costs no byte. */
export class RequestBody implements ReceivedBody {
  readonly #request: Arriving
  readonly #response: Pick<ServerResponse, 'writeContinue'>
  readonly #takes: Limits
  /** Of a call that waited for the one before it, the client may be gone when its turn comes. */
  readonly #gone: boolean
  #received: ReturnType<ReceivedBody['received']>
  #text: Promise<string | Unreadable> | undefined

  constructor(request: Arriving, response: Pick<ServerResponse, 'writeContinue'>, takes: Limits) {
    this.#request = request
    this.#response = response
    this.#takes = takes
    this.#gone = request.destroyed
  }

  get hasArrived(): boolean {
    return this.#request.complete && !this.#gone
  }

  text(limit: number): Promise<string | Unreadable> {
    this.#text ??= this.#read(limit)
    return this.#text
  }

  async #read(limit: number): Promise<string | Unreadable> {
    const { body_bytes, inflated_bytes } = this.#takes
    if (Number(this.#request.headers['content-length'] ?? 0) > body_bytes) throw this.#over('body_bytes')
    if (expectsContinue(this.#request)) this.#response.writeContinue()
    const most = Math.min(limit, body_bytes)
    const sent = this.hasArrived ? bytesAtHand(this.#request, most) : await bytesOf(this.#request, most)
    if (sent === undefined) return this.#tooLarge(limit, 'body_bytes')
    const { bytes: raw, whole } = sent
    if (!whole) {
      // What arrived of a body that never ended is still worth a look in the journal.
      this.#received = { text: raw.toString('latin1'), bytes: raw.length, faithful: false }
      throw new HungUp()
    }
    const codings = codingsOf(this.#request.headers['content-encoding']) ?? []
    const plain = codings.length === 0 ? raw : await decoded(raw, codings, Math.min(limit, inflated_bytes))
    if (!Buffer.isBuffer(plain)) {
      this.#received = { text: raw.toString('latin1'), bytes: raw.length, faithful: false }
      if (plain.fault === 'too large') return this.#tooLarge(limit, 'inflated_bytes')
      return plain
    }
    const isLarge = plain.length > large
    if (isLarge) await stepAside()
    const utf8 = isUtf8(plain)
    const text = plain.toString(utf8 ? 'utf8' : 'latin1')
    if (isLarge) await stepAside()
    this.#received = { text, bytes: raw.length, faithful: utf8 }
    return utf8 ? text : { fault: 'not UTF-8', at: placeOfBadByte(plain) }
  }

  /** Too large for the vendor or, where the emulator takes less than that, for the emulator. */
  #tooLarge(limit: number, name: LimitName): Unreadable {
    if (this.#takes[name] < limit) throw this.#over(name)
    return { fault: 'too large' }
  }

  #over(name: LimitName): OverLimit {
    return new OverLimit(tellOver(name, this.#takes))
  }

  received() {
    return this.#received
  }
}

interface SentBytes {
  readonly bytes: Buffer
  readonly whole: boolean
}

const empty = Buffer.alloc(0)

/** The bytes of a request that has arrived whole, whether its client is still there or not; undefined where they are too many. */
function bytesAtHand(request: Readable, limit: number): SentBytes | undefined {
  // Where nobody listens Node up to 24 gives all that there is in one piece, Node 26 one part after the other.
  const chunks: Buffer[] = []
  for (let chunk: Buffer | null = request.read(); chunk !== null; chunk = request.read()) chunks.push(chunk)
  const [only = empty] = chunks
  const bytes = chunks.length > 1 ? Buffer.concat(chunks) : only
  return bytes.length > limit ? undefined : { bytes, whole: true }
}

/** All bytes as sent, or those that came before the client went; undefined as soon as they are more than the limit. */
export function bytesOf(request: Readable, limit: number): Promise<SentBytes | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    // The listeners stay: what comes behind the end is for somebody else, or for nobody. They live until the reply is
    // out, so they let go of the bytes, and of the promise, which has them too.
    let waiting: typeof resolve | undefined = resolve
    const settle = (whole: boolean) => {
      if (waiting === undefined) return
      if (bytes > limit) waiting(undefined)
      else {
        const [only] = chunks
        waiting({ bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes), whole })
      }
      waiting = undefined
      chunks.length = 0
    }
    const take = (chunk: Buffer) => {
      if (waiting === undefined) return
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > limit) settle(false)
    }
    const gone = () => settle(false)
    // A reset emits both; `close` comes in every case and says all there is to say.
    request
      .on('error', saidByClose)
      .on('data', take)
      .on('end', () => settle(true))
      .on('close', gone)
    if (request.destroyed) gone()
  })
}

const saidByClose = () => {}

/** HTTP/1.0 has no interim replies, so there the header says nothing. */
export function expectsContinue(request: Pick<IncomingMessage, 'headers' | 'httpVersion'>): boolean {
  return request.httpVersion === '1.1' && request.headers.expect?.toLowerCase() === '100-continue'
}

const undo = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate),
  rawDeflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw),
}

/** A body without its codings. */
export async function decoded(
  raw: Buffer,
  codings: readonly Coding[],
  limit: number,
): Promise<Buffer | { fault: BodyFault }> {
  let bytes = raw
  for (const coding of codings.toReversed()) {
    try {
      bytes = await undo[coding === 'deflate' && !hasZlibHeader(bytes) ? 'rawDeflate' : coding](bytes, {
        maxOutputLength: limit,
      })
    } catch (error) {
      const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      return { fault: tooLarge ? 'too large' : 'bad encoding' }
    }
  }
  return bytes
}

/** Some clients send bare DEFLATE data for "deflate", without the zlib header that the standard asks for. */
function hasZlibHeader(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && ((first << 8) + second) % 31 === 0
}
