import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import type { Entry } from '../server/journal/entry.js'
import { formatNames } from '../server/report/formats.js'
import { MemoryStore } from '../server/state/memory.js'
import type { JournalWriter } from '../server/state/store.js'
import { tell } from './proof.js'

/** Tokens that no text has by chance, with what JSON, XML, URLs, HTML, shells and Base64 spell differently. */
const canaries: readonly string[] = [
  'Cny-plain-7f3a91',
  'Cny"quoted\\back7f3b',
  'Cny<tag>&amp;7f3c',
  "Cny'$(id)`x`7f3d",
  'Cny/+=?#%41&7f3e',
  'Cny;{}[]|~^7f3f!',
  'C7f3g#',
  `Cny-${'long~/+'.repeat(60)}7f3h`,
]

/** All that a text may say a canary by. */
function spellings(token: string): readonly string[] {
  const units = (write: (unit: number) => string) => [...token].map((each) => write(each.charCodeAt(0))).join('')
  const html = token.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [
    token,
    encodeURIComponent(token),
    new URLSearchParams({ a: token }).toString().slice(2),
    units((unit) => `%${unit.toString(16)}`),
    JSON.stringify(token).slice(1, -1),
    units((unit) => `\\u${unit.toString(16).padStart(4, '0')}`),
    html,
    html.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    units((unit) => `&#${unit};`),
    units((unit) => `&#x${unit.toString(16)};`),
    token.replaceAll("'", "'\\''"),
    Buffer.from(token).toString('base64').replace(/=+$/, ''),
    Buffer.from(token).toString('base64url'),
    Buffer.from(token).toString('hex'),
  ]
}

/** Where a text has a canary, in any spelling, also one layer of JSON or URL deep. */
function leaksIn(text: string): readonly string[] {
  const layers = [text, text.replaceAll('\\\\', '\\').replaceAll('\\"', '"'), text.replaceAll('«token»', '')]
  const all = layers.join('\n')
  return canaries.flatMap((token) =>
    spellings(token)
      .filter((spelling) => all.includes(spelling))
      .map((spelling) => `${token} as ${spelling}, in …${all.slice(all.indexOf(spelling) - 60).slice(0, 160)}`),
  )
}

describe('The search for canaries', () => {
  it.each(canaries.flatMap((token) => spellings(token).map((spelling) => [spelling] as const)))('finds %s', (text) => {
    expect(leaksIn(`{"path":"/v2/x?y=${text}"}`)).not.toEqual([])
    expect(leaksIn(JSON.stringify({ body: text }))).not.toEqual([])
  })
})

interface Call {
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  readonly method?: string
  /** The client goes after what it has written. */
  readonly broken?: true
}

/** Sends a call, the headers as they are; the reply's text, or nothing where there was none. */
function send(emulator: Emulator, { path, headers = {}, body = '', method = 'POST', broken }: Call): Promise<string> {
  return new Promise((resolve) => {
    const sent: Record<string, string | string[]> = {}
    for (const [name, value] of Object.entries(headers)) sent[name] = typeof value === 'string' ? value : [...value]
    const call = request(`${emulator.url}`, { method, path, headers: { 'Content-Type': 'application/json', ...sent } })
    call.on('error', () => resolve(''))
    call.on('response', (response) => {
      let text = JSON.stringify(response.headers)
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
      })
      response.on('close', () => resolve(text))
    })
    if (broken === undefined) return void call.end(body)
    call.setHeader('Content-Length', String(body.length + 10))
    call.write(body, () => setTimeout(() => call.destroy(), 20))
  })
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const bulk = '/v2/bulk-inventory'

