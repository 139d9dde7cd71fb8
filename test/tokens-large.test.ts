import { describe, expect, it } from 'vitest'
import { bulk, items, lastRequest, oauth2, startTestEmulator } from './emulator.js'
import { processorTime } from './processor-time.js'

const item = (number: number, more: object) => ({ warehouse: 'NY', upc: `${number}`, inventory: number, ...more })
const itemsOf = (count: number, more: (number: number) => object) =>
  items(...Array.from({ length: count }, (_, number) => item(number, more(number))))

/** What each of two costs, the least of three times by turns. */
async function leastOf(usual: () => Promise<number>, suspected: () => Promise<number>) {
  const least = { usual: Number.POSITIVE_INFINITY, suspected: Number.POSITIVE_INFINITY }
  await usual()
  for (let turn = 0; turn < 3; turn++) {
    least.usual = Math.min(least.usual, await usual())
    least.suspected = Math.min(least.suspected, await suspected())
  }
  return least
}

describe('A body with what may be a credential', () => {
  it.each([
    ['in JSON', 'application/json', JSON.stringify(items(item(1, { token: 'A'.repeat(9_000_000) })))],
    ['in JSON, escaped', 'application/json', `{"inventory_items":[{"token":"${'\\n'.repeat(4_000_000)}"}]}`],
    [
      'in XML',
      'application/xml',
      `<inventory_items><inventory_item><token>${'A'.repeat(9_000_000)}</token></inventory_item></inventory_items>`,
    ],
  ])('of nine million characters is taken, %s', { timeout: 60_000 }, async (_says, type, body) => {
    const emulator = await startTestEmulator()
    expect((await bulk(emulator, body, { type })).status).toBe(200)
  })

  it('in each of 20,000 items costs what other members cost', { timeout: 120_000 }, async () => {
    const emulator = await startTestEmulator({ settings: { rate_limit: 'off' } })
    const timeOf = (name: string) => {
      const body = JSON.stringify(itemsOf(20_000, (number) => ({ [name]: `value-${number}-of-it` })))
      return processorTime(async () => expect((await bulk(emulator, body)).status).toBe(200))
    }
    const { usual, suspected } = await leastOf(
      () => timeOf('tokem'),
      () => timeOf('token'),
    )
    expect(suspected).toBeLessThan(usual * 5)
  })

  it('beside a thousand of them in its headers costs what it costs without them', { timeout: 120_000 }, async () => {
    const { url } = await startTestEmulator({ settings: { rate_limit: 'off' } })
    const body = JSON.stringify(itemsOf(1, () => ({ note: 'x'.repeat(9_000_000) })))
    const cookies = Array.from({ length: 1_500 }, (_, number) => `p${100_000 + number}`).join('; ')
    const timeOf = (headers: Readonly<Record<string, string>>) => {
      const all = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json', ...headers }
      return processorTime(async () => {
        const reply = await fetch(`${url}/v2/bulk-inventory`, { method: 'POST', headers: all, body })
        expect(reply.status).toBe(200)
        await reply.text()
      })
    }
    const { usual, suspected } = await leastOf(
      () => timeOf({}),
      () => timeOf({ Cookie: cookies }),
    )
    expect(suspected).toBeLessThan(usual * 5)
  })

  it('is not shown, the first twenty of them', async () => {
    const emulator = await startTestEmulator()
    await bulk(
      emulator,
      itemsOf(20, (number) => ({ api_key: `secret-${number}-of-it` })),
    )
    const shown = JSON.stringify(await lastRequest(emulator))
    expect(shown).toContain('«token»')
    expect(shown).not.toMatch(/secret-\d+-of-it/)
  })
})

describe('A token of 60,000 characters', () => {
  it('is shown nowhere, not even where a body writes each of its characters otherwise', {
    timeout: 60_000,
  }, async () => {
    const emulator = await startTestEmulator({ limits: { header_bytes: 1_048_576 } })
    const token = Array.from({ length: 3_000 }, (_, number) => `key-${number}&`).join('')
    const written = [...token].map((character) => `\\u00${character.charCodeAt(0).toString(16)}`).join('')
    const reply = await bulk(emulator, `{"inventory_items":[{"warehouse":"NY","upc":"${written}","inventory":1}]}`, {
      token,
    })
    expect(reply.status).toBe(200)
    const shown = JSON.stringify(await lastRequest(emulator))
    for (const secret of [token.slice(0, 2_000), written.slice(0, 2_000), oauth2(token).slice(7, 2_000)])
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1))
  })
})
