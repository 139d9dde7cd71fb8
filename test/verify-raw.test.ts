import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { bodyOf, type Step } from '../server/verify/case.js'
import { readCases, shippedCases } from '../server/verify/cases.js'
import { reasonToSkip, runHere, runThere } from '../server/verify/run.js'
import { defaultVariables, readVariables, type Variables } from '../server/verify/variables.js'

/** Writes a file of cases into a folder of its own. */
function fileOf(yaml: string, name = 'mine.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-raw-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), yaml)
  return folder
}

const read = (yaml: string, variables: Variables = {}) =>
  readCases(fileOf(yaml), { ...defaultVariables, ...variables, site: 'shop' })

/** One request as it came over a connection. */
interface Request {
  readonly site: string
  /** How many came before it over its connection. */
  readonly before: number
  readonly head: string
}

/** What a server answers; each text is written by itself. */
interface Answer {
  /** As soon as the head is there. */
  readonly interim?: string
  readonly final: string
  /** It is said before the body came. */
  readonly early?: boolean
  readonly end?: boolean
}

const reply = (status = '200 OK', text = '{\n  "success": true\n}') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`

const refusal = reply('403 Forbidden', '{\n  "error_type": "invalid_token", \n  "success": false\n}')

const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'

/** A server that knows of HTTP what it takes to tell one request from the next, and notes all bytes by connection. */
async function listen(answer: (request: Request) => Answer) {
  const connections: string[] = []
  const server = createServer((socket: Socket) => {
    const index = connections.push('') - 1
    let rest = ''
    let before = 0
    let begun: Answer | undefined
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      connections[index] += bytes.toString('latin1')
      rest += bytes.toString('latin1')
      for (;;) {
        const end = rest.indexOf('\r\n\r\n')
        if (end < 0) return
        const head = rest.slice(0, end)
        if (begun === undefined) {
          begun = answer({ site: /v2\/(\w+)/.exec(head)?.[1] ?? '', before, head })
          if (begun.interim !== undefined) {
            // What a client sends without waiting would stand before this.
            connections[index] += '<100>'
            socket.write(begun.interim)
          }
        }
        const length = begun.early ? 0 : bodyLength(head, rest.slice(end + 4))
        if (length === undefined) return
        socket.write(begun.final)
        if (begun.end) socket.end()
        rest = rest.slice(end + 4 + length)
        begun = undefined
        before += 1
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  // A server that listens on a port has an address of this form.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, url: `http://${host}`, connections }
}

/** How long the body is; undefined while it is not all there. */
function bodyLength(head: string, rest: string): number | undefined {
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (!/^transfer-encoding: *chunked/im.test(head)) return rest.length < length ? undefined : length
  const last = rest.indexOf('0\r\n\r\n')
  return last < 0 ? undefined : last + 5
}

const targetAt = (url: string) => ({
  url,
  joorToken: 'a',
  jirafeToken: 'b',
  jirafeSite: 'shop',
  allowDestructive: true,
})

const one = (raw: string, more = '') => `- case: one
  rules: [jirafe.call.post]
  effect: safe
  steps:
    - call: POST //v2/{{site}}/inventory
      raw:
        ${raw.replaceAll('\n', '\n        ')}
      json: '{"a":"é","b":[1, 2]}'
      reply: { status: 200${more} }
`

const announced = `head: ["host: {{host}}", "EXPECT: 100-continue", "Content-Length: {{length}}"]`

