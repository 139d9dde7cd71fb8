import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { items, oauth2, positions, startTestEmulator } from './emulator.js'

const first = 'first-token-of-a-shop'
const second = 'second-token-of-a-shop'
const level = (product_code: string) =>
  JSON.stringify({ timestamp: '2015-01-23T16:35:38+0000', product_code, inventory_level: 12 })
const stock = (upc: string) => JSON.stringify(items({ warehouse: 'W', upc, inventory: 5 }))

describe('A connection that changes its Authorization header', () => {
  it('is of another account with each call, and none of the tokens is kept', async () => {
    const emulator = await startTestEmulator()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ports = new Set<number | undefined>()
    const call = async (path: string, authorization: string | undefined, body: string) => {
      const headers = { 'Content-Type': 'application/json', ...(authorization !== undefined && { authorization }) }
      const reply = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request(emulator.url + path, { agent, method: 'POST', headers }, resolve)
        sent.on('error', reject).end(body)
      })
      ports.add(reply.socket.localPort)
      return { status: reply.statusCode, body: await text(reply) }
    }
    const bulk = (authorization: string | undefined, upc: string) =>
      call('/v2/bulk-inventory', authorization, stock(upc))
    const event = (authorization: string | undefined, code: string) =>
      call('/v2/shop/inventory', authorization, level(code))

    const statuses: (number | undefined)[] = []
    for (let round = 0; round < 3; round++) {
      for (const [send, authorization, code] of [
        [bulk, oauth2(first), '11'],
        [bulk, oauth2(second), '22'],
        [event, `Bearer ${first}`, 'aa'],
        [event, `Bearer ${second}`, 'bb'],
        [bulk, undefined, '33'],
        [bulk, oauth2(first), '44'],
        [event, undefined, 'cc'],
        [bulk, `Bearer ${Buffer.from(second).toString('base64')}`, '55'],
      ] as const)
        statuses.push((await send(authorization, code)).status)
    }

    expect(ports.size).toBe(1)
    expect(statuses).toEqual([0, 1, 2].flatMap(() => [200, 200, 200, 200, 401, 200, 403, 200]))
    const upcs = async (token: string) =>
      (await positions(emulator, token)).map(({ sku }: { sku: { upc: string } }) => sku.upc)
    expect(await upcs(first)).toEqual(['11', '44'])
    expect(await upcs(second)).toEqual(['22', '55'])
    const { requests } = JSON.parse(await (await fetch(`${emulator.url}/_backstock/requests`)).text())
    expect(requests).toHaveLength(24)
    for (const { id } of requests) {
      const detail = await (await fetch(`${emulator.url}/_backstock/requests/${id}`)).text()
      for (const token of [first, second])
        for (const secret of [token, Buffer.from(token).toString('base64')]) expect(detail).not.toContain(secret)
    }
  })
})