/** A call of each way in which a token comes along, right and wrong. */
function callsWith(token: string): readonly Call[] {
  const inUrl = encodeURIComponent(token)
  const inJson = JSON.stringify(token)
  const escaped = [...token].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const inXml = token.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const numbered = [...token].map((each) => `&#x${each.charCodeAt(0).toString(16)};`).join('')
  const oauth2 = { Authorization: `OAuth2 ${base64(token)}` }
  const bearer = { Authorization: `Bearer ${token}` }
  const other = { Authorization: `OAuth2 ${base64('another-token')}` }
  const items = (more: string) => `{"inventory_items":[{"warehouse":"New York","upc":"1","inventory":1${more}}]}`
  const event = (more: string) =>
    `{"timestamp":"2015-01-23T16:35:38+0000","product_code":"1","inventory_level":1${more}}`
  const level = '/v2/shop/inventory'
  const names = ['access_token', 'token', 'api_key', 'apikey', 'apiKey', 'key', 'client_secret', 'password']
  const xml = (text: string) =>
    `<inventory_items><inventory_item><warehouse>New York</warehouse><upc>1</upc><inventory>1</inventory><x>${text}</x></inventory_item></inventory_items>`
  const headers = ['X-API-Key', 'Proxy-Authorization', 'X-Auth-Token', 'Api-Key', 'X-Access-Token']
  return [
    { path: bulk, headers: oauth2, body: items('') },
    { path: level, headers: bearer, body: event('') },
    // Malformed, doubled, of the wrong scheme.
    { path: bulk, headers: { Authorization: token }, body: items('') },
    { path: bulk, headers: { Authorization: `OAuth2 ${token}` }, body: items(`,"x":${inJson}`) },
    { path: bulk, headers: { Authorization: `Basic ${base64(`user:${token}`)}` }, body: items(`,"x":${inJson}`) },
    { path: bulk, headers: { Authorization: `OAuth2 ${base64(token)} ${token}` }, body: items(`,"x":${inJson}`) },
    { path: bulk, headers: { Authorization: `OAuth2 ${base64(token)}=` }, body: items('') },
    { path: level, headers: { Authorization: `Token ${token}` }, body: event('') },
    { path: level, headers: { Authorization: `Bearer  ${token} ` }, body: event('') },
    // In the query and the path, where no header has it too.
    ...names.flatMap((name) => [
      { path: `${bulk}?${name}=${inUrl}`, headers: other, body: items('') },
      { path: `${level}?${name}=${inUrl}`, body: event('') },
      { path: `/v2/tracker/pageview?x=1&${name}=${inUrl}`, body: '{"account":"shop"}' },
      { path: `/nowhere//at/all?${name}=${inUrl}`, method: 'GET' },
      { path: `/v2/orders?${name}=${inUrl}`, headers: oauth2, method: 'GET' },
    ]),
    { path: `${bulk}?x=${inUrl}&overwrite=${inUrl}`, headers: oauth2, body: items('') },
    // What a client makes the name of a site, a warehouse or a SKU is stock by its own doing; a path that is none is not.
    { path: `/v2/shop/${inUrl}/inventory`, headers: bearer, body: event('') },
    { path: `/v2/shop//inventory?x=${inUrl}`, headers: bearer, body: event('') },
    // In other headers.
    ...headers.map((name) => ({ path: bulk, headers: { ...other, [name]: token }, body: items(`,"x":${inJson}`) })),
    { path: bulk, headers: { ...other, Cookie: `a=b; session_token=${inUrl}` }, body: items('') },
    { path: bulk, headers: { ...other, Referer: `http://localhost/?access_token=${inUrl}` }, body: items('') },
    { path: bulk, headers: { ...oauth2, 'X-Note': token, 'User-Agent': token }, body: items('') },
    // In the body, as JSON, XML and forms write it.
    { path: bulk, headers: oauth2, body: items(`,"x":${inJson},"inventory_date":${inJson}`) },
    { path: bulk, headers: oauth2, body: items(`,"y":"${escaped}",${inJson}:1`) },
    { path: bulk, headers: other, body: `{"access_token":${inJson},${items('').slice(1)}` },
    { path: bulk, headers: { ...oauth2, 'Content-Type': 'application/xml' }, body: xml(inXml) },
    { path: bulk, headers: { ...oauth2, 'Content-Type': 'application/xml' }, body: xml(numbered) },
    { path: bulk, headers: { ...other, 'Content-Type': 'application/xml' }, body: xml(`<token>${inXml}</token>`) },
    { path: level, headers: bearer, body: event(`,"x":${inJson},"y":"${escaped}"`) },
    { path: level, headers: other, body: event(`,"api_key":${inJson}`) },
    { path: '/v2/shop/batch', headers: bearer, body: `{"product.inventory":[${event(`,"x":${inJson}`)}]}` },
    { path: '/v2/tracker/pageview', headers: bearer, body: `{"account":"shop","url":${inJson}}` },
    // Refused: 415, 413, 400, 405, a body that never ends.
    { path: bulk, headers: { ...oauth2, 'Content-Type': `text/${inUrl}` }, body: token },
    { path: bulk, headers: { ...other, 'Content-Type': 'application/x-www-form-urlencoded' }, body: `token=${inUrl}` },
    { path: bulk, headers: { ...oauth2, 'Content-Encoding': 'x-none' }, body: items('') },
    { path: bulk, headers: oauth2, body: `{"inventory_items":[${inJson}` },
    { path: bulk, headers: oauth2, body: `${items(`,"x":${inJson}`)}${' '.repeat(20_000)}` },
    { path: `${bulk}?x=${inUrl}`, headers: oauth2, method: 'DELETE' },
    { path: level, headers: bearer, body: `{"x":${inJson}` },
    { path: bulk, headers: oauth2, body: items(`,"x":${inJson}`), broken: true },
    { path: `/_backstock/nowhere?access_token=${inUrl}`, headers: bearer, method: 'GET' },
  ]
}

