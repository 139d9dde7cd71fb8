import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

const firstEvent = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1', inventory_level: 12 }
const secondEvent = {
  change_date: '2015-09-01T10:00:00Z',
  effective_date: '2015-09-01',
  sku_code: 'SKU-1',
  inventory_level: 12,
}

function send(emulator: Emulator, body: unknown, site = 'shop') {
  return supertest(emulator.url)
    .post(`/v2/${site}/inventory`)
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(JSON.stringify(body))
}

async function shortLevels(emulator: Emulator, site = 'shop') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels`)
  return body.levels.map((level: { revision: string; inventory_level: number }) => [
    level.revision,
    level.inventory_level,
  ])
}

const missing = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, `'${name}' is a required property`]))

describe('inventory_schema', () => {
  it.each([
    ['any', 'first', firstEvent],
    ['any', 'second', secondEvent],
    ['first', 'first', firstEvent],
    ['second', 'second', secondEvent],
  ] as const)('%s takes an event of the %s revision', async (inventory_schema, revision, event) => {
    const emulator = await startTestEmulator({ settings: { inventory_schema } })
    const reply = await send(emulator, event)
    expect(reply.status).toBe(200)
    expect(await shortLevels(emulator)).toEqual([[revision, 12]])
    expect(await brokenRules(emulator)).toEqual([])
  })

  it.each([
    ['first', secondEvent, missing('product_code', 'timestamp')],
    ['second', firstEvent, missing('change_date', 'effective_date', 'sku_code')],
    ['first', {}, missing('inventory_level', 'product_code', 'timestamp')],
    ['second', {}, missing('change_date', 'effective_date', 'inventory_level', 'sku_code')],
    ['second', null, { '': "None is not of type 'object'" }],
  ] as const)('%s alone refuses %j', async (inventory_schema, event, errors) => {
    const emulator = await startTestEmulator({ settings: { inventory_schema } })
    const reply = await send(emulator, event)
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({ error_type: 'validation', errors, success: false })
    expect(await shortLevels(emulator)).toEqual([])
  })

  test('first reads an event with the fields of both as one of the first, and reports the others', async () => {
    const emulator = await startTestEmulator({ settings: { inventory_schema: 'first' } })
    const reply = await send(emulator, { ...firstEvent, sku_code: null, change_date: 5 })
    expect(reply.status).toBe(200)
    expect(await shortLevels(emulator)).toEqual([['first', 12]])
    expect(await brokenRules(emulator)).toEqual(Array(2).fill('jirafe.event.undeclared'))
  })
})

describe('latest_by', () => {
  const at = (timestamp: string, inventory_level: number) => ({ ...firstEvent, timestamp, inventory_level })

  test('timestamp: of the first revision the greatest timestamp counts, whatever the order of arrival', async () => {
    const emulator = await startTestEmulator({ settings: { latest_by: 'timestamp' } })
    await send(emulator, at('2015-01-23T16:35:38Z', 1))
    const stale = await send(emulator, at('2015-01-23T17:00:00+02:00', 2))
    expect(stale.status).toBe(200)
    expect(stale.text).toBe('{\n  "success": true\n}')
    expect(await shortLevels(emulator)).toEqual([['first', 1]])
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ items: { updated: 0, not_updated: 1 }, changes: [], changes_total: 0 })
    expect(detail.rules.map(({ rule }: { rule: string }) => rule)).toContain('jirafe.inventory.latest_timestamp')
    await send(emulator, at('2015-01-23T16:35:39Z', 3))
    expect(await shortLevels(emulator)).toEqual([['first', 3]])
  })

  test('timestamp: a tie is decided by arrival, and unreadable dates tie with each other', async () => {
    const emulator = await startTestEmulator({ settings: { latest_by: 'timestamp' } })
    const sent: [string, number, number][] = [
      ['yesterday', 1, 1],
      ['', 2, 2],
      ['2015-01-23T16:35:38Z', 3, 3],
      ['2015-01-23T16:35:38+0000', 4, 4],
      ['tomorrow', 5, 4],
    ]
    for (const [timestamp, level, stands] of sent) {
      expect((await send(emulator, at(timestamp, level))).status).toBe(200)
      expect(await shortLevels(emulator)).toEqual([['first', stands]])
    }
  })

  test('timestamp: that a tie was decided by arrival is told by its rule', async () => {
    const emulator = await startTestEmulator({ settings: { latest_by: 'timestamp' } })
    const met = async () => {
      const { rules } = await lastRequest(emulator)
      return rules.map(({ rule }: { rule: string }) => rule)
    }
    await send(emulator, at('2015-01-23T16:35:38Z', 1))
    expect(await met()).not.toContain('jirafe.inventory.tie')
    await send(emulator, at('2015-01-23T16:35:38+00:00', 2))
    expect(await met()).toContain('jirafe.inventory.tie')
    await send(emulator, at('2015-01-23T16:35:39Z', 3))
    expect(await met()).not.toContain('jirafe.inventory.tie')
  })

  it.each(['arrival', 'timestamp'] as const)('%s leaves the second revision alone', async (latest_by) => {
    const emulator = await startTestEmulator({ settings: { latest_by } })
    await send(emulator, secondEvent)
    await send(emulator, { ...secondEvent, inventory_level: 5, change_date: '2015-08-01T00:00:00Z' })
    expect(await shortLevels(emulator)).toEqual([['second', 12]])
    await send(emulator, { ...secondEvent, inventory_level: 7, change_date: '2015-09-02T00:00:00Z' })
    expect(await shortLevels(emulator)).toEqual([['second', 7]])
  })
})

describe('the settings of one site', () => {
  test('stand before those for all, and are nobody else’s', async () => {
    const emulator = await startTestEmulator({
      settings: { inventory_schema: 'second', reply_layout: '2013-12', contract: 'off' },
      seed: {
        jirafe: {
          sites: { own: { settings: { inventory_schema: 'first', reply_layout: '2014-02', contract: 'report' } } },
        },
      },
    })
    const own = await send(emulator, {}, 'own')
    expect(Object.keys(own.body.errors)).toEqual(['inventory_level', 'product_code', 'timestamp'])
    expect(own.text).toContain(', \n')
    expect(own.headers['backstock-violations']).toBe('3')
    const other = await send(emulator, {}, 'other')
    expect(Object.keys(other.body.errors)).toEqual(['change_date', 'effective_date', 'inventory_level', 'sku_code'])
    expect(other.text).not.toContain(', \n')
    expect(other.headers).not.toHaveProperty('backstock-violations')
  })

  test('hold from the next call on', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, firstEvent)
    const declared = await supertest(emulator.url)
      .put('/_backstock/jirafe/sites/shop')
      .send({ settings: { latest_by: 'timestamp' }, levels: [firstEvent] })
    expect(declared.body.settings).toEqual({ latest_by: 'timestamp' })
    await send(emulator, { ...firstEvent, timestamp: '2014-01-01T00:00:00Z', inventory_level: 1 })
    expect(await shortLevels(emulator)).toEqual([['first', 12]])
  })

  test('a layout of the site is kept for refusals that need no body, too', async () => {
    const emulator = await startTestEmulator({
      seed: { jirafe: { sites: { old: { token: 't', settings: { reply_layout: '2013-12', auth: 'enforce' } } } } },
    })
    const reply = await send(emulator, firstEvent, 'old')
    expect(reply.text).toBe('{\n  "error_type": "invalid_token",\n  "success": false\n}')
  })
})
