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
import { checkSeed, readSeedFile, type Seed } from './documents/seed.js'
import { nowhere } from './elsewhere.js'
import { ArmedFaults } from './faults/armed.js'
import { faultyOperations, readSpecs } from './faults/specs.js'
import { vendorTraffic } from './http/adapter.js'
import { watchConnection } from './http/connection.js'
import { hostGuard } from './http/host-guard.js'
import { lastResort } from './http/last-resort.js'
import { originOf } from './http/origin.js'
import { Ids } from './ids.js'
import { jirafeOperations, jirafeUnknownType } from './jirafe/operations.js'
import { joorElsewhere, joorOperations } from './joor/operations.js'
import { BrokenInRun, BrokenRules } from './journal/broken-rules.js'
import { Commits } from './journal/commits.js'
import { Journal } from './journal/journal.js'
import { type Counts, Tally } from './journal/tally.js'
import { Levels } from './levels.js'
import { usualLimits } from './limits.js'
import { listen } from './listen.js'
import { openStore } from './open-store.js'
import type { Reply } from './operation.js'
import {
  checkOptions,
  defaultAnonymousLimit,
  defaultJournal,
  defaultPort,
  type EmulatorOptions,
  withDefaults,
} from './options.js'
import { repeatCall } from './repeat.js'
import { type Report, reportOf } from './report/report.js'
import { defaultSettings, settingsFor } from './settings.js'
import { partitionOf } from './state/partitions.js'
import type { Partition, Scope } from './state/store.js'
import { machineTimers } from './timers.js'

export type { Coverage } from './coverage/coverage.js'
export { type Seed, SeedError } from './documents/seed.js'
export type { Counts } from './journal/tally.js'
export type { Level, LevelOptions, LevelsByRule } from './levels.js'
export { DataFileError, type EmulatorOptions, type JournalLimits, ListenError } from './options.js'
export type { Report } from './report/report.js'
export type { Settings } from './settings.js'

