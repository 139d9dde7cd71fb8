import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, lastRequest, positions, startTestEmulator } from './emulator.js'

type Fields = readonly (readonly [name: string, literal: string])[]
const base: Fields = [
  ['warehouse', '"NY"'],
  ['upc', '"1"'],
  ['inventory', '7'],
]

/** An item as JSON text, so that literals such as `15.0` are sent as they stand here. */
function jsonItem(changed: Record<string, string | undefined>): string {
  const kept = base.filter(([name]) => !Object.hasOwn(changed, name))
  const fields = [...kept, ...Object.entries(changed).filter(([, literal]) => literal !== undefined)]
  return `{${fields.map(([name, literal]) => `${JSON.stringify(name)}:${literal}`).join(',')}}`
}

function xmlItem(changed: Record<string, string | undefined>): string {
  const texts = { warehouse: 'NY', upc: '1', inventory: '7', ...changed }
  const fields = Object.entries(texts).filter(([, text]) => text !== undefined)
  return `<inventory_item>${fields.map(([name, text]) => `<${name}>${text}</${name}>`).join('')}</inventory_item>`
}

/** Sends one item beside a good one, and tells what became of it; the good one must not suffer. */
async function sendJson(emulator: Emulator, item: string) {
  const beside = '{"warehouse":"NY","upc":"beside","inventory":1}'
  const reply = await bulk(emulator, `{"inventory_items":[${item},${beside}]}`)
  expect(reply.status).toBe(200)
  expect(reply.body.response).toMatchObject({ code: '0', comment: '' })
  const refused = reply.text.endsWith(`"items_updated":[[${beside}]],"items_not_updated":[[${item}]]}`)
  const updated = reply.text.endsWith(`"items_updated":[[${item},${beside}]],"items_not_updated":[]}`)
  expect([refused, updated]).toContain(true)
  return told(emulator, updated)
}

async function sendXml(emulator: Emulator, item: string) {
  const beside = '<inventory_item><warehouse>NY</warehouse><upc>beside</upc><inventory>1</inventory></inventory_item>'
  const body = `<inventory_items>${item}${beside}</inventory_items>`
  const reply = await bulk(emulator, body, { type: 'application/xml' })
  expect(reply.status).toBe(200)
  return told(emulator, reply.text.includes('<items_not_updated />'))
}

async function told(emulator: Emulator, updated: boolean) {
  const { violations, violations_total, items } = await lastRequest(emulator)
  expect(violations).toHaveLength(violations_total)
  expect(items).toEqual({ updated: updated ? 2 : 1, not_updated: updated ? 0 : 1 })
  const stored = (await positions(emulator)).filter(({ sku }: { sku: Record<string, unknown> }) => sku.upc !== 'beside')
  return {
    updated,
    stored,
    violations,
    broken: violations.map(({ rule }: { rule: string }) => rule.replace('joor.', '')),
  }
}

