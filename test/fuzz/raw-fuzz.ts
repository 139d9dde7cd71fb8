import { connect, type Socket } from 'node:net'
import type { RawRequest } from './raw-requests.js'

/** What came back on a connection, and whether the server let it go in time. */
export interface Heard {
  readonly bytes: Buffer
  readonly closed: boolean
}

/** A client that ended its side is let go within this. */
const usualLingerMs = 8_000
const lookMs = 50
/**
 * Replies are waited for until the server has been silent for so many pauses. They are counted and not measured: where the
 * process itself had to wait for the machine, its server was as little at work as its client.
 */
const silence = 4
const silentMs = 10

/** Writes a raw request and hears what comes back, until the connection is closed or its time is over. */
export async function exchange(port: number, { parts, ending }: RawRequest, lingerMs = usualLingerMs): Promise<Heard> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  const chunks: Buffer[] = []
  let silent = 0
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    silent = 0
  })
  // A server may reset the connection of who sends nonsense: `close` follows in any case.
  socket.on('error', () => {})
  const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)))
  socket.on('end', () => socket.end())
  for (const part of parts) {
    if (socket.destroyed || !socket.writable) break
    socket.write(part)
    await pause(0)
  }
  if (ending === 'reset') {
    await pause(1)
    socket.resetAndDestroy()
  } else {
    for (silent = 0; !socket.destroyed && silent < silence; silent++) await pause(silentMs)
    socket.end()
  }
  const inTime = await Promise.race([closed, gone(socket, lingerMs)])
  socket.destroy()
  return { bytes: Buffer.concat(chunks), closed: inTime }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function gone(socket: Socket, lingerMs: number): Promise<boolean> {
  for (let waited = 0; !socket.destroyed && waited < lingerMs; waited += lookMs) await pause(lookMs)
  return socket.destroyed
}

/** The statuses of the replies in what came back, interim ones left out. Throws where it is no HTTP. */
export function repliesIn(bytes: Buffer): readonly number[] {
  const text = bytes.toString('latin1')
  const statuses: number[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) throw new Error(`No end of the headers: ${JSON.stringify(text.slice(at, at + 200))}`)
    const [line = '', ...lines] = text.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\t -~]+$/.exec(line)?.[1] ?? Number.NaN)
    const wrong = lines.find((each) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t\x20-\x7e\x80-\xff]*$/.test(each))
    if (Number.isNaN(status) || wrong !== undefined)
      throw new Error(`No head of a reply: ${JSON.stringify(wrong ?? line)}`)
    const length = /^content-length: (\d+)$/im.exec(lines.join('\n'))?.[1]
    const chunked = lines.some((each) => /^transfer-encoding: chunked$/i.test(each))
    at = chunked ? endOfChunks(text, end + 4) : end + 4 + Number(length ?? 0)
    if (status >= 200) statuses.push(status)
  }
  return statuses
}

function endOfChunks(text: string, from: number): number {
  const end = text.indexOf('\r\n0\r\n\r\n', from)
  return end < 0 ? text.length : end + 7
}