/** A running emulator. The base URLs are the replacement for `https://api.jooraccess.com` and `https://event.jirafe.com`. */
export interface Emulator {
  /** `http://127.0.0.1:4350` */
  readonly url: string
  readonly joor: { readonly baseUrl: string }
  readonly jirafe: { readonly baseUrl: string }
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

/** What coverage is asked of: everything, an account or a site; vendors and operations; the least evidence. */
export type CoverageQuestion = Asked & ({ readonly account: string } | { readonly site: string } | object)

// The first that matches serves the path: a last segment that is a Jirafe type is Jirafe's, whatever the site is called.
const table = [...joorOperations, ...jirafeOperations, joorElsewhere, jirafeUnknownType, nowhere]
const operations = new Map(table.map((operation) => [operation.name, operation]))

/**
 * Starts an emulator; resolved when it accepts requests. Rejected with ListenError where it cannot listen, SeedError
 * for a seed that is none, and DataFileError for a data file that is damaged or not ours.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options)
  const { log = () => {} } = options
  const clocks = new Clocks(options.clock ?? (() => new Date()))
  const ids = new Ids(options.ids ?? uuid, options.seedIds)
  const clock = (scope: Scope) => clocks.now(scope)
  const seed =
    typeof options.seed === 'string'
      ? await readSeedFile(options.seed, (given) => judgeSeed(given, clock).faults)
      : options.seed === undefined
        ? {}
        : checkSeed(options.seed)
  const limits = withDefaults(defaultJournal, options.journal)
  const takes = withDefaults(usualLimits, options.limits)
  const tally = new Tally()
  const run = new CoverageRun()
  const journal = new Journal(limits)
  const { trial } = options
  const broken = new BrokenRules()
  const brokenInRun = new BrokenInRun()
  const levels = new Levels(options)
  const conduct = new Conduct({ levels, limits: limitsOf(options.conduct), clock, later: setImmediate })
  // What a call shows together with earlier ones is found before it is summed up.
  const folds = [tally, conduct, run, broken, brokenInRun, ...(trial === undefined ? [] : [trial])]
  const requestLog = options.logRequests === undefined ? undefined : new RequestLog(options.logRequests)
  const commits = new Commits(journal, requestLog === undefined ? folds : [...folds, requestLog])
  const anonymousLimit = options.anonymousLimit ?? defaultAnonymousLimit
  const storage = { journal: commits, clock, ids: (scope: Scope) => ids.ofCall(scope), anonymousLimit }
  const store = await openStore(options, storage, seed)
  const loadSeed = async (given: Seed) => {
    const declarations = declarationsOf(given, clock)
    await store.load(declarations)
    const accounts = declarations.filter(({ setup }) => setup.vendor === 'joor').length
    return { accounts, sites: declarations.length - accounts }
  }

  let url = ''
  const settings = withDefaults(defaultSettings, options.settings)
  const closing = new AbortController()
  const faulty = faultyOperations(table)
  const faults = new ArmedFaults(trial?.arm((specs) => readSpecs(specs, undefined, faulty)))
  const alter = trial?.alter ?? ((reply: Reply) => reply)
  const stopwatch = () => performance.now()
  const counts = (rule: Rule) => levels.counts(rule)
  const pipeline = {
    ...{ store, settings, levels, conduct, limits, takes, faults, alter, stopwatch, log },
    repeated: false,
    magic: options.magic ?? false,
  }
  const coverage = async (of: Partition | undefined, asked: Asked): Promise<Coverage> => {
    const setup = of && (await store.find(of))?.setup
    const guarded = options.controlToken !== undefined
    const to = { url: asked.url ?? url, declaredOnly: settings.auth === 'enforce', guarded }
    const { evidence = 'assumed' } = options
    const about = { table: readExercises(), settings: settingsFor(setup, settings), levels, evidence, to, version }
    return coverageOf(run.of(of), asked, about)
  }
  const failed = lastResort(log)
  const serveVendors = vendorTraffic(table, pipeline, machineTimers, failed)
  const { allowedHosts = [], controlToken } = options
  const admission = controlToken === undefined ? undefined : new Admission(controlToken, () => randomBytes(32))
  const controlPlane = control({
    ...{ store, journal, commits, broken, conduct, levels, operations, faults, clocks, ids, log, version },
    ...{ admission, loadSeed, coverage, takes },
    timers: machineTimers,
    closing: closing.signal,
    forget(of) {
      faults.disarm(of)
      clocks.clear(of)
      ids.clear(of)
    },
    url: () => url,
    // What a test armed is for its own client.
    repeat: (entry) =>
      repeatCall(entry, table, { ...pipeline, repeated: true, faults: new ArmedFaults(), magic: false }),
  })
  // Under the name that it listens on clients are to find it.
  const named = options.host === undefined ? allowedHosts : [...allowedHosts, options.host]
  const guards = { everywhere: hostGuard(named, log), controlPlane: controlGuard(admission) }
  const app = originOf(guards, serveVendors, controlPlane, takes, failed)

  const port = options.port ?? defaultPort
  const refused = (status: number) => requestLog?.refused(clocks.now(undefined), status)
  const served = {
    handler: app,
    watch: (socket: Socket) => watchConnection(socket, conduct.knowable),
    takes,
    refused,
    log,
  }
  const listening = await listen(served, port, options.host).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  url = listening.url
  if (listening.beyondLoopback && admission === undefined) log(openToAll)
  return {
    url,
    joor: { baseUrl: url },
    jirafe: { baseUrl: url },
    reset: () => store.reset(),
    counts: () => tally.all(),
    countsOf: (of) => tally.of(partitionIn(of)),
    coverage: (asked = {}) => coverage('account' in asked || 'site' in asked ? partitionIn(asked) : undefined, asked),
    unusedFaults: () => faults.neverHit(),
    report: () => reportOf(brokenInRun.of(conduct.ofAllRuns()), counts, version),
    async close() {
      // Whoever waits for a call or reads the stream would hold it up.
      closing.abort()
      await listening.close()
      await store.close()
    },
  }
}

const partitionIn = (of: { readonly account: string } | { readonly site: string }) =>
  'account' in of ? partitionOf('joor', of.account) : partitionOf('jirafe', of.site)

const openToAll =
  'Other machines can reach this emulator, and read and change all that it holds: guard its control plane by --control-token, or leave --host out.'

// The package's own file; its version is a string.
const { version } = createRequire(import.meta.url)('#package') as { version: string }
