import type { InnerSocket } from './inner-socket.js'

/** Of a connection that ends with its call nothing is to be told. */
const ofTheConnection = new Set(['connection', 'keep-alive'])
const bodiless = new Set([204, 304])

/**
 * The reply of our own server to one request, as `fetch` gives it; its body is read as it comes. Rejected with TypeError
 * where the connection ends before the reply's head, and the body breaks off where it ends before its last byte.
 */
export function readReply(socket: InnerSocket, { method, signal }: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader(method, resolve, reject, socket)
    socket.reader = reader
    // Who calls off has gone, as by a closed connection.
    const callOff = () => {
      reader.fail(signal.reason)
      socket.destroy()
    }
    if (signal.aborted) callOff()
    signal.addEventListener('abort', callOff, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', callOff))
  })
}

class ReplyReader {
  readonly #method: string
  readonly #resolve: (response: Response) => void
  readonly #reject: (error: unknown) => void
  readonly #socket: InnerSocket
  #head: Buffer = Buffer.alloc(0)
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Bytes that are still to come; undefined where the end of the connection is that of the body. */
  #missing: number | undefined
  #over = false

  constructor(
    method: string,
    resolve: (response: Response) => void,
    reject: (error: unknown) => void,
    socket: InnerSocket,
  ) {
    this.#method = method
    this.#resolve = resolve
    this.#reject = reject
    this.#socket = socket
  }

  take(bytes: Buffer): void {
    if (this.#over) return
    if (this.#body !== undefined) {
      this.#takeBody(bytes)
      return
    }
    this.#head = Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end >= 0) this.#begin(this.#head.toString('latin1', 0, end), this.#head.subarray(end + 4))
  }

  end(whole: boolean): void {
    if (whole && this.#body !== undefined && this.#missing === undefined) this.#finish()
    this.fail(new TypeError('fetch failed', { cause: new Error('The emulator closed the connection.') }))
  }

  fail(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#reject(error)
    this.#body?.error(error)
  }

  #begin(head: string, rest: Buffer): void {
    const [first = '', ...lines] = head.split('\r\n')
    const [, status, statusText = ''] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(first) ?? []
    const headers = lines.map((line) => splitHeader(line)).filter(([name]) => !ofTheConnection.has(name.toLowerCase()))
    const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
    const hasBody = this.#method !== 'HEAD' && !bodiless.has(Number(status))
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller
      },
      cancel: () => {
        this.#over = true
        this.#socket.destroy()
      },
    })
    this.#missing = !hasBody ? 0 : length === undefined ? undefined : Number(length)
    this.#resolve(new Response(hasBody ? stream : null, { status: Number(status), statusText, headers }))
    this.#takeBody(rest)
  }

  #takeBody(bytes: Buffer): void {
    if (bytes.length > 0) this.#body?.enqueue(bytes)
    if (this.#missing === undefined) return
    this.#missing -= bytes.length
    if (this.#missing <= 0) this.#finish()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#body?.close()
    this.#socket.hangUp()
  }
}

function splitHeader(line: string): [name: string, value: string] {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}
