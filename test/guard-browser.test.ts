import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { tell } from './proof.js'
import { withoutGuard } from './unguarded.js'

const open = browserForTests()

/** What stands before a page is opened, and what it is after. */
const seed = { joor: { accounts: { brand: { token: 'brand-token', positions: [{ upc: '1', inventory: 7 }] } } } }
const secret = 'brand'

async function started(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ port: 0, seed, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}

/** A page of a stranger: a server of its own, that notes what the page tells it. Its port. */
async function stranger(): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>stranger</title><body>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** How one call went, as its page sees it. */
interface Seen {
  readonly way: string
  readonly outcome: string
}

type Script = 'stranger' | 'vendors' | 'dashboard' | 'sign-in' | 'sign-out'

/** Runs one of the scripts in a page; what it returns is its own affair. */
function run<Result>(page: Page, script: Script, argument: unknown = null): Promise<Result> {
  const text = readFileSync(new URL(`pages/${script}.js`, import.meta.url), 'utf8')
  return page.evaluate<Result>(`(${text})(${JSON.stringify(argument)})`)
}

const attack = (page: Page, target: string, token = 'x') => run<readonly Seen[]>(page, 'stranger', { target, token })

/** What the emulator holds, asked without the way that the page took. */
async function stateOf(emulator: Emulator) {
  const get = async (path: string) => {
    const { body } = await supertest(emulator.url).get(`/_backstock/${path}`)
    return body
  }
  // The clock runs; what is told of it is whether somebody has set it.
  const { frozen, set_for } = await get('clock')
  const names = ['joor/accounts', 'jirafe/sites', 'faults', 'snapshots', 'requests', 'joor/accounts/brand/positions']
  return { clock: { frozen, set_for }, rest: await Promise.all(names.map(get)) }
}

const unread = new Set(['failed', 'opaque', 'not to be read', 'silent'])
const leaks = (seen: readonly Seen[]) =>
  seen.filter(({ outcome }) => outcome.includes(secret) || /^2\d\d /.test(outcome))

const pages = [
  [
    'another port of localhost',
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://localhost:${port}`,
  ],
  [
    'another port of the same address',
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://127.0.0.1:${port}`,
  ],
  ['another site', (port: number) => `http://evil.test:${port}/`, (port: number) => `http://127.0.0.1:${port}`],
  [
    'another site, which goes for localhost',
    (port: number) => `http://evil.test:${port}/`,
    (port: number) => `http://localhost:${port}`,
  ],
] as const

