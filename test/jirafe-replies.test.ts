import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { MemoryStore } from '../server/state/memory.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

const right = '{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "SKU-1", "inventory_level": 12}'

function send(emulator: Emulator, text: string, path = '/v2/shop/inventory') {
  return supertest(emulator.url)
    .post(path)
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(text)
}

async function levels(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
  return body.levels
}

const lines = (...text: string[]) => text.join('\n')

describe('the bytes of a reply', () => {
  test('an accepted event, in both layouts', async () => {
    for (const reply_layout of ['2014-02', '2013-12'] as const) {
      const emulator = await startTestEmulator({ settings: { reply_layout } })
      const reply = await send(emulator, right)
      expect(reply.text).toBe('{\n  "success": true\n}')
      expect(reply.headers['content-length']).toBe('21')
    }
  })

  test('the layout since February 2014, the default: a comma is followed by one blank and the line end', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, '{"inventory_level": null, "product_code": null, "timestamp": ""}')
    expect(reply.text).toBe(
      lines(
        '{',
        '  "error_type": "validation", ',
        '  "errors": {',
        `    "inventory_level": "None is not of type 'integer'", `,
        `    "product_code": "None is not of type 'string'"`,
        '  }, ',
        '  "success": false',
        '}',
      ),
    )
  })

  test('the layout of December 2013: a comma ends its line', async () => {
    const emulator = await startTestEmulator({ settings: { reply_layout: '2013-12' } })
    const reply = await send(emulator, '{"inventory_level": null, "product_code": null, "timestamp": ""}')
    expect(reply.text).toBe(
      lines(
        '{',
        '  "error_type": "validation",',
        '  "errors": {',
        `    "inventory_level": "None is not of type 'integer'",`,
        `    "product_code": "None is not of type 'string'"`,
        '  },',
        '  "success": false',
        '}',
      ),
    )
  })

  test('keys are sorted, whatever the order of the document', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, '{"sku_code": 1, "inventory_level": "a", "effective_date": 2, "change_date": 3}')
    expect([...reply.text.matchAll(/^ {4}"(\w+)"/gm)].map(([, name]) => name)).toEqual([
      'change_date',
      'effective_date',
      'inventory_level',
      'sku_code',
    ])
  })

  it.each([
    ['é', String.raw`"'\u00e9' is not of type 'integer'"`],
    ['日本', String.raw`"'\u65e5\u672c' is not of type 'integer'"`],
    ['😀', String.raw`"'\ud83d\ude00' is not of type 'integer'"`],
    [String.raw`\u007f`, String.raw`"'\\x7f' is not of type 'integer'"`],
    [String.raw`\ud83d`, String.raw`"'\\ud83d' is not of type 'integer'"`],
    [String.raw`\n`, String.raw`"'\\n' is not of type 'integer'"`],
    [String.raw`a\"b`, String.raw`"'a\"b' is not of type 'integer'"`],
    ["it's", String.raw`"\"it's\" is not of type 'integer'"`],
    ['</script>', `"'</script>' is not of type 'integer'"`],
  ])('the value %s stands escaped, so that the reply is ASCII', async (value, escaped) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, `{"timestamp": "", "product_code": "", "inventory_level": "${value}"}`)
    expect(reply.text).toContain(`    "inventory_level": ${escaped}\n`)
    expect(reply.text).toMatch(/^[\n -~]*$/)
    expect(await levels(emulator)).toEqual([])
  })

  it.each([
    ['accepted', right, '/v2/shop/inventory', 200],
    ['validation', '{}', '/v2/shop/inventory', 400],
    ['bad_json', '{', '/v2/shop/inventory', 400],
    ['invalid_type', right, '/v2/shop/nonsense', 400],
  ])('%s: Content-Type without charset, no newline at the end', async (_case, text, path, status) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, text, path)
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.text.endsWith('}')).toBe(true)
    expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(reply.text)))
    expect(reply.headers['backstock-request-id']).toMatch(/^[\w-]+$/)
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.headers).not.toHaveProperty('x-powered-by')
  })

  test('the two layouts differ in blanks before a line end alone', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url)
      .put('/_backstock/jirafe/sites/old')
      .send({ settings: { reply_layout: '2013-12' } })
    const bodies = ['{', '{}', '[]', '{"inventory_level": "x"}']
    for (const body of bodies) {
      const now = await send(emulator, body)
      const then = await send(emulator, body, '/v2/old/inventory')
      expect(then.text).toBe(now.text.replaceAll(/ $/gm, ''))
      expect(then.text).not.toMatch(/ $/m)
      expect(now.text).toMatch(/, \n/)
    }
  })
})