/** The routes of the control plane that are read; a test holds them against the router. */
const reads = [
  'health', 'ready', 'version', 'rules', 'joor/accounts', 'jirafe/sites', 'faults', 'clock', 'ids', 'snapshots',
  'requests', 'violations', 'violations?run=ended', 'coverage', 'coverage?format=html', 'coverage?format=markdown',
  ...formatNames.map((format) => `violations?format=${format}`),
] // biome-ignore format: one list

/** All that can be read of an emulator. */
async function surfaces(emulator: Emulator): Promise<ReadonlyMap<string, string>> {
  const shown = new Map<string, string>()
  const look = async (path: string) => {
    const { text, status, body } = await supertest(emulator.url)
      .get(`/_backstock/${path}`)
      .buffer(true)
      .parse((response, done) => {
        let whole = ''
        response.on('data', (chunk: Buffer) => {
          whole += chunk.toString()
        })
        response.on('end', () => done(null, whole))
      })
    expect([path, status]).toEqual([path, 200])
    shown.set(path, text ?? String(body))
    return shown.get(path) ?? ''
  }
  for (const path of reads) await look(path)
  const { accounts } = JSON.parse(await look('joor/accounts'))
  for (const { account } of accounts)
    for (const what of ['', '/positions', '/positions?format=csv'])
      await look(`joor/accounts/${encodeURIComponent(account)}${what}`)
  const { sites } = JSON.parse(await look('jirafe/sites'))
  for (const { site } of sites)
    for (const what of ['', '/levels?history=true', '/costs', '/events'])
      await look(`jirafe/sites/${encodeURIComponent(site)}${what}`)
  const { requests } = JSON.parse(await look('requests'))
  for (const { id } of requests) {
    const { reply } = JSON.parse(await look(`requests/${id}`))
    const logId = /"log_id":"([^"]+)"/.exec(reply?.body ?? '')?.[1]
    if (logId !== undefined) await look(`joor/logs/${logId}`)
  }
  return shown
}

