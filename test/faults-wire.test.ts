import { connect } from 'node:net'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, lastRequest, oauth2, startTestEmulator } from './emulator.js'
import { arm, eventually, exchange, hits, isWhole, level, levelsOf, rawCall, sendEvent } from './faults.js'

const event = (inventoryLevel = 7) => JSON.stringify(level(inventoryLevel))

const bodyOf = (received: string) => received.split('\r\n\r\n').slice(1).join('\r\n\r\n')

async function journal(emulator: Emulator) {
  return (await supertest(emulator.url).get('/_backstock/requests')).body.requests
}

describe('A raw client', () => {
  it('reads a whole reply over a connection that stays open, where nothing is armed', async () => {
    const { received, ended } = await exchange(await startTestEmulator(), rawCall(event()), isWhole)
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect([isWhole(received), ended]).toEqual([true, 'open'])
    expect(received.toLowerCase()).not.toContain('backstock-fault')
  })

  it.each<[string, 'fin' | 'reset', readonly number[]]>([
    ['reset', 'reset', [7]],
    ['close', 'fin', [7]],
    ['after_commit', 'reset', [7]],
    ['before_commit', 'reset', []],
  ])('gets no byte of a reply by %s, then %s', async (kind, ending, levels) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind } }])
    expect(await exchange(emulator, rawCall(event()))).toEqual({ received: '', ended: ending })
    expect(await levelsOf(emulator)).toEqual(levels)
    expect(await lastRequest(emulator)).toMatchObject({
      status: null,
      reply: null,
      items: levels.length > 0 ? { updated: 1, not_updated: 0 } : null,
      changes_total: levels.length,
      violations_total: 0,
      fault: { kind, by: { index: 0 } },
    })
    expect((await exchange(emulator, rawCall(event(8)), isWhole)).received).toContain('200 OK')
  })

  it.each([
    [{ kind: 'truncate' }, '{\n  "succe'],
    [{ kind: 'truncate', bytes: 0 }, ''],
    [{ kind: 'truncate', bytes: 5 }, '{\n  "'],
    [{ kind: 'truncate', bytes: 1_000_000 }, '{\n  "success": true\n'],
  ])('gets a part of the body by %j, then its end', async (fault, part) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault }])
    const { received, ended } = await exchange(emulator, rawCall(event()))
    expect(received).toMatch(/^content-length: 21\r$/im)
    expect(bodyOf(received)).toBe(part)
    expect([isWhole(received), ended]).toEqual([false, 'fin'])
    expect(await levelsOf(emulator)).toEqual([7])
    expect((await lastRequest(emulator)).reply.taken).toBe(false)
  })

  it('gets a body that trickles in, and the connection goes on', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'slow_body', bytes_per_second: 100 } }])
    const client = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    onTestFinished(() => void client.destroy())
    const chunks: string[] = []
    client.setEncoding('latin1').on('data', (text) => chunks.push(String(text)))
    client.write(rawCall(event()))
    await expect.poll(() => isWhole(chunks.join('')), eventually).toBe(true)
    // The head, then the body in pieces.
    expect(chunks.length).toBeGreaterThan(2)
    expect(bodyOf(chunks.join(''))).toBe('{\n  "success": true\n}')
    await expect.poll(async () => (await lastRequest(emulator)).reply.taken, eventually).toBe(true)
    client.write(rawCall(event(8)))
    await expect.poll(() => chunks.join('').split('HTTP/1.1 200').length, eventually).toBe(3)
  })

  it('gets a complete body that is no JSON by garble', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'garble' } }])
    const { received } = await exchange(emulator, rawCall(event()), isWhole)
    expect(isWhole(received)).toBe(true)
    expect(() => JSON.parse(bodyOf(received))).toThrow(SyntaxError)
  })

  it('gets no body by empty, and the type that is armed by wrong_content_type', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [
      { times: 1, fault: { kind: 'empty' } },
      { times: 1, fault: { kind: 'wrong_content_type' } },
      { times: 1, fault: { kind: 'wrong_content_type', content_type: 'application/x-nothing' } },
    ])
    const replies = []
    for (let time = 0; time < 3; time++) replies.push((await exchange(emulator, rawCall(event()), isWhole)).received)
    expect(replies[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*^content-length: 0\r$/im)
    expect(bodyOf(replies[0] ?? '')).toBe('')
    expect(replies[1]).toMatch(/^content-type: text\/html\r$/im)
    expect(replies[2]).toMatch(/^content-type: application\/x-nothing\r$/im)
    expect(replies.slice(1).map((reply) => JSON.parse(bodyOf(reply)))).toEqual([{ success: true }, { success: true }])
  })

  it('waits for a delayed reply, which holds up nobody else', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'latency', ms: 600_000 } }], '?site=slow')
    const call = rawCall(event(), { line: 'POST /v2/slow/inventory HTTP/1.1' })
    const waiting = exchange(emulator, call, () => true, 400)
    expect((await sendEvent(emulator, level(1), 'fast/inventory'))?.status).toBe(200)
    expect(await waiting).toEqual({ received: '', ended: 'open' })
    // What is decided is decided at once; only the reply is late.
    expect(await levelsOf(emulator, 'slow')).toEqual([7])
  })
})