describe('the error types', () => {
  it.each([
    ['an empty body', ''],
    ['blanks', ' \n'],
    ['a word', 'nonsense'],
    ['a form', 'timestamp=1&product_code=2'],
    ['a document cut short', right.slice(0, -1)],
    ['two documents', `${right}${right}`],
    ['a comma too many', '{"a": 1,}'],
    ['single quotes', "{'a': 1}"],
    ['a comment', '{} // nothing'],
    ['NaN', '{"inventory_level": NaN}'],
    ['Infinity', '{"inventory_level": Infinity}'],
    ['a leading zero', '{"inventory_level": 012}'],
    ['a leading plus', '{"inventory_level": +12}'],
    ['a lone minus', '{"inventory_level": -}'],
    ['a point without digits', '{"inventory_level": 1.}'],
    ['a raw line feed in a string', '{"product_code": "a\nb"}'],
    ['an unknown escape', String.raw`{"product_code": "\x41"}`],
    ['a non-breaking blank', `\u00a0${right}`],
    ['XML', '<inventory/>'],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['10,000 open brackets', '['.repeat(10_000)],
  ])('%s is bad_json', async (_case, text) => {
    const emulator = await startTestEmulator()
    await send(emulator, right)
    const before = await levels(emulator)
    const reply = await send(emulator, text)
    expect(reply.status).toBe(400)
    expect(reply.text).toBe('{\n  "error_type": "bad_json", \n  "success": false\n}')
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await levels(emulator)).toEqual(before)
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ status: 400, items: null, changes: [], changes_total: 0 })
    expect(detail.violations).toMatchObject([{ at: { pointer: '' }, level: 'error' }])
  })

  it.each([
    ['not JSON', '{', 'jirafe.format.json'],
    ['too deep', `${'['.repeat(65)}${']'.repeat(65)}`, 'jirafe.format.depth'],
  ])('bad_json because it is %s names its rule', async (_case, text, rule) => {
    const emulator = await startTestEmulator()
    await send(emulator, text)
    expect(await brokenRules(emulator)).toEqual([rule])
  })

  test('64 levels are not too deep', async () => {
    const emulator = await startTestEmulator()
    const deep = `{"product_code": "S", "timestamp": "", "inventory_level": 1, "deep": ${'['.repeat(63)}${']'.repeat(63)}}`
    const reply = await send(emulator, deep)
    expect(reply.status).toBe(200)
    expect((await brokenRules(emulator)).sort()).toEqual(['jirafe.event.formats', 'jirafe.event.undeclared'])
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a character cut short', [0xe6, 0x97]],
    ['Latin 1', [0xe9]],
  ])('%s is no UTF-8, and so bad_json', async (_case, bytes) => {
    const emulator = await startTestEmulator()
    const body = Buffer.concat([
      Buffer.from('{"timestamp": "", "inventory_level": 1, "product_code": "'),
      Buffer.from(bytes),
      Buffer.from('"}'),
    ])
    const reply = await fetch(`${emulator.url}/v2/shop/inventory`, {
      method: 'POST',
      headers: { Authorization: 'Bearer a-token' },
      body,
    })
    expect(reply.status).toBe(400)
    expect(await reply.text()).toBe('{\n  "error_type": "bad_json", \n  "success": false\n}')
    expect(await brokenRules(emulator)).toEqual(['jirafe.format.utf8'])
    expect(await levels(emulator)).toEqual([])
  })

  test('one byte order mark is dropped and reported, a second is bad_json, and so is UTF-16', async () => {
    const emulator = await startTestEmulator()
    expect((await send(emulator, `\ufeff${right}`)).status).toBe(200)
    expect(await brokenRules(emulator)).toEqual(['jirafe.format.bom'])
    expect(await levels(emulator)).toMatchObject([{ code: 'SKU-1', inventory_level: 12 }])
    const twice = await send(emulator, `\ufeff\ufeff${right.replace('12', '5')}`)
    expect(twice.body.error_type).toBe('bad_json')
    const wide = await fetch(`${emulator.url}/v2/shop/inventory`, {
      method: 'POST',
      headers: { Authorization: 'Bearer a-token' },
      body: Buffer.from(`\ufeff${right.replace('12', '5')}`, 'utf16le'),
    })
    expect(wide.status).toBe(400)
    expect(await wide.text()).toContain('"error_type": "bad_json"')
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 12 }])
  })

  test('invalid_type has no detail', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, right, '/v2/shop/inventories')
    expect(reply.status).toBe(400)
    expect(reply.text).toBe('{\n  "error_type": "invalid_type", \n  "success": false\n}')
    expect(await brokenRules(emulator)).toEqual(['jirafe.call.type'])
  })

  test('invalid_token has no detail', async () => {
    const emulator = await startTestEmulator()
    const reply = await supertest(emulator.url).post('/v2/shop/inventory').send(right)
    expect(reply.status).toBe(403)
    expect(reply.text).toBe('{\n  "error_type": "invalid_token", \n  "success": false\n}')
    expect(reply.headers).not.toHaveProperty('www-authenticate')
  })

  test('authorization has no detail', async () => {
    const emulator = await startTestEmulator({
      settings: { auth: 'enforce' },
      seed: { jirafe: { sites: { other: { token: 'a-token' }, shop: { token: 'another' } } } },
    })
    const reply = await send(emulator, right)
    expect(reply.status).toBe(403)
    expect(reply.text).toBe('{\n  "error_type": "authorization", \n  "success": false\n}')
  })

  it.each([
    ['GET', 405],
    ['DELETE', 405],
    ['PATCH', 405],
    ['OPTIONS', 405],
  ])('%s is a wrong method: 405 with Allow, told as unknown with a message', async (method, status) => {
    const emulator = await startTestEmulator()
    const reply = await fetch(`${emulator.url}/v2/shop/inventory`, {
      method,
      headers: { Authorization: 'Bearer a-token' },
    })
    expect(reply.status).toBe(status)
    expect(reply.headers.get('allow')).toBe('POST, PUT')
    const text = await reply.text()
    const told = JSON.parse(text)
    expect(Object.keys(told)).toEqual(['error_type', 'message', 'success'])
    expect(told).toMatchObject({ error_type: 'unknown', success: false })
    expect(told.message).toContain(method)
    expect(text).toMatch(/^\{\n {2}"error_type": "unknown", \n {2}"message": ".*", \n {2}"success": false\n\}$/)
    expect(await brokenRules(emulator)).toEqual(['jirafe.call.method'])
    expect(await levels(emulator)).toEqual([])
  })

  test('an unknown Content-Encoding is 415 unknown with a message', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, right).set('Content-Encoding', 'zstd')
    expect(reply.status).toBe(415)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(reply.body.message).toContain('zstd')
    expect(await brokenRules(emulator)).toEqual(['jirafe.format.codings'])
    expect(await levels(emulator)).toEqual([])
  })
})

