import { type Account, type AccountOptions, declareAccount } from './account.js'
import { BackstockError, ControlPlane } from './control-plane.js'
import type { SeedDocument } from './documents.js'
import type { AccountLine, Log, Restored, Rule, SiteLine } from './replies.js'
import { type Scope, scopeOf } from './scope.js'
import { declareSite, type Site, type SiteOptions } from './site.js'

export type { Account, AccountOptions } from './account.js'
export { BackstockError } from './control-plane.js'
export type * from './documents.js'
export type * from './replies.js'
export type { Clock, CoverageQuestion, Instant, Scope } from './scope.js'
export type { Site, SiteOptions } from './site.js'
export type { StateOptions } from './standing.js'
export { UnmetError } from './unmet.js'

/** An emulator, in this process or anywhere else. What is asked and set here is about all of its accounts and sites. */
export interface Backstock extends Scope {
  /** Without a slash at its end. */
  readonly url: string
  readonly joor: {
    /** The replacement for `https://api.jooraccess.com`. */
    readonly baseUrl: string
    /** Declares an account, a new one unless it is given a name. */
    account(options?: AccountOptions): Promise<Account>
    accounts(): Promise<readonly AccountLine[]>
    /** What became of each item of a call, by the `log_id` of its reply. */
    log(id: string): Promise<Log>
  }
  readonly jirafe: {
    /** The replacement for `https://event.jirafe.com`. */
    readonly baseUrl: string
    /** Declares a site, a new one unless it is given a name. */
    site(options?: SiteOptions): Promise<Site>
    sites(): Promise<readonly SiteLine[]>
  }
  version(): Promise<string>
  rules(): Promise<readonly Rule[]>
  /** Back to the seed: what no seed names is gone. */
  reset(): Promise<Restored>
  /** Loads accounts and sites, which `reset` goes back to from now on. */
  seed(seed: SeedDocument): Promise<Restored>
}

export interface ConnectOptions {
  /** Default: the one that is there when `connect` is called, so that what a test puts in its place later is not met. */
  readonly fetch?: typeof fetch
  /** What the emulator's control plane asks for. Default: that of `BACKSTOCK_CONTROL_TOKEN`, where there is one. */
  readonly controlToken?: string
  /** Names of accounts and sites that are given none. Default: random ones. */
  readonly newName?: () => string
}

/** Where an emulator is: its URL, or an emulator of this process. */
export type Where = string | URL | { readonly url: string }

const usual = 'http://127.0.0.1:4350'
/** How long to wait for the first reply, in milliseconds. */
const patience = 5_000

/**
 * Connects to an emulator: by default that of `BACKSTOCK_URL` where there is an environment, else the one on the usual
 * port. Rejected with BackstockError where no Backstock answers there.
 */
export async function connect(where: Where = usualUrl(), options: ConnectOptions = {}): Promise<Backstock> {
  const { fetch = globalThis.fetch, newName = randomName, controlToken = variable('BACKSTOCK_CONTROL_TOKEN') } = options
  const plane = new ControlPlane(readUrl(where), fetch, readToken(controlToken))
  const version = async () => (await plane.call<{ version: string }>('GET', 'version')).version
  await meet(plane)
  return {
    ...scopeOf(plane, {}),
    url: plane.url,
    joor: {
      baseUrl: plane.url,
      account: ({ name = newName(), ...document } = {}) => declareAccount(plane, name, document),
      accounts: async () => (await plane.call<{ accounts: AccountLine[] }>('GET', 'joor/accounts')).accounts,
      log: (id) => plane.call('GET', `joor/logs/${encodeURIComponent(id)}`),
    },
    jirafe: {
      baseUrl: plane.url,
      site: ({ name = newName(), ...document } = {}) => declareSite(plane, name, document),
      sites: async () => (await plane.call<{ sites: SiteLine[] }>('GET', 'jirafe/sites')).sites,
    },
    version,
    rules: async () => (await plane.call<{ rules: Rule[] }>('GET', 'rules')).rules,
    reset: () => plane.call('POST', 'reset'),
    seed: (seed) => plane.call('PUT', 'seed', { body: seed }),
  }
}

/** Whoever answers there is to be Backstock. */
async function meet(plane: ControlPlane): Promise<void> {
  try {
    const reply = await plane.call<unknown>('GET', 'version', { signal: AbortSignal.timeout(patience) })
    if (typeof reply === 'object' && reply !== null && 'version' in reply) return
    throw new BackstockError(`GET ${plane.url}/_backstock/version`, 200, 'Its reply tells no version.')
  } catch (cause) {
    if (!(cause instanceof BackstockError)) throw cause
    const way = 'Start one by "npx backstock", or say where it is: connect(url), or BACKSTOCK_URL.'
    const message = `There is no Backstock at ${plane.url}. ${cause.message} ${way}`
    throw new BackstockError(cause.call, cause.status, message, { cause })
  }
}

function readUrl(where: Where): string {
  const text = typeof where === 'string' ? where : 'url' in where ? where.url : where.href
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError(`The address of Backstock is ${JSON.stringify(text)}. Right is a URL such as ${usual}.`)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** A text that is none is not shown: it may be the token with a slip in it. */
function readToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[!-~]+$/.test(token)) return token
  throw new TypeError('The control token is not what it can be. Right is visible ASCII without blanks.')
}

const usualUrl = () => variable('BACKSTOCK_URL') ?? usual

/** A browser has no environment, and some runtimes have one that not every program may read. */
function variable(name: string): string | undefined {
  try {
    return environment()[name] || undefined
  } catch {
    return undefined
  }
}

function environment(): { readonly [name: string]: string | undefined } {
  // What a runtime has of it is known while it runs only.
  const { process } = globalThis as { process?: { env?: { readonly [name: string]: string | undefined } } }
  return process?.env ?? {}
}

/** 12 hexadecimal digits behind a word; `randomUUID` is not there on every page of a browser. */
function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6))
  return `test-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
