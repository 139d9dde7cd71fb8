import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'
import { processorTime } from './processor-time.js'

function send(emulator: Emulator, body: unknown, path = '/v2/shop/inventory') {
  return supertest(emulator.url)
    .post(path)
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body))
}

const event = (product_code: string, inventory_level = 12) => ({
  timestamp: '2015-01-23T16:35:38+0000',
  product_code,
  inventory_level,
})

async function levels(emulator: Emulator, query = '', site = 'shop') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels${query}`)
  return body.levels
}

const hostile: [name: string, value: string][] = [
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['a number', '10'],
  ['a blank', ' '],
  ['emoji', '😀👩‍👩‍👧'],
  ['right to left', 'שלום'],
  ['a direction mark', '\u202eabc'],
  ['NUL inside', 'a\u0000b'],
  ['a line feed', 'a\nb'],
  ['a lone surrogate', '\ud83d'],
  ['the other lone surrogate', '\ude00'],
  ['quotes', `'"\\`],
  ['markup', '<script>&amp;'],
  ['a path', '../../etc/passwd'],
  ['10 kB', 'x'.repeat(10_240)],
]

describe('codes that are hard to keep', () => {
  it.each(hostile)('%s is a code as any other', async (_case, code) => {
    const emulator = await startTestEmulator()
    await send(emulator, event('plain', 1))
    const reply = await send(emulator, event(code))
    expect(reply.status).toBe(200)
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    const all: { code: string; inventory_level: number }[] = await levels(emulator)
    expect(all).toHaveLength(2)
    expect(all).toContainEqual(expect.objectContaining({ code, inventory_level: 12 }))
    expect(all).toContainEqual(expect.objectContaining({ code: 'plain', inventory_level: 1 }))
    await send(emulator, event(code, 5))
    expect(await levels(emulator)).toHaveLength(2)
    expect(({} as Record<string, unknown>).inventory_level).toBeUndefined()
  })

  it.each(hostile)('%s is a sku_code and an effective_date as any other', async (_case, text) => {
    const emulator = await startTestEmulator()
    const second = { change_date: '2015-09-01', effective_date: text, sku_code: text, inventory_level: 3 }
    const reply = await send(emulator, second)
    expect(reply.status).toBe(200)
    expect(await levels(emulator)).toMatchObject([{ code: text, effective_date: text, inventory_level: 3 }])
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.formats'])
    await send(emulator, { ...second, change_date: '2015-08-01', inventory_level: 4 })
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 3 }])
  })

  test('codes that differ in one letter are kept apart, however long, and so are composed and decomposed ones', async () => {
    const emulator = await startTestEmulator()
    const long = 'x'.repeat(10_240)
    const codes = [
      `${long}a`,
      `${long}b`,
      long,
      '\u00e9',
      'e\u0301',
      'é'.repeat(200),
      'é'.repeat(201),
      '😀'.repeat(100),
    ]
    for (const [index, code] of codes.entries()) await send(emulator, event(code, index))
    for (const [index, code] of codes.entries()) {
      const all = await levels(emulator)
      expect(all.find((level: { code: string }) => level.code === code)).toMatchObject({ inventory_level: index })
    }
    expect(await levels(emulator)).toHaveLength(codes.length)
  })
})

describe('sites that are hard to keep', () => {
  it.each(hostile.filter(([name]) => !name.includes('surrogate')))('%s is a site as any other', async (_case, site) => {
    const emulator = await startTestEmulator()
    const segment = encodeURIComponent(site)
    const reply = await send(emulator, event('SKU-1'), `/v2/${segment}/inventory`)
    expect(reply.status).toBe(200)
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(body.sites).toEqual([{ site, declared: false, levels: 1, requests: 1 }])
    expect(await levels(emulator, '', segment)).toMatchObject([{ code: 'SKU-1', inventory_level: 12 }])
    const scoped = await supertest(emulator.url).get(`/_backstock/requests?site=${segment}`)
    expect(scoped.body.requests).toHaveLength(1)
  })
})

