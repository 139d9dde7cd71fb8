import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { Journal } from '../server/journal/journal.js'
import { mayHold } from '../server/redaction.js'
import type { Scope } from '../server/state/store.js'
import { bulk, items, lastRequest, startTestEmulator } from './emulator.js'
import { cost, send } from './jirafe-events.js'
import { entry } from './journal-entries.js'

const limits = { entries: 3, bytes: 1_000_000, bodyBytes: 100 }

const idsOf = (journal: Journal, scope?: Scope) => [...journal.newest(scope)].map(([, { id }]) => id)

describe('A journal', () => {
  it('shows the newest first, of all or of one account or site', () => {
    const journal = new Journal(limits)
    const [a, b, c, d] = [entry(), entry(), entry(), entry()]
    journal.append('joor:brand', a)
    journal.append('jirafe:shop', b)
    journal.append('joor:brand', c)
    journal.append(null, d)
    expect(idsOf(journal)).toEqual([d.id, c.id, b.id, a.id])
    expect(idsOf(journal, 'joor:brand')).toEqual([c.id, a.id])
    expect(idsOf(journal, 'jirafe:shop')).toEqual([b.id])
    expect(idsOf(journal, 'joor:nobody')).toEqual([])
  })

  it('keeps the last entries of each account, and those of another are not pushed out', () => {
    const journal = new Journal(limits)
    const quiet = entry()
    journal.append('joor:quiet', quiet)
    const loud = Array.from({ length: 5 }, () => entry())
    for (const each of loud) journal.append('joor:loud', each)
    expect(idsOf(journal, 'joor:loud')).toEqual([loud[4]?.id, loud[3]?.id, loud[2]?.id])
    expect(idsOf(journal, 'joor:quiet')).toEqual([quiet.id])
    expect(journal.find(loud[0]?.id ?? '')).toBeUndefined()
    expect(journal.findLog(loud[1]?.logId ?? '')).toBeUndefined()
    expect(journal.findLog(loud[2]?.logId ?? '')).toBe(loud[2])
    expect(journal.find(quiet.id)).toBe(quiet)
  })

  it('holds one budget of bytes for all: the oldest goes first, whosever it is', () => {
    const journal = new Journal({ ...limits, bytes: 3_000 })
    const [a, b, c, d] = [entry(), entry(), entry(), entry()]
    journal.append('joor:one', a)
    journal.append('joor:two', b)
    journal.append('joor:two', c)
    expect(idsOf(journal)).toEqual([c.id, b.id, a.id])
    journal.append('joor:two', d)
    expect(idsOf(journal)).toEqual([d.id, c.id, b.id])
    expect(idsOf(journal, 'joor:one')).toEqual([])
    const large = entry({ bytes: 2_500 })
    journal.append('joor:one', large)
    expect(idsOf(journal)).toEqual([large.id])
  })

  it('keeps the newest entry whatever its size, until the next comes', () => {
    const journal = new Journal({ ...limits, bytes: 10 })
    const [a, b] = [entry({ bytes: 1_000_000 }), entry({ bytes: 1 })]
    journal.append('joor:brand', a)
    expect(journal.find(a.id)).toBe(a)
    journal.append('joor:brand', b)
    expect(idsOf(journal)).toEqual([b.id])
  })

  it('gives back the bytes of what it dropped', () => {
    const journal = new Journal({ ...limits, entries: 2, bytes: 10_000 })
    for (let n = 0; n < 50; n++) journal.append('joor:brand', entry({ bytes: 4_000 }))
    const [a, b] = [entry({ bytes: 4_000 }), entry({ bytes: 4_000 })]
    journal.append('joor:other', a)
    journal.append('joor:other', b)
    expect(idsOf(journal, 'joor:other')).toEqual([b.id, a.id])
  })

  it('finds the later of two entries with equal ids when the first is dropped', () => {
    const journal = new Journal({ ...limits, entries: 1 })
    const [first, second] = [entry({ id: 'same', logId: 'log' }), entry({ id: 'same', logId: 'log' })]
    journal.append('joor:brand', first)
    journal.append('joor:brand', second)
    expect(journal.find('same')).toBe(second)
    expect(journal.findLog('log')).toBe(second)
  })

  it('holds nothing for an account whose entries are all dropped', { timeout: 60_000 }, () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const journal = new Journal({ ...limits, bytes: 10_000 })
    const fill = (from: number) => {
      for (let n = from; n < from + 50_000; n++) journal.append(`joor:${n}`, entry())
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = fill(0)
    // Fifty thousand empty maps alone would be more.
    expect(fill(50_000) - before).toBeLessThan(4 * 1024 * 1024)
  })

  it('goes on from before a number, so that pages neither repeat nor skip while calls come in', () => {
    const journal = new Journal({ ...limits, entries: 100 })
    for (let n = 0; n < 6; n++) journal.append('joor:brand', entry())
    const [first, second] = [...journal.newest(undefined)]
    journal.append('joor:brand', entry())
    const rest = [...journal.newest(undefined, second?.[0])]
    expect(rest).toHaveLength(4)
    expect(rest.map(([, { id }]) => id)).not.toContain(first?.[1].id)
    expect(rest.map(([, { id }]) => id)).not.toContain(second?.[1].id)
  })

  it('follows an account to its new name, in order, within the bound', () => {
    const journal = new Journal(limits)
    const [a, b, c, d] = [entry({ name: 'token-1' }), entry(), entry({ name: 'token-1' }), entry()]
    journal.append('joor:token-1', a)
    journal.append('joor:brand', b)
    journal.append('joor:token-1', c)
    journal.append('joor:brand', d)
    journal.rename('joor:token-1', 'joor:brand')
    expect(idsOf(journal, 'joor:token-1')).toEqual([])
    expect(idsOf(journal, 'joor:brand')).toEqual([d.id, c.id, b.id])
    expect(idsOf(journal)).toEqual([d.id, c.id, b.id])
    expect(journal.find(c.id)?.name).toBe('brand')
    expect(journal.findLog(c.logId ?? '')?.id).toBe(c.id)
    expect(journal.find(a.id)).toBeUndefined()
    journal.rename('joor:nobody', 'joor:brand')
    expect(idsOf(journal, 'joor:brand')).toHaveLength(3)
  })
})

