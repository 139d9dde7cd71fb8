import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const controlToken = 'c0ntrol-Canary~4711'
const guarded = (options: EmulatorOptions = {}) => startTestEmulator({ controlToken, ...options })
const plane = (emulator: Emulator) => supertest(emulator.url)
const bearer = { Authorization: `Bearer ${controlToken}` }

const paths = [
  ['get', 'joor/accounts'],
  ['put', 'joor/accounts/brand'],
  ['get', 'joor/account'],
  ['get', 'jirafe/sites'],
  ['get', 'requests'],
  ['get', 'requests/stream'],
  ['post', 'requests/find'],
  ['delete', 'requests'],
  ['get', 'faults'],
  ['put', 'faults'],
  ['put', 'clock'],
  ['put', 'ids'],
  ['get', 'snapshots'],
  ['get', 'violations'],
  ['get', 'coverage'],
  ['get', 'rules'],
  ['post', 'reset'],
  ['put', 'seed'],
  ['post', 'verify/state'],
  ['get', 'nowhere'],
  ['put', ''],
  ['post', 'ui/requests'],
  ['get', 'uis'],
  ['get', 'health/'],
  ['get', 'HEALTH'],
  ['get', 'version/x'],
] as const

describe('With a control token', () => {
  it.each(paths)('%s %s is refused without it, and with another', async (method, path) => {
    const emulator = await guarded({ seed: { joor: { accounts: { seeded: {} } } } })
    const wrong = [
      {},
      { Authorization: 'Bearer c0ntrol' },
      { Authorization: `Bearer ${controlToken}x` },
      { Authorization: `Bearer ${controlToken.toLowerCase()}` },
      { Authorization: `Basic ${controlToken}` },
      { Authorization: controlToken },
      { Authorization: oauth2(controlToken) },
      { 'Backstock-Control-Token': '' },
      { 'Backstock-Control-Token': `${controlToken}, ${controlToken}` },
      { Cookie: `backstock_session_${new URL(emulator.url).port}=${controlToken}` },
    ]
    for (const headers of wrong) {
      const reply = await plane(emulator)[method](`/_backstock/${path}`).set(headers).send('{}')
      expect([headers, reply.status]).toEqual([headers, 401])
      expect(reply.headers['www-authenticate']).toBe('Bearer')
      expect(reply.headers['content-type']).toBe('application/problem+json')
      expect(reply.body).toMatchObject({
        title: 'Unauthorized',
        status: 401,
        detail: expect.stringMatching(/Bearer TOKEN/),
      })
      expect(reply.text).not.toContain('c0ntrol')
    }
    const accounts = await plane(emulator).get('/_backstock/joor/accounts').set(bearer)
    expect(accounts.body.accounts.map(({ account }: { account: string }) => account)).toEqual(['seeded'])
  })

  it.each(['', 'ui', 'ui/requests', 'ui/requests/x?account=brand'])(
    'the dashboard is served without it at %o, to ask for it there',
    async (path) => {
      const emulator = await guarded({ seed: { joor: { accounts: { seeded: {} } } } })
      const reply = await plane(emulator).get(`/_backstock/${path}`).expect(200)
      expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(reply.text).not.toMatch(/seeded|c0ntrol/)
    },
  )

  it.each(['health', 'ready', 'version'])('%s is answered without it', async (path) => {
    const emulator = await guarded()
    await plane(emulator).get(`/_backstock/${path}`).expect(200)
    await plane(emulator).get(`/_backstock/${path}?x=1`).expect(400)
    await plane(emulator).get(`//_backstock//${path}`).expect(200)
  })

  it('a call is taken that brings it in either header', async () => {
    const emulator = await guarded()
    const get = (path: string, headers: Record<string, string>) =>
      plane(emulator).get(`/_backstock/${path}`).set(headers)
    await get('rules', bearer).expect(200)
    await get('rules', { Authorization: `bearer  ${controlToken}` }).expect(200)
    await get('rules', { 'backstock-control-token': controlToken }).expect(200)
    await get('rules', { ...bearer, 'backstock-control-token': 'another' }).expect(200)
    await bulk(emulator, items({ upc: '1', warehouse: 'NY', inventory: 1 }))
    const own = { Authorization: oauth2('a-token'), 'Backstock-Control-Token': controlToken }
    const { body } = await get('joor/account', own).expect(200)
    expect(body.account).toMatch(/^token-/)
  })

  it("the vendors' paths ask for none", async () => {
    const emulator = await guarded()
    expect((await bulk(emulator, items({ upc: '1', warehouse: 'NY', inventory: 1 }))).status).toBe(200)
  })

  it('a client that waits to send its body is not asked for it', async () => {
    const emulator = await guarded()
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    const head = ['PUT /_backstock/seed HTTP/1.1', 'Host: localhost', 'Expect: 100-continue', 'Content-Length: 2']
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /)
  })
})

