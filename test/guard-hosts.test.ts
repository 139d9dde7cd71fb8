import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { startTestEmulator } from './emulator.js'

const event = '{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "1", "inventory_level": 12}'
const vendor = '/v2/shop/inventory'
const control = '/_backstock/jirafe/sites'

/** Lines as they are, and a body; the whole answer. */
async function sent(emulator: Emulator, lines: readonly string[], body = ''): Promise<string> {
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return text(socket)
}

const common = ['Authorization: Bearer t', 'Content-Type: application/json', 'Connection: close']
const post = (hosts: readonly string[], target = vendor, version = '1.1') => [
  `POST ${target} HTTP/${version}`,
  ...hosts.map((host) => `Host: ${host}`),
  ...common,
  `Content-Length: ${Buffer.byteLength(event)}`,
]
const get = (host: string) => [`GET ${control} HTTP/1.1`, `Host: ${host}`, 'Connection: close']
const statusOf = (reply: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1])
const problemOf = (reply: string) => JSON.parse(reply.slice(reply.indexOf('\r\n\r\n')))

async function calls(emulator: Emulator): Promise<number> {
  const { body } = await supertest(emulator.url).get('/_backstock/requests')
  return body.requests.length
}

const ours = [
  '127.0.0.1',
  '127.0.0.1:1',
  '127.1.2.3:4350',
  '192.168.1.20:4350',
  '0.0.0.0:4350',
  '[::1]:4350',
  '[::1]',
  '[2001:DB8::7]:80',
  '127.0.0.1.:4350',
  '[::ffff:127.0.0.1]:4350',
  'localhost',
  'localhost:4350',
  'LocalHost:4350',
  'localhost.',
  'localhost.:4350',
  'localhost:',
  'shop.localhost:4350',
  'a.b.LOCALHOST.:4350',
  'backstock',
  'backstock:4350',
  'my_service-1:4350',
  'BACKSTOCK.',
]
const strange = [
  'evil.test',
  'evil.test:4350',
  'evil.test.',
  'EVIL.test:80',
  'api.jooraccess.com',
  'event.jirafe.com:443',
  'localhost.evil.test',
  'localhost.test:4350',
  'notlocalhost.com',
  'localhost..',
  '.localhost',
  'a..localhost',
  '127.0.0.1.nip.io',
  '127.1',
  '0x7f.0.0.1',
  '127.0.0.256',
  '[evil.test]',
  '[::1].evil.test',
  '[::1',
  '::1',
  'localhost:4350:80',
  'localhost:port',
  'localhost:654321',
  'localhost@evil.test',
  'evil.test@localhost',
  'evil%2etest',
  'evil\u3002test',
  'localhost/evil.test',
  'localhost?.evil.test',
  'localhost,evil.test',
  'localhost evil.test',
  '.',
  '',
]

