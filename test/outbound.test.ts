import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, type TestContext } from 'vitest'
import { tellMissing } from './missing-tools.js'

const cli = 'dist/server/cli.js'
const timeout = 120_000

/** Runs a program under the eyes of strace: how it ended, and what was said of whom it tried to reach. */
function watched(...words: readonly string[]): Promise<{ readonly code: number; readonly told: string }> {
  return new Promise((resolve) => {
    execFile('bash', ['.ci/outbound', process.execPath, ...words], (error, _stdout, stderr) => {
      const told = stderr.split('\n').filter((line) => line.startsWith('outbound: '))
      const code = error === null ? 0 : error.code
      resolve({ code: typeof code === 'number' ? code : -1, told: told.join('\n') })
    })
  })
}

/** Whether strace is there and may trace. */
function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function canWatch(context: TestContext): boolean {
  if (hasStrace()) return true
  tellMissing('strace is missing or may not trace, so nobody sees who is called: apt-get install strace', context)
  return false
}

const call = `
  const reply = await fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', {
    method: 'POST',
    headers: { Authorization: 'OAuth2 YQ==', 'Content-Type': 'application/json' },
    body: '{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":1}]}',
  })
  process.exitCode = reply.status === 200 ? 0 : 9`
const child = [process.execPath, '--input-type=module', '-e', call]
const hostile = [
  '-e',
  `fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', {
    method: 'POST',
    headers: { Authorization: 'OAuth2 YQ==', 'Content-Type': 'application/xml' },
    body: '<!DOCTYPE inventory_items [<!ENTITY x SYSTEM "http://192.0.2.1/x">]><inventory_items>&x;</inventory_items>',
  }).then(({ status }) => { process.exitCode = status === 400 ? 0 : 9 })`,
]

describe('Nobody beyond this machine is called', () => {
  it('by exec, its emulator and its child', { timeout }, async (context) => {
    if (!canWatch(context)) return
    expect(await watched(cli, 'exec', '--', ...child)).toEqual({ code: 0, told: nobody })
  })

  it('by an emulator whose call names an entity elsewhere', { timeout }, async (context) => {
    if (!canWatch(context)) return
    expect(await watched(cli, 'exec', '--', process.execPath, ...hostile)).toEqual({ code: 0, told: nobody })
  })

  it('by proxy, whose real API is on this machine', { timeout }, async (context) => {
    if (!canWatch(context)) return
    const proxy = `exec "$0" ${cli} proxy --joor "$JOOR_BASE_URL" --fail-on different,unknown -- "$0" "$@"`
    expect(await watched(cli, 'exec', '--', 'sh', '-c', proxy, ...child)).toEqual({ code: 0, told: nobody })
  })

  it('by verify', { timeout }, async (context) => {
    if (!canWatch(context)) return
    expect(await watched(cli, 'verify')).toEqual({ code: 0, told: nobody })
  })
})

/** Modules that have anything with which one can connect or ask a name server, and what they do with it. */
const able: Readonly<Record<string, string>> = {
  'commands/asking.ts': 'asks the emulator that --url names',
  'commands/exec-intercept.ts': 'has the certificates that Node trusts',
  'doctor/machine.ts': 'listens for a moment, to see whether a port is free',
  'doctor/network.ts': 'asks who has the port on this machine',
  'drift/upstream.ts': 'proxy: calls the real API that --joor or --jirafe names',
  'emulator.ts': 'hands out calls in the process, by the name that fetch has',
  'host-names.ts': 'tells addresses from names',
  'in-process.ts': 'takes calls in the process, by the name that fetch has',
  'intercept/hosts.ts': 'tells addresses from names',
  'intercept/node-agents.ts': 'in the programs of exec --intercept: calls the proxy',
  'intercept/node-fetch.ts': 'in the programs of exec --intercept: calls the proxy',
  'intercept/passing.ts': '--intercept: passes calls on to hosts of --allow-host',
  'intercept/raw-reply.ts': 'has the names of statuses',
  'intercept/target.ts': 'tells addresses from names',
  'intercept/tunnels.ts': '--intercept: passes connections on to hosts of --allow-host',
  'intercept/upstream.ts': '--intercept: asks where hosts of --allow-host are',
  'drift/passing-traffic.ts': 'has the names of statuses',
  'listen.ts': 'listens',
  'verify/exercises.ts': 'asks the emulator of a case',
  'verify/observe.ts': 'asks the emulator of a case',
  'verify/raw.ts': 'verify: sends cases to their emulator, or to --target',
  'verify/run.ts': 'verify: asks whether a Backstock is at --target',
  'verify/send.ts': 'verify: sends cases to their emulator, or to --target',
}

