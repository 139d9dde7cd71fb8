import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { type Case, readCases, shippedCases } from '../server/verify/cases.js'
import { isRealHost, touchedBy } from '../server/verify/effect.js'
import { reasonToSkip, runThere } from '../server/verify/run.js'
import { send } from '../server/verify/send.js'
import { defaultVariables } from '../server/verify/variables.js'
import { command } from './command.js'

const tokens = ['--joor-token', 'examples-token', '--jirafe-token', 'examples-token', '--jirafe-site', 'examples']

/** Runs `verify`; `lines` counts the printed lines that begin so. */
async function verify(...words: readonly string[]) {
  const { code, printed, complained } = await command('verify', ...words)
  const lines = (mark: string) => printed.filter((line) => line.startsWith(mark)).length
  return { code, printed, complained, lines }
}

/** An emulator that stands for a sandbox: it admits the declared tokens only. */
async function sandbox(): Promise<Emulator> {
  const emulator = await startEmulator({
    port: 0,
    seed: 'contracts/seeds/examples.yaml',
    settings: { auth: 'enforce' },
    journal: { entries: 10_000 },
  })
  onTestFinished(() => emulator.close())
  return emulator
}

interface Row {
  readonly path: string
  readonly method: string
  readonly status: number
}

async function arrived(emulator: Emulator): Promise<readonly Row[]> {
  const reply = await fetch(`${emulator.url}/_backstock/requests`)
  // What the control plane promises of its rows.
  const { requests } = (await reply.json()) as { requests: readonly Row[] }
  return requests
}

const cases = await readCases(shippedCases, defaultVariables)
const count = (wanted: (each: Case) => boolean) => cases.filter(wanted).length
const sendable = (each: Case) => each.given === undefined && each.steps.some(({ reply }) => reply !== undefined)
const safe = (each: Case) => each.effect === 'safe' && sendable(each)
const destructive = (each: Case) => each.effect === 'destructive' && sendable(each)

