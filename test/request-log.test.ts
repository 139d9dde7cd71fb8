import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { jsonLine } from '../server/printable.js'
import { commandIn } from './command.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const item = (warehouse: string) => ({ warehouse, upc: '822508068753', inventory: 1 })

/** An emulator, and the lines of its calls. */
async function logged() {
  const lines: string[] = []
  const emulator = await startTestEmulator({ logRequests: (line) => lines.push(line) })
  return { emulator, lines, parsed: () => lines.map((line) => JSON.parse(line)) }
}

describe('The log of requests', () => {
  it('has a line for each call of a vendor, in the words of GET requests', async () => {
    const { emulator, parsed } = await logged()
    await bulk(emulator, items(item('New York'), { upc: '1', inventory: 'x' }))
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    expect(parsed()).toEqual([{ event: 'request', ...body.requests[0], fault: null }])
    expect(parsed()[0]).toMatchObject({
      vendor: 'joor',
      account: expect.any(String),
      method: 'POST',
      path: '/v2/bulk-inventory',
      status: 200,
      items: { updated: 1, not_updated: 1 },
      violations: expect.any(Number),
      ms: expect.any(Number),
    })
  })

  it('has none for the control plane, and says so of a call that it sent again', async () => {
    const { emulator, parsed } = await logged()
    await bulk(emulator, items(item('New York')))
    await supertest(emulator.url).post(`/_backstock/requests/${parsed()[0].id}/repeat`).expect(200)
    expect(parsed().map(({ repeated }) => repeated)).toEqual([undefined, true])
  })

  it('names the fault that a call met, and has no status where its reply was lost', async () => {
    const { emulator, parsed } = await logged()
    await supertest(emulator.url)
      .put('/_backstock/faults')
      .send([{ fault: { kind: 'after_commit' } }])
      .expect(200)
    await bulk(emulator, items(item('New York'))).catch(() => {})
    expect(parsed()).toMatchObject([{ status: null, fault: 'after_commit' }])
  })

  it('tells what was refused before it was a call', async () => {
    const { emulator, parsed } = await logged()
    await supertest(emulator.url)
      .get('/v2/shop/order')
      .set('X-Long', 'x'.repeat(20_000))
      .catch(() => {})
    expect(parsed()).toEqual([
      { event: 'request', at: expect.any(String), vendor: null, method: null, path: null, status: 431 },
    ])
  })

  it('keeps to one line whatever a site is called', async () => {
    const { emulator, lines, parsed } = await logged()
    const site = 'a\r\n{"event":"request","status":200}\u2028\u0085\u202e'
    await supertest(emulator.url)
      .post(`/v2/${encodeURIComponent(site)}/inventory`)
      .set('Authorization', 'Bearer a-token')
      .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: '1', inventory_level: 1 })
    expect(lines).toHaveLength(1)
    expect(lines.join('')).toMatch(/^[\x20-\x7e]+$/)
    expect(parsed()[0]).toMatchObject({ site, status: 200 })
  })

  it('is silent unless it is asked for', async () => {
    const lines: string[] = []
    const emulator = await startTestEmulator({ log: (line) => lines.push(line) })
    await bulk(emulator, items(item('New York')))
    expect(lines).toEqual([])
  })

  it.each([
    ['text', ['--log-requests']],
    ['json', ['--log-requests', '--log-format', 'json']],
  ])('goes to stderr as it is, with --log-format %s', async (_, options) => {
    let stop = () => {}
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    const print = async (line: string) => {
      const url = /http:[^"\s]+/.exec(line)?.[0] ?? ''
      await supertest(url)
        .post('/v2/bulk-inventory')
        .set('Authorization', oauth2('a-token'))
        .send(items(item('a')))
      stop()
    }
    const { code, complained } = await commandIn({ stopped, print }, 'start', '--port', '0', ...options)
    expect(code).toBe(0)
    expect(JSON.parse(complained)).toMatchObject({ event: 'request', vendor: 'joor', status: 200 })
  })
})

describe('A line of JSON', () => {
  const hidden: readonly (readonly [name: string, text: string])[] = [
    ['a line feed', '\n'],
    ['an escape', '\u001b'],
    ['DEL', '\u007f'],
    ['NEL, of C1', '\u0085'],
    ['CSI, of C1', '\u009b'],
    ['a no-break space', '\u00a0'],
    ['a soft hyphen', '\u00ad'],
    ['the Arabic letter mark', '\u061c'],
    ['a Hangul filler', '\u3164'],
    ['a zero-width space', '\u200b'],
    ['a joiner', '\u200d'],
    ['right to left', '\u202e'],
    ['an isolate', '\u2066'],
    ['the line separator', '\u2028'],
    ['the paragraph separator', '\u2029'],
    ['a word joiner', '\u2060'],
    ['a variation selector', '\ufe0f'],
    ['a byte order mark', '\ufeff'],
    ['a lone surrogate', '\ud800'],
    ['a tag of plane 14', '\u{e0041}'],
    ['a selector of plane 14', '\u{e0100}'],
  ]

  it.each(hidden)('writes %s by its code, in names and values', (_, text) => {
    const line = jsonLine({ [`a${text}b`]: `c${text}d` })
    expect(line).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(line)).toEqual({ [`a${text}b`]: `c${text}d` })
  })

  it('leaves what can be seen as it is', () => {
    expect(jsonLine('Zürich "日本" 👗 €')).toBe('"Zürich \\"日本\\" 👗 €"')
  })
})
