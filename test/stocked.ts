import supertest from 'supertest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { bulk, items } from './emulator.js'
import { arm } from './faults.js'

/** An emulator with something of everything that the dashboard shows, the same at every start. */
export interface Stocked {
  readonly emulator: Emulator
  /** Ids of the calls that are looked at in detail. */
  readonly calls: { readonly broken: string; readonly xml: string; readonly failed: string }
}

const shirt = (color: string, size: string, inventory: number, rest: object = {}) => ({
  ...{ warehouse: 'New York', style_number: 'DM142A2101', style_identifier: 'DM142A210191', color_code: color, size },
  inventory,
  ...rest,
})
const coat = (color: string, size: string, inventory: number) =>
  shirt(color, size, inventory, { style_number: 'SELVD12', style_identifier: 'SELVD12' })
const sizes = ['XS', 'S', 'M', 'L', 'XL']

const brand = {
  token: 'brand-token',
  warehouses: ['New York', 'Los Angeles'],
  positions: [
    ...sizes.map((size, index) => shirt('HPRVTG', size, index * 12)),
    ...sizes.map((size, index) => shirt('CC2', size, 48 - index * 7)),
    ...sizes.map((size, index) => coat('BLACK', size, index === 3 ? 0 : 5 + index)),
    ...sizes.map((size) => shirt('HPRVTG', size, 30, { inventory_date: '2026-03-01' })),
    ...sizes.map((size) => ({ ...coat('BLACK', size, 9), warehouse: 'Los Angeles' })),
    { style_identifier: 'MADE-TO-MEASURE', color_code: 'ANY', size: 'M', made_to_order: true },
    { warehouse: 'New York', upc: '822508068753', inventory: 200 },
    { warehouse: 'New York', upc: '822508068760', inventory: 0 },
  ],
  pending: [
    { warehouse: 'New York', style_identifier: 'SELVD12', color_code: 'BLACK', size: 'M', quantity: 4 },
    { warehouse: 'New York', upc: '822508068753', quantity: 15 },
  ],
}
const seed = {
  joor: { accounts: { brand, outlet: { token: 'outlet-token' } } },
  jirafe: { sites: { shop: { token: 'shop-token' }, bare: { token: 'bare-token' } } },
}

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<inventory_items><inventory_item><warehouse>New York</warehouse><upc>822508068753</upc><inventory>190</inventory></inventory_item><inventory_item><warehouse>New York</warehouse><upc>822508068760</upc><inventory>1,000</inventory><inventry_date>IMMEDIATE</inventry_date></inventory_item></inventory_items>`
const first = new Date('2026-01-23T14:00:00.000Z').getTime()
const betweenMs = 7_000

/** Starts one on a free port, with a clock of its own that goes on by some seconds with each call. */
export async function startStocked(options: EmulatorOptions = {}): Promise<Stocked> {
  let now = first
  const emulator = await startEmulator({ port: 0, seed, seedIds: 1, clock: () => new Date(now), ...options })
  const control = supertest(emulator.url)
  const sent = async (call: supertest.Test): Promise<string> => {
    now += betweenMs
    const { headers } = await call
    return headers['backstock-request-id'] ?? ''
  }
  const toBrand = { token: 'brand-token' }
  const level = (code: string, count: unknown, minute: number) =>
    control
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer shop-token')
      .send({
        product_code: code,
        inventory_level: count,
        timestamp: `2026-01-23T13:${String(minute).padStart(2, '0')}:00+0000`,
      })

  for (const [minute, count] of [40, 38, 31, 31, 24, 18, 60, 52].entries()) await sent(level('HAT-01', count, minute))
  for (const [minute, count] of [5, 3, 0].entries()) await sent(level('SCARF-02', count, minute))
  await sent(bulk(emulator, items(shirt('CC2', 'M', 30), coat('BLACK', 'S', 2)), toBrand))
  await sent(level('HAT-01', null, 30))
  await sent(bulk(emulator, items(shirt('CC2', 'L', 12)), { ...toBrand, query: '?dec_pending=1' }))
  await sent(control.get('/v2/styles').set('Authorization', 'OAuth2 YnJhbmQtdG9rZW4='))
  const parsed = await sent(bulk(emulator, xml, { ...toBrand, type: 'application/xml' }))
  const broken = await sent(
    bulk(
      emulator,
      items(
        { warehouse: 'New York', upc: '822508068753', inventory: 180 },
        { warehouse: 'New York', upc: '822508068760', inventory: '1,000', inventry_date: 'IMMEDIATE' },
        { warehouse: 'Chicago', upc: '822508068777', inventory: '7', inventory_date: '1/2/03' },
      ),
      { ...toBrand, query: '?overwrit=1' },
    ),
  )
  const down = { kind: 'error', status: 503, message: 'Down for an hour' }
  await arm(emulator, [{ match: { vendor: 'joor' }, times: 3, fault: down }], '?account=outlet')
  const failed = await sent(bulk(emulator, items({ upc: '1', inventory: 2 }), { token: 'outlet-token' }))
  await control.put('/_backstock/snapshots/before-import')
  return { emulator, calls: { broken, xml: parsed, failed } }
}