describe('a run against another server', () => {
  it('sends the safe cases only, and counts what it could not run or see as such', async () => {
    const emulator = await sandbox()
    const { code, printed, complained, lines } = await verify('--target', emulator.url, ...tokens)
    expect(complained).toBe('')
    expect(lines('FAILED')).toBe(0)
    expect(lines('in part')).toBe(count((each) => safe(each) && each.then !== undefined))
    expect(lines('ok')).toBe(count((each) => safe(each) && each.then === undefined))
    expect(lines('not run')).toBe(cases.length - count(safe))
    expect(lines('will touch')).toBe(0)
    expect(printed.at(-1)).toBe(
      `${lines('ok')} passed, 0 failed, ${lines('in part')} in part: replies right, state not seen from outside, ${lines('not run')} not run`,
    )
    expect(code).toBe(0)
    const calls = cases.filter(safe).flatMap(({ steps }) => steps.map(({ call }) => call))
    const rows = await arrived(emulator)
    expect(rows.map(({ method, path }) => `${method} ${path}`).toReversed()).toEqual(calls)
    expect(calls.length).toBeGreaterThan(10)
    expect(calls.filter((call) => /overwrite=1/.test(call))).toEqual([])
  }, 60_000)

  it('sends the destructive ones where that is allowed, and says before what they touch', async () => {
    const emulator = await sandbox()
    const { code, printed, lines } = await verify('--target', emulator.url, ...tokens, '--allow-destructive')
    expect(lines('FAILED')).toBe(0)
    expect(lines('will touch')).toBe(count(destructive))
    expect(count(destructive)).toBeGreaterThan(0)
    expect(printed.findLastIndex((line) => line.startsWith('will touch'))).toBe(count(destructive) - 1)
    expect(printed[0]).toMatch(/^will touch warehouses .*(?:New York|Los Angeles).*; SKUs .*\(joor\/.*: .*\)$/)
    expect(lines('not run')).toBe(cases.length - count(safe) - count(destructive))
    expect(code).toBe(0)
    expect((await arrived(emulator)).length).toBeGreaterThan(count(safe))
  }, 60_000)

  it('asks only the vendor whose token is given', async () => {
    const emulator = await sandbox()
    const { code, printed, lines } = await verify('--target', emulator.url, ...tokens.slice(2))
    expect(lines('FAILED')).toBe(0)
    expect(printed.join('\n')).toContain('        it needs --joor-token')
    expect((await arrived(emulator)).every(({ path }) => /^\/v2\/(?:examples)?\/|^\/\/v2\/examples\//.test(path))).toBe(
      true,
    )
    expect(code).toBe(0)
  }, 60_000)

  it.each([
    ['no token', []],
    ['a token of Jirafe without its site', ['--jirafe-token', 'examples-token']],
    ['a site of Jirafe without its token', ['--jirafe-site', 'examples']],
  ])('that can run nothing, with %s, fails, and nothing is sent', async (_what, words) => {
    const emulator = await sandbox()
    const { code, printed, lines } = await verify('--target', emulator.url, ...words)
    expect(lines('not run')).toBe(cases.length)
    expect(printed.at(-1)).toBe(`0 passed, 0 failed, ${cases.length} not run`)
    expect(code).toBe(1)
    expect(await arrived(emulator)).toEqual([])
  })

  it('fails where the token is not the right one', async () => {
    const emulator = await sandbox()
    const { code, printed, lines } = await verify('--target', emulator.url, '--joor-token', 'wrong')
    expect(lines('FAILED')).toBeGreaterThan(0)
    expect(printed.join('\n')).toContain('the status is 401, not 200')
    expect(code).toBe(1)
  }, 60_000)

  it('fails where nobody answers', async () => {
    const emulator = await startEmulator({ port: 0 })
    await emulator.close()
    const { code, printed, lines } = await verify('--target', emulator.url, ...tokens)
    expect(lines('FAILED')).toBe(count(safe))
    expect(lines('ok')).toBe(0)
    expect(printed.join('\n')).toContain('ECONNREFUSED')
    expect(code).toBe(1)
  }, 60_000)

  it("touches what a sandbox's own variables name, and nothing that the shipped ones do", async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const folder = mkdtempSync(join(tmpdir(), 'backstock-target-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const own = Object.fromEntries(
      Object.entries(defaultVariables).map(([name, value]) => [
        name,
        typeof value === 'number' ? value + 1 : `own ${name}`,
      ]),
    )
    writeFileSync(join(folder, 'vars.yaml'), stringify(own))
    const site = [...tokens.slice(0, 5), 'own site']
    const { code, lines } = await verify('--target', emulator.url, ...site, '--vars', join(folder, 'vars.yaml'))
    expect(lines('FAILED')).toBe(0)
    expect(code).toBe(0)
    const read = async (path: string) => (await fetch(`${emulator.url}/_backstock/${path}`)).json()
    // What the control plane promises of its lists.
    const { accounts } = (await read('joor/accounts')) as { accounts: readonly { account: string }[] }
    const stands = JSON.stringify([
      await Promise.all(accounts.map(({ account }) => read(`joor/accounts/${account}/positions`))),
      await read('jirafe/sites'),
      await read('jirafe/sites/own%20site/levels'),
    ])
    expect(stands).toContain('own warehouse')
    expect(stands).toContain('own product_code')
    for (const name of ['New York', 'Los Angeles', '822508068753', 'DM142A2101', 'HPRVTG', '"examples"'])
      expect(stands).not.toContain(name)
  }, 60_000)
})

describe('options that cannot be meant', () => {
  it.each([
    [['--target', 'localhost:4350'], '--target localhost:4350 is not the address of a server'],
    [['--target', 'ftp://127.0.0.1'], 'is not the address of a server'],
    [['--target', 'http://user:secret@127.0.0.1'], 'is not the address of a server'],
    [['--target', 'http://127.0.0.1/?x=1'], 'is not the address of a server'],
    [['--target', ''], 'is not the address of a server'],
    [['--joor-token', 'x'], '--joor-token is for another server: name it by --target'],
    [['--jirafe-token', 'x'], '--jirafe-token is for another server'],
    [['--jirafe-site', 'x'], '--jirafe-site is for another server'],
    [['--allow-destructive'], '--allow-destructive is for another server'],
  ])('%j end with 2 and a sentence, and nothing is run', async (words, told) => {
    const { code, printed, complained } = await verify(...words)
    expect(complained).toContain(told)
    expect(printed).toEqual([])
    expect(code).toBe(2)
  })
})

describe("the vendors' own hosts", () => {
  const clearing: Case = {
    file: 'mine',
    case: 'overwrite',
    rules: ['joor.overwrite.warehouses'],
    effect: 'destructive',
    steps: [{ call: 'POST /v2/bulk-inventory?overwrite=1', json: {}, reply: { status: 200 } }],
  }
  const target = (url: string) => ({ url, joorToken: 'a', jirafeToken: 'b', jirafeSite: 'c', allowDestructive: true })

  it.each([
    'https://api.jooraccess.com',
    'https://API.JoorAccess.com/',
    'https://api.jooraccess.com.',
    'http://api.jooraccess.com:8443',
    'https://api.jooraccess.com.:443/v2',
    'https://event.jirafe.com',
    'https://event%2Ejirafe.com',
    'https://event。jirafe.com',
  ])('get no destructive case, whatever is allowed: %s', async (url) => {
    const reason = "destructive cases are never sent to the vendors' own hosts"
    expect(reasonToSkip(clearing, target(url))).toBe(reason)
    expect(reasonToSkip({ ...clearing, given: {} }, target(url))).toBe(reason)
    // It would have had to be sent to fail.
    expect(await runThere(clearing, target(url))).toEqual({ case: clearing, verdict: 'not run', faults: [reason] })
    expect(reasonToSkip({ ...clearing, effect: 'safe' }, target(url))).toBeUndefined()
  })

  it('are not reached by a Host header either', () => {
    const steps = clearing.steps.map((step) => ({ ...step, headers: { host: 'Api.JoorAccess.com:80' } }))
    expect(reasonToSkip({ ...clearing, steps }, target('http://127.0.0.1:1'))).toContain('never sent')
  })

  it.each(['apisandbox.jooraccess.com', 'api.jooraccess.com.example', 'notapi.jooraccess.com', '127.0.0.1:4350', ''])(
    'are not %j',
    (host) => {
      expect(isRealHost(host)).toBe(false)
      if (host !== '') expect(reasonToSkip(clearing, target(`http://${host}`))).toBeUndefined()
    },
  )

  it('are the only reason where destructive cases are allowed; elsewhere they wait for the permission', () => {
    const asked = { ...target('http://127.0.0.1:1'), allowDestructive: false }
    expect(reasonToSkip(clearing, asked)).toContain('--allow-destructive')
    expect(reasonToSkip({ ...clearing, effect: 'safe' }, asked)).toBeUndefined()
    expect(reasonToSkip({ ...clearing, effect: 'local' }, asked)).toContain('this emulator only')
  })
})

describe('what a destructive case touches', () => {
  const touched = (...steps: Case['steps']) =>
    touchedBy({ file: 'mine', case: 'one', rules: ['joor.overwrite.warehouses'], effect: 'destructive', steps })
  const call = 'POST /v2/bulk-inventory?overwrite=1'

  it('is told by warehouses and SKUs, in both formats, each once', async () => {
    const item = { warehouse: 'Basel, "old" & new', upc: '1', inventory: 1 }
    const other = { style_id: 7, color_code: 'RED', size: 'S', made_to_order: true }
    const xml =
      '<inventory_items><inventory_item><warehouse>Z &amp; A</warehouse><upc>2</upc></inventory_item></inventory_items>'
    const told = await touched({ call, json: { inventory_items: [item, other, item] } }, { call, xml })
    expect(told).toBe(
      'warehouses Basel, "old" & new, the default warehouse, Z & A; SKUs upc 1, style_id 7 color_code RED size S, upc 2',
    )
  })

  it('is told of the one SKU that path and query name', async () => {
    const single = 'PUT /v2/style-number/S%2FN/SI/inventory?color_code=RED&size=S+1&inventory=1'
    const sku = 'style_number S/N style_identifier SI color_code RED size S 1'
    expect(await touched({ call: single })).toBe(`warehouses the default warehouse; SKUs ${sku}`)
    expect(await touched({ call: `${single}&warehouse=NY` })).toBe(`warehouses NY; SKUs ${sku}`)
  })

  it.each([
    ['/v2/shop/batch', 'product_code A, no SKU, sku_code B'],
    ['//v2/shop//batch/?x=1', 'product_code A, no SKU, sku_code B'],
    ['/v2/shop/order', 'no SKU'],
    ['/v2/batch/order', 'no SKU'],
  ])("is told of each event of Jirafe's batch, and of a single event: %s", async (path, skus) => {
    const json = { 'product.inventory': [{ product_code: 'A' }], order: [{}], 'product.cost': [{ sku_code: 'B' }] }
    expect(await touched({ call: `POST ${path}`, json })).toBe(`warehouses the default warehouse; SKUs ${skus}`)
  })

  it.each([
    ['no body', {}, 'no item that its body names'],
    ['no JSON', { json: '{' }, 'a body that cannot be read'],
    ['no XML', { xml: '<inventory_items>' }, 'a body that cannot be read'],
    ['coded bytes', { base64: 'H4sIAAAAAAAAAw==' }, 'a body that cannot be read'],
  ])('is told of %s as well', async (_what, body, told) => {
    expect(await touched({ call, ...body })).toBe(told)
  })
})

describe('a call to another server', () => {
  it("goes below the target's own path", async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const to = { url: `${emulator.url}/gate/`, joorToken: 'a', jirafeToken: 'b' }
    expect((await send({ call: 'POST /v2/shop/inventory', json: {} }, to)).status).toBe(404)
    expect((await arrived(emulator)).map(({ path }) => path)).toEqual(['/gate/v2/shop/inventory'])
  })
})
