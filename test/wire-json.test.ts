import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { type JsonNode, lineCounter, parseJsonTree } from '../server/wire/json-tree.js'
import { startTestEmulator } from './emulator.js'

const MB = 1024 * 1024

function usedHeap(): number {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return getHeapStatistics().used_heap_size
}

function literalOf(node: JsonNode): string {
  return node.kind === 'number' ? node.literal : ''
}

describe('the tree of a JSON text', () => {
  test('has number literals that do not hold the whole text', () => {
    const before = usedHeap()
    const literals = Array.from({ length: 10 }, (_, index) =>
      literalOf(parseJsonTree(`1234567890123456789${index}${Buffer.alloc(8 * MB, ' ').toString('latin1')}`)),
    )
    expect(usedHeap() - before).toBeLessThan(20 * MB)
    expect(literals).toContain('12345678901234567899')
  })
})

describe('a document for the control plane', () => {
  test.each([
    ['65 levels', 64, '1'],
    ['65 levels with a number that needs its literal', 64, '1.0'],
    ['100,000 levels', 100_000, '1'],
  ])('of %s is told to be too deep', async (_, levels, inner) => {
    const emulator = await startTestEmulator()
    const body = `{"token":${'['.repeat(levels)}${inner}${']'.repeat(levels)}}`
    const reply = await supertest(emulator.url)
      .put('/_backstock/jirafe/sites/shop')
      .set('Content-Type', 'application/json')
      .send(body)
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('more than 64 levels of nesting')
  })
})

describe('Line and column', () => {
  test('are the same counted on and counted anew, whatever the order of the offsets', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', 'é') }), fc.array(fc.nat(60)), (text, offsets) => {
        const lines = lineCounter(text)
        for (const offset of offsets) {
          const before = text.slice(0, offset).split('\n')
          const right = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
          if (offset <= text.length) expect(lines(offset)).toEqual(right)
        }
      }),
    )
  })
})