describe('a field of a JSON item is taken', () => {
  test.each([
    ['an integer', { inventory: '26' }, 26, []],
    ['zero, which is sold out', { inventory: '0' }, 0, []],
    ['negative zero, which is zero', { inventory: '-0' }, 0, []],
    ['the greatest exact integer', { inventory: '9007199254740991' }, 9007199254740991, []],
    ['a negative integer', { inventory: '-3' }, -3, ['inventory.negative']],
    ['the least exact integer', { inventory: '-9007199254740991' }, -9007199254740991, ['inventory.negative']],
    ['a whole float', { inventory: '15.0' }, 15, ['inventory.whole_float']],
    ['a whole float of many zeros', { inventory: '15.000000000000000000000000' }, 15, ['inventory.whole_float']],
    ['a negative whole float', { inventory: '-15.0' }, -15, ['inventory.whole_float', 'inventory.negative']],
    ['a number with an exponent', { inventory: '1e1' }, 10, ['inventory.whole_float']],
    ['a fraction that its exponent makes whole', { inventory: '1.5E+1' }, 15, ['inventory.whole_float']],
    ['zeros that a negative exponent takes away', { inventory: '1500e-2' }, 15, ['inventory.whole_float']],
    ['zero with a great exponent', { inventory: '0e999' }, 0, ['inventory.whole_float']],
    ['a numeric string', { inventory: '"26"' }, 26, ['item.integer_type']],
    ['a numeric string with blanks', { inventory: '" 26 "' }, 26, ['item.integer_type']],
    ['a whole float as text', { inventory: '"15.0"' }, 15, ['item.integer_type', 'inventory.whole_float']],
  ])('inventory: %s', async (_, changed, available, broken) => {
    const result = await sendJson(await startTestEmulator(), jsonItem(changed))
    expect(result).toMatchObject({ updated: true, broken, stored: [{ available, incoming: available }] })
    expect(result.stored).toHaveLength(1)
    expect(Object.is(result.stored[0].available, -0)).toBe(false)
  })

  test.each([
    ['style_number of 45 characters', { style_number: `"${'é'.repeat(45)}"` }, []],
    ['style_number of 45 characters beyond the first plane', { style_number: `"${'😀'.repeat(45)}"` }, []],
    ['style_number of 46 characters', { style_number: `"${'a'.repeat(46)}"` }, ['style.number_length']],
    ['style_identifier of 100 characters', { style_identifier: `"${'😀'.repeat(100)}"` }, []],
    ['style_identifier of 101 characters', { style_identifier: `"${'a'.repeat(101)}"` }, ['style.identifier_length']],
    ['style_number with blanks around 45 characters', { style_number: `"  ${'a'.repeat(45)}  "` }, []],
    ['style_id as an integer', { style_id: '707901' }, []],
    ['style_id of 20 digits', { style_id: '12345678901234567890' }, []],
    ['style_id as a numeric string', { style_id: '"707901"' }, ['item.integer_type']],
    ['style_color_id as a numeric string', { style_color_id: '"1517829"' }, ['item.integer_type']],
    ['upc as a number', { upc: '1' }, ['item.string_type']],
    ['size as a number', { size: '32' }, ['item.string_type']],
    ['size as a boolean', { size: 'true' }, ['item.string_type']],
    ['warehouse as a number', { warehouse: '10' }, ['item.string_type']],
    ['color_code with leading zeros', { color_code: '"001"' }, []],
    ['an empty string', { size: '""' }, ['item.empty']],
    ['null', { size: 'null' }, ['item.empty']],
    ['white space only', { size: '" \\t\\n "' }, ['item.empty']],
    ['null in an integer field', { style_id: 'null' }, ['item.empty']],
    ['white space around a value', { size: '"  S "' }, []],
    ['the warehouse left out', { warehouse: undefined }, ['warehouse.missing']],
    ['an empty warehouse', { warehouse: '""' }, ['item.empty', 'warehouse.missing']],
    ['made_to_order false', { made_to_order: 'false' }, []],
    ['made_to_order "false"', { made_to_order: '"false"' }, []],
    ['made_to_order "False"', { made_to_order: '"False"' }, ['made_to_order.case']],
    ['made_to_order empty', { made_to_order: '""' }, ['item.empty']],
    ['made_to_order null', { made_to_order: 'null' }, ['item.empty']],
    ['an unknown field', { note: '"x"' }, ['item.known_fields']],
    ['an unknown field with anything in it', { note: '{"a":[1]}' }, ['item.known_fields']],
    ['a known field in another case beside the right one', { UPC: '"2"' }, ['item.known_fields']],
  ])('beside a upc: %s', async (_, changed, broken) => {
    const result = await sendJson(await startTestEmulator(), jsonItem(changed))
    expect(result).toMatchObject({ updated: true, broken, stored: [{ available: 7, sku: { upc: '1' } }] })
    expect(result.stored).toHaveLength(1)
  })

  test.each([
    ['made_to_order true', { inventory: undefined, made_to_order: 'true' }, []],
    ['made_to_order "true"', { inventory: undefined, made_to_order: '"true"' }, []],
    ['made_to_order " true "', { inventory: undefined, made_to_order: '" true "' }, []],
    ['made_to_order "TRUE"', { inventory: undefined, made_to_order: '"TRUE"' }, ['made_to_order.case']],
    ['a quantity beside it', { made_to_order: 'true' }, ['made_to_order.quantity']],
    ['a quantity beside it that is none', { inventory: '"x"', made_to_order: 'true' }, ['made_to_order.quantity']],
    ['an empty quantity beside it', { inventory: 'null', made_to_order: 'true' }, ['item.empty']],
  ])('and makes its SKU made to order: %s', async (_, changed, broken) => {
    const result = await sendJson(await startTestEmulator(), jsonItem(changed))
    expect(result).toMatchObject({ updated: true, broken })
    expect(result.stored).toEqual([
      {
        warehouse: null,
        inventory_date: null,
        sku: { upc: '1' },
        available: null,
        incoming: null,
        pending_deducted: null,
        made_to_order: true,
      },
    ])
  })
})