describe('What goes over the socket', () => {
  it.each([
    [
      'the order and the spelling of the lines, odd blanks too',
      `head: ["x-odd:  two ", "hOsT:{{host}}", "TE: deflate,gzip;q=0.3", "Authorization: Bearer {{jirafe_token}}", "content-LENGTH: {{length}}", "X-Odd:"]`,
      'POST //v2/shop/inventory HTTP/1.1\r\nx-odd:  two \r\nhOsT:HOST\r\nTE: deflate,gzip;q=0.3\r\nAuthorization: Bearer b\r\ncontent-LENGTH: 21\r\nX-Odd:\r\n\r\n{"a":"é","b":[1, 2]}',
    ],
    [
      'HTTP/1.0 and a token in Base64',
      `version: "1.0"\nhead: ["Authorization: Bearer {{joor_base64}}", "X-Raw: {{joor_token}}", "Content-Length: {{length}}"]`,
      'POST //v2/shop/inventory HTTP/1.0\r\nAuthorization: Bearer YQ==\r\nX-Raw: a\r\nContent-Length: 21\r\n\r\n{"a":"é","b":[1, 2]}',
    ],
    [
      'chunks, the last of which takes the rest',
      `head: ["Transfer-Encoding: chunked"]\nchunks: [4, 2]`,
      'POST //v2/shop/inventory HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n2\r\n:"\r\nf\r\né","b":[1, 2]}\r\n0\r\n\r\n',
    ],
    [
      'chunks that are longer than the body',
      `head: ["Transfer-Encoding: chunked"]\nchunks: [21, 5]`,
      'POST //v2/shop/inventory HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n{"a":"é","b":[1, 2]}\r\n0\r\n\r\n',
    ],
    [
      'a body that waits for the interim reply',
      `${announced}\nwait: continue`,
      'POST //v2/shop/inventory HTTP/1.1\r\nhost: HOST\r\nEXPECT: 100-continue\r\nContent-Length: 21\r\n\r\n<100>{"a":"é","b":[1, 2]}',
    ],
    [
      'a body that does not wait',
      announced,
      'POST //v2/shop/inventory HTTP/1.1\r\nhost: HOST\r\nEXPECT: 100-continue\r\nContent-Length: 21\r\n\r\n{"a":"é","b":[1, 2]}<100>',
    ],
  ])('is byte for byte what the case says: %s', async (_what, raw, bytes) => {
    const server = await listen(({ head }) => ({ ...(/expect/i.test(head) && { interim: goOn }), final: reply() }))
    const [each] = await read(one(raw))
    if (each === undefined) throw new Error('There is no case.')
    expect((await runThere(each, targetAt(server.url))).faults).toEqual([])
    expect(server.connections).toEqual([Buffer.from(bytes.replace('HOST', server.host)).toString('latin1')])
  })

  it("goes below the target's own path", async () => {
    const server = await listen(() => ({ final: reply() }))
    const [each] = await read(one('head: ["Content-Length: {{length}}"]'))
    if (each === undefined) throw new Error('There is no case.')
    expect((await runThere(each, targetAt(`${server.url}/gate/`))).faults).toEqual([])
    expect(server.connections[0]).toMatch(/^POST \/gate\/\/v2\/shop\/inventory HTTP\/1\.1\r\n/)
  })

  const clients = readCases(shippedCases, { ...defaultVariables, site: 'shop' }).then((cases) =>
    cases.filter(({ file, steps }) => file.startsWith('clients/') && steps.some(({ raw }) => raw !== undefined)),
  )

  it("is that of every client's case, connection by connection", async () => {
    expect((await clients).length).toBeGreaterThan(30)
    for (const each of await clients) {
      const server = await listen(({ head }) => ({ ...(/expect/i.test(head) && { interim: goOn }), final: reply() }))
      const { given: _given, ...rest } = each
      const steps = each.steps.map((step) => ({ ...step, reply: { status: 200 } }))
      const outcome = await runThere({ ...rest, steps, effect: 'safe' }, targetAt(server.url))
      expect(outcome.faults, `${each.file}: ${each.case}`).toEqual([])
      const sent = server.connections.map((bytes) => bytes.replaceAll('<100>', ''))
      expect(sent, `${each.file}: ${each.case}`).toEqual(connectionsOf(each.steps, server.host))
    }
  }, 60_000)

  it("is of every kind that the clients' cases are about", async () => {
    const raws = (await clients).flatMap(({ steps }) => steps.flatMap(({ raw }) => (raw === undefined ? [] : [raw])))
    for (const name of ['version', 'wait', 'chunks', 'connection'] as const)
      expect(
        raws.some((raw) => raw[name] !== undefined),
        name,
      ).toBe(true)
    expect((await clients).every(({ file }) => file.startsWith('clients/'))).toBe(true)
  })
})

