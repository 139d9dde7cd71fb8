import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import supertest from 'supertest'
import { describe, expect, it, type TestContext } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { startTestEmulator } from './emulator.js'
import { arm, level, levelsOf } from './faults.js'
import { tellMissing } from './missing-tools.js'

/** What a client makes of a call: the reply as it got it, or how it failed. */
type Result =
  | { readonly error: string }
  | { readonly error?: never; readonly status: number; readonly type: string; readonly text: string }

/** A client that sends the batch to sites, one after the other. */
interface Client {
  readonly name: string
  /** The program that has to be there. */
  readonly tool?: string
  send(emulator: Emulator, sites: readonly string[]): Promise<ReadonlyMap<string, Result>>
}

const body = JSON.stringify({ 'product.inventory': [level(1, 'A'), level(2, 'B')] })
const headers = { Authorization: 'Bearer a-token', 'Content-Type': 'application/json' }

/** Each kind of fault, what a client is to make of it, and the levels that stand afterwards. */
const kinds: readonly (readonly [fault: object | null, seen: string, levels: readonly number[]])[] = [
  [null, 'ok', [1, 2]],
  [{ kind: 'error', status: 503 }, 'status 503', []],
  [{ kind: 'latency', ms: 40 }, 'ok', [1, 2]],
  [{ kind: 'slow_body', bytes_per_second: 400 }, 'ok', [1, 2]],
  [{ kind: 'reset' }, 'reset', [1, 2]],
  [{ kind: 'close' }, 'closed', [1, 2]],
  [{ kind: 'truncate' }, 'cut', [1, 2]],
  [{ kind: 'garble' }, 'malformed', [1, 2]],
  [{ kind: 'wrong_content_type' }, 'type text/html', [1, 2]],
  [{ kind: 'empty' }, 'empty', [1, 2]],
  [{ kind: 'before_commit' }, 'reset', []],
  [{ kind: 'after_commit' }, 'reset', [1, 2]],
  [{ kind: 'partial', items: { index: [0] } }, 'partial', [2]],
]

/** What a program does with the reply: it looks at status and type, and parses the body. */
function seenOf(result: Result | undefined): string {
  if (result === undefined) return 'nothing'
  if (result.error !== undefined) return result.error
  if (result.status !== 200) return `status ${result.status}`
  if (result.text === '') return 'empty'
  if (result.type !== 'application/json') return `type ${result.type}`
  try {
    const lists: Readonly<Record<string, readonly { success: boolean }[]>> = JSON.parse(result.text)
    return Object.values(lists)
      .flat()
      .every(({ success }) => success)
      ? 'ok'
      : 'partial'
  } catch {
    return 'malformed'
  }
}

async function oneByOne(sites: readonly string[], send: (site: string) => Promise<Result>) {
  const results = new Map<string, Result>()
  for (const site of sites) results.set(site, await send(site))
  return results
}

const byFetch: Client = {
  name: "Node's fetch",
  send: ({ url }, sites) =>
    oneByOne(sites, async (site) => {
      try {
        const reply = await fetch(`${url}/v2/${site}/batch`, { method: 'POST', headers, body })
        return { status: reply.status, type: reply.headers.get('content-type') ?? '', text: await reply.text() }
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined
        const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
        if (error instanceof Error && error.message === 'terminated') return { error: 'cut' }
        return { error: code === 'ECONNRESET' ? 'reset' : code === 'UND_ERR_SOCKET' ? 'closed' : String(cause) }
      }
    }),
}

const byHttp: Client = {
  name: "Node's http",
  send: ({ url }, sites) => oneByOne(sites, (site) => requestOnce(`${url}/v2/${site}/batch`)),
}

function requestOnce(url: string): Promise<Result> {
  return new Promise((resolve) => {
    const call = request(url, { method: 'POST', headers: { ...headers, 'Content-Length': body.length } }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      reply.on('error', () => resolve({ error: 'cut' }))
      const { statusCode: status = 0 } = reply
      reply.on('end', () => resolve({ status, type: reply.headers['content-type'] ?? '', text }))
    })
    call.on('error', ({ message }) => resolve({ error: message === 'socket hang up' ? 'closed' : 'reset' }))
    call.end(body)
  })
}

