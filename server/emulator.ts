import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { v4 as uuid } from 'uuid'
import type { Rule } from '../contracts/rules/book.js'
import { Clocks } from './clock.js'
import { Conduct } from './conduct/conduct.js'
import { limitsOf } from './conduct/limits.js'
import { Admission } from './control/admission.js'
import { controlGuard } from './control/guard.js'
import { RequestLog } from './control/request-log.js'
import { control } from './control/router.js'
import { type Asked, type Coverage, coverageOf } from './coverage/coverage.js'
import { readExercises } from './coverage/exercises.js'
import { CoverageRun } from './coverage/run.js'
import { declarationsOf, judgeSeed } from './declarations.js'
import { checkSeed, type Seed } from './documents/seed.js'
import { readSeedAt } from './documents/seed-folder.js'
import { nowhere } from './elsewhere.js'
import { ArmedFaults } from './faults/armed.js'
import { faultyOperations, readSpecs } from './faults/specs.js'
import { inTurn, type Traffic, vendorTraffic } from './http/adapter.js'
import { watchConnection } from './http/connection.js'
import { hostGuard } from './http/host-guard.js'
import { InStep } from './http/in-step.js'
import { lastResort } from './http/last-resort.js'
import { OpenConnections } from './http/open-connections.js'
import { originOf, vendorOrigin } from './http/origin.js'
import { Ids } from './ids.js'
import { InProcess } from './in-process.js'
import type { Interceptor } from './intercept/interceptor.js'
import { tunnelOf } from './intercept/tunnel.js'
import { jirafeHost, jirafeOperations, jirafeUnknownType } from './jirafe/operations.js'
import { joorElsewhere, joorHost, joorOperations, joorV4Login } from './joor/operations.js'
import { BrokenInRun, BrokenRules } from './journal/broken-rules.js'
import { Commits } from './journal/commits.js'
import { Journal } from './journal/journal.js'
import { type Counts, Tally } from './journal/tally.js'
import { Levels } from './levels.js'
import { type Limits, usualLimits } from './limits.js'
import { type Listening, listen, type Served } from './listen.js'
import { thisMachine } from './metrics/machine.js'
import { Meter } from './metrics/meter.js'
import { type OpenDatabase, openStore } from './open-store.js'
import type { Reply } from './operation.js'
import {
  checkOptions,
  defaultAnonymousLimit,
  defaultJournal,
  defaultPort,
  type EmulatorOptions,
  type InterceptOptions,
  withDefaults,
} from './options.js'
import { repeatCall } from './repeat.js'
import { type Report, reportOf } from './report/report.js'
import { defaultSettings, settingsFor } from './settings.js'
import { partitionOf } from './state/partitions.js'
import type { Partition, Scope } from './state/store.js'
import { machineSoon, machineTimers } from './timers.js'

export type { Coverage } from './coverage/coverage.js'
export { type Seed, SeedError } from './documents/seed.js'
export type { Counts } from './journal/tally.js'
export type { Level, LevelOptions, LevelsByRule } from './levels.js'
export {
  CaError,
  DatabaseError,
  DataFileError,
  type EmulatorOptions,
  type InterceptOptions,
  type JournalLimits,
  ListenError,
} from './options.js'
export type { Report } from './report/report.js'
export type { Settings } from './settings.js'

/** A running emulator. The base URLs are the replacement for `https://api.jooraccess.com` and `https://event.jirafe.com`. */
export interface Emulator {
  /** `http://127.0.0.1:4350` */
  readonly url: string
  readonly joor: { readonly baseUrl: string }
  readonly jirafe: { readonly baseUrl: string }
  /** How clients come here that have the vendors' own addresses; undefined where the emulator does not intercept. */
  readonly intercept: Intercept | undefined
  /** Back to the seed: what no seed names is gone. */
  reset(): Promise<{ readonly accounts: number; readonly sites: number }>
  /** What was counted of all calls since the start, those too that the journal has forgotten; it outlives a reset. */
  counts(): Counts
  /** The same of one account or site; undefined where none was counted, or 10,000 others have called since. */
  countsOf(of: { readonly account: string } | { readonly site: string }): Counts | undefined
  /** Which rules the run came to, in all or by the calls of one account or site; it outlives the journal and a reset. */
  coverage(asked?: CoverageQuestion): Promise<Coverage>
  /** Faults that no call has met, a line each: those that are armed, and the last thousand that were disarmed. */
  unusedFaults(): readonly string[]
  /** What clients broke and kept in the whole run, as if it had ended now. */
  report(): Report
  /** Stops listening, lets calls under way finish, and closes what is left after some seconds. */
  close(): Promise<void>
}

