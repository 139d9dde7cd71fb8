import { grades } from '../contracts/rules/book.js'
import { type ConductOption, conductNames, isConduct, isLimit, limitForm } from './conduct/limits.js'
import { controlTokenForm, isControlToken } from './control-token.js'
import { databaseUrlForm, isDatabaseUrl, isSchema, schemaForm } from './database-names.js'
import type { Seed } from './documents/seed.js'
import { hostPatternForm, readHostPattern } from './host-names.js'
import { hostGlobForm, namedHostForm, readHostGlob, readNamedHost } from './intercept/hosts.js'
import type { Committed } from './journal/committed.js'
import { type LevelOptions, levels, meansAny } from './levels.js'
import { faultOfLimit, type Limits } from './limits.js'
import { allRules } from './rule-list.js'
import { choicesOf, isSetting, isSettingValue, type Settings, settingValues } from './settings.js'
import type { MemoryOptions } from './state/memory.js'
import type { Store } from './state/store.js'
import type { Trial } from './trial/trial.js'

/** What the journal may hold: entries for each account or site, and bytes for all of them and for one body. */
export interface JournalLimits {
  readonly entries: number
  readonly bytes: number
  readonly bodyBytes: number
}

/** What an emulator is started with; everything has a default. */
export interface EmulatorOptions extends LevelOptions {
  /** 0 takes a free port. Default 4350. */
  readonly port?: number
  /** One address or name to listen on. Default: both loopbacks, 127.0.0.1 and ::1. */
  readonly host?: string
  /** Names beside `localhost`, addresses and names without a dot that it is reached by; `*.` before one means all below it. */
  readonly allowedHosts?: readonly string[]
  /** What the control plane asks for, of visible ASCII characters. Default: whoever can reach it may use it. */
  readonly controlToken?: string
  /** Makes the port a proxy, too, that answers for the vendors' own hosts. Default: calls for them are refused. */
  readonly intercept?: InterceptOptions
  /** Accounts and sites to start with: a seed, or the path of a YAML or JSON file or of a folder of them. */
  readonly seed?: Seed | string
  /** A JSON file that keeps the state across restarts. Default: memory only. */
  readonly data?: string
  /** A folder that keeps each snapshot as a file of its own. Default: with the state. */
  readonly snapshots?: string
  /** The URL of a PostgreSQL database that keeps the state, for any number of emulators; `pg` has to be installed. */
  readonly database?: string
  /** The schema in it, which is made where it is not there. Default `backstock`. */
  readonly databaseSchema?: string
  /** Starts although the data file is damaged: it is copied aside first. */
  readonly recover?: boolean
  /** Readings for all accounts and sites that do not set their own. */
  readonly settings?: Partial<Settings>
  readonly journal?: Partial<JournalLimits>
  /** What is taken of anybody: bytes, counts and seconds by name, such as `{ header_seconds: 5 }`. */
  readonly limits?: Partial<Limits>
  /** When what several calls show is a breach: COUNT/SECONDS by the name of the rule, such as `{ single_calls: '20/60' }`. */
  readonly conduct?: ConductOption
  /** How many accounts and sites that nobody declared are taken. Default 10,000. */
  readonly anonymousLimit?: number
  /** Whether the documented magic SKUs and sites provoke faults. Default: they are values as any other. */
  readonly magic?: boolean
  /** One line for the person who watches: refused items, a changed seed. Default: nothing is said. */
  readonly log?: (line: string) => void
  /** One line of JSON for each call of a vendor's API. Default: none. */
  readonly logRequests?: (line: string) => void
  /** The instant of everything that is dated. Default: the machine's clock. */
  readonly clock?: () => Date
  /** A new id for each log and request. Default: random version-4 UUIDs. */
  readonly ids?: () => string
  /** Log and request ids are a reproducible sequence per account or site, from this integer; it stands over `ids`. */
  readonly seedIds?: number
  /** What the run is tried with: a change of what its calls meet. Default: nothing. */
  readonly trial?: Trial
  /** Another storage than memory; it is given what it needs and must keep the promises of `Store`. */
  readonly store?: (parts: MemoryOptions<Committed>) => Store<Committed>
}

/** Which hosts a proxy answers for beside those of the vendors, which it passes calls on to, and how it proves who it is. */
export interface InterceptOptions {
  /** `joor=api.example.com` and `jirafe=…` for the paths of one vendor, `api.example.com` for those of both. */
  readonly hosts?: readonly string[]
  /** Hosts that calls are passed on to untouched, such as `*.example.com`. Default: none. */
  readonly allow?: readonly string[]
  /** The folder of the certificate authority, which is made on first use. */
  readonly caDir: string
}

export const defaultPort = 4350
export const defaultSchema = 'backstock'
export const defaultAnonymousLimit = 10_000
export const defaultJournal: JournalLimits = { entries: 1_000, bytes: 64 * 1024 * 1024, bodyBytes: 256 * 1024 }

