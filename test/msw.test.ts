import http from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type SetupServer, setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type BackstockOptions, createBackstock } from '../client/runners/msw.js'
import { type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { bodyOf, type Case, headerOf, targetOf, vendorOf } from '../server/verify/case.js'
import { defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { arrange, observe } from '../server/verify/observe.js'
import { authorizationFor, headersOf } from '../server/verify/send.js'
import { oauth2 } from './emulator.js'
import { isFull, tell } from './proof.js'

const ours = { joor: 'http://backstock.localhost', jirafe: 'http://backstock.localhost' }
const hosts = { joor: 'https://api.jooraccess.com', jirafe: 'https://event.jirafe.com' }
const server: SetupServer = setupServer()
// What is for a port of this machine is the other half of a comparison.
beforeAll(() => server.listen({ onUnhandledRequest: ({ url }) => void allowed.push(url) }))
afterAll(() => server.close())
const allowed: string[] = []

function intercepted(options: BackstockOptions = {}) {
  const backstock = createBackstock(options)
  server.use(...backstock.handlers)
  onTestFinished(async () => {
    server.resetHandlers()
    await backstock.close()
  })
  return backstock
}

const joorCall = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, host = hosts.joor) =>
  fetch(`${host}/v2/bulk-inventory`, {
    method: 'POST',
    headers: { Authorization: oauth2('a-token'), 'Content-Type': 'application/json', ...headers },
    body,
  })
const oneItem = '{"inventory_items":[{"warehouse":"A","upc":"1","inventory":4}]}'

/** A call as the journal has it, but for what fetch adds on its way to a port. */
const essenceOf = ({ ms: _ms, curl: _curl, request: _request, ...call }: Readonly<Record<string, unknown>>) => call

/** What a reply tells, but for what is of its connection. */
async function told(reply: Response) {
  const headers = [...reply.headers].filter(([name]) => name !== 'connection' && name !== 'keep-alive').sort()
  return { status: reply.status, headers, body: Buffer.from(await reply.arrayBuffer()).toString('base64') }
}

describe('A call that MSW leads to an emulator without a port', () => {
  const instant = '2026-01-31T12:00:00.000Z'
  const site = String(defaultVariables.site)
  const sent = readCases(shippedCases, defaultVariables).then((all) => all.filter(canBeFetched))

  it('of every contract case that fetch can send is answered as over HTTP, byte for byte, and leaves the same state', {
    timeout: 180_000,
  }, async () => {
    // In the short form every third of them.
    const cases = (await sent).filter((_, at) => isFull || at % 3 === 0)
    let calls = 0
    const different: string[] = []
    for (const each of cases) {
      const { settings, clock = instant, anonymous_limit } = each.given ?? {}
      const options = {
        seedIds: 7,
        clock: () => new Date(clock),
        ...(settings && { settings }),
        ...(anonymous_limit !== undefined && { anonymousLimit: anonymous_limit }),
      }
      const there = await repliesOf(each, options, undefined)
      const here = await repliesOf(each, options, byPath(each) ? ours : hosts)
      if (!isDeepStrictEqual(here, there)) different.push(`${each.file}: ${each.case}`)
      calls += each.steps.length
    }
    expect(different).toEqual([])
    expect(calls).toBeGreaterThan(isFull ? 400 : 100)
    tell('msw', `${calls} calls of ${cases.length} cases were answered by handlers as by the port`)
  })

  /** Replies and state, by the port or, where hosts are given, by the handlers. */
  async function repliesOf(each: Case, options: EmulatorOptions, at: typeof hosts | undefined) {
    const emulator = at ? createBackstock({ emulator: options }) : await startEmulator({ port: 0, ...options })
    if ('handlers' in emulator) server.use(...emulator.handlers)
    try {
      const to = { url: emulator.url, joorToken: 'case-token', jirafeToken: 'case-token' }
      await arrange(each, to, site)
      const replies = []
      for (const step of each.steps) {
        const vendor = vendorOf(step)
        const [method = ''] = step.call.split(' ')
        const body = bodyOf(step)
        const reply = await fetch(`${at?.[vendor] ?? emulator.url}${targetOf(step)}`, {
          method,
          headers: withAccept(headersOf(step, authorizationFor(vendor, to))),
          ...(body && { body: new Uint8Array(body) }),
          redirect: 'manual',
        })
        replies.push(await told(reply))
      }
      const { requests, ...state } = await observe(to, site)
      return { replies, ...state, calls: requests.map(essenceOf) }
    } finally {
      server.resetHandlers()
      await emulator.close()
    }
  }

  it('in gzip is read, and one of more than 20 MB is refused', async () => {
    intercepted()
    const reply = await joorCall(new Uint8Array(gzipSync(oneItem)), { 'Content-Encoding': 'gzip' })
    expect([reply.status, await reply.json()]).toMatchObject([200, { items_updated: [[{ upc: '1' }]] }])
    const large = await joorCall(`{"inventory_items":[${' '.repeat(21_000_000)}]}`)
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('20 MB')])
  })

  it("is the vendor's whose host it is for, on the sandbox and on hosts of one's own, too", async () => {
    const backstock = intercepted({ hosts: { joor: ['stock.test', 'localhost:8080'] } })
    for (const host of [hosts.joor, 'https://apisandbox.jooraccess.com', 'http://stock.test', 'http://localhost:8080'])
      expect((await joorCall(oneItem, {}, host)).status, host).toBe(200)
    const elsewhere = await joorCall(oneItem, {}, hosts.jirafe)
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, expect.stringContaining("no path of Jirafe's")])
    const event = await fetch(`${hosts.joor}/v2/shop/inventory`, { method: 'POST', body: '{}' })
    expect([event.status, await event.text()]).toEqual([404, expect.stringContaining('is not emulated')])
    for (const host of Object.values(hosts)) expect((await fetch(`${host}/_backstock/health`)).status).toBe(404)
    const client = await backstock.connect()
    expect(await client.joor.accounts()).toMatchObject([{ requests: 4 }])
    expect(await client.jirafe.sites()).toEqual([])
  })

  it('is repeated as the call of the vendor whose host it was for, whatever its path says', async () => {
    const backstock = intercepted()
    const headers = { Authorization: 'Bearer a-token' }
    const call = { method: 'POST', headers }
    const reply = await fetch(`${hosts.jirafe}/v2/order/nothing`, call)
    expect([reply.status, await reply.json()]).toMatchObject([400, { error_type: 'invalid_type' }])
    const [listed] = await (await backstock.connect()).requests()
    expect(listed).toMatchObject({ vendor: 'jirafe', site: 'order', operation: 'jirafe.unknown' })
    const again = await fetch(`${backstock.url}/_backstock/requests/${listed?.id}/repeat`, { method: 'POST' })
    expect(await again.json()).toMatchObject({ status: 400, body: expect.stringContaining('invalid_type') })
    const byPath = await fetch(`${backstock.url}/v2/order/nothing`, call)
    expect(byPath.status).toBe(404)
  })

  it('has a journal, a state and a clock, which the client knows without the handlers', async () => {
    const backstock = createBackstock()
    onTestFinished(() => backstock.close())
    const client = await backstock.connect()
    const account = await client.joor.account({ positions: [{ warehouse: 'A', upc: '1', inventory: 3 }] })
    server.use(...backstock.handlers)
    expect((await joorCall(oneItem, { Authorization: account.authorization })).status).toBe(200)
    server.resetHandlers()
    expect(await account.positions()).toMatchObject([{ available: 4 }])
    expect(await account.requests()).toMatchObject([{ status: 200, path: '/v2/bulk-inventory' }])
    await client.clock.freeze('2026-01-31T12:00:00Z')
    await client.reset()
    expect(await client.joor.accounts()).toEqual([])
  })

  it('meets the faults that were armed: errors, delays, and what a broken connection is to fetch', async () => {
    const backstock = intercepted()
    const { arm } = await backstock.connect()
    const meet = async (fault: Parameters<typeof arm>[0]) => {
      await arm(fault)
      return joorCall(oneItem).then(
        (reply) =>
          reply.text().then(
            (text) => `${reply.status} ${text.length}`,
            () => `${reply.status} broken off`,
          ),
        (error) => `${error}`,
      )
    }
    expect(await meet({ times: 1, fault: { kind: 'error', status: 503 } })).toMatch(/^503 /)
    expect(await meet({ times: 1, fault: { kind: 'latency', ms: 20 } })).toBe('200 171')
    expect(await meet({ times: 1, fault: { kind: 'slow_body', bytes_per_second: 5_000 } })).toBe('200 171')
    expect(await meet({ times: 1, fault: { kind: 'empty' } })).toBe('200 0')
    expect(await meet({ times: 1, fault: { kind: 'truncate' } })).toBe('200 broken off')
    for (const kind of ['reset', 'close', 'before_commit', 'after_commit'] as const)
      expect(await meet({ times: 1, fault: { kind } }), kind).toBe('TypeError: Failed to fetch')
    const lost = await (await backstock.connect()).requests({ status: null })
    expect(lost).toHaveLength(4)
  })

  it('is noted as given up where its client calls it off, and nobody waits for it', async () => {
    const backstock = intercepted()
    const client = await backstock.connect()
    await client.arm({ times: 1, fault: { kind: 'latency', ms: 600_000 } })
    const signal = AbortSignal.timeout(50)
    await expect(fetch(`${hosts.joor}/v2/bulk-inventory`, { method: 'POST', body: '{}', signal })).rejects.toThrow()
    await backstock.close()
    await expect(client.version()).rejects.toThrow('The emulator is closed')
  })

  it("comes as well by Node's own http module", async () => {
    intercepted()
    const reply = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const call = http.request(`http://event.jirafe.com/v2/shop/site_check`, {
        headers: { Authorization: 'Bearer a' },
      })
      call.on('error', reject).on('response', (response) => {
        let text = ''
        response.on('data', (bytes) => {
          text += bytes
        })
        response.on('end', () => resolve({ status: response.statusCode, text }))
      })
      call.end()
    })
    expect(reply.status).toBe(200)
  })
})