describe('Pipelined calls', () => {
  const three = rawCall(event(1)) + rawCall(event(2)) + rawCall(event(3))

  it('before a broken connection are answered whole, and those behind it never take effect', async () => {
    for (const kind of ['reset', 'close', 'before_commit']) {
      const emulator = await startTestEmulator()
      await arm(emulator, [{ after: 1, fault: { kind } }])
      const { received, ended } = await exchange(emulator, three)
      expect([received.match(/HTTP\/1\.1 200 OK/g)?.length, isWhole(received)]).toEqual([1, true])
      // Node tells a reset that arrives together with data as an end.
      expect(ended).not.toBe('open')
      expect(await levelsOf(emulator)).toEqual([kind === 'before_commit' ? 1 : 2])
      expect((await journal(emulator)).filter(({ status }: { status: unknown }) => status === 200)).toHaveLength(1)
    }
  })

  it('behind a delay come in their order', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'latency', ms: 60 } }])
    const { received } = await exchange(emulator, three, (text) => text.split('true\n}').length === 4)
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    expect(received.split('HTTP/1.1')[1]?.toLowerCase()).toContain('backstock-fault: latency')
    expect(await levelsOf(emulator)).toEqual([3])
  })

  it('behind a truncated one are not answered', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'truncate', bytes: 3 } }])
    const { received, ended } = await exchange(emulator, three)
    expect([bodyOf(received), ended]).toEqual(['{\n ', 'fin'])
    expect(await levelsOf(emulator)).toEqual([1])
  })
})

