import { describe, expect, it } from 'vitest'
import { lockFile } from '../server/state/lock.js'
import type { Processes } from '../server/state/processes.js'
import { DataFileError } from '../server/state/store.js'
import { path, processOf } from './durable-run.js'
import { isFull, seed, tell } from './proof.js'
import { type Image, SimulatedFiles } from './simulated-files.js'
import { seededRandom } from './strict-store.js'

const lockOf = (pid: number, mark = `mark-${pid}`): Image =>
  new Map([[`${path}.lock`, Buffer.from(JSON.stringify({ pid, started: `${pid}`, mark }))]])

/** Several processes that take one lock at once: who has it by the end, and what each was told. */
async function race(pids: readonly number[], random: () => number, image: Image, dying: number | undefined) {
  const living = new Set(pids)
  const files = new SimulatedFiles(image)
  const outcomes = await Promise.all(
    pids.map(async (pid) => {
      let left = pid === dying ? Math.floor(random() * 12) : Number.POSITIVE_INFINITY
      const turn = async () => {
        for (let ticks = Math.floor(random() * 6); ticks > 0; ticks--) await new Promise((next) => setImmediate(next))
        // What a process that was killed has begun never ends; to the others it is gone.
        if (left-- > 0) return
        living.delete(pid)
        throw new Killed()
      }
      try {
        await lockFile(path, `mark-${pid}`, files.as({ turn }), processOf(pid, living))
        return 'holds'
      } catch (error) {
        if (!living.has(pid)) return 'killed'
        return error instanceof DataFileError && error.message.includes('in use by process') ? 'told' : String(error)
      }
    }),
  )
  return { outcomes, files }
}
class Killed extends Error {}

describe('A lock', () => {
  it.each([
    ['free', new Map()],
    ['of a process that is gone', lockOf(99)],
    ['of a process that went while it took over', new Map([...lockOf(99), ...succession(99, 98)])],
  ])('that is %s has one holder, however many take it at once', { timeout: 120_000 }, async (_what, image) => {
    const random = seededRandom(seed)
    const races = isFull ? 5_000 : 400
    for (let n = 0; n < races; n++) {
      const { outcomes, files } = await race([1, 2, 3, 4], random, image, undefined)
      expect(outcomes.toSorted(), `race ${n}`).toEqual(['holds', 'told', 'told', 'told'])
      expect([...files.seen.keys()]).toEqual([`${path}.lock`])
    }
    tell('test:faults', `${races} races of 4 processes for a lock: one holder each`)
  })

  it.each([
    ['free', new Map()],
    ['of a process that is gone', lockOf(99)],
  ])(
    'that is %s never has two holders where one is killed in between, and is there for the next',
    async (_what, image) => {
      const random = seededRandom(seed)
      let killed = 0
      for (let n = 0; n < (isFull ? 5_000 : 400); n++) {
        const { outcomes, files } = await race([1, 2, 3], random, image, 1)
        if (outcomes.includes('killed')) killed++
        const holders = outcomes.filter((outcome) => outcome === 'holds').length
        expect(holders, outcomes.join()).toBeLessThanOrEqual(1)
        expect(
          outcomes.every((outcome) => ['holds', 'told', 'killed'].includes(outcome)),
          outcomes.join(),
        ).toBe(true)
        // Who was told of the one that was killed has gone away; the next start has it.
        if (holders === 0) await expect(lockFile(path, 'next', files, processOf(5))).resolves.toBeDefined()
      }
      expect(killed).toBeGreaterThan(100)
    },
  )

  it('two take over at once, and are caught, where nobody looks again before the lock is replaced', async () => {
    const random = seededRandom(seed)
    let both = 0
    for (let n = 0; n < 400; n++) {
      const files = new SimulatedFiles(lockOf(99))
      const outcomes = await Promise.all([1, 2, 3].map((pid) => takeHastily(files, pid, random)))
      if (outcomes.filter(Boolean).length > 1) both++
    }
    expect(both).toBeGreaterThan(0)
  })

  it('is held by the process whose number it has only where that began when the lock says', async () => {
    const files = new SimulatedFiles(lockOf(7))
    const other: Processes = { self: { pid: 1, started: 'now' }, isAlive: ({ started }) => started === 'later' }
    await expect(lockFile(path, 'a', files, other)).resolves.toBeDefined()
    const same: Processes = { self: { pid: 1, started: 'now' }, isAlive: ({ started }) => started === 'now' }
    const refused = lockFile(path, 'b', files, same)
    await expect(refused).rejects.toThrow(DataFileError)
    await expect(refused).rejects.toThrow('in use by process 1')
  })

  it('is released by its holder only', async () => {
    const files = new SimulatedFiles()
    const first = await lockFile(path, 'a', files, processOf(1))
    const second = await lockFile(path, 'b', files, processOf(2))
    await first.release()
    expect([...files.seen.keys()]).toEqual([`${path}.lock`])
    await second.release()
    await second.release()
    expect([...files.seen.keys()]).toEqual([])
  })

  it.each(['', 'not JSON', '{"pid":0,"started":null,"mark":"a"}', '{"pid":1,"started":null,"mark":"../a"}'])(
    'that is none of Backstock (%s) is left as it is, and the message says what to do',
    async (text) => {
      const image = new Map([[`${path}.lock`, Buffer.from(text)]])
      const files = new SimulatedFiles(image)
      await expect(lockFile(path, 'a', files, processOf(1))).rejects.toThrow('is no lock of Backstock. Take it away')
      expect(files.seen).toEqual(image)
    },
  )
})

/** The claim of a process that died before it put it in the place of the lock. */
function succession(of: number, by: number): Image {
  const [[, bytes] = ['', Buffer.of()]] = lockOf(by)
  return new Map([[`${path}.lock.mark-${of}`, bytes]])
}

/** As one would write it: a dead lock is taken away, and one's own put there. */
async function takeHastily(files: SimulatedFiles, pid: number, random: () => number): Promise<boolean> {
  const turn = async () => {
    for (let ticks = Math.floor(random() * 6); ticks > 0; ticks--) await new Promise((next) => setImmediate(next))
  }
  const own = files.as({ turn })
  try {
    const { pid: holder } = JSON.parse((await own.read(`${path}.lock`)).toString())
    if (holder !== 99) return false
    await own.unlink(`${path}.lock`)
    const file = await own.open(`${path}.lock`, 'new')
    await file.write(Buffer.from(JSON.stringify({ pid })))
    return true
  } catch {
    return false
  }
}
