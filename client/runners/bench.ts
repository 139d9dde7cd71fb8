import {
  type Account,
  type AccountOptions,
  type Backstock,
  BackstockError,
  type Site,
  type SiteOptions,
} from '../client.js'
import { type Judging, judge, type Stood } from './judgement.js'

export interface BenchOptions extends Judging {
  /** What the account of each test is declared with. Default: it takes anything. */
  readonly account?: Omit<AccountOptions, 'name' | 'token'>
  /** What the site of each test is declared with. */
  readonly site?: Omit<SiteOptions, 'name' | 'token'>
}

/**
 * The accounts and sites of one test: those that it declares by its `backstock`, and their forks. At its end they are
 * judged and removed.
 */
export class Bench {
  /** As the one given, but what is declared by it belongs to the test. */
  readonly backstock: Backstock
  readonly #options: BenchOptions
  /** By vendor and name: one that is declared twice is one. */
  readonly #stood = new Map<string, Stood>()

  constructor(backstock: Backstock, options: BenchOptions) {
    const { joor, jirafe } = backstock
    this.#options = options
    this.backstock = {
      ...backstock,
      joor: { ...joor, account: async (given) => this.#ofAccount(await joor.account(given), given?.name) },
      jirafe: { ...jirafe, site: async (given) => this.#ofSite(await jirafe.site(given), given?.name) },
    }
  }

  account(): Promise<Account> {
    return this.backstock.joor.account(this.#options.account)
  }

  site(): Promise<Site> {
    return this.backstock.jirafe.site(this.#options.site)
  }

  /** Rejected with JudgementError where the test is to fail. */
  async end(): Promise<void> {
    const all = [...this.#stood.values()]
    try {
      const error = await judge(all, this.#options)
      if (error !== undefined) throw error
    } finally {
      await Promise.all(all.map(({ place }) => place.remove().catch(gone)))
    }
  }

  async #ofAccount(account: Account, named: string | undefined): Promise<Account> {
    await this.#take(`account ${account.name}`, account, named)
    return { ...account, fork: async (as) => this.#ofAccount(await account.fork(as), as?.name) }
  }

  async #ofSite(site: Site, named: string | undefined): Promise<Site> {
    await this.#take(`site ${site.name}`, site, named)
    return { ...site, fork: async (as) => this.#ofSite(await site.fork(as), as?.name) }
  }

  /** Under a name of the test's own choice there may be calls of an earlier test. */
  async #take(called: string, place: Account | Site, named: string | undefined): Promise<void> {
    if (this.#stood.has(called)) return
    const earlier = named === undefined ? [] : await place.violations()
    this.#stood.set(called, { called, place, earlier: new Set(earlier.map(({ request }) => request)) })
  }
}

/** The test has removed it already. */
function gone(error: unknown): void {
  if (!(error instanceof BackstockError && error.status === 404)) throw error
}
