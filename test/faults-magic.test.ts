import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { type FaultKind, kinds } from '../server/faults/fault.js'
import { bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'
import { arm, level, levelsOf, sendEvent } from './faults.js'

const item = (upc: string, more: object = {}) => ({ warehouse: 'New York', upc, inventory: 1, ...more })
// Object.keys forgets the names that the table's type states.
const words = (Object.keys(kinds) as FaultKind[]).map((kind) => [kinds[kind].magic.word, kind] as const)
/** What takes a while by design is tried by one call only. */
const quick = words.filter(([, kind]) => kind !== 'latency')

async function faultOf(emulator: Emulator, sent: Promise<unknown>) {
  await sent.catch(() => {})
  return (await lastRequest(emulator)).fault
}

describe('A magic word', () => {
  it('is there for every kind, each another', () => {
    expect(new Set(words.map(([word]) => word)).size).toBe(12)
    for (const [word] of words) expect(word).toMatch(/^BACKSTOCK-[A-Z-]+$/)
  })

  it.each(words)('%s provokes %s as a SKU', async (word, kind) => {
    const emulator = await startTestEmulator({ magic: true })
    const fault = await faultOf(
      emulator,
      bulk(emulator, items(item('1'), item(word))).then(() => {}),
    )
    expect(fault).toMatchObject({ kind, by: { magic: word } })
    const applied = kinds[kind].applied
    const stock = (await positions(emulator)).map(({ sku }: { sku: { upc: string } }) => sku.upc)
    expect(stock.sort()).toEqual(applied === 'no' ? [] : applied === 'yes' ? ['1', word] : ['1'])
  })

  it.each(quick)('%s provokes %s as a Jirafe site and as a code', async (word, kind) => {
    const emulator = await startTestEmulator({ magic: true })
    const bySite = await faultOf(emulator, sendEvent(emulator, level(1), `${word}/inventory`))
    expect(bySite).toMatchObject({ kind, by: { magic: word } })
    expect(await levelsOf(emulator, word)).toEqual(kinds[kind].applied === 'yes' ? [1] : [])
    const byCode = await faultOf(emulator, sendEvent(emulator, level(2, word), 'shop/inventory'))
    expect(byCode).toMatchObject({ kind, by: { magic: word } })
    expect(await levelsOf(emulator, 'shop')).toEqual(kinds[kind].applied === 'yes' ? [2] : [])
  })

  it.each(words)('%s is a value as any other where magic is off', async (word) => {
    const emulator = await startTestEmulator()
    expect((await bulk(emulator, items(item(word)))).status).toBe(200)
    expect((await lastRequest(emulator)).fault).toBeNull()
    expect((await sendEvent(emulator, level(1, word), `${word}/inventory`))?.status).toBe(200)
    expect(await levelsOf(emulator, word)).toEqual([1])
  })

  it.each([
    ['upc', { upc: 'BACKSTOCK-ERROR' }],
    ['style_identifier', { upc: undefined, style_identifier: 'BACKSTOCK-ERROR', color_code: 'a', size: 'b' }],
    ['style_number', { style_number: 'BACKSTOCK-ERROR' }],
    ['size_code', { size_code: 'BACKSTOCK-ERROR' }],
  ])('may stand in %s', async (_field, more) => {
    const emulator = await startTestEmulator({ magic: true })
    expect((await bulk(emulator, items(item('1', more)))).status).toBe(503)
  })

  it.each([
    ['in another case', item('backstock-error')],
    ['as a part of a SKU', item('BACKSTOCK-ERROR-1')],
    ['as a warehouse', item('1', { warehouse: 'BACKSTOCK-ERROR' })],
    ['in an unknown field', item('1', { note: 'BACKSTOCK-ERROR' })],
  ])('is none %s', async (_where, sent) => {
    const emulator = await startTestEmulator({ magic: true })
    expect((await bulk(emulator, items(sent))).status).toBe(200)
  })

  it('of partial refuses the items that bear it, in XML too, and those only', async () => {
    const emulator = await startTestEmulator({ magic: true })
    const word = 'BACKSTOCK-PARTIAL'
    const reply = await bulk(emulator, items(item('1'), item(word), item('2'), item(word)))
    expect(reply.body.items_not_updated).toEqual([[item(word), item(word)]])
    expect(reply.body.items_updated).toEqual([[item('1'), item('2')]])
    const xml = (upc: string) =>
      `<inventory_item><warehouse>A</warehouse><upc>${upc}</upc><inventory>1</inventory></inventory_item>`
    const both = await bulk(emulator, `<inventory_items>${xml(word)}${xml('3')}</inventory_items>`, {
      type: 'application/xml',
    }).buffer(true)
    expect(String(both.text ?? both.body)).toContain(`<items_not_updated>${xml(word)}</items_not_updated>`)
  })

  it('of a delay goes with another one, and what is armed speaks before it', async () => {
    const emulator = await startTestEmulator({ magic: true })
    await arm(emulator, [{ fault: { kind: 'latency', ms: 1 } }, { times: 1, fault: { kind: 'error', status: 413 } }])
    const both = items(item('BACKSTOCK-LATENCY'), item('BACKSTOCK-ERROR'))
    expect((await bulk(emulator, both)).status).toBe(413)
    expect((await bulk(emulator, both)).status).toBe(503)
    const { fault } = await lastRequest(emulator)
    expect(fault).toMatchObject({ by: { magic: 'BACKSTOCK-ERROR' }, latency: { by: { index: 0 }, delay_ms: 1 } })
  })

  it('opens no site to a stranger, and leaves the control plane alone', async () => {
    const emulator = await startTestEmulator({ magic: true, settings: { auth: 'enforce' } })
    expect((await sendEvent(emulator, level(1), 'BACKSTOCK-EMPTY/inventory'))?.status).toBe(403)
    const site = await supertest(emulator.url).put('/_backstock/jirafe/sites/BACKSTOCK-RESET').send({})
    expect(site.status).toBe(201)
  })
})
