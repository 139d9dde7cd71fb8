import { describe, expect, it } from 'vitest'
import type { Exchange } from '../server/drift/exchange.js'
import { givenFor } from '../server/drift/given.js'
import { caseOf } from '../server/drift/recorded-case.js'
import { startEmulator } from '../server/emulator.js'
import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { arrange } from '../server/verify/observe.js'
import { runHere } from '../server/verify/run.js'
import { Filling } from '../server/verify/variables.js'
import { type Passed, startProxy } from './drift.js'
import { isFull } from './proof.js'

// A twin cannot be made to fail in the same way at the same time.
const cases = (await readCases(shippedCases, defaultVariables)).filter(({ given }) => given?.failure === undefined)
const site = String(defaultVariables.site)
const credentials = { joorToken: 'case-token', jirafeToken: 'case-token' }

/** Runs a case through a proxy before a second emulator that was given the same. */
async function through(each: Case) {
  const proxies: Passed[] = []
  const outcome = await runHere(each, site, async (options) => {
    // Both see the same instant, for refusals tell of it.
    const now = options.clock?.() ?? new Date()
    const same = { ...options, clock: () => now }
    const twin = await startEmulator(same)
    await arrange(each, { url: twin.url, ...credentials }, site)
    const proxy = await startProxy({ joor: twin.url, jirafe: twin.url }, same)
    proxies.push(proxy)
    const { url } = proxy.emulator
    const close = async () => {
      await proxy.emulator.close()
      await twin.close()
    }
    return { url, close }
  })
  return { outcome, exchanges: proxies.flatMap(({ exchanges }) => exchanges) }
}

/** The case that is recorded of an exchange, as it is read from a file. */
function recordedOf(exchange: Exchange): Case | string {
  const recorded = caseOf(exchange)
  if ('why' in recorded) return recorded.why
  const given = givenFor(exchange)
  const read: unknown = JSON.parse(JSON.stringify({ ...recorded, file: 'recorded', ...(given && { given }) }))
  // Filling leaves the shape of a case.
  return new Filling(defaultVariables).fill(read) as Case
}

/** How often each reason was given. */
class Reasons {
  readonly #counts = new Map<string, number>()

  add(why: string): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1)
  }

  get all() {
    return Object.fromEntries(this.#counts)
  }
}

const untold = new Reasons()
const unrecorded = new Reasons()
let same = 0
let recordable = 0
let replayed = 0

describe('A contract case through a proxy before a twin', () => {
  it.each(cases.map((each) => [`${each.file}: ${each.case}`, each] as const))(
    'holds, shows no drift, and what is recorded of it replays: %s',
    { timeout: 60_000 },
    async (_name, each) => {
      const { outcome, exchanges } = await through(each)
      expect(outcome.faults).toEqual([])
      const recordings: Case[] = []
      for (const exchange of exchanges) {
        const { comparison } = exchange
        expect(comparison.differences).toEqual([])
        if (comparison.why !== undefined) untold.add(comparison.why)
        if (comparison.verdict !== 'same') continue
        same++
        const recorded = recordedOf(exchange)
        if (typeof recorded === 'string') unrecorded.add(recorded)
        else {
          recordable++
          recordings.push(recorded)
        }
      }
      // In the short form the first of each case.
      for (const recorded of isFull ? recordings : recordings.slice(0, 1)) {
        expect((await runHere(recorded, site, startEmulator)).faults).toEqual([])
        replayed++
      }
    },
  )

  it('is the same in all calls but a few, of which it is said why it cannot be told', () => {
    expect(same).toBeGreaterThan(650)
    expect(untold.all).toEqual({
      'the emulator itself failed (503)': 2,
      'Backstock does not emulate this call': 4,
      'contract=enforce refuses what the vendor may take': 1,
    })
  })

  it('is recorded but for a few calls, of which it is said why', () => {
    expect(recordable).toBeGreaterThan(600)
    expect(same - recordable).toBeLessThan(60)
    expect(replayed).toBeGreaterThan(isFull ? 600 : 200)
    // Of a call that is refused by its head alone it is chance how much of its body has come by then.
    expect(Object.keys(unrecorded.all).sort()).toEqual([
      'its body cannot be read, and may hold the token',
      'its body had not arrived when it was answered',
      'its credentials were refused, and are not written down',
      'its reply tells of an instant',
      'its token is written in a way that another one cannot be',
    ])
  })
})