/** A proxy that answers for other hosts, and what clients have to trust for that. */
export interface Intercept {
  /** `http://127.0.0.1:4350` */
  readonly proxyUrl: string
  /** The hosts that it answers for, by name. */
  readonly hosts: readonly string[]
  /** Its certificate authority: as PEM, and where it lies. */
  readonly certificate: string
  readonly certificatePath: string
}

/** What coverage is asked of: everything, an account or a site; vendors and operations; the least evidence. */
export type CoverageQuestion = Asked & ({ readonly account: string } | { readonly site: string } | object)

// The first that matches serves the path: a last segment that is a Jirafe type is Jirafe's, whatever the site is called.
const table = [...joorOperations, ...jirafeOperations, joorElsewhere, jirafeUnknownType, nowhere]
/** Where the host tells whose a call is, its path does not; a proxy's may be of both vendors, or of none that is emulated. */
const byHost = { joor: joorHost, jirafe: jirafeHost, both: table, v4: [joorV4Login] } as const
const operations = new Map([...table, joorV4Login].map((operation) => [operation.name, operation]))

/**
 * Starts an emulator; resolved when it accepts requests. Rejected with ListenError where it cannot listen, SeedError
 * for a seed that is none, and DataFileError for a data file that is damaged or not ours.
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startTaking(vendorTraffic, options)
}

/** The same with another way to take the vendors' calls: `proxy` has them answered by the real API. */
export function startTaking(traffic: Traffic, options: EmulatorOptions): Promise<Emulator> {
  return start(traffic, options, (served) => listen(served, options.port ?? defaultPort, options.host))
}

/** An emulator that listens nowhere: only its own process can call it. */
export interface EmulatorInProcess extends Emulator {
  /**
   * Answers a request. Of a host that is a vendor's, `vendor` says whose; the others are served as the port serves
   * them. Rejected with TypeError where a fault loses the connection, as `fetch` is.
   */
  fetch(request: Request, vendor?: 'joor' | 'jirafe'): Promise<Response>
}

/** What is about ports and strangers, of which there are none. */
const ofThePort = ['port', 'host', 'allowedHosts', 'controlToken', 'intercept'] as const
export type InProcessOptions = Omit<EmulatorOptions, (typeof ofThePort)[number]>

/** Starts an emulator without a port. Rejected as `startEmulator` is, but for ListenError. */
export async function startInProcess(options: InProcessOptions = {}): Promise<EmulatorInProcess> {
  for (const name of ofThePort)
    if (name in options) throw new TypeError(`${name} is given, and nothing listens here. Right is to leave it out.`)
  let calls: InProcess | undefined
  const emulator = await start(vendorTraffic, options, async (served) => {
    calls = new InProcess(served)
    return calls
  })
  return { ...emulator, fetch: async (request, vendor) => opened(calls).fetch(request, vendor) }
}

function opened(calls: InProcess | undefined): InProcess {
  if (calls === undefined) throw new Error('The emulator has no way in.')
  return calls
}

