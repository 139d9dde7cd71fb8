import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const item = (inventory: number) => ({ warehouse: 'Default', upc: '1', inventory })
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')

const brand: Seed = { joor: { accounts: { brand: { token: 'a-token', positions: [item(5)] } } } }

const jsonCall = (emulator: Emulator) =>
  supertest(emulator.url).post('/v2/bulk-inventory').set('Content-Type', 'application/json')

function call(emulator: Emulator, authorization: string | undefined, inventory = 9) {
  const started = jsonCall(emulator)
  if (authorization !== undefined) started.set('Authorization', authorization)
  return started.send(JSON.stringify(items(item(inventory))))
}

async function accountNames(emulator: Emulator): Promise<string[]> {
  const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts')
  return body.accounts.map(({ account }: { account: string }) => account)
}

const encoded = base64('a-token')

describe('a call without a usable token', () => {
  test.each([
    ['no Authorization header', undefined],
    ['an empty header', ''],
    ['the scheme alone', 'OAuth2'],
    ['the scheme and blanks', 'OAuth2   '],
    ['Basic', `Basic ${encoded}`],
    ['OAuth', `OAuth ${encoded}`],
    ['OAuth2 joined to the token', `OAuth2${encoded}`],
    ['no scheme', encoded],
    ['a token that is no Base64', 'OAuth2 a-token'],
    ['the URL-safe alphabet', 'OAuth2 _-_-'],
    ['Base64 that is cut short', 'OAuth2 YS10b'],
    ['wrong padding', 'OAuth2 YS10b2tlbg='],
    ['padding in the middle', 'OAuth2 YS10=b2tlbg=='],
    ['nothing but padding', 'OAuth2 ===='],
    ['two tokens', `OAuth2 ${encoded} ${encoded}`],
    ['two schemes', `OAuth2 Bearer ${encoded}`],
    ['a parameter list', `OAuth2 token="${encoded}"`],
    ['a JWT after Bearer', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln'],
    ['an empty Bearer', 'Bearer '],
  ])('is answered 401: %s', async (_, authorization) => {
    const emulator = await startTestEmulator({ seed: brand })
    const before = await positions(emulator)
    const reply = await call(emulator, authorization)

    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toBe('OAuth2')
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.body.response.code).toBe('1')
    expect(reply.body.response.comment).toContain('Base64-encode the v2 token')
    expect(reply.body.items_updated).toEqual([])
    expect(reply.body.items_not_updated).toEqual([])
    expect(await brokenRules(emulator)).toEqual(['joor.auth.required'])
    expect(reply.headers['backstock-violations']).toBe('1')

    const entry = await lastRequest(emulator)
    expect(entry).toMatchObject({ vendor: 'joor', status: 401, items: null, changes: [] })
    expect(entry).not.toHaveProperty('account')
    expect(await positions(emulator)).toEqual(before)
    expect(await accountNames(emulator)).toEqual(['brand'])
  })

  test('is told in XML where the call was XML', async () => {
    const emulator = await startTestEmulator()
    const reply = await supertest(emulator.url)
      .post('/v2/bulk-inventory')
      .set('Content-Type', 'application/xml')
      .send('<inventory_items><inventory_item><upc>1</upc></inventory_item></inventory_items>')
    expect(reply.status).toBe(401)
    expect(reply.headers['content-type']).toBe('application/xml')
    expect(reply.text).toMatch(/^<bulk_inventory><response><code>1<\/code><comment>[^<]+<\/comment><log_id>/)
    expect(reply.text).toContain('<items_updated /><items_not_updated />')
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.headers).not.toHaveProperty('x-powered-by')
  })

  test.each(['report', 'enforce', 'off'] as const)('is 401 whatever the contract is: %s', async (contract) => {
    const emulator = await startTestEmulator({ seed: brand, settings: { contract } })
    const before = await positions(emulator)
    const reply = await call(emulator, undefined)
    expect(reply.status).toBe(401)
    expect(reply.headers['backstock-violations']).toBe(contract === 'off' ? undefined : '1')
    expect(await positions(emulator)).toEqual(before)
  })
})