/** The bytes of a case's connections, put together otherwise than by the code under test. */
function connectionsOf(steps: readonly Step[], host: string): readonly string[] {
  const sent: string[] = []
  for (const step of steps) {
    const { raw } = step
    if (raw === undefined) throw new Error(`${step.call} is not raw.`)
    const body = bodyOf(step)?.toString('latin1') ?? ''
    let text = `${step.call} HTTP/${raw.version ?? '1.1'}\r\n`
    for (const line of raw.head)
      text += `${line
        .replace('{{host}}', host)
        .replace('{{length}}', `${body.length}`)
        .replace('{{joor_base64}}', 'YQ==')
        .replace('{{jirafe_token}}', 'b')}\r\n`
    text += '\r\n'
    if (raw.chunks === undefined) text += body
    else {
      let left = body
      for (const length of [...raw.chunks, left.length]) {
        const piece = left.slice(0, length)
        left = left.slice(length)
        if (piece !== '') text += `${piece.length.toString(16)}\r\n${piece}\r\n`
      }
      text += '0\r\n\r\n'
    }
    if (raw.connection === 'kept') sent.push(`${sent.pop()}${text}`)
    else sent.push(text)
  }
  return sent
}

/** Raw cases, told by their sites, and a server that is right about each of them. */
const rawCases = (['plain', 'announced', 'strict', 'kept', 'last', 'refused'] as const).map((site) => {
  const body = `json: '{}'\n      reply: `
  const accepted = (more = '') => `{ status: 200, ${more}body: "{\\n  \\"success\\": true\\n}" }`
  const step = (raw: string, rest: string) =>
    `    - call: POST /v2/${site}/inventory\n      raw: ${raw}\n      ${rest}\n`
  const lines = (...more: string[]) => `head: ["Host: {{host}}", "Content-Length: {{length}}"${more.join('')}]`
  const expecting = lines(', "Expect: 100-continue"')
  const steps = {
    plain: step(`{ ${lines()} }`, body + accepted('continue: false, ')),
    announced: step(`{ ${expecting}, wait: 300 }`, body + accepted('continue: true, ')),
    strict: step(`{ ${expecting}, wait: continue }`, body + accepted()),
    kept:
      step(`{ ${lines()} }`, `${body}{ status: 403, error_type: invalid_token }`) +
      step(`{ ${lines()}, connection: kept }`, body + accepted()),
    last: step(`{ ${lines()}, version: "1.0" }`, body + accepted('closes: true, ')),
    refused: step(
      `{ ${expecting}, wait: continue }`,
      `${body}{ status: 403, continue: false, error_type: invalid_token }`,
    ),
  }
  return { site, yaml: `- case: ${site}\n  rules: [jirafe.call.post]\n  effect: safe\n  steps:\n${steps[site]}` }
})

type Site = (typeof rawCases)[number]['site']

const right: Record<Site, (before: number) => Answer> = {
  plain: () => ({ final: reply() }),
  announced: () => ({ interim: goOn, final: reply() }),
  strict: () => ({ interim: goOn, final: reply() }),
  kept: (before) => ({ final: before === 0 ? refusal : reply() }),
  last: () => ({ final: reply(), end: true }),
  refused: () => ({ final: refusal, early: true, end: true }),
}

async function verdicts(planted: Partial<typeof right> = {}) {
  const answers: Readonly<Record<string, (before: number) => Answer>> = { ...right, ...planted }
  const server = await listen(({ site, before }) => answers[site]?.(before) ?? { final: reply('404 Not Found') })
  const cases = await read(rawCases.map(({ yaml }) => yaml).join(''))
  const outcomes = await Promise.all(cases.map((each) => runThere(each, targetAt(server.url))))
  return {
    failed: outcomes.filter(({ verdict }) => verdict !== 'passed').map((outcome) => outcome.case.case),
    faults: outcomes.flatMap(({ faults }) => faults).join('\n'),
    connections: server.connections,
  }
}