describe('a field of a JSON item refuses it', () => {
  test.each([
    ['no inventory', { inventory: undefined }, ['inventory.required']],
    ['inventory null', { inventory: 'null' }, ['item.empty', 'inventory.required']],
    ['inventory empty', { inventory: '""' }, ['item.empty', 'inventory.required']],
    ['no inventory, made_to_order false', { inventory: undefined, made_to_order: 'false' }, ['inventory.required']],
    ['a fraction', { inventory: '1.5' }, ['inventory.integer']],
    ['a fraction beyond what a number holds', { inventory: '15.00000000000000000001' }, ['inventory.integer']],
    ['a fraction by its exponent', { inventory: '15e-1' }, ['inventory.integer']],
    ['a fraction that rounds to zero', { inventory: '1e-400' }, ['inventory.integer']],
    ['a fraction that rounds to one', { inventory: '10000000000000000000001e-22' }, ['inventory.integer']],
    ['an exponent in text', { inventory: '"1e1"' }, ['inventory.integer']],
    ['a thousands separator', { inventory: '"1,000"' }, ['inventory.integer']],
    ['hexadecimal', { inventory: '"0x1A"' }, ['inventory.integer']],
    ['a word', { inventory: '"many"' }, ['inventory.integer']],
    ['Infinity in text', { inventory: '"Infinity"' }, ['inventory.integer']],
    ['NaN in text', { inventory: '"NaN"' }, ['inventory.integer']],
    ['a blank inside', { inventory: '"1 000"' }, ['inventory.integer']],
    ['digits of another script', { inventory: '"٣"' }, ['inventory.integer']],
    ['a bare point', { inventory: '"5."' }, ['inventory.integer']],
    ['a fraction in text', { inventory: '"1.5"' }, ['inventory.integer']],
    ['a boolean', { inventory: 'true' }, ['inventory.integer']],
    ['beyond the greatest exact integer', { inventory: '9007199254740992' }, ['inventory.range']],
    ['beyond the least exact integer', { inventory: '-9007199254740992' }, ['inventory.range']],
    ['beyond it, as a whole float', { inventory: '9007199254740993.0' }, ['inventory.range']],
    ['beyond what a number holds', { inventory: '1e400' }, ['inventory.range']],
    ['20 digits', { inventory: '12345678901234567890' }, ['inventory.range']],
    ['style_id that is a word', { style_id: '"abc"' }, ['style.integer_ids']],
    ['style_id that is a fraction', { style_id: '1.5' }, ['style.integer_ids']],
    ['style_id that is a boolean', { style_id: 'true' }, ['style.integer_ids']],
    ['style_color_id that is a word', { style_color_id: '"abc"' }, ['style.integer_ids']],
    ['made_to_order that is a number', { made_to_order: '1' }, ['made_to_order.value']],
    ['made_to_order that is a word', { made_to_order: '"yes"' }, ['made_to_order.value']],
    ['made_to_order that is a digit', { made_to_order: '"0"' }, ['made_to_order.value']],
    ['an object in a known field', { size: '{"name":"S"}' }, ['item.scalar']],
    ['a list in a known field', { size: '["S"]' }, ['item.scalar']],
    ['an empty list in a known field', { size: '[]' }, ['item.scalar']],
    ['an object in made_to_order', { made_to_order: '{}' }, ['item.scalar']],
    ['an object in inventory_date', { inventory_date: '{}' }, ['item.scalar']],
    ['an object in style_id', { style_id: '{}' }, ['item.scalar']],
    ['an object in inventory', { inventory: '{}' }, ['item.scalar', 'inventory.required']],
    ['a list in warehouse', { warehouse: '["NY"]' }, ['item.scalar', 'warehouse.missing']],
    ['a list in upc', { upc: '["1"]' }, ['item.scalar', 'sku.identified']],
    ['a list in inventory beside made_to_order', { inventory: '[1]', made_to_order: 'true' }, ['item.scalar']],
  ])('%s', async (_, changed, broken) => {
    const result = await sendJson(await startTestEmulator(), jsonItem(changed))
    expect(result).toMatchObject({ updated: false, stored: [] })
    expect(result.broken).toEqual(broken)
  })

  test.each(['7', '"x"', 'null', 'true', '[]', '[{"warehouse":"NY","upc":"1","inventory":7}]', '1e400'])(
    'an element that is no object: %s',
    async (element) => {
      const result = await sendJson(await startTestEmulator(), element)
      expect(result).toMatchObject({ updated: false, broken: ['item.object'], stored: [] })
    },
  )
})

