import { describe, expect, test } from 'vitest'
import type { Emulator, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

type Identifiers = Readonly<Record<string, string | number>>
const item = (identifiers: Identifiers, inventory = 7) => ({ warehouse: 'NY', ...identifiers, inventory })

/** Every identifier, each with a value of its own. */
const every: Identifiers = {
  upc: '0001',
  style_number: 'N',
  style_identifier: 'A',
  style_id: 1,
  color_code: 'RED',
  style_color_id: 11,
  size: 'S',
  size_code: 's1',
}
const names = Object.keys(every)
const combinations = Array.from({ length: 2 ** names.length }, (_, bits) =>
  names.filter((_name, index) => bits & (1 << index)),
)
const pick = (chosen: readonly string[]): Identifiers =>
  Object.fromEntries(names.filter((name) => chosen.includes(name)).map((name) => [name, every[name] ?? '']))

/** The facts in a few words: whether these identifiers name a SKU where there is no list. */
function namesSku(chosen: readonly string[], listed: boolean): boolean {
  const any = (...of: string[]) => of.some((name) => chosen.includes(name))
  if (any('upc')) return true
  const style = any('style_identifier', 'style_id', 'style_color_id') || (listed && any('style_number'))
  return style && any('color_code', 'style_color_id') && any('size', 'size_code')
}

const combos = combinations.map((chosen) => ({ chosen, told: chosen.join(' + ') || 'nothing' }))

async function stored(emulator: Emulator) {
  const rows = await positions(emulator)
  return rows.map(({ sku, available }: { sku: Identifiers; available: number }) => ({ sku, available }))
}

describe('without a style list', () => {
  test.each(combos)('an item says enough or not: $told', async ({ chosen }) => {
    const emulator = await startTestEmulator()
    const sent = item(pick(chosen))
    const reply = await bulk(emulator, items(sent))
    expect(reply.status).toBe(200)
    if (namesSku(chosen, false)) {
      expect(reply.body.items_updated).toEqual([[sent]])
      expect(reply.body.items_not_updated).toEqual([])
      expect(await brokenRules(emulator)).toEqual([])
      expect(await stored(emulator)).toEqual([{ sku: pick(chosen), available: 7 }])
      return
    }
    expect(reply.body.items_updated).toEqual([])
    expect(reply.body.items_not_updated).toEqual([[sent]])
    const complete = namesSku(chosen, true)
    expect(await brokenRules(emulator)).toEqual([complete ? 'joor.sku.number_alone' : 'joor.sku.identified'])
    expect(await stored(emulator)).toEqual([])
  })

  test.each<readonly [what: string, one: Identifiers, other: Identifiers]>([
    ['upc wins over the rest', { upc: '1', style_identifier: 'A', color_code: 'C', size: 'S' }, { upc: '1' }],
    [
      'style_identifier over style_id',
      { style_identifier: 'A', style_id: 1, color_code: 'C', size: 'S' },
      { style_identifier: 'A', style_id: 2, color_code: 'C', size: 'S' },
    ],
    [
      'style_identifier over style_number',
      { style_number: 'N', style_identifier: 'A', color_code: 'C', size: 'S' },
      { style_number: 'M', style_identifier: 'A', color_code: 'C', size: 'S' },
    ],
    [
      'color_code over style_color_id',
      { style_id: 1, color_code: 'C', style_color_id: 11, size: 'S' },
      { style_id: 1, color_code: 'C', size: 'S' },
    ],
    [
      'size over size_code',
      { style_id: 1, color_code: 'C', size: 'S', size_code: 's' },
      { style_id: 1, color_code: 'C', size: 'S', size_code: 't' },
    ],
    [
      'style_id over style_color_id',
      { style_id: 1, style_color_id: 11, color_code: 'C', size: 'S' },
      { style_id: 1, style_color_id: 12, color_code: 'C', size: 'S' },
    ],
    [
      'style_color_id for the style',
      { style_color_id: 11, size: 'S' },
      { style_color_id: 11, size: 'S', style_number: 'N' },
    ],
    [
      'an id by its number, not by its text',
      { style_id: 7, color_code: 'C', size: 'S' },
      { style_id: '007', color_code: 'C', size: 'S' },
    ],
    ['white space around is nothing', { upc: '1' }, { upc: ' 1 ' }],
    ['a number by its literal', { upc: '1' }, { upc: 1 }],
  ])('two items mean one SKU: %s', async (_, one, other) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item(one, 1)))
    await bulk(emulator, items(item(other, 2)))
    expect(await stored(emulator)).toMatchObject([{ available: 2 }])
    expect(await positions(emulator)).toHaveLength(1)
  })

  test.each<readonly [what: string, one: Identifiers, other: Identifiers]>([
    ['a upc and its style', { upc: '1' }, { style_identifier: '1', color_code: '1', size: '1' }],
    ['leading zeros of a upc', { upc: '1' }, { upc: '01' }],
    ['the case of a upc', { upc: 'a' }, { upc: 'A' }],
    [
      'style_identifier and style_id of one value',
      { style_identifier: '1', color_code: 'C', size: 'S' },
      { style_id: 1, color_code: 'C', size: 'S' },
    ],
    [
      'color_code and style_color_id of one value',
      { style_id: 1, color_code: '11', size: 'S' },
      { style_id: 1, style_color_id: 11, size: 'S' },
    ],
    [
      'size and size_code of one value',
      { style_id: 1, color_code: 'C', size: 'S' },
      { style_id: 1, color_code: 'C', size_code: 'S' },
    ],
    [
      'values that run into each other',
      { style_identifier: 'A', color_code: 'BC', size: 'S' },
      { style_identifier: 'AB', color_code: 'C', size: 'S' },
    ],
    [
      'values with the signs of a key',
      { style_identifier: 'A","B', color_code: 'C', size: 'S' },
      { style_identifier: 'A', color_code: 'B","C', size: 'S' },
    ],
    [
      'ids beyond exact numbers',
      { style_id: '90071992547409931', color_code: 'C', size: 'S' },
      { style_id: '90071992547409932', color_code: 'C', size: 'S' },
    ],
    ['long values that differ at their end', { upc: `${'x'.repeat(10_000)}1` }, { upc: `${'x'.repeat(10_000)}2` }],
  ])('two items mean two SKUs: %s', async (_, one, other) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(item(one, 1), item(other, 2)))
    expect(reply.body.items_updated[0]).toHaveLength(2)
    expect(await brokenRules(emulator)).not.toContain('joor.inventory.same_position')
    expect(await positions(emulator)).toHaveLength(2)
  })

  test('style_number alone is told what to send beside it', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item({ style_number: 'N', color_code: 'C', size: 'S' })))
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.sku.number_alone', level: 'error', right: expect.stringContaining('style_identifier') },
    ])
  })
})