describe('A server that answers raw calls', () => {
  it('rightly passes them all, whatever comes with them', async () => {
    expect(await verdicts()).toMatchObject({ failed: [], faults: '' })
  })

  it('gets no body after a refusal that came before it', async () => {
    const { connections } = await verdicts()
    expect(connections.filter((bytes) => bytes.includes('/refused/'))).toEqual([expect.stringMatching(/\r\n\r\n$/)])
  })

  const cut = `HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{`
  it.each<[Site, string, (before: number) => Answer, RegExp]>([
    ['plain', 'by another status', () => ({ final: reply('201 Created') }), /the status is 201, not 200/],
    ['plain', 'by another text', () => ({ final: reply('200 OK', '{}') }), /the text is/],
    ['plain', 'by half a reply', () => ({ final: cut, end: true }), /aborted|hang up/],
    ['plain', 'by nothing', () => ({ final: '', end: true }), /hang up/],
    ['plain', 'by what is no HTTP', () => ({ final: 'hello\r\n\r\n', end: true }), /Parse Error/],
    ['plain', 'by an interim reply', () => ({ interim: goOn, final: reply() }), /an interim reply 100 came/],
    ['announced', 'without an interim reply', () => ({ final: reply() }), /no interim reply 100 came$/],
    [
      'announced',
      'by another interim reply',
      () => ({ interim: 'HTTP/1.1 102 Wait\r\n\r\n', final: reply() }),
      /no interim reply 100 came$/,
    ],
    [
      'announced',
      'by a refusal',
      () => ({ final: reply('417 No'), early: true, end: true }),
      /is 417, not 200\n.*no interim/,
    ],
    [
      'strict',
      'without an interim reply',
      () => ({ final: reply() }),
      /no interim reply 100 came within 5 s, so the body/,
    ],
    ['refused', 'by an interim reply', () => ({ interim: goOn, final: refusal }), /an interim reply 100 came/],
    [
      'kept',
      'and closes the connection early',
      () => ({ final: refusal, end: true }),
      /to be kept|hang up|ECONNRESET|EPIPE/,
    ],
    ['kept', 'by one refusal more', () => ({ final: refusal }), /step 2, .*: the status is 403, not 200/],
    [
      'kept',
      'twice at once',
      (before) => ({ final: before === 0 ? refusal + refusal : reply() }),
      /more came than one reply/,
    ],
    [
      'last',
      'and leaves the connection open',
      () => ({ final: reply() }),
      /the connection was not closed after the reply/,
    ],
  ])(
    'wrongly fails the case %s and no other: %s',
    async (site, _what, answer, told) => {
      const { failed, faults } = await verdicts({ [site]: answer })
      expect(failed).toEqual([site])
      expect(faults).toMatch(told)
    },
    20_000,
  )

  it('and is not there fails each', async () => {
    const emulator = await startEmulator({ port: 0 })
    await emulator.close()
    const [each] = await read(one('head: []'))
    if (each === undefined) throw new Error('There is no case.')
    expect(await runThere(each, targetAt(emulator.url))).toMatchObject({
      verdict: 'failed',
      faults: [expect.stringContaining('ECONNREFUSED')],
    })
  })

  it('without TLS gets no call that was meant to go over TLS', async () => {
    let received = ''
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1')
        socket.end(reply())
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const [each] = await read(one('head: ["Content-Length: {{length}}"]'))
    if (each === undefined) throw new Error('There is no case.')
    // A server that listens on a port has an address of this form.
    const { port } = server.address() as AddressInfo
    const { verdict, faults } = await runThere(each, targetAt(`https://127.0.0.1:${port}`))
    expect(verdict).toBe('failed')
    expect(faults.join('')).toMatch(/wrong version number|EPROTO|packet length/)
    expect(received).not.toBe('')
    expect(received).not.toContain('POST')
  })
})

describe('A raw case on an emulator of its own', () => {
  const yaml = `- case: own
  rules: [jirafe.call.put]
  breaks: [jirafe.call.repeated_slashes]
  effect: local
  steps:
    - call: PUT //v2/{{site}}/inventory
      raw: { head: ["Host: {{host}}", "Authorization: Bearer {{jirafe_token}}", "Content-Length: {{length}}"] }
      json: { timestamp: 2015-01-23, product_code: A, inventory_level: 1 }
      reply: { status: 200, body: "{\\n  \\"success\\": true\\n}" }
  then: { levels: [{ code: A }], requests: [{ violations_total: 1 }] }
`
  const outcomeOf = async (text: string) => {
    const [each] = await read(text)
    if (each === undefined) throw new Error('There is no case.')
    return runHere(each, 'shop', startEmulator)
  }

  it('passes where rules, breaches and state hold', async () => {
    expect(await outcomeOf(yaml)).toMatchObject({ verdict: 'passed', faults: [] })
  })

  it.each([
    ['jirafe.call.put', 'jirafe.call.post', 'the rule jirafe.call.post was not met'],
    [
      '  breaks: [jirafe.call.repeated_slashes]\n',
      '',
      'broken beside what the case says: jirafe.call.repeated_slashes',
    ],
    ['PUT //', 'PUT /', 'not broken, although the case says so: jirafe.call.repeated_slashes'],
    ['"Content-Length: {{length}}"', '"Content-Length: 2"', 'the status is 400, not 200'],
    ['code: A }', 'code: B }', 'levels are'],
  ])('fails with %j made %j', async (wanted, instead, told) => {
    const { verdict, faults } = await outcomeOf(yaml.replace(wanted, instead))
    expect(verdict).toBe('failed')
    expect(faults.join('\n')).toContain(told)
  })
})

