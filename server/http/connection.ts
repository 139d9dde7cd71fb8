import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Line } from '../conduct/heard.js'
import { Heads } from '../head.js'
import type { Fate } from '../journal/entry.js'

/** What is known of a connection as long as it is open. */
export interface Connection {
  /** What conduct knows it by. */
  readonly line: Line
  readonly heads: Heads
  /** Its calls are those of `backstock verify`, which are no client's. */
  verifies: boolean
  /** The last request, as far as it has arrived. */
  arriving: IncomingMessage | undefined
  /** Resolved when the last call of a vendor is over. */
  call: Promise<void>
  /** Such calls that are not over: those that wait for others, too. */
  callsUnderWay: number
  /** What becomes of the last reply: a reset after it means that nobody took it. */
  fate: Fate | undefined
  /** What becomes of replies that wait for those before them. */
  readonly queued: Set<Fate>
  /** What came last is no request, and is answered behind the calls that came before it. */
  isRefused: boolean
}

const nothing = Promise.resolve()
const connections = new WeakMap<Socket, Connection>()

/** Begins to watch a connection; `opened` counts the calls whose replies its client may have heard by now. */
export function watchConnection(socket: Socket, opened: number): void {
  const connection: Connection = {
    line: { opened },
    heads: new Heads(),
    verifies: false,
    arriving: undefined,
    call: nothing,
    callsUnderWay: 0,
    fate: undefined,
    queued: new Set(),
    isRefused: false,
  }
  connections.set(socket, connection)
  // Replies of calls that arrived whole still go out; who waits for anything else has left.
  socket.once('end', () => {
    if (connection.callsUnderWay === 0 && connection.queued.size === 0) socket.end()
  })
  socket.once('close', (hadError) => {
    if (hadError && connection.fate !== undefined) connection.fate.taken = false
    for (const fate of connection.queued) fate.taken = false
  })
}

/** Undefined where the connection was refused before anybody saw it. */
export const knownConnection = (socket: Socket): Connection | undefined => connections.get(socket)

/** The connection by which a request came. */
export function connectionOf({ socket }: IncomingMessage): Connection {
  const connection = connections.get(socket)
  if (connection === undefined) throw new Error('A call came by a connection that nobody has seen open.')
  return connection
}