const networking =
  /\bfetch\(|\bimport (?!type\b)[^']*'(?:node:(?:https?|http2|net|tls|dns|dgram)(?:\/promises)?|undici[^']*)'|getBuiltinModule\('node:(?:https?|http2|net|tls|dns|dgram)'\)/

/** Those of some files, by their paths; what stands in comments connects to nobody. */
const ableOf = (files: readonly (readonly [path: string, text: string])[]) =>
  files.filter(([, text]) => networking.test(text.replaceAll(/^ *(?:\/\/|\/?\*).*$/gm, ''))).map(([path]) => path)

describe('The modules that can connect', () => {
  it('are those whose callees a user has named, and no others', () => {
    const paths = readdirSync('server', { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(?<!\.d)\.ts$/.test(path),
    )
    const files = paths.map((path) => [path, readFileSync(`server/${path}`, 'utf8')] as const)
    expect(ableOf(files).sort()).toEqual(Object.keys(able).sort())
  })

  it.each([
    "import { request } from 'node:https'",
    "import {\n  connect,\n} from 'node:net'",
    "import dns from 'node:dns/promises'",
    "const { request } = process.getBuiltinModule('node:http')",
    "await fetch('http://192.0.2.1/')",
    "import { Agent } from 'undici'",
  ])('are found by %j', (text) => {
    expect(ableOf([['a.ts', text]])).toEqual(['a.ts'])
    expect(ableOf([['a.ts', `// ${text.replaceAll('\n', ' ')}`]])).toEqual([])
  })
})

const inProcess = `
  import { setupServer } from 'msw/node'
  import { createBackstock } from 'backstock/msw'
  const backstock = createBackstock()
  const server = setupServer(...backstock.handlers)
  server.listen({ onUnhandledRequest: 'error' })
  const reply = await fetch('https://api.jooraccess.com/v2/bulk-inventory', {
    method: 'POST',
    headers: { Authorization: 'OAuth2 YQ==', 'Content-Type': 'application/json' },
    body: '{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":1}]}',
  })
  const accounts = await (await backstock.connect()).joor.accounts()
  server.close()
  await backstock.close()
  process.exitCode = reply.status === 200 && accounts.length === 1 ? 0 : 9`

describe('Nobody at all is called, not even on this machine', () => {
  it('by handlers of MSW, their emulator and its client', { timeout }, async (context) => {
    if (!canWatch(context)) return
    const told = 'outbound: 0 connections, none beyond this machine'
    expect(await watched('--input-type=module', '-e', inProcess)).toEqual({ code: 0, told })
  })
})

const nobody: unknown = expect.stringMatching(/^outbound: [1-9]\d* connections, none beyond this machine$/)
const somebody: unknown = expect.stringMatching(/^outbound: [1-9]\d* tries to reach somebody/)

describe('A program is caught', () => {
  it.each([
    [
      'that connects',
      "require('node:net').connect(80, '192.0.2.1').on('error', () => {}); setTimeout(process.exit, 200)",
    ],
    ['that asks for an address', "require('node:dns').lookup('example.com', () => {})"],
    ['that asks a name server by itself', "require('node:dns').resolve4('example.com', () => {})"],
    [
      'that sends a datagram',
      "const s = require('node:dgram').createSocket('udp4'); s.send('x', 9, '192.0.2.1', () => s.close())",
    ],
    [
      'whose child connects',
      `require('node:child_process').spawn(process.execPath, ['-e', "require('node:net').connect(80, '192.0.2.1').on('error', () => {}); setTimeout(process.exit, 200)"])`,
    ],
  ])('%s', { timeout }, async (_says, text) => {
    // That strace has to be there is told above.
    if (hasStrace()) expect(await watched('-e', text)).toEqual({ code: 1, told: somebody })
  })

  it('and none that calls itself', { timeout }, async (context) => {
    if (!canWatch(context)) return
    const text =
      "const s = require('node:net').createServer(() => process.exit(3)).listen(0, () => require('node:net').connect(s.address().port, 'localhost'))"
    expect(await watched('-e', text)).toEqual({ code: 3, told: nobody })
  })
})