const curlErrors: Readonly<Record<number, string>> = { 18: 'cut', 52: 'closed', 56: 'reset' }

const byCurl: Client = {
  name: 'curl',
  tool: 'curl',
  send: ({ url }, sites) =>
    oneByOne(sites, async (site) => {
      const told = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
      const format = '\n%{http_code}\n%{content_type}'
      const { code, stdout } = await run('curl', ['-s', '-w', format, ...told, '-d', body, `${url}/v2/${site}/batch`])
      if (code !== 0) return { error: curlErrors[code] ?? `curl's exit code ${code}` }
      const lines = stdout.split('\n')
      return { status: Number(lines.at(-2)), type: lines.at(-1) ?? '', text: lines.slice(0, -2).join('\n') }
    }),
}

const byPython = (client: 'urllib' | 'http.client'): Client => ({
  name: `Python's ${client}`,
  tool: 'python3',
  async send({ url }, sites) {
    const script = fileURLToPath(new URL('clients/faulty.py', import.meta.url))
    const { code, stdout } = await run('python3', [script], JSON.stringify({ url, body, sites: { [client]: sites } }))
    if (code !== 0) throw new Error(`python3 ended with ${code}.`)
    const results: Readonly<Record<string, Result>> = JSON.parse(stdout)
    return new Map(Object.entries(results))
  },
})

/** Runs a program to its end; a code other than 0 is no failure of the run. */
function run(program: string, args: readonly string[], input = ''): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, stdout })
      else reject(error)
    })
    child.stdin?.end(input)
  })
}

async function needed(tool: string | undefined, context: TestContext): Promise<void> {
  if (tool === undefined) return
  const there = await run(tool, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  )
  if (there) return
  tellMissing(`${tool} is missing, so nobody knows what it makes of a fault. Install it.`, context)
}

const clients = [byFetch, byHttp, byPython('urllib'), byPython('http.client'), byCurl]

/** What the client made of each call, the levels that stand then, and the fault of which the journal tells. */
async function outcomesOf(client: Client, armed: readonly (object | null)[]) {
  const emulator = await startTestEmulator()
  const sites = kinds.map((_, index) => `site-${index}`)
  for (const [index, fault] of armed.entries())
    if (fault !== null) await arm(emulator, [{ fault }], `?site=${sites[index]}`)
  const results = await client.send(emulator, sites)
  const outcomes: unknown[] = []
  for (const site of sites) {
    const { body: list } = await supertest(emulator.url).get(`/_backstock/requests?site=${site}`)
    // A client that sent the call twice would be as wrong as a fault that is not carried out.
    const calls: readonly { readonly id: string }[] = list.requests
    const { body: detail } = await supertest(emulator.url).get(`/_backstock/requests/${calls[0]?.id}`)
    outcomes.push([seenOf(results.get(site)), await levelsOf(emulator, site), detail.fault?.kind, calls.length])
  }
  return outcomes
}

const right = kinds.map(([fault, seen, levels]) => [
  seen,
  levels,
  fault !== null && 'kind' in fault ? fault.kind : undefined,
  1,
])

describe.each(clients.map((client) => [client.name, client] as const))('%s', (_name, client) => {
  it('meets every kind of fault, and the state is as documented', { timeout: 60_000 }, async (context) => {
    await needed(client.tool, context)
    const faults = kinds.map(([fault]) => fault)
    expect(await outcomesOf(client, faults)).toEqual(right)
  })

  it('would tell it if every fault were carried out as its neighbour', { timeout: 60_000 }, async (context) => {
    await needed(client.tool, context)
    const faults = kinds.map((_, index) => kinds[(index + 1) % kinds.length]?.[0] ?? null)
    const outcomes = await outcomesOf(client, faults)
    for (const [index, outcome] of outcomes.entries()) expect(outcome).not.toEqual(right[index])
  })
})
