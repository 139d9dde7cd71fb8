import { Connection } from './connection.js'

/** What one stretch of load came to. */
export interface Loaded {
  readonly calls: number
  readonly seconds: number
  /** Bytes of all replies. */
  readonly bytes: number
}

/** Sends the requests in turn over so many connections, until the time is over. */
export type Load = (url: string, requests: readonly Buffer[], connections: number, seconds: number) => Promise<Loaded>

/** Load by this process; every reply must be a good one. */
export const ownLoad: Load = (url, requests, connections, seconds) => {
  const end = performance.now() + seconds * 1_000
  return sendWhile(url, requests, connections, () => performance.now() < end)
}

/** The same, until so many calls are answered. */
export const sendCalls = (url: string, requests: readonly Buffer[], connections: number, calls: number) =>
  sendWhile(url, requests, connections, (sent) => sent < calls)

async function sendWhile(
  url: string,
  requests: readonly Buffer[],
  connections: number,
  more: (sent: number) => boolean,
): Promise<Loaded> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(url)))
  let sent = 0
  let bytes = 0
  const started = performance.now()
  const run = async (connection: Connection) => {
    while (more(sent)) {
      const request = requests[sent++ % requests.length]
      if (request === undefined) return
      const taken = await connection.call(request)
      bytes += taken
    }
  }
  try {
    await Promise.all(open.map(run))
    return { calls: sent, seconds: (performance.now() - started) / 1_000, bytes }
  } finally {
    for (const connection of open) connection.close()
  }
}
