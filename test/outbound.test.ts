import { execFile, execFileSync } from 'node:child_process'
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

  it('by verify', { timeout }, async (context) => {
    if (!canWatch(context)) return
    expect(await watched(cli, 'verify')).toEqual({ code: 0, told: nobody })
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