describe('when it is the emulator that fails', () => {
  async function startFailing(store: NonNullable<EmulatorOptions['store']>): Promise<Emulator> {
    return startTestEmulator({ store })
  }

  test('a change that cannot be stored is 503 unknown with a message, and is not applied', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('disk full')
    }
    const emulator = await startFailing((parts) => new MemoryStore({ ...parts, keep }))
    await send(emulator, right)
    full = true
    const reply = await send(emulator, right.replace('12', '5'))
    expect(reply.status).toBe(503)
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(Object.keys(reply.body)).toEqual(['error_type', 'message', 'success'])
    expect(reply.headers['retry-after']).toBe('1')
    expect(reply.headers['backstock-request-id']).toBeDefined()
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 12 }])
    expect(await lastRequest(emulator)).toMatchObject({ status: 503, violations: [], changes: [] })
    full = false
    expect((await send(emulator, right.replace('12', '5'))).status).toBe(200)
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 5 }])
  })

  test('a fault inside is 503 unknown with a message, told on the log and not to the client', async () => {
    const said: string[] = []
    const broken = () => {
      throw new Error('a wheel came off')
    }
    const emulator = await startTestEmulator({
      log: (line) => said.push(line),
      store: (parts) => {
        const store = new MemoryStore(parts)
        const call = store.call.bind(store)
        return Object.assign(store, {
          call: (...given: Parameters<typeof call>) => (Object.keys(given[1]).length > 0 ? broken() : call(...given)),
        })
      },
    })
    const reply = await send(emulator, right)
    expect(reply.status).toBe(503)
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(reply.text).not.toContain('wheel')
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(said.join('\n')).toContain('a wheel came off')
  })

  test('beyond the bound of sites that nobody declared: 503 unknown with a message that says the way out', async () => {
    const emulator = await startTestEmulator({ anonymousLimit: 1 })
    expect((await send(emulator, right)).status).toBe(200)
    const reply = await send(emulator, right, '/v2/second/inventory')
    expect(reply.status).toBe(503)
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(reply.body.message).toContain('anonymous_limit')
    expect((await send(emulator, right.replace('12', '5'))).status).toBe(200)
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(body.sites.map(({ site }: { site: string }) => site)).toEqual(['shop'])
    await supertest(emulator.url).put('/_backstock/jirafe/sites/second').send({})
    expect((await send(emulator, right, '/v2/second/inventory')).status).toBe(200)
  })

  test('emulators of one process know nothing of each other', async () => {
    const [one, other] = [await startTestEmulator(), await startEmulator({ port: 0 })]
    try {
      await send(one, right)
      expect(await levels(one)).toHaveLength(1)
      expect((await supertest(other.url).get('/_backstock/jirafe/sites')).body.sites).toEqual([])
    } finally {
      await other.close()
    }
  })
})