describe.each(['memory', 'file'] as const)('With canaries for tokens, over %s', (storage) => {
  let emulator: Emulator
  const logged: string[] = []
  const answered: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'backstock-tokens-'))
  let sent = 0
  let streamed = ''

  beforeAll(async () => {
    const seeded = canaries[0] ?? ''
    emulator = await startEmulator({
      port: 0,
      ...(storage === 'file' && { data: join(folder, 'data.json'), snapshots: join(folder, 'snapshots') }),
      seed: { joor: { accounts: { seeded: { token: seeded } } }, jirafe: { sites: { seeded: { token: seeded } } } },
      limits: { body_bytes: 10_000 },
      log: (line) => logged.push(line),
      logRequests: (line) => logged.push(line),
    })
    const stream = request(`${emulator.url}/_backstock/requests/stream`, (response) => {
      response.on('data', (chunk: Buffer) => {
        streamed += chunk.toString()
      })
    })
    stream.on('error', () => {}).end()
    for (const [index, token] of canaries.entries()) {
      const declared = { token, settings: index % 2 === 0 ? { contract: 'enforce' } : {} }
      await put(`joor/accounts/brand-${index}`, declared)
      await put(`jirafe/sites/brand-${index}`, declared)
      // A wrong one, whose refusal must not show it.
      answered.push(await put(`joor/accounts/wrong-${index}`, { token: [token] }))
      answered.push(await put(`joor/accounts/wrong-${index}`, { token, settings: { contract: 'no' } }))
    }
    for (const token of canaries)
      for (const call of callsWith(token)) {
        sent++
        const reply = await send(emulator, call)
        if (call.path.startsWith('/nowhere') || call.path.startsWith('/_backstock')) answered.push(reply)
      }
    // Faults, hang-ups, repeats, forks and snapshots have them pass by once more.
    for (const fault of [
      { kind: 'after_commit' },
      { kind: 'reset' },
      { kind: 'error', status: 503 },
      { kind: 'garbled' },
    ]) {
      await put('faults', [{ fault }])
      for (const token of canaries) for (const call of callsWith(token).slice(0, 4)) await send(emulator, call)
    }
    await put('faults', [])
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    for (const { id } of body.requests.slice(0, 60))
      answered.push((await supertest(emulator.url).post(`/_backstock/requests/${id}/repeat`)).text)
    for (const index of canaries.keys()) {
      await supertest(emulator.url)
        .post(`/_backstock/joor/accounts/brand-${index}/fork`)
        .send({ name: `fork-${index}` })
      await supertest(emulator.url).put(`/_backstock/snapshots/all-${index}`)
    }
  }, 120_000)
  afterAll(() => emulator.close())

  const put = async (path: string, document: unknown) =>
    (await supertest(emulator.url).put(`/_backstock/${path}`).send(JSON.stringify(document))).text

  test('no document of the control plane has one', async () => {
    const shown = await surfaces(emulator)
    const leaks = [...shown].flatMap(([path, text]) => leaksIn(text).map((leak) => `${path}: ${leak}`))
    expect(leaks.slice(0, 5)).toEqual([])
    tell('tokens', `${sent} calls with ${canaries.length} canaries, ${shown.size} documents searched over ${storage}`)
  }, 120_000)

  test('neither the stream nor a line of the log has one', () => {
    expect(streamed.length).toBeGreaterThan(10_000)
    expect(logged.length).toBeGreaterThan(sent / 2)
    expect(leaksIn(streamed).slice(0, 5)).toEqual([])
    expect(leaksIn(logged.join('\n')).slice(0, 5)).toEqual([])
  })

  test('no error page and no repeated reply has one', () => {
    expect(leaksIn(answered.join('\n')).slice(0, 5)).toEqual([])
  })

  test('no file has one', async () => {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    expect(names.length > 1).toBe(storage === 'file')
    for (const { parentPath, name } of names) {
      const text = readFileSync(join(parentPath, name), 'utf8')
      expect([name, leaksIn(text).slice(0, 3)]).toEqual([name, []])
    }
  })

  test('what was sent stands there all the same, without them', async () => {
    const { body } = await supertest(emulator.url).get(`/_backstock/requests?account=brand-2`)
    expect(body.requests.length).toBeGreaterThan(5)
    const { text } = await supertest(emulator.url).get(`/_backstock/requests/${body.requests.at(-1)?.id}`)
    expect(text).toContain('«token»')
  })
})

