import { expect, test } from 'vitest'
import { bulk, positions, startTestEmulator } from './emulator.js'
import { byXml2js } from './xml-judges.js'

test.each([
  ['x:upc', 'upc'],
  [':upc', 'upc'],
  ['x:y:upc', 'upc'],
  ['x:', 'x:'],
  [':', ':'],
  ['x:1', 'x:1'],
  ['x:-', 'x:-'],
  ['x:y:1', 'x:y:1'],
])('an element %s is echoed as %s, so that the reply is well-formed', async (sent, echoed) => {
  const emulator = await startTestEmulator()
  const fields = `<warehouse>NY</warehouse><upc>1</upc><inventory>2</inventory><note><${sent}>7</${sent}></note>`
  const body = `<inventory_items><inventory_item>${fields}</inventory_item></inventory_items>`
  const reply = await bulk(emulator, body, { type: 'application/xml' })
  expect(reply.status).toBe(200)
  expect(reply.text).toContain(`<note><${echoed}>7</${echoed}></note>`)
  expect((await byXml2js(reply.text)).name).toBe('bulk_inventory')
  expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' }, available: 2 }])
})
