import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { Database } from '../server/state/postgres/database.js'
import { oauth2 } from './emulator.js'
import { isFull, seed, tell } from './proof.js'
import { startReplicas } from './replicas.js'
import { callsBy, looks, type Sent } from './replicas-calls.js'
import { seededRandom } from './strict-store.js'

const runs = isFull ? 60 : 3
const calls = isFull ? 80 : 40

const headersOf = ({ token, type = 'application/json' }: Sent): Record<string, string> => ({
  'Content-Type': type,
  ...(token !== undefined && { Authorization: token.vendor === 'joor' ? oauth2(token.text) : `Bearer ${token.text}` }),
})

/** Status, headers and body, without what is of one process: its port, its time, and where its journal goes on. */
async function send(url: string, sent: Sent): Promise<unknown> {
  const { method, path, body } = sent
  try {
    const reply = await fetch(url + path, { method, headers: headersOf(sent), ...(body !== undefined && { body }) })
    const own = ['connection', 'keep-alive', 'transfer-encoding', 'content-length']
    const ofControlPlane = path.startsWith('/_backstock') ? ['date'] : []
    const headers = [...reply.headers].filter(([name]) => ![...own, ...ofControlPlane].includes(name))
    const text = (await reply.text())
      .replace(/127\.0\.0\.1:\d+/g, 'host')
      .replace(/"ms":\s*[\d.]+/g, '"ms":0')
      .replace(/"next":\s*"\w+"/g, '"next":"more"')
    return { status: reply.status, headers: Object.fromEntries(headers), text: told(text) }
  } catch (error) {
    if (error instanceof TypeError) return 'lost'
    throw error
  }
}

/** What was cleared is told in the order of warehouses in memory, in that of rows by a database. */
function told(text: string): string {
  if (!text.includes('"changes_total"')) return text
  const entry = JSON.parse(text) as { readonly changes: readonly { readonly after: unknown }[] }
  const cleared = entry.changes.filter(({ after }) => after === null).map((change) => JSON.stringify(change))
  return JSON.stringify({ ...entry, changes: [cleared.sort(), entry.changes.filter(({ after }) => after !== null)] })
}

/** Sends the same to one emulator in memory and to two replicas in turn; how many of the calls each status had. */
async function compare(run: number): Promise<Map<number | 'lost', number>> {
  const random = seededRandom(run)
  const options = {
    ...{ port: 0, magic: true, seedIds: 7, levels: { '*.conduct.*': 'off' } as const },
    seed: {
      joor: { accounts: { one: { token: 't-one', positions: [{ warehouse: 'Paris', upc: '1', inventory: 4 }] } } },
    },
  }
  const memory = await startEmulator(options)
  onTestFinished(() => memory.close())
  const replicas = await startReplicas(2, options)
  const statuses = new Map<number | 'lost', number>()
  const same = async (sent: Sent, at: string) => {
    const right = await send(memory.url, sent)
    const replica = replicas[Math.floor(random() * replicas.length)]
    expect(
      await send(replica?.url ?? '', sent),
      `${at} of run ${run}: ${sent.method} ${sent.path} ${sent.body}`,
    ).toEqual(right)
    return right as 'lost' | { readonly status: number; readonly text: string }
  }
  const freeze = { method: 'PUT', path: '/_backstock/clock', body: '{"freeze":"2026-01-10T10:00:00Z"}' }
  await same(freeze, 'the start')
  const next = callsBy(random)
  const ids: string[] = []
  for (let call = 0; call < calls; call++) {
    const right = await same(next(ids.at(-1 - Math.floor(random() * 4))), `call ${call}`)
    const status = right === 'lost' ? right : right.status
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const latest = await same({ method: 'GET', path: '/_backstock/requests?limit=1' }, `the journal after ${call}`)
    const id = /"id":\s*"([0-9a-f-]+)"/.exec(latest === 'lost' ? '' : latest.text)?.[1]
    if (id !== undefined && id !== ids.at(-1)) {
      ids.push(id)
      await same({ method: 'GET', path: `/_backstock/requests/${id}` }, `the entry after ${call}`)
    }
    if (call % 20 === 19) for (const path of looks) await same({ method: 'GET', path }, `what is shown after ${call}`)
  }
  return statuses
}

describe('Two replicas, called in turn, and one emulator in memory', () => {
  it(`come to the same by ${runs} times ${calls} random calls of vendors and control plane`, {
    timeout: runs * 60_000,
  }, async () => {
    const all = new Map<number | 'lost', number>()
    for (let run = 0; run < runs; run++)
      for (const [status, count] of await compare(seed + run)) all.set(status, (all.get(status) ?? 0) + count)
    tell(
      'test:postgres',
      `${runs * calls} calls to two replicas and in memory: ${JSON.stringify(Object.fromEntries(all))}`,
    )
    // The calls are of many kinds, and most come to something.
    expect(all.get(200)).toBeGreaterThan((runs * calls) / 4)
    expect(all.size).toBeGreaterThan(3)
    expect(isFull ? [201, 204, 400, 404].filter((status) => !all.has(status)) : []).toEqual([])
  })

  it('differ where a row that stands is not replaced', { timeout: 300_000 }, async () => {
    const { written } = Database.prototype
    Database.prototype.written = function (text) {
      return written.call(this, text.replace(/DO UPDATE SET value = excluded.value, made_by.*$/s, 'DO NOTHING'))
    }
    onTestFinished(() => {
      Database.prototype.written = written
    })
    // Few calls may happen to set nothing twice.
    const several = async () => {
      for (let run = 0; run < 10; run++) await compare(seed + run)
    }
    await expect(several()).rejects.toThrow('of run')
  })
})
