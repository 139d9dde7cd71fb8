import { connect, type Socket } from 'node:net'

/** One kept connection, for one call at a time. Node's own client costs as much as the servers that it is to measure. */
export class Connection {
  readonly #socket: Socket
  #head = ''
  /** Bytes of the reply that are still to come; undefined until its headers are whole. */
  #left: number | undefined
  #bytes = 0
  #settle: { resolve(bytes: number): void; reject(error: Error): void } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      socket.once('connect', () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  /** Sends a whole request; the bytes of the reply, which must be a 2xx with its length. */
  call(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#left === undefined) {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1]
      if (!/^HTTP\/1\.1 2\d\d /.test(this.#head) || length === undefined)
        return void this.#fail(new Error(`The load met this reply:\n${this.#head.slice(0, 2_000)}`))
      this.#left = end + 4 + Number(length) - this.#head.length
    } else this.#left -= chunk.length
    if (this.#left === 0) this.#done()
  }

  #done(): void {
    const { settle, bytes } = { settle: this.#settle, bytes: this.#bytes }
    this.#settle = undefined
    this.#head = ''
    this.#left = undefined
    this.#bytes = 0
    settle?.resolve(bytes)
  }

  #fail(error: Error): void {
    this.#settle?.reject(error)
    this.#settle = undefined
    this.#socket.destroy()
  }
}