/** With what fetch adds on its way to a port, and MSW does not see. */
function withAccept(headers: [name: string, value: string][]): [name: string, value: string][] {
  return headers.some(([name]) => name.toLowerCase() === 'accept') ? headers : [...headers, ['Accept', '*/*']]
}

/** Of a path that is nobody's, or the other vendor's, the port goes by the path: so does the handlers' own URL. */
const byPath = ({ rules }: Case) => rules.includes('joor.call.emulated')

/** Whether fetch sends it as it stands: no raw bytes, no header or target that it would change. */
function canBeFetched({ steps, given }: Case): boolean {
  return (
    given?.failure === undefined &&
    steps.every(
      (step) =>
        step.raw === undefined &&
        ['host', 'content-length', 'transfer-encoding', 'expect', 'connection'].every(
          (name) => headerOf(step, name) === undefined,
        ) &&
        !(/^(?:GET|HEAD|TRACE) /.test(step.call) && bodyOf(step) !== undefined) &&
        !step.call.startsWith('TRACE ') &&
        new URL(targetOf(step), hosts.joor).href === `${hosts.joor}${targetOf(step)}`,
    )
  )
}

describe('What cannot be', () => {
  it.each<[BackstockOptions, string]>([
    [{ emulator: { port: 4350 } as object }, 'port is given, and nothing listens here'],
    [{ emulator: { controlToken: 'x' } as object }, 'controlToken is given'],
    [{ emulator: { seed: { joor: { acounts: {} } } as object } }, 'acounts'],
  ])('is told to whoever connects or calls: %j', async (options, told) => {
    // MSW tells it there, too.
    vi.spyOn(console, 'error').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    const backstock = intercepted(options)
    await expect(backstock.connect()).rejects.toThrow(told)
    const reply = await joorCall(oneItem)
    expect([reply.status, await reply.text()]).toEqual([500, expect.stringContaining(told)])
  })

  it.each<[object, string]>([
    [{ seed: {} }, 'The option seed of createBackstock is not known'],
    [{ hosts: { other: [] } }, 'The option other of hosts is not known'],
    [{ hosts: { joor: ['https://stock.test'] } }, 'The host is "https://stock.test"'],
    [{ hosts: { jirafe: ['*'] } }, 'The host is "*"'],
  ])('is refused at once: %j', (options, told) => {
    expect(() => createBackstock(options)).toThrow(told)
  })

  it('reaches nobody else: what no handler takes goes on to where it was going', async () => {
    intercepted()
    allowed.length = 0
    await expect(fetch('http://127.0.0.1:1/v2/bulk-inventory')).rejects.toThrow()
    expect(allowed).toEqual(['http://127.0.0.1:1/v2/bulk-inventory'])
  })
})
