import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

const event = (inventory_level: number, change_date: string, effective_date = '2015-09-01', sku_code = 'SKU-1') => ({
  change_date,
  effective_date,
  sku_code,
  inventory_level,
})

function send(emulator: Emulator, body: object, site = 'shop') {
  return supertest(emulator.url).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer a-token').send(body)
}

async function levels(emulator: Emulator, site = 'shop', query = '') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels${query}`)
  return body.levels
}

interface ShownLevel {
  readonly code: string
  readonly revision: string
  readonly effective_date: string | null
  readonly inventory_level: number
}

/** [code, effective date, level] of every level of a site. */
async function shortLevels(emulator: Emulator, site = 'shop') {
  const all: ShownLevel[] = await levels(emulator, site)
  return all.map((level) => [level.code, level.effective_date, level.inventory_level])
}

async function metRules(emulator: Emulator): Promise<string[]> {
  const { rules } = await lastRequest(emulator)
  return rules.map(({ rule }: { rule: string }) => rule)
}

describe('the second revision', () => {
  test('an event with every field is accepted, stored whole, and breaks no rule', async () => {
    const emulator = await startTestEmulator({ clock: () => new Date('2015-09-02T00:00:00.000Z') })
    const body = { ...event(-1, '2015-09-01T10:00:00Z'), low_stock_alert: -5, inventory_alerts: true }
    const reply = await send(emulator, body)
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await levels(emulator)).toEqual([
      {
        code: 'SKU-1',
        revision: 'second',
        inventory_level: -1,
        timestamp: null,
        effective_date: '2015-09-01',
        change_date: '2015-09-01T10:00:00Z',
        received_at: '2015-09-02T00:00:00.000Z',
        low_stock_alert: -5,
        inventory_alerts: true,
      },
    ])
    expect((await lastRequest(emulator)).changes).toMatchObject([
      {
        kind: 'level',
        key: { code: 'SKU-1', revision: 'second', effective_date: '2015-09-01' },
        before: null,
        after: { inventory_level: -1 },
      },
    ])
  })

  test('the optional fields may be left out, and are then unknown and not false or zero', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event(12, '2015-09-01T10:00:00Z'))
    expect(await levels(emulator)).toMatchObject([{ low_stock_alert: null, inventory_alerts: null }])
    expect(await brokenRules(emulator)).toEqual([])
  })

  it.each([
    [['1', '2', '3'], 3],
    [['1', '3', '2'], 3],
    [['2', '1', '3'], 3],
    [['2', '3', '1'], 3],
    [['3', '1', '2'], 3],
    [['3', '2', '1'], 3],
  ])('of change dates that arrive as %j the greatest counts', async (days, right) => {
    const emulator = await startTestEmulator()
    for (const day of days) {
      const reply = await send(emulator, event(Number(day), `2015-09-0${day}T00:00:00Z`))
      expect(reply.status).toBe(200)
      expect(reply.text).toBe('{\n  "success": true\n}')
      expect(reply.headers).not.toHaveProperty('backstock-violations')
    }
    expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', right]])
  })

  test('a stale event is answered 200, changes nothing, and the journal says so', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event(12, '2015-09-01T10:00:00Z'))
    const before = await levels(emulator, 'shop', '?history=true')
    const reply = await send(emulator, event(5, '2015-09-01T09:59:59Z'))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(await levels(emulator, 'shop', '?history=true')).toEqual(before)
    expect(await lastRequest(emulator)).toMatchObject({
      status: 200,
      items: { updated: 0, not_updated: 1 },
      violations: [],
      changes: [],
      changes_total: 0,
      outcomes: [
        {
          index: 0,
          outcome: 'not_updated',
          reason: expect.stringContaining('2015-09-01T09:59:59Z is older than the stored 2015-09-01T10:00:00Z'),
          rule: 'jirafe.inventory.latest_change',
          evidence: 'documented',
          position: { code: 'SKU-1', revision: 'second', effective_date: '2015-09-01' },
        },
      ],
    })
    expect(await metRules(emulator)).toContain('jirafe.inventory.latest_change')
  })

  it.each([
    ['the same text', '2015-09-01T10:00:00Z'],
    ['+00:00', '2015-09-01T10:00:00+00:00'],
    ['+0000', '2015-09-01T10:00:00+0000'],
    ['no offset, which is UTC', '2015-09-01T10:00:00'],
    ['another offset', '2015-09-01T12:30:00+02:30'],
    ['another offset, basic', '2015-09-01T05:00:00-0500'],
    ['a fraction of zeros', '2015-09-01T10:00:00.000Z'],
    ['without seconds', '2015-09-01T10:00Z'],
    ['the basic format', '20150901T100000Z'],
  ])('of two events of the same instant (%s) the last received counts', async (_case, changeDate) => {
    const emulator = await startTestEmulator()
    await send(emulator, event(12, '2015-09-01T10:00:00Z'))
    await send(emulator, event(5, changeDate))
    expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 5]])
    expect(await metRules(emulator)).toContain('jirafe.inventory.tie')
    expect(await brokenRules(emulator)).toEqual([])
    await send(emulator, event(7, '2015-09-01T10:00:00Z'))
    expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 7]])
  })

  it.each([
    ['a later instant whose text sorts lower', '2015-09-01T08:00:00-05:00', 5],
    ['an earlier instant whose text sorts higher', '2015-09-01T11:00:00+02:00', 12],
    ['a later fraction of a second', '2015-09-01T10:00:00.1Z', 5],
    ['a day that is earlier', '2015-08-31', 12],
    ['a day that is later', '2015-09-02', 5],
  ])('%s is compared as an instant', async (_case, changeDate, right) => {
    const emulator = await startTestEmulator()
    await send(emulator, event(12, '2015-09-01T10:00:00Z'))
    await send(emulator, event(5, changeDate))
    expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', right]])
    expect(await metRules(emulator)).not.toContain('jirafe.inventory.tie')
  })

  it.each([['2013-07-30T19 =>19 =>05Z'], ['yesterday'], [''], ['2015-02-30T00:00:00Z'], ['9999-99-99T99:99:99Z']])(
    'the unreadable change date %j is older than any that can be read',
    async (changeDate) => {
      const emulator = await startTestEmulator()
      await send(emulator, event(1, changeDate))
      expect(await brokenRules(emulator)).toEqual(['jirafe.event.formats'])
      expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 1]])
      await send(emulator, event(2, 'not a date either'))
      expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 2]])
      await send(emulator, event(3, '0001-01-01T00:00:00Z'))
      expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 3]])
      const stale = await send(emulator, event(4, changeDate))
      expect(stale.status).toBe(200)
      expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 3]])
      expect((await lastRequest(emulator)).items).toEqual({ updated: 0, not_updated: 1 })
    },
  )

  test('each effective date has its own level, and a stale event is judged by its own date alone', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event(1, '2015-09-03T00:00:00Z', '2015-09-01'))
    await send(emulator, event(2, '2015-09-01T00:00:00Z', '2015-09-02'))
    await send(emulator, event(3, '2015-09-02T00:00:00Z', '2015-09-01'))
    expect(await shortLevels(emulator)).toEqual([
      ['SKU-1', '2015-09-01', 1],
      ['SKU-1', '2015-09-02', 2],
    ])
  })

  test('an effective date is a key by its text: spellings of one day are kept apart', async () => {
    const emulator = await startTestEmulator()
    const spellings = ['20150901', '2015-09-01', '2015-09-01T00:00:00Z']
    for (const [index, spelling] of spellings.entries())
      await send(emulator, event(index, '2015-09-01T00:00:00Z', spelling))
    expect(await shortLevels(emulator)).toEqual([
      ['SKU-1', '2015-09-01', 1],
      ['SKU-1', '2015-09-01T00:00:00Z', 2],
      ['SKU-1', '20150901', 0],
    ])
    expect(await brokenRules(emulator)).toEqual([])
  })

  test('sites and SKUs never see the levels of each other', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event(1, '2015-09-05T00:00:00Z'), 'one')
    await send(emulator, event(2, '2015-09-01T00:00:00Z'), 'two')
    await send(emulator, event(3, '2015-09-01T00:00:00Z', '2015-09-01', 'SKU-2'), 'one')
    expect(await shortLevels(emulator, 'one')).toEqual([
      ['SKU-1', '2015-09-01', 1],
      ['SKU-2', '2015-09-01', 3],
    ])
    expect(await shortLevels(emulator, 'two')).toEqual([['SKU-1', '2015-09-01', 2]])
  })

  test('the two revisions keep separate levels for one code, each by its own rule', async () => {
    const emulator = await startTestEmulator()
    const first = { timestamp: '2015-09-05T00:00:00Z', product_code: 'SKU-1', inventory_level: 1 }
    await send(emulator, first)
    await send(emulator, event(2, '2015-09-01T00:00:00Z'))
    expect((await lastRequest(emulator)).items).toEqual({ updated: 1, not_updated: 0 })
    await send(emulator, { ...first, inventory_level: 3, timestamp: '2015-09-06T00:00:00Z' })
    expect(await brokenRules(emulator)).toEqual([])
    const all: ShownLevel[] = await levels(emulator, 'shop', '?code=SKU-1')
    expect(all.map((level) => [level.revision, level.effective_date, level.inventory_level])).toEqual([
      ['first', null, 3],
      ['second', '2015-09-01', 2],
    ])
  })
})

describe('which schema judges an event', () => {
  it.each([
    ['sku_code', { sku_code: 'SKU-1' }, ['change_date', 'effective_date', 'inventory_level']],
    ['change_date', { change_date: '2015-09-01' }, ['effective_date', 'inventory_level', 'sku_code']],
    ['effective_date', { effective_date: '2015-09-01' }, ['change_date', 'inventory_level', 'sku_code']],
  ])('%s alone tells the second', async (_name, body, missing) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, body)
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({
      error_type: 'validation',
      errors: Object.fromEntries(missing.map((name) => [name, `'${name}' is a required property`])),
      success: false,
    })
    expect(await levels(emulator)).toEqual([])
  })

  test('a field of the second makes a whole event of the first one of the second', async () => {
    const emulator = await startTestEmulator()
    const body = { timestamp: '2015-09-01', product_code: 'SKU-1', inventory_level: 1, sku_code: null }
    const reply = await send(emulator, body)
    expect(reply.status).toBe(400)
    expect(reply.body.errors).toEqual({
      change_date: "'change_date' is a required property",
      effective_date: "'effective_date' is a required property",
      sku_code: "None is not of type 'string'",
    })
    expect(await levels(emulator)).toEqual([])
  })

  it.each([
    ['nothing', {}, ['inventory_level', 'product_code', 'timestamp']],
    ['low_stock_alert', { low_stock_alert: 1 }, ['inventory_level', 'product_code', 'timestamp']],
    ['SKU_CODE', { SKU_CODE: 'x' }, ['inventory_level', 'product_code', 'timestamp']],
  ])('%s is an event of the first', async (_name, body, missing) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, body)
    expect(reply.status).toBe(400)
    expect(Object.keys(reply.body.errors)).toEqual(missing)
  })

  it.each([
    ['an empty sku_code', { sku_code: '' }, { sku_code: "'' is too short" }],
    ['a fraction for low_stock_alert', { low_stock_alert: 1.5 }, { low_stock_alert: "1.5 is not of type 'integer'" }],
    ['null for low_stock_alert', { low_stock_alert: null }, { low_stock_alert: "None is not of type 'integer'" }],
    ['1 for inventory_alerts', { inventory_alerts: 1 }, { inventory_alerts: "1 is not of type 'boolean'" }],
    [
      'text for inventory_alerts',
      { inventory_alerts: 'true' },
      { inventory_alerts: "'true' is not of type 'boolean'" },
    ],
    ['null for a date', { effective_date: null }, { effective_date: "None is not of type 'string'" }],
    ['a number for a date', { change_date: 20150901 }, { change_date: "20150901 is not of type 'string'" }],
    ['null for the level', { inventory_level: null }, { inventory_level: "None is not of type 'integer'" }],
    ['a blank for the level', { inventory_level: '' }, { inventory_level: "'' is not of type 'integer'" }],
  ])('%s is refused and changes nothing', async (_case, wrong, errors) => {
    const emulator = await startTestEmulator()
    await send(emulator, event(12, '2015-09-01T10:00:00Z'))
    const reply = await send(emulator, { ...event(5, '2015-09-02T10:00:00Z'), ...wrong })
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({ error_type: 'validation', errors, success: false })
    expect(await shortLevels(emulator)).toEqual([['SKU-1', '2015-09-01', 12]])
    expect(await lastRequest(emulator)).toMatchObject({ items: { updated: 0, not_updated: 1 }, changes_total: 0 })
  })

  test('a sku_code of one character is long enough, and an empty product_code of the first is accepted', async () => {
    const emulator = await startTestEmulator()
    expect((await send(emulator, event(1, '2015-09-01', '2015-09-01', 'x'))).status).toBe(200)
    expect((await send(emulator, { timestamp: '', product_code: '', inventory_level: 2 })).status).toBe(200)
    expect(await shortLevels(emulator)).toEqual([
      ['', null, 2],
      ['x', '2015-09-01', 1],
    ])
  })
})