describe('A recorder that forgets one place', () => {
  const token = canaries[0] ?? ''
  const forgetful: readonly (readonly [place: string, spoil: (entry: Entry) => Partial<Entry>])[] = [
    ['the path', () => ({ path: `/v2/bulk-inventory?x=${encodeURIComponent(token)}` })],
    ['a header', ({ request }) => ({ request: { ...request, headers: { authorization: `OAuth2 ${base64(token)}` } } })],
    ['the body', ({ request: { headers } }) => ({ request: { headers, body: { ...text, faithful: true } } })],
    ['the reply', ({ reply }) => ({ reply: reply && { ...reply, body: text } })],
    ['what was seen', ({ breaches }) => ({ breaches: breaches.map((breach) => ({ ...breach, seen: token })) })],
    ['an outcome', ({ outcomes }) => ({ outcomes: outcomes.map((outcome) => ({ ...outcome, reason: token })) })],
  ]
  const text = { text: JSON.stringify(token), bytes: 1, cut: false }

  it.each([['nothing', () => ({})], ...forgetful] as typeof forgetful)('is noticed: %s', async (place, spoil) => {
    const emulator = await startEmulator({
      port: 0,
      store: (parts) => {
        const append: typeof parts.journal.append = (scope, { entry, ...committed }) =>
          parts.journal.append(scope, { ...committed, entry: { ...entry, ...spoil(entry) } })
        const { journal } = parts
        const spoilt = { ...parts, journal: { ...bound(journal), append } }
        return new MemoryStore(spoilt)
      },
    })
    onTestFinished(() => emulator.close())
    await send(emulator, {
      path: bulk,
      headers: { Authorization: `OAuth2 ${base64(token)}` },
      body: '{"inventory_items":[{"warehouse":"New York","upc":"1","inventory":"x"}]}',
    })
    const leaks = [...(await surfaces(emulator)).values()].flatMap(leaksIn)
    expect(leaks.length > 0).toBe(place !== 'nothing')
  })

  const bound = (journal: JournalWriter<Committed>): JournalWriter<Committed> => ({
    append: (...told) => journal.append(...told),
    rename: (...told) => journal.rename(...told),
    replaced: (...told) => journal.replaced(...told),
  })
})

describe('A credential beside the Authorization header', () => {
  it('is left out when the call is sent again, and of its curl', async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const headers = { Authorization: `OAuth2 ${base64('a-token')}`, 'X-API-Key': 'abcdef', Cookie: 'a=b' }
    await send(emulator, {
      path: bulk,
      headers,
      body: '{"inventory_items":[{"warehouse":"a","upc":"1","inventory":1}]}',
    })
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    const { id } = body.requests[0]
    const detail = await supertest(emulator.url).get(`/_backstock/requests/${id}`)
    expect(detail.body.request.headers).toMatchObject({ 'x-api-key': '«token»', cookie: '«token»' })
    expect(detail.body.curl).not.toMatch(/cookie|api-key/i)
    expect((await supertest(emulator.url).post(`/_backstock/requests/${id}/repeat`)).body.status).toBe(200)
  })

  it('is replaced where it stands however short it is, and its letters stay elsewhere', async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    await send(emulator, {
      path: '/v2/shop/inventory?key=12&x=12',
      headers: { Authorization: 'Bearer a-token' },
      body: '{"a":12}',
    })
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    expect(body.requests[0].path).toBe('/v2/shop/inventory?key=«token»&x=12')
  })
})
