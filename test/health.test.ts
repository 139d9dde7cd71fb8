import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { commandIn } from './command.js'

const left: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const leave of left.splice(0)) await leave()
})

async function emulatorOf(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ port: 0, ...options })
  left.push(() => emulator.close())
  return { url: emulator.url, port: new URL(emulator.url).port }
}

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  // A TCP server that listens has an address and a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('backstock health', () => {
  it('exits with 0 where the emulator takes calls, and says where', async () => {
    const { url } = await emulatorOf()
    expect(await commandIn({}, 'health', '--url', url)).toEqual({
      code: 0,
      printed: [`Backstock is ready on ${url}`],
      complained: '',
    })
  })

  it('needs no token, and shows none to who is not asked for it', async () => {
    const { url } = await emulatorOf({ controlToken: 'c0ntrol~' })
    const heads: unknown[] = []
    const stranger = await answering(({ headers }, response) => {
      heads.push(headers.authorization)
      response.end('{"status":"ready"}')
    })
    const env = { BACKSTOCK_CONTROL_TOKEN: 'c0ntrol~' }
    expect((await commandIn({ env }, 'health', '--url', url)).code).toBe(0)
    expect((await commandIn({ env }, 'health', '--url', stranger)).code).toBe(0)
    expect(heads).toEqual([undefined])
  })

  it.each(['127.0.0.1', '0.0.0.0', ''])(
    'asks the port that the environment gives to start, listening on %j',
    async (host) => {
      const { port } = await emulatorOf(host === '' ? {} : { host })
      const { code, printed } = await commandIn({ env: { BACKSTOCK_PORT: port, BACKSTOCK_HOST: host } }, 'health')
      expect(code).toBe(0)
      expect(printed).toEqual([`Backstock is ready on http://127.0.0.1:${port}`])
    },
  )

  it('asks the port that the config file of the folder gives to start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-health-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const { port } = await emulatorOf()
    await writeFile(join(folder, 'backstock.config.yaml'), `port: ${port}\n`)
    expect((await commandIn({ folder }, 'health')).code).toBe(0)
  })

  const wrong: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['is no Backstock', (_, response) => response.end('<html>'), /is not Backstock$/],
    ['answers otherwise', (_, response) => response.end('{"status":"starting"}'), /does not answer as Backstock does/],
    ['fails', (_, response) => response.writeHead(500).end('{}'), /status 500$/],
    ['never answers', () => {}, /no emulator answers at /],
  ]
  it.each(wrong)('exits with 1 where what listens %s', async (_, listener, why) => {
    const url = await answering(listener)
    const { code, printed, complained } = await commandIn({}, 'health', '--url', url)
    expect(code).toBe(1)
    expect(printed).toEqual([])
    expect(complained).toMatch(why)
  })

  it.each([
    ['nobody listens', { BACKSTOCK_PORT: '1' }, /no emulator answers at http:\/\/127\.0\.0\.1:1 /],
    ['the address is none', { BACKSTOCK_URL: 'here' }, /"here" is not the address of an emulator/],
    ['the port is any', { BACKSTOCK_PORT: '0' }, /name the address that the emulator told, by --url$/],
    ['start would refuse the environment', { BACKSTOCK_PORT: 'x' }, /^BACKSTOCK_PORT: /],
  ])('exits with 1, never with 2, where %s', async (_, env, why) => {
    const { code, complained } = await commandIn({ env }, 'health')
    expect(code).toBe(1)
    expect(complained).toMatch(why)
  })
})
