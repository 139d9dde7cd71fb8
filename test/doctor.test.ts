import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { doctor } from '../server/commands/doctor.js'
import { type Machine, thisMachine } from '../server/doctor/machine.js'
import { commandIn } from './command.js'
import { startTestEmulator } from './emulator.js'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-doctor-'))
  onTestFinished(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** A machine on which all is well. */
const well: Machine = {
  nodeVersion: '24.1.0',
  compileCache: tmpdir(),
  tryPort: async () => undefined,
  holderOf: async () => undefined,
  freeBytes: async () => 1024 ** 3,
}

interface Asked {
  readonly options?: Readonly<Record<string, readonly string[]>>
  readonly env?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly machine?: Partial<Machine>
}

interface Told {
  readonly ok: boolean
  readonly checks: readonly { check: string; verdict: string; found: string; way_out: string | null }[]
}

async function diagnosed({ options = {}, env = {}, folder = temporaryFolder(), machine = {} }: Asked) {
  const lines: string[] = []
  const outside = { env, folder, print: (line: string) => void lines.push(line) }
  const code = await doctor(options, { json: true }, outside, { ...well, ...machine })
  const told: Told = JSON.parse(lines.join('\n'))
  expect(code).toBe(told.ok ? 0 : 1)
  return { ...told, text: lines.join('\n') }
}

/** What is wrong, a line each. */
const wrong = ({ checks }: Told) =>
  checks.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict, found }) => `${verdict}: ${check}: ${found}`)

