import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { launch, start, stockAt } from './durable-process.js'
import { items, oauth2 } from './emulator.js'
import { isFull, seed, tell } from './proof.js'
import { seededRandom } from './strict-store.js'

let data: string
beforeEach(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'backstock-kill-')), 'state.json')
})
afterEach(() => rm(join(data, '..'), { recursive: true }))

async function refused(args: readonly string[] = []) {
  const child = launch(data, args)
  const [told, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, told, pid: child.pid }
}

/** The stock of one SKU as a caller knows it: what was acknowledged, and what was sent and not answered. */
interface Known {
  acknowledged: number
  sent: number
}

async function sendUntilKilled(url: string, upc: string, known: Known): Promise<void> {
  for (;;) {
    const number = known.sent + 1
    known.sent = number
    const body = JSON.stringify(items({ warehouse: 'New York', upc, inventory: number }))
    const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
    try {
      const reply = await fetch(`${url}/v2/bulk-inventory`, { method: 'POST', headers, body })
      if (reply.status !== 200) throw new Error(`It was answered ${reply.status}.`)
      known.acknowledged = number
      await reply.text()
    } catch (error) {
      if (error instanceof TypeError) return
      throw error
    }
  }
}

describe('A data file whose process is killed', () => {
  const kills = isFull ? 200 : 10
  it(`${kills} times has all that was acknowledged, and each start succeeds`, { timeout: 1_200_000 }, async () => {
    const random = seededRandom(seed)
    const known = new Map(Array.from({ length: 6 }, (_, n): [string, Known] => [`${n}`, { acknowledged: 0, sent: 0 }]))
    let calls = 0
    let running = await start(data)
    for (let kill = 1; kill <= kills; kill++) {
      const { child, url } = running
      const sending = [...known].map(([upc, each]) => sendUntilKilled(url, upc, each))
      await new Promise((resolve) => setTimeout(resolve, random() * 500))
      child.kill('SIGKILL')
      await Promise.all([once(child, 'exit'), ...sending])
      running = await start(data)
      const stock = await stockAt(running.url)
      for (const [upc, each] of known) {
        const found = stock.get(upc) ?? 0
        expect(found, `SKU ${upc} after kill ${kill}`).toBeGreaterThanOrEqual(each.acknowledged)
        expect(found, `SKU ${upc} after kill ${kill}`).toBeLessThanOrEqual(each.sent)
        // What was in flight has come or not; from here on it is known.
        each.acknowledged = found
        each.sent = found
      }
    }
    for (const { sent } of known.values()) calls += sent
    tell('test:faults', `${kills} kills under load, ${kills + 1} starts, ${calls} calls: nothing lost`)
    expect(calls).toBeGreaterThan(0)
  })
})

describe('A data file in use', () => {
  it('is refused to a second process with exit code 4, which names the first, and left as it is', async () => {
    const { child } = await start(data)
    const before = await readFile(data)
    for (const args of [[], ['--recover']]) {
      const { code, told } = await refused(args)
      expect(code).toBe(4)
      expect(told).toContain(`in use by process ${child.pid}`)
    }
    expect(await readFile(data)).toEqual(before)
    child.kill('SIGTERM')
    await once(child, 'exit')
    // Nothing lies beside it then, and it is anybody's.
    expect(await readdir(join(data, '..'))).toEqual(['state.json'])
    await start(data)
  })

  it('is taken over from a process that was killed, by one of several that start at once', {
    timeout: 60_000,
  }, async () => {
    const first = await start(data)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const starting = [launch(data), launch(data), launch(data)]
    const codes: unknown[] = []
    await new Promise<void>((resolve) => {
      for (const child of starting) child.once('exit', (code) => codes.push(code) === 2 && resolve())
    })
    expect(codes).toEqual([4, 4])
    const holder = JSON.parse(await readFile(`${data}.lock`, 'utf8'))
    const [runs] = starting.filter(({ exitCode }) => exitCode === null)
    expect(holder.pid).toBe(runs?.pid)
    expect((await readdir(join(data, '..'))).toSorted()).toEqual(['state.json', 'state.json.lock'])
  })
})