describe('A page that a real browser shows', () => {
  it.each(pages)(
    'on %s changes nothing, and reads nothing',
    async (_what, pageAt, targetAt) => {
      const emulator = await started()
      const { port } = new URL(emulator.url)
      const before = await stateOf(emulator)
      const page = await open(pageAt(await stranger()))
      const seen = await attack(page, targetAt(Number(port)))
      tell('guard', `${seen.length} calls from ${page.url()}`)
      expect(seen.length).toBeGreaterThan(150)
      expect(seen.filter(({ outcome }) => !unread.has(outcome))).toEqual([])
      expect(leaks(seen)).toEqual([])
      expect(await stateOf(emulator)).toEqual(before)
    },
    60_000,
  )

  it('whose name its owner lets lead here is of one origin with nobody: DNS rebinding', async () => {
    const lines: string[] = []
    const emulator = await started({ log: (line) => lines.push(line) })
    const { port } = new URL(emulator.url)
    const before = await stateOf(emulator)
    const target = `http://rebound.test:${port}`
    // To the browser page and emulator are one origin, whatever the path.
    const page = await open(`${target}/v2/shop/inventory`)
    expect(await page.innerText('body')).toContain('--allowed-host rebound.test')
    const seen = await attack(page, target)
    const statuses = new Set(
      seen
        .filter(({ way }) => !way.startsWith('fetch no-cors') && way.startsWith('fetch'))
        .map(({ outcome }) => outcome.slice(0, 3)),
    )
    expect([...statuses]).toEqual(['421'])
    expect(leaks(seen)).toEqual([])
    expect(await stateOf(emulator)).toEqual(before)
    expect(lines).toHaveLength(1)
  }, 60_000)

  it.each(pages)(
    "on %s stores nothing by the vendors' paths, though it knows a token",
    async (_what, pageAt, targetAt) => {
      const emulator = await started()
      const page = await open(pageAt(await stranger()))
      const target = targetAt(Number(new URL(emulator.url).port))
      const body =
        '{"inventory_items":[],"timestamp":"2015-01-23T16:35:38+0000","product_code":"1","inventory_level":3}'
      const paths = ['/v2/bulk-inventory?overwrite=1', '/v2/shop/inventory', '/v2/shop/batch']
      const outcomes = await run<readonly string[]>(page, 'vendors', { target, paths, body })
      expect(outcomes).toHaveLength(18)
      expect(outcomes.filter((outcome) => !unread.has(outcome))).toEqual([])
      const get = async (path: string) => (await supertest(emulator.url).get(`/_backstock/${path}`)).body
      expect((await get('joor/accounts/brand/positions')).positions).toMatchObject([{ available: 7 }])
      expect((await get('jirafe/sites')).sites.filter(({ levels }: { levels: number }) => levels > 0)).toEqual([])
      const { requests } = await get('requests')
      expect(requests.length).toBeGreaterThan(0)
      expect(requests.filter(({ status }: { status: number }) => status < 400)).toEqual([])
    },
    60_000,
  )

  it('gets a cookie for no token that it guesses, and uses no cookie of a person who signed in', async () => {
    const emulator = await started({ controlToken: 'control-token' })
    const { port } = new URL(emulator.url)
    const page = await open(`http://localhost:${port}/_backstock/version`)
    const signedIn = await run(page, 'sign-in', 'control-token')
    expect(signedIn).toEqual([204, 200, ''])
    await page.goto(`http://localhost:${await stranger()}/`)
    const seen = await attack(page, `http://localhost:${port}`, 'control-token')
    expect(seen.filter(({ outcome }) => !unread.has(outcome))).toEqual([])
    const list = await supertest(emulator.url)
      .get('/_backstock/joor/accounts')
      .set('Authorization', 'Bearer control-token')
    expect(list.body.accounts.map(({ account }: { account: string }) => account)).toEqual(['brand'])
  }, 60_000)
})

describe('A page of the emulator itself', () => {
  it.each(['localhost', '127.0.0.1', '[::1]', 'shop.localhost'])(
    'at %s reads and changes',
    async (host) => {
      const emulator = await started()
      const { port } = new URL(emulator.url)
      const page = await open(`http://${host}:${port}/_backstock/version`)
      expect(await run(page, 'dashboard')).toEqual([201, 200, 'opened'])
    },
    60_000,
  )

  it('asks once where there is a control token, and is let in by its cookie until it signs out', async () => {
    const emulator = await started({ controlToken: 'control-token' })
    const page = await open(`${emulator.url}/_backstock/version`)
    expect(await run(page, 'sign-in', 'another')).toEqual([401, 401, ''])
    expect(await run(page, 'sign-in', 'control-token')).toEqual([204, 200, ''])
    const [cookie, ...others] = await page.context().cookies()
    expect(others).toEqual([])
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/_backstock/', expires: -1 })
    expect(cookie?.value).not.toContain('control-token')
    expect(await run(page, 'sign-out')).toEqual([204, 401])
    expect(await page.context().cookies()).toEqual([])
  }, 60_000)
})

describe('Without the guards', () => {
  it.each(pages)(
    'the same page on %s does change what the emulator holds',
    async (_what, pageAt, targetAt) => {
      const emulator = await started()
      const before = await stateOf(emulator)
      const port = Number(new URL(await withoutGuard(emulator.url, () => true)).port)
      const page = await open(pageAt(await stranger()))
      await attack(page, targetAt(port))
      expect(await stateOf(emulator)).not.toEqual(before)
    },
    60_000,
  )

  it('the same page reads all that there is by DNS rebinding', async () => {
    const emulator = await started()
    const { port } = new URL(await withoutGuard(emulator.url, () => true))
    const target = `http://rebound.test:${port}`
    const page = await open(`${target}/v2/shop/inventory`)
    const seen = await attack(page, target)
    expect(leaks(seen).length).toBeGreaterThan(50)
    expect(await stateOf(emulator)).toMatchObject({ clock: { frozen: true } })
  }, 60_000)
})