describe('The host of a call', () => {
  it(`is taken in ${ours.length} spellings of an address, of localhost and of a name without a dot`, async () => {
    const emulator = await startTestEmulator()
    for (const host of ours) {
      expect([host, statusOf(await sent(emulator, post([host]), event))]).toEqual([host, 200])
      expect([host, statusOf(await sent(emulator, get(host)))]).toEqual([host, 200])
    }
    expect(await calls(emulator)).toBe(ours.length)
  })

  it(`is refused in ${strange.length} others on every path, told by name, and nothing comes of the call`, async () => {
    const emulator = await startTestEmulator()
    for (const host of strange) {
      for (const lines of [post([host]), get(host), post([host], '/_backstock/reset'), post([host], '/nowhere')]) {
        const reply = await sent(emulator, lines, lines[0]?.startsWith('POST') ? event : '')
        expect([host, lines[0], statusOf(reply)]).toEqual([host, lines[0], 421])
        expect(reply).toMatch(/^content-type: application\/problem\+json\r$/im)
        expect(reply).not.toMatch(/^backstock-/im)
        const problem = problemOf(reply)
        expect(problem).toMatchObject({ type: 'about:blank', title: 'Misdirected request', status: 421 })
        expect(problem.detail).toContain(JSON.stringify(Buffer.from(host).toString('latin1')))
      }
    }
    expect(await calls(emulator)).toBe(0)
    expect((await supertest(emulator.url).get(control)).body.sites).toEqual([])
  })

  it('that was refused says by which option it is taken, and is taken with it', async () => {
    const without = await startTestEmulator()
    const refusal = problemOf(await sent(without, post(['Stock.Test.:4350']), event))
    expect(refusal.detail).toContain('--allowed-host stock.test.')
    const allowedHosts = ['STOCK.test.', '*.brand.test']
    const emulator = await startTestEmulator({ allowedHosts })
    for (const host of ['stock.test', 'Stock.Test.:4350', 'a.brand.test', 'a.b.brand.test:1'])
      expect([host, statusOf(await sent(emulator, post([host]), event))]).toEqual([host, 200])
    for (const host of ['a.stock.test', 'brand.test', 'abrand.test', 'a.brand.test.evil.test', 'stock.test.evil.test'])
      expect([host, statusOf(await sent(emulator, post([host]), event))]).toEqual([host, 421])
  })

  it('that nothing but a name with a dot can be allowed for is told without one', async () => {
    const emulator = await startTestEmulator()
    const { detail } = problemOf(await sent(emulator, post(['evil.test@localhost']), event))
    expect(detail).not.toContain('--allowed-host')
    expect(detail).toContain('localhost:4350')
  })

  it('counts where the request line has one, too', async () => {
    const emulator = await startTestEmulator()
    const status = async (target: string, host: string) => statusOf(await sent(emulator, post([host], target), event))
    expect(await status(`http://localhost:4350${vendor}`, '127.0.0.1')).toBe(200)
    expect(await status(`http://[::1]${vendor}`, '127.0.0.1')).toBe(200)
    expect(await status(`http://evil.test${vendor}`, 'localhost')).toBe(421)
    expect(await status(`http://localhost@evil.test${vendor}`, 'localhost')).toBe(421)
    expect(await status(`http://localhost${vendor}`, 'evil.test')).toBe(421)
    expect(await status('HTTPS://EVIL.TEST/_backstock/reset', 'localhost')).toBe(421)
    expect(await calls(emulator)).toBe(2)
  })

  it('may be missing in HTTP/1.0, which no browser speaks, and in nothing newer', async () => {
    const emulator = await startTestEmulator()
    expect(statusOf(await sent(emulator, post([], vendor, '1.0'), event))).toBe(200)
    expect(statusOf(await sent(emulator, post(['evil.test'], vendor, '1.0'), event))).toBe(421)
    expect(statusOf(await sent(emulator, post([]), event))).toBe(400)
    expect(await calls(emulator)).toBe(1)
  })

  it.each([
    ['localhost', 'localhost'],
    ['localhost', 'evil.test'],
    ['evil.test', 'localhost'],
  ])('is refused where there are two: %s and %s', async (...hosts) => {
    const emulator = await startTestEmulator()
    const reply = await sent(emulator, post(hosts), event)
    expect(statusOf(reply)).toBe(400)
    expect(problemOf(reply).detail).toContain('2 Host headers')
    expect(await calls(emulator)).toBe(0)
  })

  it.each([vendor, '/_backstock/reset'])('decides before a body is asked for: %s', async (target) => {
    const emulator = await startTestEmulator()
    const lines = (host: string) => [...post([host], target), 'Expect: 100-continue']
    const refused = await sent(emulator, lines('evil.test'))
    expect(statusOf(refused)).toBe(421)
    expect(refused).not.toContain('100 Continue')
    expect(await sent(emulator, lines('localhost'), event)).toContain('HTTP/1.1 100 Continue')
  })

  it('decides for each call of a connection by itself', async () => {
    const emulator = await startTestEmulator()
    const kept = (host: string) => post([host]).filter((line) => !line.startsWith('Connection'))
    const first = `${kept('localhost').join('\r\n')}\r\n\r\n${event}`
    const second = `${kept('evil.test').join('\r\n')}\r\n\r\n${event}`
    const replies = await sent(emulator, [`${first}${second}${post(['localhost']).join('\r\n')}`], event)
    expect([...replies.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '421', '200'])
    expect(await calls(emulator)).toBe(2)
  })
})

describe('A refused host', () => {
  async function told(hosts: readonly string[], options: EmulatorOptions = {}) {
    const lines: string[] = []
    const emulator = await startTestEmulator({ ...options, log: (line) => lines.push(line) })
    for (const host of hosts) await sent(emulator, post([host]), event)
    return lines
  }

  it('is told to the person once, whatever the port and the case', async () => {
    const lines = await told(['evil.test', 'EVIL.test:80', 'evil.test.', 'other.test'])
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('"evil.test"')
    expect(lines[0]).toContain('--allowed-host evil.test.')
    expect(lines[1]).toContain('"other.test"')
  })

  it('is told of up to twenty, and then no more', async () => {
    const lines = await told(Array.from({ length: 40 }, (_, index) => `${index}.evil.test`))
    expect(lines).toHaveLength(21)
    expect(lines[19]).toContain('19.evil.test')
    expect(lines[20]).toMatch(/no longer told/)
  })

  it('cannot steer the terminal, and is shown by its start where it is long', async () => {
    const [line = '', long = ''] = await told(['\u009b31mevil.test', `${'a'.repeat(5_000)}.test`])
    expect(line).not.toMatch(/\p{Cc}/u)
    expect(long.length).toBeLessThan(1_000)
  })
})

describe('The name that it listens on', () => {
  it('is one that it may be called by', async () => {
    // An address to whoever resolves it, and a name with a dot to us.
    const emulator = await startTestEmulator({ host: '127.1' })
    expect(new URL(emulator.url).hostname).toBe('127.0.0.1')
    expect(statusOf(await sent(emulator, post(['127.1:4350']), event))).toBe(200)
    expect(statusOf(await sent(emulator, post(['127.1.evil.test']), event))).toBe(421)
  })
})

describe('What the library is given', () => {
  it.each(['http://a.test', 'a.test:80', '', '*', '*.', 'a..test', 'a.test/x'])(
    'as an allowed host is refused: %j',
    async (host) => {
      await expect(startTestEmulator({ allowedHosts: [host] })).rejects.toThrow(TypeError)
    },
  )
})