/** Files that a start would be given. */
function filesIn(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const codeFor = (host: string, code: string): Partial<Machine> => ({
  tryPort: async (address) => (address === host ? code : undefined),
})

describe('The doctor', () => {
  it('finds nothing where all is well, and says what it looked at', async () => {
    const { text, ok } = await diagnosed({ machine: { compileCache: '/' } })
    expect(ok).toBe(true)
    expect(text).toMatchSnapshot()
  })

  it('says that a database does not answer, and shows no password', async () => {
    const told = await diagnosed({ options: { database: ['postgres://user:hunter2@127.0.0.1:1/stock'] } })
    expect(wrong(told)).toEqual([expect.stringMatching(/^failure: database: .*ECONNREFUSED/)])
    expect(told.text).not.toContain('hunter2')
  })

  it('tells each failure with the way out, as JSON of a shape that stays', async () => {
    const { text } = await diagnosed({
      options: { port: ['4351'] },
      env: { JOOR_BASE_URL: 'https://api.jooraccess.com', HTTP_PROXY: 'http://proxy:3128' },
      machine: { ...codeFor('127.0.0.1', 'EACCES'), nodeVersion: '18.20.0', compileCache: undefined },
    })
    expect(text).toMatchSnapshot()
  })

  it.each<[string, Asked, readonly string[]]>([
    ['a Node that is too old', { machine: { nodeVersion: '20.18.3' } }, ['failure: node: Node 20.18.3']],
    [
      'no IPv6',
      { machine: codeFor('::1', 'EADDRNOTAVAIL') },
      ['warning: loopback_ipv6: ::1 cannot be listened on: EADDRNOTAVAIL'],
    ],
    [
      'a port that is not for everybody',
      { options: { port: ['80'] }, machine: { tryPort: async (_host, port) => (port === 80 ? 'EACCES' : undefined) } },
      ['failure: port: 127.0.0.1, port 80: EACCES'],
    ],
    [
      'a port that somebody has on IPv6 alone',
      {
        options: { port: ['1'] },
        machine: {
          tryPort: async (host, port) => (host === '::1' && port === 1 ? 'EADDRINUSE' : undefined),
          holderOf: async () => 'process 7 (other)',
        },
      },
      ['failure: port: 1 is taken by process 7 (other)'],
    ],
    ['no compile cache', { machine: { compileCache: undefined } }, ['warning: compile_cache: there is none']],
    [
      'a compile cache that is not there',
      { machine: { compileCache: '/nowhere/at/all' } },
      ['warning: compile_cache: /nowhere/at/all is not there'],
    ],
    [
      'a disk that is full',
      { options: { data: ['stock.json'] }, machine: { freeBytes: async () => 0 } },
      ['failure: disk: 0 MB are free in .'],
    ],
    [
      'a disk that is nearly full',
      { options: { data: ['stock.json'] }, machine: { freeBytes: async () => 5_000_000 } },
      ['warning: disk: 4 MB are free in .'],
    ],
    [
      'a data folder that is not there',
      { options: { data: ['/nowhere/stock.json'] } },
      ['failure: data: /nowhere is not there'],
    ],
    [
      'a seed that is not there',
      { options: { seed: ['/nowhere/seed.yaml'] } },
      ['failure: seed: cannot read /nowhere/seed.yaml'],
    ],
    ['an option that is none', { options: { port: ['many'] } }, ['failure: config: --port: ']],
    ['a variable that is none', { env: { BACKSTOCK_PROT: '1' } }, ['failure: config: BACKSTOCK_PROT: ']],
    [
      "a client's variable that names a vendor",
      { env: { JIRAFE_BASE_URL: 'https://event.jirafe.com' } },
      ['failure: vendors: JIRAFE_BASE_URL names event.jirafe.com'],
    ],
    [
      "somebody's variable that names a vendor",
      { env: { STOCK: 'to=https://API.jooraccess.com:443/v2' } },
      ['warning: vendors: STOCK names api.jooraccess.com'],
    ],
    [
      'a proxy that takes loopback away',
      { env: { https_proxy: 'http://proxy:3128', NO_PROXY: 'localhost,127.0.0.1' } },
      ['warning: proxies: https_proxy is set, and NO_PROXY does not spare ::1'],
    ],
  ])('finds %s', async (_what, asked, told) => {
    const found = wrong(await diagnosed(asked))
    expect(found).toHaveLength(told.length)
    for (const [index, line] of told.entries()) expect(found[index]).toContain(line)
  })

  it.each<[string, Asked]>([
    [
      'variables that name others',
      { env: { URL: 'https://jooraccess.com.test', SITE: 'notjirafe.com', PATH: '/bin' } },
    ],
    ['base URLs of this machine', { env: { JOOR_BASE_URL: 'http://127.0.0.1:4350', JIRAFE_BASE_URL: '' } }],
    ['a proxy that spares loopback', { env: { HTTP_PROXY: 'http://p:1', no_proxy: 'localhost, 127.0.0.0/8, [::1]' } }],
    ['a proxy that spares all', { env: { ALL_PROXY: 'http://p:1', NO_PROXY: '*' } }],
    [
      'a free port',
      { options: { port: ['0'] }, machine: { tryPort: async (_host, port) => (port ? 'EACCES' : undefined) } },
    ],
    ['Node 20, which keeps nothing compiled', { machine: { nodeVersion: '20.19.0', compileCache: undefined } }],
  ])('finds nothing wrong with %s', async (_what, asked) => {
    expect(wrong(await diagnosed(asked))).toEqual([])
  })

  it('reads config and seed as a start does', async () => {
    const right = filesIn(temporaryFolder(), {
      'backstock.config.yaml': 'port: 4399\nseed: seed.yaml\n',
      'seed.yaml': '{}',
    })
    const { checks, ok } = await diagnosed({ folder: right })
    expect(ok).toBe(true)
    expect(checks.map(({ found }) => found)).toEqual(
      expect.arrayContaining([join(right, 'backstock.config.yaml'), join(right, 'seed.yaml'), '4399 is free']),
    )
    const config = filesIn(temporaryFolder(), { 'backstock.config.yaml': 'prot: 4399\n' })
    expect(wrong(await diagnosed({ folder: config }))).toEqual([
      expect.stringMatching(/^failure: config: .*config\.yaml:1:1: prot: unknown option; did you mean "port"\?/),
    ])
    const seed = filesIn(temporaryFolder(), {
      'backstock.config.json': '{"seed":"seed.json"}',
      'seed.json': '{"joor":{"acounts":{}}}',
    })
    expect(wrong(await diagnosed({ folder: seed }))).toEqual([expect.stringMatching(/^failure: seed: .*acounts/s)])
  })

  it('finds a data file that is damaged or in use, and leaves it as it is', async () => {
    const folder = filesIn(temporaryFolder(), { 'damaged.json': '{"half' })
    const damaged = { options: { data: [join(folder, 'damaged.json')] } }
    expect(wrong(await diagnosed(damaged))).toEqual([expect.stringContaining('failure: data: ')])
    expect(wrong(await diagnosed(damaged))).toHaveLength(1)
    const data = join(folder, 'used.json')
    const emulator = await startTestEmulator({ data })
    const used = { options: { data: [data] } }
    expect(wrong(await diagnosed(used))).toEqual([expect.stringContaining('failure: data: ')])
    await emulator.close()
    expect(wrong(await diagnosed(used))).toEqual([])
  })

  it('tells who has the port: a Backstock, or another process', async () => {
    const { url } = await startTestEmulator()
    const { port } = new URL(url)
    const own = await diagnosed({ options: { port: [port] }, machine: thisMachine })
    expect(own.checks.find(({ check }) => check === 'port')).toMatchObject({
      verdict: 'warning',
      found: expect.stringMatching(/is that of a Backstock \d+\.\d+\.\d+ which runs/),
    })
    const other = await listening()
    const taken = await diagnosed({ options: { port: [String(other)] }, machine: thisMachine })
    const holder = process.platform === 'linux' ? `process ${process.pid} (` : 'somebody'
    expect(taken.checks.find(({ check }) => check === 'port')).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining(`${other} is taken by ${holder}`),
    })
  })

  it('never shows what may be a secret', async () => {
    const secret = 'geheim-4711'
    const { text } = await diagnosed({
      env: {
        JOOR_BASE_URL: `https://user:${secret}@api.jooraccess.com/v2?token=${secret}`,
        TOKENS: `${secret} api.jooraccess.com`,
        HTTP_PROXY: `http://user:${secret}@proxy:3128`,
        BACKSTOCK_CONTROL_TOKEN: secret,
      },
    })
    expect(text).toContain('JOOR_BASE_URL names api.jooraccess.com')
    expect(text).toContain('HTTP_PROXY is set')
    expect(text).not.toContain(secret)
  })

  it('prints a line for each thing it looked at, and another with the way out', async () => {
    const { code, printed } = await commandIn(
      { env: { JOOR_BASE_URL: 'https://api.jooraccess.com' } },
      'doctor',
      '--port',
      '0',
    )
    expect(code).toBe(1)
    const at = printed.findIndex((line) => line.startsWith('failure  vendors'))
    expect(printed[at]).toBe('failure  vendors        JOOR_BASE_URL names api.jooraccess.com')
    expect(printed[at + 1]).toContain('Set JOOR_BASE_URL=http://127.0.0.1:4350')
    expect(printed.some((line) => line.startsWith('ok       loopback_ipv4'))).toBe(true)
  })
})

/** A port that another server has. */
async function listening(): Promise<number> {
  const server: Server = createServer((_request, response) => response.end('not a Backstock'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  // A TCP server that listens has an address and a port.
  return (server.address() as AddressInfo).port
}
