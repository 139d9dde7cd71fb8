import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { command, commandIn } from './command.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const item = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })

/** An emulator whose ids count: r1, r2 and so on, two for each call. */
function startCounting(): Promise<Emulator> {
  let count = 0
  return startTestEmulator({
    ids: () => `id-${String(++count).padStart(4, '0')}`,
    clock: () => new Date('2026-01-31T12:00:00.250Z'),
  })
}

function level(emulator: Emulator, level: unknown) {
  return supertest(emulator.url)
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer a-token')
    .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'A', inventory_level: level })
}

const at = (emulator: Emulator, ...words: string[]) => command(...words, '--url', emulator.url)
const idsIn = async (emulator: Emulator) =>
  (await supertest(emulator.url).get('/_backstock/requests')).body.requests.map(({ id }: { id: string }) => id)

describe('backstock requests', () => {
  it('lists the calls as logs are read: the newest last', async () => {
    const emulator = await startCounting()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await bulk(emulator, items(item('1'), item('2', '1,000')))
    await level(emulator, 4)
    await level(emulator, null)
    const { code, printed, complained } = await at(emulator, 'requests')
    expect({ code, complained }).toEqual({ code: 0, complained: '' })
    const [newest, second, oldest] = await idsIn(emulator)
    expect(printed).toHaveLength(4)
    expect(printed[0]).toMatch(/^at \(UTC\) +of +operation +method +path +status +updated +broken +ms +id$/)
    expect(printed[1]).toMatch(
      new RegExp(
        `^2026-01-31 12:00:00  brand  joor\\.bulk-inventory  POST    /v2/bulk-inventory +200   1 of 2 +1 +[\\d.]+  ${oldest}$`,
      ),
    )
    expect(printed[2]).toMatch(
      new RegExp(`  shop   jirafe\\.inventory     POST    /v2/shop/inventory +200   1 of 1 +[\\d.]+  ${second}$`),
    )
    expect(printed[3]).toMatch(new RegExp(`  400   0 of 1 +1 +[\\d.]+  ${newest}$`))
  })

  it.each([
    [['--account', 'brand'], 1],
    [['--site', 'shop'], 2],
    [['--status', '400'], 1],
    [['--operation', 'joor.bulk-inventory'], 1],
    [['--outcome', 'partial'], 1],
    [['--violations'], 2],
    [['--violations', 'joor.inventory.integer'], 1],
    [['--violations', 'false'], 1],
    [['--since', '2026-02-01T00:00:00Z'], 0],
    [['--vendor', 'jirafe', '--method', 'POST', '--path', '/v2/shop/inventory'], 2],
    [['--limit', '2'], 2],
  ])('%j filters as the control plane does', async (words, count) => {
    const emulator = await startCounting()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await bulk(emulator, items(item('1'), item('2', '1,000')))
    await level(emulator, 4)
    await level(emulator, null)
    const { code, printed, complained } = await at(emulator, 'requests', ...words)
    expect({ code, rows: Math.max(0, printed.length - 1) }).toEqual({ code: 0, rows: count })
    expect(complained).toBe(count === 0 ? 'no calls' : '')
  })

  it('says where older calls are left out that nobody left out', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 2_000 } })
    const send = async () => {
      await (await fetch(`${emulator.url}/v2/shop/nothing`, { method: 'POST' })).arrayBuffer()
    }
    for (let n = 0; n < 67; n++) await Promise.all(Array.from({ length: 15 }, send))
    const all = await at(emulator, 'requests', '--limit', '5000', '--csv')
    expect({ lines: all.printed.length, complained: all.complained }).toEqual({ lines: 1_006, complained: '' })
    const usual = await at(emulator, 'requests', '--csv')
    expect(usual.printed).toHaveLength(1_001)
    expect(usual.complained).toBe('there are older calls; --limit shows more than 1000')
    expect(usual.printed.slice(1)).toEqual(all.printed.slice(6))
  })

  it.each([
    [['--status', 'many'], 2, 'status: must be an integer or null, not "many"'],
    [
      ['--operation', 'joor.bulk-inventry'],
      2,
      'operation: "joor.bulk-inventry" is no operation; did you mean "joor.bulk-inventory"?',
    ],
    [['--since', 'yesterday'], 2, 'since: must be an ISO 8601 date-time with its offset, such as 2026-01-31T12:00:00Z'],
    [['--account', 'a', '--site', 'b'], 2, 'Both account and site are given.'],
    [['nobody'], 1, 'There is no request nobody'],
  ])('%j ends with the sentence of the control plane', async (words, code, sentence) => {
    const emulator = await startTestEmulator()
    const told = await at(emulator, 'requests', ...words)
    expect({ code: told.code, printed: told.printed }).toEqual({ code, printed: [] })
    expect(told.complained).toContain(sentence)
  })
})

