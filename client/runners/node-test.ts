import { after, type TestContext } from 'node:test'
import type { Account, Backstock, Site } from '../client.js'
import { Bench, type BenchOptions } from './bench.js'
import { Session } from './session.js'

/** What a test has of its own. */
export interface Stand {
  /** Accounts and sites that are declared by it are judged and removed with the test's own. */
  readonly backstock: Backstock
  /** A fresh JOOR account. */
  readonly account: Account
  /** A fresh Jirafe site. */
  readonly site: Site
}

const session = new Session()
// Registered while the file is read it belongs to all tests of the process; an open port would keep the process alive.
after(() => session.close())

/**
 * Gives a test a fresh account and site, also where tests run at the same time. The test fails for rules that its calls
 * broke and for faults that it armed and no call met, unless they are switched off.
 */
export async function useBackstock(t: Pick<TestContext, 'after'>, options: BenchOptions = {}): Promise<Stand> {
  const bench = new Bench(await session.open(), options)
  t.after(() => bench.end())
  const [account, site] = await Promise.all([bench.account(), bench.site()])
  return { backstock: bench.backstock, account, site }
}