describe('Other ways to call', () => {
  it('by HTTP/1.0 meet the same', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [
      { times: 1, fault: { kind: 'truncate', bytes: 4 } },
      { times: 1, fault: { kind: 'reset' } },
      { times: 1, fault: { kind: 'error', status: 503 } },
    ])
    const call = () => exchange(emulator, rawCall(event(), { line: 'POST /v2/shop/inventory HTTP/1.0' }))
    expect(bodyOf((await call()).received)).toBe('{\n  ')
    expect(await call()).toEqual({ received: '', ended: 'reset' })
    const { received, ended } = await call()
    expect([/503/.test(received), isWhole(received), ended]).toEqual([true, true, 'fin'])
  })

  it.each([
    ['error', { status: 503 }, 503],
    ['garble', {}, 405],
    ['slow_body', { bytes_per_second: 1 }, 405],
    ['truncate', {}, 405],
    ['empty', {}, 405],
  ])('by HEAD get no body by %s', async (kind, more, status) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind, ...more } }])
    const head = rawCall('', { line: 'HEAD /v2/shop/inventory HTTP/1.1' })
    const { received } = await exchange(emulator, head, (text) => text.endsWith('\r\n\r\n'))
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`))
    expect(bodyOf(received)).toBe('')
  })

  it('that wait for an interim reply get it, and then the fault', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [
      { times: 1, fault: { kind: 'after_commit' } },
      { times: 1, fault: { kind: 'error', status: 413 } },
    ])
    const [head = '', body = ''] = rawCall(event(), { headers: ['Expect: 100-continue'] }).split(/(?<=\r\n\r\n)/)
    for (const [received, ended] of [
      [/^HTTP\/1\.1 100 Continue\r\n\r\n$/, 'reset'],
      [/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 413 /, 'open'],
    ] as const) {
      const client = connect(Number(new URL(emulator.url).port), '127.0.0.1')
      onTestFinished(() => void client.destroy())
      let text = ''
      let end = 'open'
      client.setEncoding('latin1').on('data', (part) => {
        text += part
      })
      client.on('error', () => {
        end = 'reset'
      })
      client.write(head)
      await expect.poll(() => text, eventually).toContain('100 Continue')
      client.write(body)
      await expect.poll(() => received.test(text) && end === ended, eventually).toBe(true)
    }
    expect(await levelsOf(emulator)).toEqual([7])
  })

  it('that are refused by their headers meet it without sending a body', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { vendor: 'joor' }, fault: { kind: 'error', status: 500 } }])
    const head = rawCall('', { line: 'POST /v2/bulk-inventory HTTP/1.1', headers: ['Expect: 100-continue'] })
    const { received, ended } = await exchange(emulator, head.replace('Content-Length: 0', 'Content-Length: 10'))
    expect([/^HTTP\/1\.1 500 /.test(received), ended]).toEqual([true, 'fin'])
    expect(await lastRequest(emulator)).toMatchObject({ status: 500, violations: [], rules: expect.any(Array) })
  })

  it('that are refused before their body is read are closed by FIN all the same', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'close' } }])
    const noToken = rawCall('x'.repeat(300_000)).replace('Authorization: Bearer a-token\r\n', '')
    expect(await exchange(emulator, noToken)).toEqual({ received: '', ended: 'fin' })
  })
})

describe('A client that goes away', () => {
  it.each(['latency', 'slow_body'])('during %s has not taken the reply', async (kind) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: kind === 'latency' ? { kind, ms: 600_000 } : { kind, bytes_per_second: 1 } }])
    for (const leave of ['destroy', 'resetAndDestroy', 'end'] as const) {
      const client = connect(Number(new URL(emulator.url).port), '127.0.0.1')
      const before = (await journal(emulator)).length
      client.write(rawCall(event()))
      await expect.poll(async () => (await journal(emulator)).length, eventually).toBe(before + 1)
      client[leave]()
      await expect.poll(async () => (await lastRequest(emulator)).reply.taken, eventually).toBe(false)
      client.destroy()
    }
    expect(await levelsOf(emulator)).toEqual([7])
    expect(await hits(emulator)).toEqual([3])
  })
})

describe('An emulator that stops', () => {
  it.each([
    { kind: 'latency', ms: 600_000 },
    { kind: 'slow_body', bytes_per_second: 1 },
  ])('does not wait for %j', async (fault) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault }])
    const waiting = exchange(emulator, rawCall(event()) + rawCall(event(8)))
    await expect.poll(() => hits(emulator), eventually).toEqual([1])
    await emulator.close()
    expect((await waiting).ended).not.toBe('open')
  })
})

describe('The reply of JOOR', () => {
  it('in XML is garbled to what is no XML', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'garble' } }])
    const reply = await bulk(emulator, items({ warehouse: 'A', upc: '1', inventory: 1 }), {
      query: '?return_format=xml',
    }).buffer(true)
    expect(reply.status).toBe(200)
    expect(reply.text ?? String(reply.body)).toMatch(/^<bulk_inventory>.*<\/bulk_inventory<$/s)
  })

  it('that is lost by after_commit can be looked up by its request', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'after_commit' } }])
    const body = JSON.stringify(items({ warehouse: 'A', upc: '1', inventory: 1 }))
    const call = rawCall(body, {
      line: 'POST /v2/bulk-inventory HTTP/1.1',
      headers: ['Content-Type: application/json'],
    })
    await exchange(emulator, call.replace('Bearer a-token', oauth2('a-token')))
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ status: null, fault: { kind: 'after_commit' }, changes: [{ kind: 'set' }] })
  })
})
