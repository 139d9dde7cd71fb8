import { test as base } from 'vitest'
import type { Account, Backstock, Site } from '../client.js'
import { Bench, type BenchOptions } from './bench.js'
import { Session, type SessionOptions } from './session.js'

export interface TestOptions extends SessionOptions, BenchOptions {}

export interface BackstockFixtures {
  /** The emulator of this worker: connected to or started once, for all of its tests. */
  readonly backstockOfWorker: Backstock
  /** The same for one test: accounts and sites that are declared by it are judged and removed with the test's own. */
  readonly backstock: Backstock
  /** A fresh JOOR account. */
  readonly account: Account
  /** A fresh Jirafe site. */
  readonly site: Site
}

/**
 * A `test` whose tests have a fresh account and site each, where they ask for them; tests that run at the same time
 * too. A test fails for rules that its calls broke and for faults that it armed and no call met, unless they are
 * switched off.
 */
export function createTest(options: TestOptions = {}) {
  return base.extend<BackstockFixtures>({
    backstockOfWorker: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern which fixtures are asked for.
      async ({}, use) => {
        const session = new Session(options)
        await use(await session.open())
        await session.close()
      },
      { scope: 'worker' },
    ],
    backstock: async ({ backstockOfWorker, onTestFinished }, use) => {
      const bench = new Bench(backstockOfWorker, options)
      // What comes behind `use` would be asked twice where it fails, and its test would be told of twice.
      onTestFinished(() => bench.end())
      await use(bench.backstock)
    },
    account: async ({ backstock }, use) => use(await backstock.joor.account(options.account)),
    site: async ({ backstock }, use) => use(await backstock.jirafe.site(options.site)),
  })
}

export const test = createTest()
export const it = test