async function start(
  traffic: Traffic,
  options: EmulatorOptions,
  open: (served: Served) => Promise<Listening>,
): Promise<Emulator> {
  checkOptions(options)
  const { log = () => {} } = options
  const clocks = new Clocks(options.clock ?? (() => new Date()))
  const ids = new Ids(options.ids ?? uuid, options.seedIds)
  const clock = (scope: Scope) => clocks.now(scope)
  const seed =
    typeof options.seed === 'string'
      ? await readSeedAt(options.seed, (given) => judgeSeed(given, clock).faults)
      : options.seed === undefined
        ? {}
        : checkSeed(options.seed)
  const limits = withDefaults(defaultJournal, options.journal)
  const takes = withDefaults(usualLimits, options.limits)
  const tally = new Tally()
  const meter = new Meter()
  const run = new CoverageRun()
  const journal = new Journal(limits)
  const { trial } = options
  const broken = new BrokenRules()
  const brokenInRun = new BrokenInRun()
  const levels = new Levels(options)
  const conduct = new Conduct({ levels, limits: limitsOf(options.conduct), clock, later: machineSoon })
  // What a call shows together with earlier ones is found before it is summed up.
  const folds = [tally, conduct, meter, run, broken, brokenInRun, ...(trial === undefined ? [] : [trial])]
  const requestLog = options.logRequests === undefined ? undefined : new RequestLog(options.logRequests)
  const logged = requestLog === undefined ? [] : [requestLog]
  const isReplica = options.database !== undefined
  // A replica reads everybody's calls, and its control plane speaks of them; what it counts and reports itself is its own.
  const ofAll = isReplica ? [run, broken] : [...folds, ...logged]
  const commits = new Commits(journal, ofAll)
  const anonymousLimit = options.anonymousLimit ?? defaultAnonymousLimit
  const interceptor = options.intercept && (await createInterceptor(options.intercept, options, takes, log))
  const storage = { journal: commits, clock, ids: (scope: Scope) => ids.ofCall(scope), anonymousLimit }
  const faulty = faultyOperations(table)
  const faults = new ArmedFaults(trial?.arm((specs) => readSpecs(specs, undefined, faulty)))
  const stopwatch = () => performance.now()
  const openDatabase: OpenDatabase = async (address, schema, declarations, fingerprint) => {
    const { openReplica } = await import('./replicas/open.js')
    return openReplica(address, schema, {
      ...{ clocks, ids, faults, journal, commits, anonymousLimit, stopwatch, fingerprint, log },
      readSpecs: (specs, scope) => readSpecs(specs, scope, faulty),
      deciding: [conduct],
      own: [tally, meter, brokenInRun, ...logged],
      timers: machineTimers,
      // Handed in: what this function knew of the seed would stay, and with it the tokens.
      declarations,
      seedIds: options.seedIds,
    })
  }
  const { store, replicas } = await openStore(options, storage, seed, openDatabase)
  const loadSeed = async (given: Seed) => {
    const declarations = declarationsOf(given, clock)
    await store.load(declarations)
    const accounts = declarations.filter(({ setup }) => setup.vendor === 'joor').length
    return { accounts, sites: declarations.length - accounts }
  }

  let url = ''
  const settings = withDefaults(defaultSettings, options.settings)
  const closing = new AbortController()
  const alter = trial?.alter ?? ((reply: Reply) => reply)
  const counts = (rule: Rule) => levels.counts(rule)
  const pipeline = {
    ...{ store, settings, levels, conduct, limits, takes, faults, alter, stopwatch, log },
    repeated: false,
    magic: options.magic ?? false,
  }
  const coverage = async (of: Partition | undefined, asked: Asked): Promise<Coverage> => {
    await replicas.refresh()
    const setup = of && (await store.find(of))?.setup
    const guarded = options.controlToken !== undefined
    const to = { url: asked.url ?? url, declaredOnly: settings.auth === 'enforce', guarded }
    const { evidence = 'assumed' } = options
    const about = { table: readExercises(), settings: settingsFor(setup, settings), levels, evidence, to, version }
    return coverageOf(run.of(of), asked, about)
  }
  const failed = lastResort(log)
  const step = new InStep(machineSoon)
  const serveVendors = inTurn(traffic(table, pipeline, machineTimers, step), failed)
  const { allowedHosts = [], controlToken } = options
  const admission = controlToken === undefined ? undefined : new Admission(controlToken, () => randomBytes(32))
  const connections = new OpenConnections()
  const controlPlane = control({
    ...{ store, replicas, journal, broken, conduct, levels, operations, faults, clocks, ids, log, version },
    ...{ admission, loadSeed, coverage, takes },
    measured: { meter, connections: () => connections.open, machine: thisMachine },
    timers: machineTimers,
    closing: closing.signal,
    forget: (of) =>
      replicas.changeControls(() => {
        faults.disarm(of)
        clocks.clear(of)
        ids.clear(of)
      }),
    url: () => url,
    // What a test armed is for its own client.
    repeat: (entry) =>
      repeatCall(entry, [...operations.values()], {
        ...pipeline,
        repeated: true,
        faults: new ArmedFaults(),
        magic: false,
      }),
  })
  // Under the name that it listens on clients are to find it.
  const named = options.host === undefined ? allowedHosts : [...allowedHosts, options.host]
  const guards = { everywhere: hostGuard(named, log), controlPlane: controlGuard(admission) }
  const app = originOf(guards, serveVendors, controlPlane, takes, failed)

  const ofHost = (whose: keyof typeof byHost, take = traffic) =>
    vendorOrigin(inTurn(take(byHost[whose], pipeline, machineTimers, step), failed), failed)
  const [joor, jirafe, both] = [ofHost('joor'), ofHost('jirafe'), ofHost('both')]
  // Nothing stands there that could be taken in another way.
  const listeners = { joor, jirafe, both, v4: ofHost('v4', vendorTraffic) }

  const refused = (status: number) => requestLog?.refused(clocks.now(undefined), status)
  const served = {
    handler: interceptor?.listener(app, listeners) ?? app,
    byHost: listeners,
    connect: interceptor?.open,
    watch(socket: Socket) {
      // What is within a tunnel came by a connection that was counted.
      if (tunnelOf(socket) === undefined) connections.count(socket)
      watchConnection(socket, conduct.knowable)
    },
    takes,
    refused,
    log,
  }
  const listening = await open(served).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  url = listening.url
  if (listening.beyondLoopback && admission === undefined) log(openToAll)
  return {
    url,
    joor: { baseUrl: url },
    jirafe: { baseUrl: url },
    intercept: interceptor && interceptOf(interceptor, url),
    reset: () => store.reset(),
    counts: () => tally.all(),
    countsOf: (of) => tally.of(partitionIn(of)),
    coverage: (asked = {}) => coverage('account' in asked || 'site' in asked ? partitionIn(asked) : undefined, asked),
    unusedFaults: () => faults.neverHit(),
    report: () => reportOf(brokenInRun.of(conduct.ofAllRuns()), counts, version),
    async close() {
      // Whoever waits for a call or reads the stream would hold it up.
      closing.abort()
      const closed = listening.close()
      interceptor?.close()
      await closed
      await store.close()
    },
  }
}

