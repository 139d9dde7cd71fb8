import { afterAll, afterEach, beforeEach } from '@jest/globals'
import type { Account, Backstock, Site } from '../client.js'
import { Bench, type BenchOptions } from './bench.js'
import { Session, type SessionOptions } from './session.js'

export interface TestOptions extends SessionOptions, BenchOptions {}

/** What the test has that runs; outside of a test there is nothing. */
export interface Holder {
  /** Accounts and sites that are declared by it are judged and removed with the test's own. */
  readonly backstock: Backstock
  /** A fresh JOOR account. */
  readonly account: Account
  /** A fresh Jirafe site. */
  readonly site: Site
}

interface Running extends Holder {
  readonly bench: Bench
}

/**
 * Gives each test of this file, or of the `describe` around the call, a fresh account and site. A test fails for rules
 * that its calls broke and for faults that it armed and no call met, unless they are switched off. Tests of
 * `test.concurrent` have no hooks of their own in Jest, and so no account either.
 */
export function useBackstock(options: TestOptions = {}): Holder {
  const session = new Session(options)
  let running: Running | undefined

  beforeEach(async () => {
    const bench = new Bench(await session.open(), options)
    const [account, site] = await Promise.all([bench.account(), bench.site()])
    running = { bench, backstock: bench.backstock, account, site }
  })
  afterEach(async () => {
    const ended = running
    running = undefined
    await ended?.bench.end()
  })
  afterAll(() => session.close())

  const now = (name: keyof Holder) => {
    if (running === undefined)
      throw new Error(`No test runs that has a ${name} of its own. Ask for it inside of a test that is not concurrent.`)
    return running
  }
  return {
    get backstock() {
      return now('backstock').backstock
    },
    get account() {
      return now('account').account
    },
    get site() {
      return now('site').site
    },
  }
}