describe('names that are hard to judge', () => {
  it.each([
    ['__proto__', '/__proto__'],
    ['constructor', '/constructor'],
    ['toString', '/toString'],
    ['', '/'],
    ['10', '/10'],
    ['a/b', '/a~1b'],
    ['a~b', '/a~0b'],
    ['a.b', '/a.b'],
    ['😀', '/😀'],
    ['NUL \u0000', '/NUL \u0000'],
  ])('the undeclared field %j is reported at its pointer', async (name, pointer) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, JSON.stringify(event('SKU-1')).replace('{', `{${JSON.stringify(name)}:{"a":1},`))
    expect(reply.status).toBe(200)
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'jirafe.event.undeclared', at: { pointer }, seen: name },
    ])
    expect(await levels(emulator)).toMatchObject([{ code: 'SKU-1', inventory_level: 12 }])
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  test('a name escaped in the text is the name: the last of both spellings counts', async () => {
    const emulator = await startTestEmulator()
    const text = JSON.stringify(event('SKU-1')).replace('{', String.raw`{"product\u005fcode":"old",`)
    await send(emulator, text)
    expect(await levels(emulator)).toMatchObject([{ code: 'SKU-1' }])
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.repeated'])
  })

  test('a repeated name inside an undeclared field is nobody’s breach of the event', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, JSON.stringify(event('SKU-1')).replace('{', '{"more":{"a":1,"a":2},'))
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.undeclared'])
  })

  test('of 1,000 undeclared fields each counts, and the first 20 are shown', async () => {
    const emulator = await startTestEmulator()
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, index]))
    const reply = await send(emulator, { ...event('SKU-1'), ...many })
    expect(reply.status).toBe(200)
    expect(reply.headers['backstock-violations']).toBe('1000')
    const detail = await lastRequest(emulator)
    expect(detail.violations).toHaveLength(20)
    expect(detail.violations_total).toBe(1_000)
    expect(detail.violations[0].at.pointer).toBe('/field0')
  })

  test('a huge value in a message is told whole, and shown by its start in the journal', async () => {
    const emulator = await startTestEmulator()
    const huge = 'x'.repeat(100_000)
    const reply = await send(emulator, { ...event('SKU-1'), inventory_level: huge })
    expect(reply.status).toBe(400)
    expect(reply.body.errors).toEqual({ inventory_level: `'${huge}' is not of type 'integer'` })
    const { violations } = await lastRequest(emulator)
    expect(violations[0].seen.length).toBeLessThan(1_000)
    expect(await levels(emulator)).toEqual([])
  })

  test('an integer of 100,000 digits does not harm the emulator', async () => {
    const emulator = await startTestEmulator()
    const level = '9'.repeat(100_000)
    const reply = await send(emulator, JSON.stringify(event('SKU-1')).replace('12}', `${level}}`))
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual(['jirafe.inventory.exact'])
    const { text } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
    expect(text).toContain(`"inventory_level":${level},`)
    expect((await send(emulator, event('SKU-1', 1))).status).toBe(200)
  })

  test('100,000 fields are judged in good time', { timeout: 60_000 }, async () => {
    const emulator = await startTestEmulator()
    const timeOf = (count: number) => {
      const many = Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, 1.5]))
      return processorTime(async () => {
        const reply = await send(emulator, { ...event('SKU-1'), ...many })
        expect(reply.status).toBe(200)
        expect(reply.headers['backstock-violations']).toBe(String(count))
      })
    }
    await timeOf(10_000)
    const usual = await timeOf(10_000)
    // Ten times as much: by the square it would take a hundred times as long.
    expect(await timeOf(100_000)).toBeLessThan(40 * usual)
  })

  test('a million zeros in a fraction of a second are read in good time, and count', async () => {
    const emulator = await startTestEmulator()
    const zeros = '0'.repeat(1_000_000)
    const second = (inventory_level: number, fraction: string) => ({
      change_date: `2015-01-23T16:35:38.${fraction}Z`,
      effective_date: 'now',
      sku_code: 'SKU-1',
      inventory_level,
    })
    for (const [level, fraction] of [`${zeros}1`, `${zeros}2`, zeros, `${zeros}1`].entries())
      expect((await send(emulator, second(level, fraction))).status).toBe(200)
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 1 }])
  })
})