/** What the types forbid is what JavaScript lets in; an option that nothing acts on would be a promise not kept. */
export function checkOptions({
  data,
  store,
  database,
  databaseSchema,
  snapshots,
  recover,
  seedIds,
  settings = {},
  conduct,
  limits = {},
  ...told
}: EmulatorOptions): void {
  checkGuards(told)
  checkConduct(conduct)
  for (const [name, value] of Object.entries(limits)) {
    const fault = value === undefined ? undefined : faultOfLimit(name, value)
    if (fault !== undefined) throw new TypeError(`limits: ${fault}`)
  }
  checkLevels(told)
  if (seedIds !== undefined && !(Number.isSafeInteger(seedIds) && seedIds >= 0))
    throw new TypeError(`seedIds is ${seedIds}. Right is an integer from 0 on.`)
  if (data !== undefined && store !== undefined)
    throw new TypeError('Both data and store are given. Give the one that is to keep the state.')
  checkDatabase({ database, databaseSchema }, { data, store, snapshots, recover: recover || undefined })
  for (const [name, value] of Object.entries(settings)) {
    if (!isSetting(name))
      throw new TypeError(`The setting ${name} is not known. Known are ${Object.keys(settingValues.all).join(', ')}.`)
    if (value !== undefined && !isSettingValue(name, value))
      throw new TypeError(`The setting ${name} is ${JSON.stringify(value)}. Right is ${choicesOf(name).join(' or ')}.`)
  }
}

/** A database keeps everything, so nothing else that keeps a state is given beside it. */
function checkDatabase(
  { database, databaseSchema }: { readonly [Each in 'database' | 'databaseSchema']: string | undefined },
  others: Readonly<Record<string, unknown>>,
): void {
  if (databaseSchema !== undefined && !isSchema(databaseSchema))
    throw new TypeError(`databaseSchema is ${JSON.stringify(databaseSchema)}. Right is ${schemaForm}.`)
  if (database === undefined) {
    if (databaseSchema !== undefined)
      throw new TypeError('databaseSchema is given without database. Give the database that it is in, or leave it out.')
    return
  }
  if (!isDatabaseUrl(database)) throw new TypeError(`database is not what it can be. Right is ${databaseUrlForm}.`)
  const [other] = Object.entries(others).find(([, value]) => value !== undefined) ?? []
  if (other !== undefined)
    throw new TypeError(`Both database and ${other} are given. The database keeps all there is: leave out ${other}.`)
}

function checkIntercept({ hosts = [], allow = [] }: Partial<InterceptOptions> = {}): void {
  for (const host of hosts)
    if (typeof host !== 'string' || readNamedHost(host) === undefined)
      throw new TypeError(`The intercepted host ${JSON.stringify(host)} is none. Right is ${namedHostForm}.`)
  for (const host of allow)
    if (typeof host !== 'string' || readHostGlob(host) === undefined)
      throw new TypeError(`The host ${JSON.stringify(host)} cannot be allowed. Right is ${hostGlobForm}.`)
}

function checkGuards({ allowedHosts = [], controlToken, intercept }: EmulatorOptions): void {
  checkIntercept(intercept)
  for (const host of allowedHosts)
    if (typeof host !== 'string' || readHostPattern(host) === undefined)
      throw new TypeError(`The allowed host ${JSON.stringify(host)} is no host. Right is ${hostPatternForm}.`)
  if (controlToken !== undefined && !isControlToken(controlToken))
    throw new TypeError(`controlToken is not what it can be. Right is ${controlTokenForm}.`)
}

function checkConduct(given: ConductOption = {}): void {
  for (const [name, limit] of Object.entries(given)) {
    if (!isConduct(name)) throw new TypeError(`The conduct ${name} is not known. Known are ${conductNames.join(', ')}.`)
    if (limit !== undefined && !isLimit(limit))
      throw new TypeError(`The conduct ${name} is ${JSON.stringify(limit)}. Right is ${limitForm}.`)
  }
}

function checkLevels({ levels: given = {}, evidence = 'assumed' }: LevelOptions): void {
  for (const [pattern, level] of Object.entries(given)) {
    if (!meansAny(pattern, allRules)) throw new TypeError(`No rule is called ${pattern}. GET rules lists them.`)
    if (!levels.includes(level))
      throw new TypeError(`The level of ${pattern} is ${JSON.stringify(level)}. Right is ${levels.join(' or ')}.`)
  }
  if (!grades.includes(evidence))
    throw new TypeError(`evidence is ${JSON.stringify(evidence)}. Right is ${grades.join(' or ')}.`)
}

/** A member that is given as undefined is not given. */
export function withDefaults<Options extends object>(defaults: Options, given: Partial<Options> = {}): Options {
  const members = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(members) }
}

/** The program cannot listen: port taken, bad host. */
export class ListenError extends Error {}

/** The certificate authority cannot be had; the message says why, and what would help. */
export class CaError extends Error {}

export { DatabaseError, DataFileError } from './state/store.js'