describe('A browser that signs in', () => {
  const signIn = (emulator: Emulator, token: unknown = controlToken) =>
    plane(emulator).post('/_backstock/session').send({ token })
  const cookieOf = ({ headers }: { headers: Record<string, unknown> }) =>
    String(headers['set-cookie']).split(';')[0] ?? ''
  const rules = (emulator: Emulator, cookie: string) => plane(emulator).get('/_backstock/rules').set('Cookie', cookie)

  it('gets a cookie that opens the control plane, and that no script can read and no other site send', async () => {
    const emulator = await guarded()
    const reply = await signIn(emulator).expect(204)
    expect(reply.text).toBe('')
    const [set = ''] = [reply.headers['set-cookie']].flat()
    expect(set).toMatch(
      new RegExp(
        `^backstock_session_${new URL(emulator.url).port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/_backstock/$`,
      ),
    )
    expect(set).not.toContain(controlToken)
    await rules(emulator, cookieOf(reply)).expect(200)
    await rules(emulator, `a=b; ${cookieOf(reply)};c=d`).expect(200)
    await rules(emulator, cookieOf(reply).replace(/.$/, '')).expect(401)
    await rules(emulator, cookieOf(reply).replace(/^\w+=/, 'another=')).expect(401)
  })

  it('gets another value each time, and signing out takes back its own', async () => {
    const emulator = await guarded()
    const [one, other] = [cookieOf(await signIn(emulator)), cookieOf(await signIn(emulator))]
    expect(one).not.toBe(other)
    const out = await plane(emulator).delete('/_backstock/session').set('Cookie', one).expect(204)
    expect(String(out.headers['set-cookie'])).toMatch(
      /^backstock_session_\d+=; HttpOnly; SameSite=Strict; Path=\/_backstock\/; Max-Age=0$/,
    )
    await rules(emulator, one).expect(401)
    await rules(emulator, other).expect(200)
    await plane(emulator).delete('/_backstock/session').expect(204)
    await rules(emulator, other).expect(200)
  })

  it('has to sign in again at an emulator that was started anew', async () => {
    const first = await guarded()
    const { port } = new URL(first.url)
    const cookie = cookieOf(await signIn(first))
    await first.close()
    const second = await guarded({ port: Number(port) })
    await rules(second, cookie).expect(401)
    await rules(second, cookieOf(await signIn(second))).expect(200)
  })

  it('is one of a hundred: the one that came first has to sign in again', async () => {
    const emulator = await guarded()
    const first = cookieOf(await signIn(emulator))
    const second = cookieOf(await signIn(emulator))
    for (let count = 2; count < 101; count++) await signIn(emulator).expect(204)
    await rules(emulator, first).expect(401)
    await rules(emulator, second).expect(200)
  })

  it.each([
    ['another token', { token: 'c0ntrol-another' }, 401, /not the control token/],
    ['no text', { token: 47_114_711 }, 400, /token is no text/],
    ['an unknown field', { token: controlToken, remember: true }, 400, /remember is not known/],
    ['a misspelt field', { tokn: controlToken }, 400, /tokn is not known/],
    ['a list', [controlToken], 400, /no object/],
    ['no JSON', controlToken, 400, /no JSON/],
  ])('is refused with %s, which is not told', async (_what, body, status, says) => {
    const emulator = await guarded()
    const sent = typeof body === 'string' ? body : JSON.stringify(body)
    const reply = await plane(emulator).post('/_backstock/session').set('Content-Type', 'application/json').send(sent)
    expect(reply.status).toBe(status)
    expect(reply.body.detail).toMatch(says)
    expect(reply.text).not.toMatch(/Canary|c0ntrol|4711/)
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it('is refused where it was led there by another page', async () => {
    const emulator = await guarded()
    const reply = await signIn(emulator).set('Origin', 'http://evil.test')
    expect(reply.status).toBe(403)
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it('is told where there is nothing to sign in to', async () => {
    const emulator = await startTestEmulator()
    const reply = await signIn(emulator)
    expect(reply.status).toBe(404)
    expect(reply.body.detail).toContain('without --control-token')
  })
})

describe('The control token', () => {
  it('that a client brings to a vendor is kept nowhere', async () => {
    const emulator = await guarded()
    const row = { upc: controlToken, warehouse: `at ${controlToken}`, inventory: 'many' }
    await bulk(emulator, items(row, { ...row, inventory: 1 }), { query: `?x=${controlToken}` })
      .set('Backstock-Control-Token', controlToken)
      .expect(200)
    const ask = async (path: string) => (await plane(emulator).get(`/_backstock/${path}`).set(bearer)).text
    const { requests } = JSON.parse(await ask('requests'))
    const detail = await ask(`requests/${requests[0].id}`)
    expect(JSON.parse(detail).request.headers).toMatchObject({ 'backstock-control-token': '«token»' })
    for (const shown of [detail, JSON.stringify(requests), await ask('violations'), await ask('coverage')])
      expect(shown).not.toContain('Canary')
    expect(JSON.stringify(emulator.report())).not.toContain('Canary')
  })

  it('stands as a variable of the shell in the commands that coverage offers, those of the control plane only', async () => {
    const told = async (options: EmulatorOptions) => {
      const emulator = await startTestEmulator({ settings: { auth: 'enforce' }, ...options })
      await bulk(emulator, items({ upc: '1', warehouse: 'NY', inventory: 1 }))
      const { gaps } = await emulator.coverage()
      return gaps.flatMap(({ request }) => request?.split('\n') ?? [])
    }
    const bring = '-H "Authorization: Bearer $BACKSTOCK_CONTROL_TOKEN"'
    const lines = await told({ controlToken })
    const isControl = (line: string) => line.includes('/_backstock/')
    expect(lines.filter(isControl).length).toBeGreaterThan(10)
    for (const line of lines) expect([line, line.includes(bring)]).toEqual([line, isControl(line)])
    expect((await told({})).join('\n')).not.toContain('CONTROL_TOKEN')
  })

  it('is in nothing that an emulator shows of itself, and is never said', async () => {
    const lines: string[] = []
    const emulator = await guarded({ log: (line) => lines.push(line) })
    await plane(emulator).put('/_backstock/seed').set(bearer).send('{').expect(400)
    await plane(emulator).get('/_backstock/rules').set(bearer).set('Host', 'evil.test').expect(421)
    expect(JSON.stringify([emulator, lines])).not.toContain('Canary')
  })

  it.each(['', 'two words', 'ümlaut', 'line\nbreak', 'c0ntrol-Canary\u007f'])(
    'is refused as %j, without being shown',
    async (token) => {
      const started = startTestEmulator({ controlToken: token })
      await expect(started).rejects.toThrow(TypeError)
      await expect(started).rejects.toThrow(/controlToken is not what it can be. Right is/)
      if (token !== '') await expect(started).rejects.not.toThrow(token)
    },
  )
})