describe('a name that is given twice', () => {
  test.each([
    ['a quantity', '{"warehouse":"NY","upc":"1","inventory":1,"inventory":7}'],
    ['a upc', '{"warehouse":"NY","upc":"9","inventory":7,"upc":"1"}'],
    ['a bad value first', '{"warehouse":"NY","upc":"1","inventory":"x","inventory":7}'],
    ['an object first', '{"warehouse":"NY","upc":{},"inventory":7,"upc":"1"}'],
    ['by an escape', '{"warehouse":"NY","upc":"9","inventory":7,"\\u0075pc":"1"}'],
  ])('counts by its last in JSON: %s', async (_, item) => {
    const result = await sendJson(await startTestEmulator(), item)
    expect(result).toMatchObject({
      updated: true,
      broken: ['item.repeated_json'],
      stored: [{ available: 7, sku: { upc: '1' } }],
    })
  })

  test('refuses the JSON item where its last value is bad', async () => {
    const item = '{"warehouse":"NY","upc":"1","inventory":7,"inventory":"x"}'
    const result = await sendJson(await startTestEmulator(), item)
    expect(result).toMatchObject({ updated: false, broken: ['item.repeated_json', 'inventory.integer'], stored: [] })
  })

  test('empty at last counts as absent in JSON', async () => {
    const item = '{"warehouse":"NY","upc":"1","inventory":7,"inventory":null}'
    const result = await sendJson(await startTestEmulator(), item)
    expect(result.updated).toBe(false)
    expect(result.broken).toEqual(['item.repeated_json', 'item.empty', 'inventory.required'])
  })

  test.each([
    ['different values', '<inventory>1</inventory><inventory>7</inventory>'],
    ['the same value', '<inventory>7</inventory><inventory>7</inventory>'],
    ['with and without prefix', '<inventory>7</inventory><x:inventory>7</x:inventory>'],
  ])('refuses an XML item: %s', async (_, fields) => {
    const item = `<inventory_item><warehouse>NY</warehouse><upc>1</upc>${fields}</inventory_item>`
    const result = await sendXml(await startTestEmulator(), item)
    expect(result).toMatchObject({ updated: false, stored: [] })
    expect(result.broken).toContain('item.repeated_xml')
  })
})

describe('a field of an XML item', () => {
  test.each([
    ['a plain integer', {}, []],
    ['white space around it', { inventory: '\n  7\t' }, []],
    ['leading zeros', { inventory: '007' }, []],
    ['a whole style_id', { style_id: '707901' }, []],
    ['white space around an id', { style_id: ' 707901 ' }, []],
    ['false', { made_to_order: 'false' }, []],
    ['an empty element', { size: '' }, ['item.empty']],
    ['white space only', { size: '  ' }, ['item.empty']],
    ['an empty made_to_order', { made_to_order: '' }, ['item.empty']],
    ['an unknown field', { note: 'x' }, ['item.known_fields']],
    ['a number in a string field, which is text', { size: '32' }, []],
    ['style_number of 46 characters', { style_number: 'a'.repeat(46) }, ['style.number_length']],
    ['no warehouse', { warehouse: undefined }, ['warehouse.missing']],
    ['False', { made_to_order: 'False' }, ['made_to_order.case']],
  ])('is taken: %s', async (_, changed, broken) => {
    const result = await sendXml(await startTestEmulator(), xmlItem(changed))
    expect(result).toMatchObject({ updated: true, broken, stored: [{ available: 7, sku: { upc: '1' } }] })
  })

  test.each([
    ['true', { inventory: undefined, made_to_order: 'true' }, []],
    ['True', { inventory: undefined, made_to_order: 'True' }, ['made_to_order.case']],
    ['true beside a quantity', { made_to_order: 'true' }, ['made_to_order.quantity']],
  ])('makes its SKU made to order: %s', async (_, changed, broken) => {
    const result = await sendXml(await startTestEmulator(), xmlItem(changed))
    expect(result).toMatchObject({ updated: true, broken, stored: [{ made_to_order: true, available: null }] })
  })

  test.each([
    ['no inventory', { inventory: undefined }, ['inventory.required']],
    ['an empty inventory', { inventory: '' }, ['item.empty', 'inventory.required']],
    ['a fraction', { inventory: '1.5' }, ['inventory.integer']],
    ['an exponent', { inventory: '1e1' }, ['inventory.integer']],
    ['a thousands separator', { inventory: '1,000' }, ['inventory.integer']],
    ['hexadecimal', { inventory: '0x10' }, ['inventory.integer']],
    ['a word', { inventory: 'ten' }, ['inventory.integer']],
    ['20 digits', { inventory: '12345678901234567890' }, ['inventory.range']],
    ['a word as an id', { style_id: 'abc' }, ['style.integer_ids']],
    ['another word for true', { made_to_order: 'yes' }, ['made_to_order.value']],
    ['elements in a known field', { size: '<name>S</name>' }, ['item.scalar']],
    ['elements in inventory', { inventory: '7<x/>' }, ['item.scalar', 'inventory.required']],
  ])('refuses it: %s', async (_, changed, broken) => {
    const result = await sendXml(await startTestEmulator(), xmlItem(changed))
    expect(result).toMatchObject({ updated: false, stored: [] })
    expect(result.broken).toEqual(broken)
  })
})

