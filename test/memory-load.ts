import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** So many connections, each with so many calls on their way. */
const connections = 4
const pipelined = 32
/** Accounts that nobody declared and that the emulator is to take. */
export const taken = 500
/**
 * Callers that nobody declared, more than are taken. They come first and are few, as sites and levels are: what is kept
 * of an account or site has its bounds, which have to be reached before memory is looked at.
 */
const strangers = 600
const sites = 4
const codes = 10
const brands = 20

const oauth2 = (token: string) => `OAuth2 ${Buffer.from(token).toString('base64')}`

function call(line: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`
}

const joor = (token: string, type = 'json') => ({ Authorization: oauth2(token), 'Content-Type': `application/${type}` })
const jirafe = (token: string) => ({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' })
const bulk = 'POST /v2/bulk-inventory'

const json = (upc: number, inventory: unknown) =>
  JSON.stringify({ inventory_items: [{ warehouse: 'NY', upc: String(upc), inventory }] })
const xml = (upc: number) =>
  `<inventory_items><inventory_item><warehouse>NY</warehouse><upc>${upc}</upc><inventory>3</inventory></inventory_item></inventory_items>`
const event = (code: number, level: unknown) =>
  JSON.stringify({ timestamp: '2015-01-23T16:35:38Z', product_code: String(code), inventory_level: level })

const strangersCall = (n: number) => call(bulk, joor(`stranger-${n % strangers}`), json(1, n % 40))

/** The kinds of calls, drawn in turn: of a number `n` comes the same call each time. */
const kinds: readonly ((n: number) => string)[] = [
  (n) => call(`${bulk}${n % 50 === 0 ? '?overwrite=1' : ''}`, joor(`brand-${n % brands}`), json(n % 97, n % 40)),
  (n) => call(bulk, joor(`brand-${n % brands}`, 'xml'), xml(n % 97)),
  (n) => call(`PUT /v2/site-${n % sites}/inventory`, jirafe(`site-${n % sites}`), event(n % codes, n % 40)),
  (n) => strangersCall(n),
  (n) =>
    call(
      `POST /v2/site-${n % sites}/batch`,
      jirafe(`site-${n % sites}`),
      `{"inventory":[${event(n % codes, 1)},${event(1, null)}]}`,
    ),
  (n) => call(`POST /v2/stranger-${n % strangers}/inventory`, jirafe('t'), event(1, n)),
  // What is refused, as a whole or in part.
  (n) => call(bulk, joor(`brand-${n % brands}`), n % 2 === 0 ? '{"inventory_items":[' : json(n % 97, `no number ${n}`)),
  (n) => call(bulk, joor(`brand-${n % brands}`, 'xml'), `<!DOCTYPE x>${xml(n)}`),
  (n) => call(bulk, n % 2 === 0 ? {} : joor('brand-1', `odd-${n % 40}`), json(1, 1)),
  (n) => call(`GET /nowhere/${n}?a=${n}`, {}),
  (n) => call(`POST /v2/site-${n % sites}/inventory`, jirafe(`site-${n % sites}`), event(1, `${n}`)),
  // What meets a fault, and what looks.
  (n) => call(n % 2 === 0 ? bulk : bulk.replace('POST', 'PUT'), joor('faulty'), json(n % 97, 1)),
  (n) => call(`GET ${looks[n % looks.length]}`, {}),
]
const looks = [
  '/_backstock/health',
  '/_backstock/requests?limit=3',
  '/_backstock/joor/accounts/brand-0/positions?limit=20',
  '/_backstock/jirafe/sites/site-1/levels?limit=5',
  '/_backstock/nothing',
]

/** Faults that leave the connection whole, for the calls of one account. */
export const faults = [
  { match: { method: 'PUT' }, fault: { kind: 'error', status: 503 } },
  { fault: { kind: 'partial', items: { every: 2 } } },
]

/** What is to be declared before the load comes. */
export const seed = {
  joor: {
    accounts: Object.fromEntries([...named('brand', brands), 'faulty'].map((token) => [token, { token }] as const)),
  },
  jirafe: { sites: Object.fromEntries(named('site', sites).map((token) => [token, { token }] as const)) },
}

function named(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`)
}

/** So many calls go over the same connections; then there are new ones. */
const perRound = 10_000

/** Sends so many calls, the first of which has a number; resolved to how often each status was answered. */
export async function load(url: string, first: number, count: number): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>()
  const port = Number(new URL(url).port)
  let next = first
  while (next < first + count) {
    const end = Math.min(next + perRound, first + count)
    const take = () => (next < end ? next++ : undefined)
    await Promise.all(Array.from({ length: connections }, () => keepBusy(port, take, statuses)))
  }
  return statuses
}

function textOf(n: number): string {
  if (n < strangers) return strangersCall(n)
  const kind = kinds[n % kinds.length]
  if (kind === undefined) throw new Error('There is a kind for every number.')
  // Kinds come in turn, so that their own number counts each of them.
  return kind(Math.floor(n / kinds.length))
}

/** One connection: a further call goes out for each reply that comes in. */
function keepBusy(port: number, take: () => number | undefined, statuses: Map<number, number>): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let open = 0
    let rest = ''
    const fill = (most: number) => {
      let calls = ''
      for (let free = most; free > 0; free--) {
        const n = take()
        if (n === undefined) break
        open++
        calls += textOf(n)
      }
      if (calls !== '') socket.write(calls)
      else if (open === 0) socket.end()
    }
    socket.on('connect', () => fill(pipelined))
    socket.on('data', (chunk: Buffer) => {
      const { replies, left } = split(rest + chunk.toString('latin1'))
      rest = left
      for (const status of replies) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      open -= replies.length
      fill(replies.length)
    })
    socket.on('error', reject)
    socket.on('close', () => (open === 0 ? resolve() : reject(new Error(`${open} calls were not answered: ${rest}`))))
  })
}

/** The statuses of whole replies, and what is left of one that is not whole yet. */
function split(text: string): { readonly replies: readonly number[]; readonly left: string } {
  const replies: number[] = []
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) break
    const head = text.slice(at, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
    if (Number.isNaN(length)) throw new Error(`A reply without a length: ${head}`)
    if (text.length < end + 4 + length) break
    replies.push(Number(head.slice(9, 12)))
    at = end + 4 + length
  }
  return { replies, left: text.slice(at) }
}

/** What of a process is in memory, in MiB, by the kernel's account of it. */
export function residentSize(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