describe('backstock requests ID', () => {
  async function start() {
    const emulator = await startCounting()
    await supertest(emulator.url)
      .put('/_backstock/joor/accounts/brand')
      .send({ token: 'a-token', positions: [item('1', 5)] })
    await bulk(emulator, items(item('1', 7), item('2', '1,000')))
    const [id = ''] = await idsIn(emulator)
    return { emulator, id }
  }

  it('tells what arrived, what was answered, what was broken and what changed', async () => {
    const { emulator, id } = await start()
    const { code, printed } = await at(emulator, 'requests', id)
    expect(code).toBe(0)
    const text = printed.join('\n')
    expect(text).toMatch(new RegExp(`^request ${id}\n {2}at {9}2026-01-31T12:00:00\\.250Z\n {2}account {4}brand\n`))
    for (const part of [
      '\n  status     200, after ',
      '\n  items      1 updated, 1 not updated',
      '\nrequest\n  authorization: OAuth2 «token»\n',
      '\n  {"inventory_items":[{"warehouse":"New York","upc":"1","inventory":7}',
      '\nreply\n  Content-Type: application/json',
      '\nrules that it broke\n  joor.inventory.integer (documented) at /inventory_items/1/inventory, line 1, column ',
      '\n    seen: 1,000\n    right: an integer such as 26\n    source: JOOR API documentation',
      '\nitems that were not updated\n  1: inventory: 1,000.',
      '\nwhat it changed\n  change  of                          before  after\n  set     New York, IMMEDIATE, upc 1       5      7\n',
      `\ncurl -X POST '${emulator.url}/v2/bulk-inventory'`,
      `-H 'authorization: OAuth2 '"$BACKSTOCK_TOKEN"`,
    ])
      expect(text).toContain(part)
    expect(text).not.toContain('a-token')
    expect(text).not.toContain(Buffer.from('a-token').toString('base64'))
  })

  it('takes the beginning of an id, as a narrow window shows it', async () => {
    const { emulator, id } = await start()
    const [whole, beginning] = [
      await at(emulator, 'requests', id),
      await at(emulator, 'requests', `${id.slice(0, -1)}…`),
    ]
    expect(beginning).toEqual(whole)
    await bulk(emulator, items(item('3')))
    const both = await at(emulator, 'requests', 'id-0')
    expect(both).toMatchObject({ code: 1, printed: [] })
    expect(both.complained).toMatch(/^2 calls have an id that begins with id-0: id-\d+, id-\d+ …$/)
  })

  it('gives the very text of the control plane as JSON', async () => {
    const { emulator, id } = await start()
    const { text } = await supertest(emulator.url).get(`/_backstock/requests/${id}`).buffer(true)
    expect((await at(emulator, 'requests', id, '--json')).printed).toEqual([text.trimEnd()])
  })

  it('shows what came over the wire by its code where it would steer the terminal', async () => {
    const emulator = await startTestEmulator()
    const warehouse = '\u009b2J\u202e\u2028'
    await bulk(emulator, `{"inventory_items":[{"warehouse":"${warehouse}","upc":"1","inventory":"x"}]}`)
    const [id = ''] = await idsIn(emulator)
    for (const words of [['requests', id], ['requests', id, '--json'], ['requests']]) {
      const { printed } = await at(emulator, ...words)
      expect(printed.join('\n')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}]/u)
    }
    const { printed } = await at(emulator, 'requests', id, '--json')
    expect(JSON.parse(printed[0] ?? '').request.body).toContain(warehouse)
  })

  it('says of a call without a reply that there was none', async () => {
    const emulator = await startTestEmulator()
    await at(emulator, 'fault', 'arm', 'reset')
    await expect(level(emulator, 4)).rejects.toThrow()
    const [id = ''] = await idsIn(emulator)
    expect((await at(emulator, 'requests')).printed[1]).toContain('  lost  ')
    const { printed } = await at(emulator, 'requests', id)
    expect(printed.join('\n')).toContain('\nreply\n  none was sent\n')
    expect(printed.join('\n')).toContain('\n  fault      {"kind":"reset"')
  })
})

describe('The machine forms of backstock requests', () => {
  it.each(['json', 'csv'])('are a frozen surface: --%s', async (form) => {
    const emulator = await startCounting()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await bulk(emulator, items(item('1'), item('2', '1,000')), { query: '?overwrite=1' })
    await level(emulator, null)
    await supertest(emulator.url).get('/v2/a,"b')
    const { printed } = await at(emulator, 'requests', `--${form}`)
    // How long a call took is new in every run.
    const settled = printed.map((line) => line.replace(/"ms":[\d.]+/g, '"ms":1').replace(/,[\d.]+\r$/, ',1\\r'))
    expect(settled).toMatchSnapshot()
  })

  it('are what the control plane answers, to the byte', async () => {
    const emulator = await startCounting()
    await bulk(emulator, items(item('1')))
    const { text } = await supertest(emulator.url).get('/_backstock/requests').buffer(true)
    expect((await at(emulator, 'requests', '--json')).printed).toEqual([text.trimEnd()])
  })

  it('are raw in a file, and by their codes where CSV goes to a terminal', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url)
      .put(`/_backstock/joor/accounts/${encodeURIComponent('=1+1\u009b')}`)
      .send({ token: 'a-token' })
    await bulk(emulator, items(item('1')))
    const words = ['requests', '--csv', '--url', emulator.url]
    // No quote before a formula either: a program needs the name that was given.
    expect((await command(...words)).printed[1]).toContain(',=1+1\u009b,')
    expect((await commandIn({ columns: () => 80 }, ...words)).printed[1]).toContain(',=1+1\\u009b,')
  })
})
