import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { lastRequest } from './emulator.js'
import {
  call,
  connectTo,
  dial,
  joorCall,
  joorToken,
  listenElsewhere,
  problemIn,
  secureTo,
  startIntercepting,
  stock,
  tunnelTo,
} from './intercept.js'

const joorHost = 'api.jooraccess.com'
const target = `${joorHost}:443`

describe('A CONNECT is refused', () => {
  it.each<[string, string, number, string | RegExp]>([
    ['without a port', `CONNECT ${joorHost} HTTP/1.1\r\n\r\n`, 400, /HOST:PORT/],
    ['without a host', 'CONNECT :443 HTTP/1.1\r\n\r\n', 400, /":443"/],
    ['to port 0', `CONNECT ${joorHost}:0 HTTP/1.1\r\n\r\n`, 400, /:0"/],
    ['to a port that is none', `CONNECT ${joorHost}:99999 HTTP/1.1\r\n\r\n`, 400, /:99999"/],
    ['with a name that is none', 'CONNECT a%00b:443 HTTP/1.1\r\n\r\n', 400, /a%00b/],
    ['with credentials in its target', `CONNECT me:secret@${target} HTTP/1.1\r\n\r\n`, 400, /@api/],
    [
      'that announces a body',
      `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nContent-Length: 5\r\n\r\nhello`,
      400,
      /no body/,
    ],
    [
      'that announces chunks',
      `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      /no body/,
    ],
    [
      'whose Host is another one',
      `CONNECT ${target} HTTP/1.1\r\nHost: event.jirafe.com:443\r\n\r\n`,
      421,
      /event\.jirafe\.com/,
    ],
    [
      'with too many headers',
      connectTo(target, ...Array.from({ length: 150 }, (_, at) => `X-${at}: 1`)),
      431,
      /100 headers/,
    ],
    ['with huge headers', connectTo(target, `X: ${'x'.repeat(20_000)}`), 431, /16384 bytes/],
    ['of a long name', connectTo(`${'a.'.repeat(2_000)}test:443`), 403, /neither answers/],
  ])('%s', async (_says, written, status, detail) => {
    const { emulator, told } = await startIntercepting()
    const client = (await dial(emulator)).write(written)
    await client.over()
    expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(problemIn(client)).toMatchObject({ status, detail: expect.stringMatching(detail) })
    expect(client.received + told.join()).not.toContain('secret')
    expect(emulator.counts().calls).toBe(0)
  })

  it('within a tunnel, encrypted or not, and in one to the emulator itself', async () => {
    const { emulator } = await startIntercepting({ allow: ['127.0.0.1'] })
    const itself = `127.0.0.1:${new URL(emulator.url).port}`
    for (const open of [secureTo(emulator, target), tunnelTo(emulator, `${joorHost}:80`), tunnelTo(emulator, itself)]) {
      const client = (await open).write(connectTo(target))
      await client.over()
      expect(client.received).toMatch(/^HTTP\/1\.1 400 /)
      expect(problemIn(client).detail).toContain('within a tunnel')
    }
  })
})

describe('A call in a tunnel is refused', () => {
  it.each<[string, string, number]>([
    ['whose Host is that of the other vendor', joorCall('event.jirafe.com'), 421],
    ['whose Host is the emulator', joorCall('127.0.0.1'), 421],
    ['with two Host headers', call(joorHost, '/v2/bulk-inventory', stock(), joorToken, 'Host: event.jirafe.com'), 421],
    [
      'whose target is a URL of another host',
      call(joorHost, 'http://event.jirafe.com/v2/bulk-inventory', stock(), joorToken),
      421,
    ],
    ['whose target is a URL of an unknown host', call(joorHost, 'http://example.com/', stock(), joorToken), 421],
    [
      'whose body has two lengths',
      call(joorHost, '/v2/bulk-inventory', stock(), joorToken, 'Transfer-Encoding: chunked'),
      400,
    ],
    ['that is no HTTP', 'hello\r\n\r\n', 400],
  ])('%s', async (_says, written, status) => {
    const { emulator } = await startIntercepting()
    for (const open of [secureTo(emulator, target), tunnelTo(emulator, `${joorHost}:80`)]) {
      const client = (await open).write(written)
      await client.until('"detail"')
      expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    }
    expect(emulator.counts()).toMatchObject({ updated: 0 })
    expect((await supertest(emulator.url).get('/_backstock/joor/accounts')).body.accounts).toEqual([])
  })
})

describe('A call with a whole URL is refused', () => {
  it.each<[string, string, number]>([
    [
      'whose Host is another one',
      call('event.jirafe.com', `http://${joorHost}/v2/bulk-inventory`, stock(), joorToken),
      421,
    ],
    [
      'with two Host headers',
      call(joorHost, `http://${joorHost}/v2/bulk-inventory`, stock(), joorToken, `Host: ${joorHost}`),
      421,
    ],
    ['of another scheme', call(joorHost, `ftp://${joorHost}/x`), 400],
    ['without a host', call(joorHost, 'http:///x'), 400],
    ['with a port that is none', call(joorHost, `http://${joorHost}:0/x`), 400],
    ['of nobody whom we know', call('example.com', 'http://example.com/x'), 403],
  ])('%s', async (_says, written, status) => {
    const { emulator } = await startIntercepting()
    const client = (await dial(emulator)).write(written)
    await client.until('"detail"')
    expect(client.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(emulator.counts().calls).toBe(0)
  })

  it('and what comes behind it on the connection is a call of its own', async () => {
    const { emulator } = await startIntercepting()
    const client = await dial(emulator)
    client.write(
      call('example.com', 'http://example.com/x', '{}') +
        call(joorHost, `http://${joorHost}/v2/bulk-inventory`, stock(), joorToken),
    )
    await client.until('items_not_updated')
    expect(client.received).toMatch(/^HTTP\/1\.1 403 [\s\S]*HTTP\/1\.1 200 OK/)
    expect(await lastRequest(emulator)).toMatchObject({ path: '/v2/bulk-inventory', status: 200 })
  })
})

describe('A tunnel ends', () => {
  it.each<[string, string]>([
    ['in which nothing comes', ''],
    ['in which a handshake stalls', '\u0016\u0003\u0001\u0002'],
  ])('%s', async (_says, written) => {
    const { emulator } = await startIntercepting({}, { limits: { header_seconds: 1 } })
    const client = await tunnelTo(emulator, target)
    if (written !== '') client.socket.write(Buffer.from(written, 'latin1'))
    await client.over()
    expect(client.received).toBe('')
  })

  it('whose handshake is none, and the person is told what may be missing', async () => {
    const { emulator, told } = await startIntercepting()
    const client = await tunnelTo(emulator, target)
    client.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5]))
    await client.over()
    expect(told.join('\n')).toContain(`broke off the TLS handshake for ${joorHost}`)
    await expect(secureTo(emulator, target, { ca: [] })).rejects.toThrow(/certificate/)
    expect(emulator.counts().calls).toBe(0)
  })

  it('whose client breaks it off midway, and the emulator goes on', async () => {
    const { emulator } = await startIntercepting()
    for (const client of [await tunnelTo(emulator, target), await secureTo(emulator, target), await dial(emulator)]) {
      client.write(joorCall().slice(0, 60))
      client.socket.destroy()
    }
    const reset = await tunnelTo(emulator, target)
    reset.socket.resetAndDestroy()
    const client = (await secureTo(emulator, target)).write(joorCall())
    await client.until('items_not_updated')
  })

  it('of another host with either of its ends', async () => {
    const there = await listenElsewhere((socket, text) => {
      if (text === 'end') socket.end('bye')
      else if (text === 'reset') socket.resetAndDestroy()
      else socket.write(text)
    })
    const { emulator } = await startIntercepting({ allow: ['127.0.0.1'] })
    const host = `127.0.0.1:${there.port}`
    const ended = (await tunnelTo(emulator, host)).write('end')
    await ended.over()
    expect([ended.received, ended.ended]).toEqual(['bye', 'fin'])
    const broken = (await tunnelTo(emulator, host)).write('reset')
    await broken.over()
    const gone = (await tunnelTo(emulator, host)).write('x')
    await gone.until('x')
    gone.socket.destroy()
    await expect.poll(() => there.sockets.filter((socket) => !socket.destroyed).length).toBe(0)
  })

  it('with the emulator: those that are passed on, those that shake hands, and those that wait', async () => {
    const there = await listenElsewhere((socket, text) => void socket.write(text))
    const { emulator } = await startIntercepting({ allow: ['127.0.0.1'] })
    const idle = (await secureTo(emulator, target)).write(joorCall())
    await idle.until('items_not_updated')
    const open = [
      idle,
      await tunnelTo(emulator, target),
      await tunnelTo(emulator, `127.0.0.1:${there.port}`),
      await tunnelTo(emulator, `${joorHost}:80`),
    ]
    await emulator.close()
    for (const client of open) await client.over()
    await expect.poll(() => there.sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })
})

describe('Of tunnels', () => {
  it('there are no more than of connections, and each that ends makes room', async () => {
    const there = await listenElsewhere((socket, text) => void socket.write(text))
    const { emulator, told } = await startIntercepting({ allow: ['127.0.0.1'] }, { limits: { connections: 3 } })
    const open = [
      await secureTo(emulator, target),
      await tunnelTo(emulator, target),
      await tunnelTo(emulator, `127.0.0.1:${there.port}`),
    ]
    const fourth = (await dial(emulator)).write(connectTo(target))
    await fourth.over()
    expect(fourth.received).toBe('')
    expect(told.join('\n')).toContain('3 connections already')
    for (const client of open) client.socket.destroy()
    await expect
      .poll(
        async () =>
          (
            await supertest(emulator.url)
              .get('/_backstock/health')
              .catch(() => undefined)
          )?.status,
      )
      .toBe(200)
  })

  it('many come and go', async () => {
    const { emulator } = await startIntercepting()
    const replies = Array.from({ length: 100 }, async (_, at) => {
      const client = (await secureTo(emulator, at % 2 ? target : 'atlas.jooraccess.com:443')).write(
        at % 2 ? joorCall() : call('atlas.jooraccess.com', '/x'),
      )
      await client.until(at % 2 ? 'items_not_updated' : 'v4 login')
      client.socket.destroy()
    })
    await Promise.all(replies)
    expect(emulator.counts().calls).toBe(100)
  })

  it('each of a name that v4 may have leaves nothing behind', async () => {
    const { emulator } = await startIntercepting()
    for (let at = 0; at < 120; at++) {
      const { socket } = await secureTo(emulator, `atlas-${at}.jooraccess.com:443`)
      socket.destroy()
    }
    const client = (await secureTo(emulator, target)).write(joorCall())
    await client.until('items_not_updated')
  })
})
