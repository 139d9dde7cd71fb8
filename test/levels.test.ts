import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const row = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })

/** What the emulator tells of a call with one item that it refuses and one that it takes and reports. */
async function told(options: EmulatorOptions) {
  const emulator = await startTestEmulator(options)
  const { body, headers } = await bulk(emulator, items(row('1', '1,000'), row('2', -5)))
  const { violations, violations_total: total } = await lastRequest(emulator)
  const listed = (await supertest(emulator.url).get('/_backstock/violations')).body.violations
  expect(listed).toEqual(violations)
  expect(Number(headers['backstock-violations'] ?? 0)).toBe(total)
  expect([...emulator.counts().violations.values()].reduce((sum, count) => sum + count, 0)).toBe(total)
  return {
    code: body.response.code,
    updated: body.items_updated.flat().length,
    levels: violations.map(({ rule, level }: { rule: string; level: string }) => `${rule} ${level}`),
  }
}

const refused = 'joor.inventory.integer'
const reported = 'joor.inventory.negative'

describe('The levels of rules', () => {
  it('are errors for what the vendor refuses and warnings for the rest', async () => {
    expect((await told({})).levels).toEqual([`${refused} error`, `${reported} warn`])
  })

  it.each([
    ['one rule', { [reported]: 'error' }, [`${refused} error`, `${reported} error`]],
    ['a group of rules', { 'joor.inventory.*': 'warn' }, [`${refused} warn`, `${reported} warn`]],
    ['the last of several that match', { [reported]: 'warn', '*': 'error' }, [`${refused} error`, `${reported} error`]],
    ['what stands behind a wider one', { '*': 'off', [reported]: 'warn' }, [`${reported} warn`]],
    ['nothing that only begins alike', { 'joor.inventory.neg*e': 'off', 'jirafe.*': 'off' }, [`${refused} error`]],
  ] as const)('hold for %s', async (_, levels, expected) => {
    expect((await told({ levels })).levels).toEqual(expected)
  })

  it('change no reply: what is off is told nowhere, and what the vendor refuses stays refused', async () => {
    const plain = await told({})
    expect(await told({ levels: { '*': 'off' } })).toEqual({ ...plain, levels: [] })
    expect(plain.updated).toBe(1)
  })

  it('leave what is off to itself under contract=enforce', async () => {
    const settings = { contract: 'enforce' } as const
    expect((await told({ settings })).updated).toBe(0)
    expect(await told({ settings, levels: { [reported]: 'off' } })).toMatchObject({
      updated: 1,
      levels: [`${refused} error`],
    })
  })

  it('let a call pass whose only breach is off', async () => {
    const options = { settings: { contract: 'enforce' }, levels: { 'joor.query.*': 'off' } } as const
    const emulator = await startTestEmulator(options)
    expect((await bulk(emulator, items(row('1')), { query: '?overwrite=maybe' })).status).toBe(200)
    expect(await positions(emulator)).toHaveLength(1)
  })
})

describe('The least evidence that counts', () => {
  it.each([
    ['documented', [`${refused} error`]],
    ['recorded', [`${refused} error`]],
    ['observed', [`${refused} error`]],
    ['assumed', [`${refused} error`, `${reported} warn`]],
  ] as const)('may be %s', async (evidence, expected) => {
    expect((await told({ evidence })).levels).toEqual(expected)
  })

  it('stands over a level that is given', async () => {
    expect((await told({ evidence: 'documented', levels: { [reported]: 'error' } })).levels).toEqual([
      `${refused} error`,
    ])
  })
})

describe('What is no level', () => {
  // JavaScript lets in what the types forbid.
  const start = (options: object) => startEmulator({ port: 0, ...options })

  it.each([
    [{ levels: { 'joor.inventory.integr': 'off' } }, 'No rule is called joor.inventory.integr.'],
    [{ levels: { 'joor.z*': 'off' } }, 'No rule is called joor.z*.'],
    [{ levels: { '*': 'warning' } }, 'The level of * is "warning". Right is error or warn or off.'],
    [{ evidence: 'certain' }, 'evidence is "certain".'],
  ])('%j is refused', async (options, says) => {
    await expect(start(options)).rejects.toThrow(says)
  })
})