describe('a near miss of a name', () => {
  test.each([
    ['style_identifer', 'style_identifier'],
    ['UPC', 'upc'],
    ['styleNumber', 'style_number'],
    ['style-identifier', 'style_identifier'],
    ['Inventory', 'inventory'],
    ['inventoryDate', 'inventory_date'],
    ['ware_house', 'warehouse'],
    ['madeToOrder', 'made_to_order'],
    ['colour_code', 'color_code'],
  ])('is ignored, and its report names the right one: %s', async (sent, right) => {
    const result = await sendJson(await startTestEmulator(), jsonItem({ [sent]: '"x"' }))
    expect(result).toMatchObject({ updated: true, stored: [{ available: 7, sku: { upc: '1' } }] })
    expect(result.stored[0].sku).toEqual({ upc: '1' })
    expect(result.violations).toMatchObject([
      { rule: 'joor.item.known_fields', seen: `the unknown field ${sent}`, right, level: 'warn' },
    ])
  })

  test('does not stand in for the field that it misses', async () => {
    const item = '{"warehouse":"NY","style_identifer":"A1","color_code":"C","size":"S","inventory":7}'
    const result = await sendJson(await startTestEmulator(), item)
    expect(result).toMatchObject({ updated: false, stored: [] })
    expect(result.broken).toEqual(['item.known_fields', 'sku.identified'])
  })

  test.each(['quantity_on_hand', '__proto__', 'constructor', 'toString', '10', ''])(
    'is not seen in a name that means nothing: "%s"',
    async (name) => {
      const item = `{"warehouse":"NY","upc":"1","inventory":7,${JSON.stringify(name)}:"x"}`
      const result = await sendJson(await startTestEmulator(), item)
      expect(result).toMatchObject({ updated: true, broken: ['item.known_fields'], stored: [{ sku: { upc: '1' } }] })
      expect(result.violations[0].right).toMatch(/^one of warehouse, /)
    },
  )
})

describe('a report', () => {
  test('names the place by pointer, line and column, in JSON', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, '{"inventory_items":[\n  {"warehouse":"NY",\n   "upc":"1", "inventory": "7"}]}')
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.item.integer_type', at: { pointer: '/inventory_items/0/inventory', line: 3, column: 28 } },
    ])
  })

  test('names the place by pointer, line and column, in XML', async () => {
    const emulator = await startTestEmulator()
    const body =
      '<inventory_items>\n <inventory_item><warehouse>NY</warehouse>\n  <upc>1</upc><inventory>-7</inventory></inventory_item></inventory_items>'
    await bulk(emulator, body, { type: 'application/xml' })
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.inventory.negative', at: { pointer: '/inventory_items/0/inventory', line: 3, column: 15 } },
    ])
  })

  test.each([
    ['a line feed in its tag', '<inventory\n>-7</inventory>', 3],
    ['several line feeds in its tag', '<inventory\n\n\n>-7</inventory>', 3],
    ['a carriage return before it', '\r\n<inventory>-7</inventory>', 4],
  ])('names the line where an XML element begins: %s', async (_, field, line) => {
    const emulator = await startTestEmulator()
    const body = `<inventory_items>\n<inventory_item><warehouse>NY</warehouse>\n<upc>1</upc>${field}</inventory_item></inventory_items>`
    await bulk(emulator, body, { type: 'application/xml' })
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.inventory.negative', at: { line, column: line === 3 ? 13 : 1 } },
    ])
  })
})
