import { Duplex } from 'node:stream'

/** Told of what the server writes, and when it writes no more: `whole` where it ended, and was not cut off. */
interface Reader {
  take(bytes: Buffer): void
  end(whole: boolean): void
}

/** The server's end of a connection within the process. The other end has no buffer: what is written is read. */
export class InnerSocket extends Duplex {
  bytesRead = 0
  reader: Reader | undefined
  #hungUp = false

  send(head: Buffer, body: Buffer | undefined): void {
    for (const bytes of body === undefined ? [head] : [head, body]) {
      this.bytesRead += bytes.length
      this.push(bytes)
    }
  }

  /** As TCP has it: the other end is told by an error. */
  resetAndDestroy(): this {
    return this.destroy()
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: unknown, done: () => void): void {
    this.reader?.take(bytes)
    done()
  }

  /** Ends the client's side: the server closes its own when it has nothing more to say. */
  hangUp(): void {
    if (this.#hungUp) return
    this.#hungUp = true
    this.push(null)
  }

  override _final(done: () => void): void {
    this.reader?.end(true)
    this.hangUp()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.reader?.end(false)
    done(error)
  }
}