/** Loaded only by who asks for it: it brings the makers of certificates along. */
async function createInterceptor(
  { hosts = [], allow = [], caDir }: InterceptOptions,
  { host, allowedHosts = [] }: EmulatorOptions,
  takes: Limits,
  log: (line: string) => void,
): Promise<Interceptor> {
  const { Interceptor } = await import('./intercept/interceptor.js')
  const ownNames = host === undefined ? allowedHosts : [...allowedHosts, host]
  const now = () => new Date()
  const interceptor = await Interceptor.create({ hosts, allow, caFolder: caDir, ownNames, takes, log, now })
  const { isNew, path } = interceptor.authority
  if (isNew) log(`A certificate authority was made: ${path}. Clients have to trust it; backstock ca says how.`)
  return interceptor
}

function interceptOf({ authority, hosts }: Interceptor, url: string): Intercept {
  return { proxyUrl: url, hosts, certificate: authority.certificate, certificatePath: authority.path }
}

const partitionIn = (of: { readonly account: string } | { readonly site: string }) =>
  'account' in of ? partitionOf('joor', of.account) : partitionOf('jirafe', of.site)

const openToAll =
  'Other machines can reach this emulator, and read and change all that it holds: guard its control plane by --control-token, or leave --host out.'

// The package's own file; its version is a string.
const { version } = createRequire(import.meta.url)('#package') as { version: string }
