import { describe, expect, it } from 'vitest'
import { readState } from '../server/state/data-text.js'
import type { Files } from '../server/state/files.js'
import type { Keep } from '../server/state/memory.js'
import { DataFileError, StorageFailure } from '../server/state/store.js'
import { type Model, nothing, type Op, openOver, path, randomOp, shownBy, textOf } from './durable-run.js'
import { isFull, seed, tell } from './proof.js'
import { type Hooks, type Image, SimulatedFiles } from './simulated-files.js'
import { seededRandom } from './strict-store.js'

const opsOf = (count: number, random: () => number): readonly Op[] =>
  Array.from({ length: count }, (_, number) => randomOp(number, random))

/** What the state is after each operation, from none on. */
function statesOf(ops: readonly Op[]): readonly string[] {
  const states: Model[] = [nothing]
  for (const op of ops) states.push(op.on(states.at(-1) ?? nothing))
  return states.map(textOf)
}

/** Does the operations with so many callers at once; each takes the next when it was answered. */
async function does(ops: readonly Op[], callers: number, one: (op: Op, number: number) => Promise<void>) {
  let next = 0
  const caller = async () => {
    for (let number = next++; number < ops.length; number = next++) {
      const op = ops[number]
      if (op !== undefined) await one(op, number)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

/** What a crash may leave, and what was begun and answered by then. */
interface Crash {
  readonly image: Image
  /** Operations whose change was acknowledged, up to the last of them. */
  readonly acknowledged: number
  readonly begun: number
}

interface Run {
  readonly ops: readonly Op[]
  readonly callers: number
  /** A fault that is planted in the files, or in what keeps. */
  readonly files?: (files: Files) => Files
  readonly keep?: (keep: Keep) => Keep
}

/** The crashes before and after each file call of a run, each image once. */
async function crashesOf({ ops, callers, files: planted = (files) => files, keep }: Run) {
  const states = statesOf(ops)
  const crashes = new Map<string, Crash>()
  const ids = new Map<Buffer, number>()
  let acknowledged = 0
  let begun = 0
  const files = new SimulatedFiles(new Map(), {
    at() {
      for (const image of [files.seen, ...files.images()]) {
        const named = [...image].map(([name, bytes]) => `${name} ${idOf(ids, bytes)}`)
        crashes.set(`${acknowledged} ${begun} ${named.join(' ')}`, { image, acknowledged, begun })
      }
    },
  })
  const { store } = await openOver(planted(files), 1, keep)
  await does(ops, callers, async (op, number) => {
    begun = number + 1
    await op.act(store)
    // What changed nothing needs nothing of the file, so it may be answered before what came before it.
    if (states[number] !== states[number + 1]) acknowledged = Math.max(acknowledged, number + 1)
  })
  await store.close()
  return { crashes: [...crashes.values()], calls: files.calls, states }
}

function idOf(ids: Map<Buffer, number>, bytes: Buffer): number {
  const id = ids.get(bytes) ?? ids.size
  ids.set(bytes, id)
  return id
}

/** What is wrong after a crash: the next start failed, or found what is none of the states that it may find. */
async function wrongAfter({ image, acknowledged, begun }: Crash, states: readonly string[]) {
  try {
    const { store } = await openOver(new SimulatedFiles(image), 2)
    const shown = await shownBy(store)
    await store.close()
    if (states.slice(acknowledged, begun + 1).includes(shown)) return undefined
    return `acknowledged ${states[acknowledged]}, found ${shown}`
  } catch (error) {
    return String(error)
  }
}

async function lossesOf(run: Run): Promise<{ losses: string[]; crashes: number; calls: number }> {
  const { crashes, calls, states } = await crashesOf(run)
  const losses: string[] = []
  for (const crash of crashes) {
    const wrong = await wrongAfter(crash, states)
    if (wrong !== undefined) losses.push(wrong)
  }
  return { losses, crashes: crashes.length, calls }
}

/** The files with other calls in the place of some; what they do not name stays. */
const withOther = (files: Files, other: Partial<Files>): Files => ({
  read: (name) => files.read(name),
  open: (name, how) => files.open(name, how),
  rename: (from, to) => files.rename(from, to),
  link: (from, to) => files.link(from, to),
  unlink: (name) => files.unlink(name),
  syncFolder: (folder) => files.syncFolder(folder),
  real: (name) => files.real(name),
  ...other,
})

describe('A crash before and after every file call', () => {
  it.each(isFull ? [1, 2, 5, 16] : [1, 8])(
    'loses nothing that was acknowledged, and keeps no start from succeeding, with %i callers',
    { timeout: 300_000 },
    async (callers) => {
      const { losses, crashes, calls } = await lossesOf({ ops: opsOf(200, seededRandom(seed)), callers })
      tell(
        'test:faults',
        `${crashes} crash states of ${calls} file calls, 200 operations by ${callers} callers: ${losses.length} lost`,
      )
      expect(losses).toEqual([])
      expect(crashes).toBeGreaterThan(calls)
    },
  )

  const planted: [string, Partial<Run>][] = [
    [
      'bytes are not synced',
      {
        files: (files) =>
          withOther(files, {
            async open(name, how) {
              const file = await files.open(name, how)
              return { write: (bytes) => file.write(bytes), sync: async () => {}, close: () => file.close() }
            },
          }),
      },
    ],
    ['the folder is not synced', { files: (files) => withOther(files, { syncFolder: async () => {} }) }],
    [
      'a reply leaves before the write has ended',
      {
        keep(keep) {
          let last = Promise.resolve()
          return async (state) => {
            last = last.then(() => keep(state))
          }
        },
      },
    ],
    [
      'the file is written in its place',
      {
        files: (files) =>
          withOther(files, {
            open: (name, how) => files.open(name === `${path}.tmp` ? path : name, how),
            rename: async (from, to) => (from === `${path}.tmp` ? undefined : files.rename(from, to)),
          }),
      },
    ],
  ]
  it.each(planted)('is caught to lose something where %s', { timeout: 300_000 }, async (_what, fault) => {
    const { losses } = await lossesOf({ ops: opsOf(40, seededRandom(seed)), callers: 3, ...fault })
    expect(losses.length).toBeGreaterThan(0)
  })
})

describe('A write that is torn', () => {
  it('at any byte leaves the state of before, and a file that is cut short is refused and not touched', async () => {
    const ops = opsOf(30, seededRandom(seed))
    const { store } = await openOver(new SimulatedFiles(), 1)
    const files = new SimulatedFiles()
    const opened = await openOver(files, 1)
    await store.close()
    await does(ops, 1, async (op) => {
      await op.act(opened.store)
    })
    const [before = ''] = statesOf(ops).slice(-1)
    const whole = files.seen.get(path) ?? Buffer.of()
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.subarray(0, length)
      const beside = new SimulatedFiles(new Map([...files.seen, [`${path}.tmp`, cut]]))
      const next = await openOver(beside, 2)
      expect(await shownBy(next.store)).toBe(before)
      await next.store.close()
      const torn = new SimulatedFiles(new Map([[path, cut]]))
      await expect(openOver(torn, 2)).rejects.toThrow('cannot be used')
      expect([...torn.seen]).toEqual([[path, cut]])
    }
    tell('test:faults', `${whole.length} torn writes and ${whole.length} torn files: all noticed`)
  })
})

describe('One bit of a small file that is another one', () => {
  it('is noticed, wherever it is', { timeout: 120_000 }, async () => {
    const files = new SimulatedFiles()
    const { store } = await openOver(files, 1)
    await does(opsOf(8, seededRandom(seed)), 1, async (op) => {
      await op.act(store)
    })
    await store.close()
    const whole = files.seen.get(path) ?? Buffer.of()
    expect(readState(whole).why).toBeUndefined()
    let withoutChecksum = 0
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const { why } = readState(flipped)
      expect(why, `bit ${bit & 7} of byte ${bit >> 3}`).toBeDefined()
      if (why?.includes('checksum')) withoutChecksum++
    }
    tell(
      'test:faults',
      `${whole.length * 8} one-bit flips: all noticed, ${withoutChecksum} by nothing but the checksum`,
    )
    // What JSON and schema notice alone would not do.
    expect(withoutChecksum).toBeGreaterThan(100)
  })
})

/** Does the operations on files that fail, and gives back which of them were acknowledged. */
async function underFailures(ops: readonly Op[], callers: number, failing: (call: number) => string | undefined) {
  let isHealthy = false
  const hooks: Hooks = { failing: () => (isHealthy ? undefined : failing(files.calls)) }
  const files: SimulatedFiles = new SimulatedFiles(new Map(), hooks)
  const opened = await openOver(files, 1).catch((error: unknown) => {
    if (!(error instanceof DataFileError)) throw error
    return undefined
  })
  // A start may fail where the disk does; the next one must not.
  if (opened === undefined) isHealthy = true
  const { store } = opened ?? (await openOver(files, 2))
  const acknowledged = new Set<Op>()
  await does(ops, callers, async (op) => {
    try {
      await op.act(store)
      acknowledged.add(op)
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error
    }
  })
  const inMemory = await shownBy(store)
  isHealthy = true
  await store.close()
  const stood = statesOf(ops.filter((op) => acknowledged.has(op))).at(-1)
  const after = await openOver(new SimulatedFiles(files.seen), 3)
  const inFile = await shownBy(after.store)
  await after.store.close()
  return { acknowledged: acknowledged.size, stood, inMemory, inFile, calls: files.calls }
}

describe('A file call that fails', () => {
  const count = isFull ? 200 : 60
  it.each([1, 6])(
    'takes back what was not kept, in memory and in the file, and the next change is kept, with %i callers',
    { timeout: 600_000 },
    async (callers) => {
      const ops = opsOf(count, seededRandom(seed))
      const { calls } = await underFailures(ops, callers, () => undefined)
      let failed = 0
      for (let nth = 1; nth <= calls; nth++) {
        const code = ['ENOSPC', 'EIO', 'EROFS'][nth % 3]
        const run = await underFailures(ops, callers, (call) => (call === nth ? code : undefined))
        expect([run.inMemory, run.inFile], `call ${nth} failed`).toEqual([run.stood, run.stood])
        failed += ops.length - run.acknowledged
        expect(ops.length - run.acknowledged).toBeLessThanOrEqual(2 * callers)
      }
      tell(
        'test:faults',
        `${calls} runs of ${count} operations by ${callers} callers with one call failed: ${failed} taken back`,
      )
      expect(failed).toBeGreaterThan(0)
    },
  )

  it('every nth time leaves what was acknowledged and nothing else', { timeout: 600_000 }, async () => {
    const ops = opsOf(count, seededRandom(seed))
    for (let nth = 2; nth <= 40; nth++) {
      const run = await underFailures(ops, 4, (call) => (call > 20 && call % nth === 0 ? 'EIO' : undefined))
      expect([run.inMemory, run.inFile], `each ${nth}th call failed`).toEqual([run.stood, run.stood])
    }
  })
})
