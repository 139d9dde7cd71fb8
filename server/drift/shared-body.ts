import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** The body of a request for two readers, each as fast as it likes; all of it is kept, up to a limit. */
export class SharedBody {
  readonly #request: IncomingMessage
  readonly #copies: Copy[] = []
  readonly #chunks: Buffer[] = []
  #bytes = 0
  /** How it ended; undefined while it arrives. */
  ended: 'whole' | 'gone' | 'too large' | undefined

  constructor(request: IncomingMessage, limit: number) {
    this.#request = request
    request.on('data', (chunk: Buffer) => {
      if (this.ended !== undefined) return
      this.#bytes += chunk.length
      if (this.#bytes > limit) return this.#end('too large')
      this.#chunks.push(chunk)
      for (const copy of this.#copies) copy.push(chunk)
    })
    request.on('error', () => {})
    request.on('end', () => this.#end('whole'))
    request.on('close', () => this.#end('gone'))
    if (request.destroyed) this.#end('gone')
  }

  /** Asked for before a byte is read. */
  copy(): Copy {
    const copy = new Copy(this.#request)
    this.#copies.push(copy)
    if (this.ended !== undefined) copy.destroy()
    return copy
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#bytes)
  }

  /** Nobody waits for the rest. */
  abandon(): void {
    this.#end('gone')
  }

  #end(how: 'whole' | 'gone' | 'too large'): void {
    if (this.ended !== undefined) return
    this.ended = how
    for (const copy of this.#copies)
      if (how === 'whole') copy.push(null)
      else copy.destroy()
  }
}

/** What a reader of a request's body asks of the request. */
class Copy extends Readable {
  readonly headers: IncomingMessage['headers']
  /** Which has no interim reply: whether there is one the real API says. */
  readonly httpVersion = '1.0'
  /** It is read as it comes. */
  readonly complete = false

  constructor({ headers }: IncomingMessage) {
    super()
    this.headers = headers
  }

  override _read(): void {}
}
