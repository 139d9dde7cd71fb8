import { request } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectSecurely } from 'node:tls'
import { bodyOf, type Raw, type Step, targetOf } from './case.js'
import { authorizationFor, type Destination, patience, type Received, replyTo, verifyHeader } from './send.js'
import { sendingNames } from './variables.js'

/** How long a server may take to say 100, or to close a connection. */
const shortPatience = 5000

/** Sends the raw calls of a case, byte for byte, on new connections or on the one that is kept. */
export class RawLine {
  readonly #to: Destination
  #connection: Connection | undefined

  constructor(to: Destination) {
    this.#to = to
  }

  async send(step: Step, raw: Raw): Promise<Received> {
    if (raw.connection !== 'kept') {
      this.end()
      this.#connection = new Connection(this.#to)
      if (this.#to.isBackstock) await announce(this.#connection, this.#to)
    }
    const connection = this.#connection
    if (connection === undefined || connection.over !== undefined)
      throw new Error(`${step.call}: the connection was to be kept, but ${connection?.over ?? 'there is none'}`)
    const { head, body } = bytesOf(step, raw, this.#to)
    const received = await exchange(connection, step, raw.wait, head, body)
    return step.reply?.closes ? { ...received, closed: await connection.closes(shortPatience) } : received
  }

  end(): void {
    this.#connection?.end()
    this.#connection = undefined
  }
}

/** Tells by a call of its own whose connection it is: the calls of a case go byte for byte. */
async function announce(connection: Connection, { url }: Destination): Promise<void> {
  const call = 'GET /_backstock/version'
  const lines = [`${call} HTTP/1.1`, `Host: ${new URL(url).host}`, `${verifyHeader}: 1`, '', '']
  await exchange(connection, { call }, undefined, Buffer.from(lines.join('\r\n')), Buffer.alloc(0))
}

/** What goes over the socket before and after the wait. */
function bytesOf(step: Step, { head, version, chunks }: Raw, to: Destination) {
  const { host, pathname } = new URL(to.url)
  const body = bodyOf(step) ?? Buffer.alloc(0)
  const values: Readonly<Record<(typeof sendingNames)[number], string>> = {
    host,
    length: String(body.length),
    joor_token: to.joorToken,
    joor_base64: authorizationFor('joor', to).replace('OAuth2 ', ''),
    jirafe_token: to.jirafeToken,
  }
  const [method = ''] = step.call.split(' ', 1)
  const requestLine = `${method} ${pathname.replace(/\/$/, '')}${targetOf(step)} HTTP/${version ?? '1.1'}`
  const lines = head.map((line) =>
    sendingNames.reduce((text, name) => text.replaceAll(`{{${name}}}`, () => values[name]), line),
  )
  return {
    head: Buffer.from(`${[requestLine, ...lines].join('\r\n')}\r\n\r\n`),
    body: chunks === undefined ? body : chunked(body, chunks),
  }
}

function chunked(body: Buffer, lengths: readonly number[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const length of [...lengths, body.length]) {
    const piece = body.subarray(from, from + length)
    // An empty chunk would be the last.
    if (piece.length > 0) parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
    from += length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

async function exchange(
  connection: Connection,
  step: Step,
  wait: Raw['wait'],
  head: Buffer,
  body: Buffer,
): Promise<Received> {
  const [method = ''] = step.call.split(' ', 1)
  const call = request({
    method,
    createConnection: () => connection.listen(),
    signal: AbortSignal.timeout(patience),
  })
  const reply = replyTo(call, step)
  // Node's writer has to think that it has sent something before its reader takes a reply.
  call.end()
  if (wait === undefined) connection.write(Buffer.concat([head, body]))
  else {
    const interim = new Promise<'go'>((resolve) => call.once('continue', () => resolve('go')))
    connection.write(head)
    const limit = wait === 'continue' ? shortPatience : wait
    const first = await Promise.race([interim, reply.then(() => 'answered' as const), after(limit)])
    if (first === 'late' && wait === 'continue') {
      call.destroy()
      await reply.catch(() => undefined)
      throw new Error(`${step.call}: no interim reply 100 came within ${limit / 1000} s, so the body was not sent`)
    }
    // A server that answered has not seen the body and would take it for the next call.
    if (first === 'answered') connection.over = 'its last call was answered before its body was sent'
    else connection.write(body)
  }
  const received = await reply.finally(() => connection.rest())
  if (connection.overran) throw new Error(`${step.call}: more came than one reply`)
  return received
}

function after(milliseconds: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), milliseconds).unref())
}

class Connection {
  readonly #socket: Socket
  readonly #closing: Promise<true>
  /** What the server sent while no call waited for a reply: the next one has to meet it. */
  #unasked: Buffer[] = []
  #listener: Listener | undefined
  /** More came than the last call's reply. */
  overran = false
  /** Why no further call can go over it. */
  over: string | undefined

  constructor({ url }: Destination) {
    const { protocol, hostname, port } = new URL(url)
    const host = hostname.replace(/^\[|\]$/g, '')
    const secure = protocol === 'https:'
    const to = { host, port: Number(port) || (secure ? 443 : 80) }
    this.#socket = secure ? connectSecurely({ ...to, ...(isIP(host) === 0 && { servername: host }) }) : connect(to)
    this.#socket.on('data', (bytes: Buffer) => {
      if (this.#listener === undefined) this.#unasked.push(bytes)
      else this.#listener.push(bytes)
    })
    this.#closing = new Promise((resolve) => {
      const close = (error?: Error) => {
        this.over ??= 'the server has closed it'
        if (error === undefined) this.#listener?.finish()
        else this.#listener?.destroy(error)
        resolve(true)
      }
      this.#socket.on('error', close)
      this.#socket.on('end', () => close())
      this.#socket.on('close', () => close())
    })
  }

  /** Node's own reader of replies gets what comes from now on; what its writer makes goes nowhere. */
  listen(): Duplex {
    const listener = new Listener()
    this.#listener = listener
    for (const bytes of this.#unasked.splice(0)) listener.push(bytes)
    return listener
  }

  rest(): void {
    // Node gives a connection up over which more comes than it asked for.
    this.overran = this.over === undefined && this.#listener?.destroyed === true
    this.#listener = undefined
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  closes(milliseconds: number): Promise<boolean> {
    return Promise.race([this.#closing, after(milliseconds).then(() => false)])
  }

  end(): void {
    this.#socket.destroy()
  }
}

/** A connection as Node's HTTP client sees it. */
class Listener extends Duplex {
  #finished = false

  /** The server has closed the connection. */
  finish(): void {
    if (!this.#finished && !this.destroyed) this.push(null)
    this.#finished = true
  }

  override _read(): void {}

  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    done()
  }
}