describe('A raw step', () => {
  it.each([
    ['without a head', one('wait: continue'), '"head" is missing'],
    ['with an unknown field', one('head: []\nbody: x'), 'body'],
    ['with a line that is no header', one('head: ["Host"]'), 'must be a header as it is sent'],
    ['with a blank before the colon', one('head: ["Host : x"]'), 'must be a header as it is sent'],
    ['with two lines in one', one(String.raw`head: ["Host: a\r\nX: b"]`), 'a line of the head is printable ASCII'],
    ['with a line beyond ASCII', one('head: ["X: é"]'), 'a line of the head is printable ASCII'],
    ['with an unknown variable', one('head: ["X: {{hosst}}"]'), 'did you mean "host"?'],
    ['with another version', one('head: []\nversion: "2"'), 'version: must be'],
    ['with a wait of no time', one('head: []\nwait: 0'), 'wait: must be'],
    [
      'with an empty chunk, which would be the last',
      one('head: ["Transfer-Encoding: chunked"]\nchunks: [0]'),
      'must be at least 1',
    ],
    ['with chunks of which the head says nothing', one('head: []\nchunks: [1]'), 'no line Transfer-Encoding: chunked'],
    ['with a wait and no body', one('head: []\nwait: continue').replace(/json: .*\n {6}/, ''), 'the call has no body'],
    ['that keeps a connection of nobody', one('head: []\nconnection: kept'), 'there is no raw call before it'],
    [
      'with headers beside',
      one('head: []').replace('json:', 'headers: { A: b }\n      json:'),
      'has its headers in raw.head',
    ],
    [
      'with a blank in its target',
      one('head: []').replace('/inventory', '/inventory?a={ }'),
      'visible ASCII without blanks',
    ],
    [
      'that is none and whose connection is judged',
      one('', ', closes: true').replace(/raw:\n.*\n {6}/, ''),
      'only of a raw call',
    ],
    [
      'that clears stock in a safe case',
      one('head: []').replace('shop/inventory', 'x').replace('{{site}}/inventory', 'bulk-inventory?overwrite=1'),
      'it is not safe',
    ],
    [
      'whose body nobody can read in a safe case',
      one('head: ["content-ENCODING: gzip"]').replace('{{site}}/inventory', 'bulk-inventory'),
      'it is not safe',
    ],
  ])('%s is refused with its place', async (_what, yaml, told) => {
    await expect(read(yaml)).rejects.toThrow(/mine\.yaml:\d+:\d+: /)
    await expect(read(yaml)).rejects.toThrow(told)
  })

  it('gets no line break from a variable', async () => {
    const yaml = one('head: ["X: {{upc}}"]')
    await expect(read(yaml, { upc: 'a\r\nX: b' })).rejects.toThrow('a line of the head is printable ASCII')
    expect((await read(yaml, { upc: 'a' }))[0]?.steps[0]?.raw?.head).toEqual(['X: a'])
  })

  it.each(['host', 'length', 'joor_token', 'joor_base64', 'jirafe_token'])(
    'has a variable %s that no file overrules',
    async (name) => {
      const file = join(fileOf(`${name}: x\n`, 'vars.yaml'), 'vars.yaml')
      await expect(readVariables(file)).rejects.toThrow(`vars.yaml:1:${name.length + 3}: ${name} is no variable`)
    },
  )

  it("does not reach the vendors' own hosts by any of its Host lines", async () => {
    const yaml = one('head: ["Host: x", "hOST: Api.JoorAccess.com:80"]')
      .replace('safe', 'destructive')
      .replace('{{site}}/inventory', 'bulk-inventory?overwrite=1')
    const [each] = await read(yaml)
    if (each === undefined) throw new Error('There is no case.')
    expect(reasonToSkip(each, targetAt('http://127.0.0.1:1'))).toContain('never sent')
  })
})