describe('Whether a body may hold a secret', () => {
  it.each([
    ['{"a":"s\\u0065cret"}', true],
    ['{"a":"caf\\u00e9"}', false],
    ['{"a":"\\\\u0073ecret"}', false],
    ['<a>&#115;ecret</a>', true],
    ['<a>&#233; &amp; &#x7fffffff;</a>', false],
  ])('%s: %s', (text, held) => {
    expect(mayHold(text, ['secret'])).toBe(held)
  })
})

describe('The journal of an emulator', () => {
  const row = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })

  it('has the detail of a call when its reply is there', async () => {
    const emulator = await startTestEmulator()
    const calls = Array.from({ length: 10 }, async (_, n) => {
      const reply = await bulk(emulator, items(row(`sku-${n}`)))
      const { status, body } = await supertest(emulator.url).get(
        `/_backstock/requests/${reply.headers['backstock-request-id']}`,
      )
      expect(status).toBe(200)
      expect(body.changes).toHaveLength(1)
      expect(body.reply.body).toBe(reply.text)
      const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${reply.body.response.log_id}`)
      expect(log.body.request).toBe(body.id)
    })
    await Promise.all(calls)
  })

  it('cuts bodies at their limit and judges the whole body before', async () => {
    const emulator = await startTestEmulator({ journal: { bodyBytes: 200 } })
    const many = Array.from({ length: 50 }, (_, n) => row(`sku-${n}`, n === 49 ? 'many' : n))
    const reply = await bulk(emulator, items(...many))
    const detail = await lastRequest(emulator)
    const sent = JSON.stringify(items(...many))
    expect(detail.request).toMatchObject({ body: sent.slice(0, 200), bytes: sent.length, cut: true })
    expect(detail.reply).toMatchObject({ body: reply.text.slice(0, 200), bytes: reply.text.length, cut: true })
    expect(detail.items).toEqual({ updated: 49, not_updated: 1 })
    expect(detail.changes_total).toBe(49)
    expect(detail.violations).toHaveLength(1)
    expect(reply.body.items_updated[0]).toHaveLength(49)
  })

  it('cuts between characters, and counts bytes', async () => {
    const emulator = await startTestEmulator({ journal: { bodyBytes: 100 } })
    await bulk(emulator, items(row('\u{1f600}€é'.repeat(40))))
    const { body, cut } = (await lastRequest(emulator)).request
    expect(cut).toBe(true)
    expect(Buffer.byteLength(body)).toBeGreaterThan(96)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(100)
    expect(body).not.toContain('\ufffd')
  })

  it('keeps no half of a token at the cut, however often it stands before', async () => {
    const token = 'the-very-long-token-of-a-client-that-sends-it-everywhere'
    for (const bodyBytes of [60, 90, 120, 150, 180]) {
      const emulator = await startTestEmulator({ journal: { bodyBytes } })
      await bulk(emulator, items(row(token.repeat(8))), { token })
      const { body } = (await lastRequest(emulator)).request
      expect(body).toContain('«token»')
      expect(body).not.toContain('the-very')
    }
  })

  it.each(['tok', 'to', 'token', 'e'])(
    'puts its mark once in the place of the token %j, a word of the mark',
    async (token) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items(row(`a ${token}`)), { token })
      const { request, curl } = await lastRequest(emulator)
      expect(request.headers.authorization).toBe('OAuth2 «token»')
      expect(curl).toContain(`'authorization: OAuth2 '"$BACKSTOCK_TOKEN"`)
      expect(request.body).toContain('a «token»')
      expect(request.body).not.toContain('««')
    },
  )

  it('keeps twenty places of a rule, counts the rest, and shows the first thousand changes', async () => {
    const emulator = await startTestEmulator()
    const many = Array.from({ length: 1_200 }, (_, n) => row(`sku-${n}`, String(n)))
    const reply = await bulk(emulator, items(...many))
    expect(reply.headers['backstock-violations']).toBe('1200')
    const detail = await lastRequest(emulator)
    expect(detail.violations).toHaveLength(20)
    expect(new Set(detail.violations.map(({ rule }: { rule: string }) => rule)).size).toBe(1)
    expect(detail.changes).toHaveLength(1_000)
    expect(detail.changes_total).toBe(1_200)
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    expect(body.requests[0].violations).toBe(1_200)
  })

  it('holds the start of a huge bad value, wherever it is told', { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const emulator = await startTestEmulator({ journal: { bodyBytes: 1_000 } })
    const huge = 'x'.repeat(2 * 1024 * 1024)
    const send = (n: number) => bulk(emulator, items({ warehouse: `${n}${huge}`, upc: '1', inventory: `${n}${huge}` }))
    await send(0)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let n = 1; n <= 20; n++) await send(n)
    collect()
    // Twenty bodies are eighty megabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(12 * 1024 * 1024)
    const { outcomes, violations } = await lastRequest(emulator)
    expect(JSON.stringify([outcomes, violations]).length).toBeLessThan(10_000)
  })

  it.each([
    ['JSON', 'application/json', '{"inventory_items":[{"upc":"a-t\\u006fken\\/1","inventory":1}]}'],
    [
      'XML',
      'application/xml',
      '<inventory_items><inventory_item><upc>a-t&#x6f;ken/1</upc><inventory>1</inventory></inventory_item></inventory_items>',
    ],
  ])('finds the token behind the escapes of %s', async (_format, type, body) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, body, { token: 'a-token/1', type }).expect(200)
    const { changes, outcomes } = await lastRequest(emulator)
    expect(changes).toHaveLength(1)
    expect(JSON.stringify([changes, outcomes])).not.toContain('a-token')
  })

  it('counts long texts in the rows that a call changed', async () => {
    const emulator = await startTestEmulator({ journal: { bytes: 4_000_000 } })
    for (let n = 0; n < 6; n++)
      await send(emulator, 'product.cost', { ...cost, change_date: `${'z'.repeat(1_000_000)}${n}` }).expect(200)
    const { body } = await supertest(emulator.url).get('/_backstock/requests?site=shop')
    expect(body.requests.length).toBeLessThan(4)
  })

  it('knows the code of a call whose body it does not keep', async () => {
    const emulator = await startTestEmulator({ settings: { partial_code: '1' }, journal: { bodyBytes: 0 } })
    const reply = await bulk(emulator, items(row('1', 'many')))
    const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${reply.body.response.log_id}`)
    expect(log.body.code).toBe('1')
  })

  it.each([
    ['JSON', 'application/json', (n: number) => JSON.stringify(items(row(`a long enough upc, ${n}`)))],
    [
      'XML',
      'application/xml',
      (n: number) =>
        `<inventory_items><inventory_item><upc>a long enough upc, ${n}</upc><inventory>1</inventory></inventory_item></inventory_items>`,
    ],
  ])('holds on to what was kept of a body, not to all of it (%s)', { timeout: 60_000 }, async (_format, type, body) => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const emulator = await startTestEmulator({ journal: { bodyBytes: 1_000 } })
    const padding = ' '.repeat(2 * 1024 * 1024)
    const send = (n: number) => bulk(emulator, `${body(n)}${padding}`, { type }).expect(200)
    await send(0)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let n = 1; n <= 15; n++) await send(n)
    collect()
    // Fifteen whole bodies would be thirty megabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(12 * 1024 * 1024)
  })
})