describe('a call with a usable token', () => {
  test.each([
    ['OAuth2', `OAuth2 ${encoded}`, []],
    ['oauth2', `oauth2 ${encoded}`, []],
    ['OAUTH2', `OAUTH2 ${encoded}`, []],
    ['OAuth2 and the token without padding', `OAuth2 ${encoded.replaceAll('=', '')}`, []],
    ['OAuth2 and several blanks', `OAuth2    ${encoded}`, []],
    ['Bearer', `Bearer ${encoded}`, ['joor.auth.bearer']],
    ['bearer', `bearer ${encoded}`, ['joor.auth.bearer']],
  ])('is of the account that has it: %s', async (_, authorization, broken) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await call(emulator, authorization)
    expect(reply.status).toBe(200)
    expect(reply.body.response.code).toBe('0')
    expect(reply.headers).not.toHaveProperty('www-authenticate')
    expect(await brokenRules(emulator)).toEqual(broken)
    expect((await lastRequest(emulator)).account).toBe('brand')
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' }, available: 9 }])
    expect(await accountNames(emulator)).toEqual(['brand'])
  })

  test('keeps the case of the Base64', async () => {
    const emulator = await startTestEmulator({ seed: brand })
    await call(emulator, `OAuth2 ${encoded.toLowerCase()}`)
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
    expect(await accountNames(emulator)).toHaveLength(2)
  })

  test.each([
    ['the token itself, which happens to be Base64', 'OAuth2 abcdefgh', ['joor.auth.printable']],
    ['a control character', `OAuth2 ${base64('a\u0000token')}`, ['joor.auth.printable']],
    ['bytes beyond ASCII', `OAuth2 ${base64('caf\u00e9')}`, ['joor.auth.printable']],
    ['a trailing line feed', `OAuth2 ${base64('a-token\n')}`, ['joor.auth.line_feed']],
  ])('is taken and reported where it looks wrong: %s', async (_, authorization, broken) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await call(emulator, authorization)
    expect(reply.status).toBe(200)
    expect(reply.body.items_updated[0]).toHaveLength(1)
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await brokenRules(emulator)).toEqual(broken)
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  test.each([' ', '~', 'user:password', 'with blanks in it', '!"#$%&()*+,-./'])(
    'is taken without a word where it is printable ASCII: %j',
    async (token) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items(item(1)), { token })
      expect(await brokenRules(emulator)).toEqual([])
      expect(await positions(emulator, token)).toHaveLength(1)
    },
  )
})

describe('the token is the account', () => {
  test('two tokens do not see each other', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item(1)), { token: 'one' })
    await bulk(emulator, items(item(2)), { token: 'two', query: '?overwrite=1' })
    expect(await positions(emulator, 'one')).toMatchObject([{ available: 1 }])
    expect(await positions(emulator, 'two')).toMatchObject([{ available: 2 }])
    expect(await accountNames(emulator)).toHaveLength(2)
  })

  test('a user part before the token makes another account', async () => {
    const emulator = await startTestEmulator({ seed: brand })
    await bulk(emulator, items(item(1)), { token: 'user:a-token' })
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })
})

describe('enforced tokens', () => {
  const accounts: Seed = {
    joor: {
      accounts: {
        brand: { token: 'a-token', positions: [item(5)] },
        open: { token: 'open-token', settings: { auth: 'open' } },
        strict: { token: 'strict-token', settings: { auth: 'enforce' } },
        closed: { settings: { auth: 'enforce' } },
      },
    },
  }

  test.each([
    ['of a declared account', 'a-token', 200, 'brand'],
    ['of an account that opens itself', 'open-token', 200, 'open'],
    ['of an account that enforces itself', 'strict-token', 200, 'strict'],
    ['that nobody has', 'unknown', 401, undefined],
    ['that is empty but for a line feed', '\n', 401, undefined],
  ])('take or refuse the token %s', async (_, token, status, account) => {
    const emulator = await startTestEmulator({ seed: accounts, settings: { auth: 'enforce' } })
    const names = await accountNames(emulator)
    const reply = await bulk(emulator, items(item(9)), { token })
    expect(reply.status).toBe(status)
    expect((await lastRequest(emulator)).account).toBe(account)
    expect(await accountNames(emulator)).toEqual(names)
    if (status === 200) {
      expect(await positions(emulator, token)).toMatchObject([{ available: 9 }])
      expect(await brokenRules(emulator)).toEqual([])
      return
    }
    expect(reply.headers['www-authenticate']).toBe('OAuth2')
    expect(reply.body.response).toMatchObject({ code: '1', comment: expect.stringContaining('auth=enforce') })
    expect(await brokenRules(emulator)).toContain('joor.auth.known')
    expect(await positions(emulator, 'a-token')).toMatchObject([{ available: 5 }])
  })

  test('are off where nobody asked for them: an unknown token makes an account', async () => {
    const emulator = await startTestEmulator({ seed: accounts })
    const reply = await bulk(emulator, items(item(9)), { token: 'unknown' })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).not.toContain('joor.auth.known')
    const names = await accountNames(emulator)
    expect(names).toHaveLength(5)
    expect(names.filter((name) => /^token-[0-9a-f]{8}$/.test(name))).toHaveLength(1)
  })

  test('never let the token into the journal', async () => {
    const emulator = await startTestEmulator({ seed: accounts })
    await bulk(emulator, items({ ...item(9), note: 'a-token' }))
    const entry = JSON.stringify(await lastRequest(emulator))
    expect(entry).toContain('«token»')
    expect(entry).not.toContain('a-token')
    expect(entry).not.toContain(oauth2('a-token').slice(7))
  })
})
