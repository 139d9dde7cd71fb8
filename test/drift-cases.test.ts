import { describe, expect, it } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { arrange } from '../server/verify/observe.js'
import { runHere } from '../server/verify/run.js'
import { type Passed, startProxy } from './drift.js'

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

/** Why it could not be told of some calls, although the real API is our own twin, and of how many. */
const reasons = new Map<string, number>()
let same = 0

describe('A contract case through a proxy before a twin', () => {
  it.each(cases.map((each) => [`${each.file}: ${each.case}`, each] as const))(
    'holds, and shows no drift: %s',
    async (_name, each) => {
      const { outcome, exchanges } = await through(each)
      expect(outcome.faults).toEqual([])
      for (const { comparison } of exchanges) {
        expect(comparison.differences).toEqual([])
        if (comparison.verdict === 'same') same++
        const { why } = comparison
        if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1)
      }
    },
  )

  it('is the same in all calls but a few, of which it is said why it cannot be told', () => {
    expect(same).toBeGreaterThan(650)
    expect(Object.fromEntries(reasons)).toEqual({
      'the emulator itself failed (503)': 2,
      'Backstock does not emulate this call': 4,
      'contract=enforce refuses what the vendor may take': 1,
    })
  })
})