const list: Seed = {
  joor: {
    accounts: {
      brand: {
        token: 'a-token',
        styles: [
          {
            style_number: 'N',
            style_identifier: 'A',
            style_id: '1',
            colors: [
              {
                color_code: 'RED',
                style_color_id: '11',
                sizes: [
                  { size: 'S', size_code: 's1', upc: '0001' },
                  { size: 'M', size_code: 's2', upc: '0002' },
                ],
              },
              { color_code: 'BLUE', style_color_id: '12', sizes: [{ size: 'S', size_code: 's1' }] },
            ],
          },
          // The identifier `TWICE` stands under two numbers, and the number `MANY` has two identifiers.
          { style_number: 'T1', style_identifier: 'TWICE', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
          { style_number: 'T2', style_identifier: 'TWICE', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
          { style_number: 'MANY', style_identifier: 'M1', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
          {
            style_number: 'MANY',
            style_identifier: 'M2',
            colors: [{ color_code: 'RED', style_color_id: '52', sizes: [{ size: 'S' }] }],
          },
          {
            style_number: 'RUN',
            style_identifier: 'R',
            colors: [
              {
                color_code: 'RED',
                sizes: [
                  { size: 'S', size_code: 'run' },
                  { size: 'M', size_code: 'run' },
                ],
              },
            ],
          },
        ],
      },
    },
  },
}

const redS = every
const redM = { ...every, upc: '0002', size: 'M', size_code: 's2' }
const blueS = {
  style_number: 'N',
  style_identifier: 'A',
  style_id: 1,
  color_code: 'BLUE',
  style_color_id: 12,
  size: 'S',
  size_code: 's1',
}

describe('with a style list', () => {
  test.each(combos)('an item says enough or not: $told', async ({ chosen }) => {
    const emulator = await startTestEmulator({ seed: list })
    const sent = item(pick(chosen))
    const reply = await bulk(emulator, items(sent))
    expect(reply.status).toBe(200)
    if (namesSku(chosen, true)) {
      expect(reply.body.items_updated).toEqual([[sent]])
      expect(await brokenRules(emulator)).toEqual([])
      expect(await stored(emulator)).toEqual([{ sku: redS, available: 7 }])
      return
    }
    expect(reply.body.items_updated).toEqual([])
    expect(reply.body.items_not_updated).toEqual([[sent]])
    expect(await brokenRules(emulator)).toEqual(['joor.sku.identified'])
    expect(await stored(emulator)).toEqual([])
  })

  test.each<readonly [what: string, sent: Identifiers, sku: Identifiers, broken: readonly string[]]>([
    ['upc over size', { upc: '0001', size: 'M' }, redS, ['size']],
    [
      'upc over all the rest',
      { upc: '0002', style_identifier: 'TWICE', color_code: 'BLUE', size: 'S' },
      redM,
      ['style_identifier', 'color_code', 'size'],
    ],
    ['upc over values that nobody has', { upc: '0001', style_id: 99, size_code: 'x' }, redS, ['style_id', 'size_code']],
    [
      'style_identifier over style_id',
      { style_identifier: 'A', style_id: 99, color_code: 'RED', size: 'S' },
      redS,
      ['style_id'],
    ],
    [
      'style_identifier over style_number',
      { style_number: 'MANY', style_identifier: 'A', color_code: 'RED', size: 'S' },
      redS,
      ['style_number'],
    ],
    [
      'style_id over style_number',
      { style_number: 'T1', style_id: 1, color_code: 'RED', size: 'S' },
      redS,
      ['style_number'],
    ],
    [
      'color_code over style_color_id',
      { style_identifier: 'A', color_code: 'BLUE', style_color_id: 11, size: 'S' },
      blueS,
      ['style_color_id'],
    ],
    [
      'color_code over style_color_id, which alone names the style',
      { color_code: 'BLUE', style_color_id: 11, size: 'S' },
      blueS,
      ['style_color_id'],
    ],
    [
      'size over size_code',
      { style_identifier: 'A', color_code: 'RED', size: 'M', size_code: 's1' },
      redM,
      ['size_code'],
    ],
  ])('the stronger wins where identifiers disagree, and the weaker is told: %s', async (_, sent, sku, fields) => {
    const emulator = await startTestEmulator({ seed: list })
    const reply = await bulk(emulator, items(item(sent)))
    expect(reply.body.items_updated).toEqual([[item(sent)]])
    expect(reply.body.items_not_updated).toEqual([])
    const { violations } = await lastRequest(emulator)
    expect(violations.map(({ rule }: { rule: string }) => rule)).toEqual(fields.map(() => 'joor.sku.agree'))
    expect(violations.map(({ at }: { at: { pointer: string } }) => at.pointer).toSorted()).toEqual(
      fields.map((field) => `/inventory_items/0/${field}`).toSorted(),
    )
    expect(await stored(emulator)).toEqual([{ sku, available: 7 }])
  })

  test.each([
    ['T1', 'T1'],
    ['T2', 'T2'],
  ])('the pair decides where one style_identifier stands under two numbers: %s', async (number) => {
    const emulator = await startTestEmulator({ seed: list })
    const sent = { style_number: number, style_identifier: 'TWICE', color_code: 'RED', size: 'S' }
    await bulk(emulator, items(item(sent)))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await stored(emulator)).toEqual([{ sku: sent, available: 7 }])
  })

  test.each<readonly [what: string, sent: Identifiers, rule: string]>([
    [
      'one style_identifier under two numbers, without number',
      { style_identifier: 'TWICE', color_code: 'RED', size: 'S' },
      'sku.unique',
    ],
    ['one size_code for two sizes', { style_identifier: 'R', color_code: 'RED', size_code: 'run' }, 'sku.unique'],
    ['style_number of two styles', { style_number: 'MANY', color_code: 'RED', size: 'S' }, 'sku.number_alone'],
    ['an unknown upc', { upc: '9999' }, 'sku.known'],
    ['a upc without its leading zeros', { upc: '1' }, 'sku.known'],
    ['an unknown upc beside what names a SKU', { ...every, upc: '9999' }, 'sku.known'],
    ['an unknown style_identifier', { style_identifier: 'X', color_code: 'RED', size: 'S' }, 'sku.known'],
    [
      'an unknown style_identifier beside a known style_id',
      { style_identifier: 'X', style_id: 1, color_code: 'RED', size: 'S' },
      'sku.known',
    ],
    ['an unknown style_id', { style_id: 99, color_code: 'RED', size: 'S' }, 'sku.known'],
    ['an unknown style_number', { style_number: 'X', color_code: 'RED', size: 'S' }, 'sku.known'],
    ['an unknown style_color_id', { style_color_id: 99, size: 'S' }, 'sku.known'],
    ['an unknown color', { style_identifier: 'A', color_code: 'GREEN', size: 'S' }, 'sku.known'],
    [
      'a color of another style',
      { style_identifier: 'TWICE', style_number: 'T1', color_code: 'BLUE', size: 'S' },
      'sku.known',
    ],
    ['an unknown size', { style_identifier: 'A', color_code: 'RED', size: 'XXL' }, 'sku.known'],
    ['a size of another color', { style_identifier: 'A', color_code: 'BLUE', size: 'M' }, 'sku.known'],
    ['another case', { style_identifier: 'a', color_code: 'RED', size: 'S' }, 'sku.known'],
    ['__proto__', { style_identifier: '__proto__', color_code: 'constructor', size: 'toString' }, 'sku.known'],
  ])('an item of no SKU or of several is not updated: %s', async (_, sent, rule) => {
    const emulator = await startTestEmulator({ seed: list })
    const good = item({ upc: '0001' }, 1)
    const reply = await bulk(emulator, items(item(sent), good))
    expect(reply.body.items_updated).toEqual([[good]])
    expect(reply.body.items_not_updated).toEqual([[item(sent)]])
    expect(await brokenRules(emulator)).toEqual([`joor.${rule}`])
    expect(await stored(emulator)).toEqual([{ sku: redS, available: 1 }])
  })

  test.each<readonly [what: string, sent: Identifiers, right: Identifiers]>([
    [
      'a second color',
      { style_number: 'MANY', style_color_id: 52, size: 'S' },
      { style_number: 'MANY', style_identifier: 'M2', color_code: 'RED', style_color_id: 52, size: 'S' },
    ],
    [
      'a size beside its run',
      { style_identifier: 'R', color_code: 'RED', size: 'M', size_code: 'run' },
      { style_number: 'RUN', style_identifier: 'R', color_code: 'RED', size: 'M', size_code: 'run' },
    ],
    [
      'a number that one style has',
      { style_number: 'RUN', color_code: 'RED', size: 'S' },
      { style_number: 'RUN', style_identifier: 'R', color_code: 'RED', size: 'S', size_code: 'run' },
    ],
  ])('a further identifier decides: %s', async (_, sent, right) => {
    const emulator = await startTestEmulator({ seed: list })
    await bulk(emulator, items(item(sent)))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await stored(emulator)).toEqual([{ sku: right, available: 7 }])
  })

  test('all identifiers of a SKU lead to one position', async () => {
    const emulator = await startTestEmulator({ seed: list })
    const ways = [
      { upc: '0001' },
      { style_identifier: 'A', color_code: 'RED', size: 'S' },
      { style_id: 1, style_color_id: 11, size_code: 's1' },
      { style_number: 'N', color_code: 'RED', size: 'S' },
      { style_color_id: 11, size: 'S' },
    ]
    await bulk(emulator, items(...ways.map((way, index) => item(way, index + 1))))
    expect(await brokenRules(emulator)).toEqual(ways.slice(1).map(() => 'joor.inventory.same_position'))
    expect(await stored(emulator)).toEqual([{ sku: redS, available: ways.length }])
  })

  test('an empty list knows nothing, and none knows everything', async () => {
    const accounts = { empty: { token: 'empty', styles: [] }, none: { token: 'none', styles: null } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    const empty = await bulk(emulator, items(item({ upc: '1' })), { token: 'empty' })
    expect(empty.body.items_updated).toEqual([])
    expect(await positions(emulator, 'empty')).toEqual([])
    const none = await bulk(emulator, items(item({ upc: '1' })), { token: 'none' })
    expect(none.body.items_updated).toHaveLength(1)
    expect(await positions(emulator, 'none')).toHaveLength(1)
  })
})
