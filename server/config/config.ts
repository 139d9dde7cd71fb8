import { type Evidence, grades } from '../../contracts/rules/book.js'
import type { ConductOption } from '../conduct/limits.js'
import { type About, type Source, type Step, writePath, writePlace } from '../documents/source.js'
import type { LevelsByRule } from '../levels.js'
import type { Limits } from '../limits.js'
import {
  defaultAnonymousLimit,
  defaultJournal,
  defaultPort,
  type EmulatorOptions,
  type InterceptOptions,
} from '../options.js'
import { isSetting, type Settings } from '../settings.js'
import { didYouMean, nearest } from '../suggestion.js'
import {
  conduct,
  controlToken,
  databaseUrl,
  flag,
  hostGlobs,
  hosts,
  integer,
  type Kind,
  levelsByRule,
  namedHosts,
  oneOf,
  path,
  type Reading,
  schemaName,
  settings,
  takenLimits,
  text,
  type Wrong,
} from './option-kinds.js'

/** An option, environment variable or config file that is wrong; the message says which and what would be right. */
export class ConfigError extends Error {}

export type LogFormat = 'text' | 'json'
type Magic = 'on' | 'off'

/** What `start` runs with: frozen, every value checked. */
export interface Config extends Omit<EmulatorOptions, 'logRequests' | 'intercept'> {
  readonly intercept?: Omit<InterceptOptions, 'caDir'> & { readonly caDir?: string }
  readonly logFormat: LogFormat
  readonly logRequests: boolean
}

/** What a configuration is made of: option > environment > file > default. */
export interface Given {
  /** The texts given for each option, by its name. */
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly file?: Source | undefined
  /** Where to listen if none of them says so. Default 4350. */
  readonly port?: number | undefined
}

export interface StartOption<Value = unknown> {
  /** Its name in the config file. */
  readonly name: string
  readonly flag: string
  readonly env: string
  readonly kind: Kind<NonNullable<Value>>
  readonly fallback: Value
  readonly says: string
}

/** Makes the compiler hold each row together without forgetting what its value is. */
const option = <Value>(row: StartOption<Value>) => row

/** The options of `start`. Command line, environment, config file and help are all read off this table. */
const table = {
  port: option<number>({
    name: 'port',
    flag: '--port <n>',
    env: 'BACKSTOCK_PORT',
    kind: integer(0, 65_535),
    fallback: defaultPort,
    says: 'port to listen on; 0 takes a free one',
  }),
  host: option<string | undefined>({
    name: 'host',
    flag: '--host <host>',
    env: 'BACKSTOCK_HOST',
    kind: text,
    fallback: undefined,
    says: 'address or name to listen on, instead of 127.0.0.1 and ::1',
  }),
  allowedHosts: option<readonly string[]>({
    name: 'allowed_hosts',
    flag: '--allowed-host <name>',
    env: 'BACKSTOCK_ALLOWED_HOST',
    kind: hosts,
    fallback: [],
    says: 'a name with a dot that it may be called by, or *.NAME for all below it; may be repeated',
  }),
  controlToken: option<string | undefined>({
    name: 'control_token',
    flag: '--control-token <token>',
    env: 'BACKSTOCK_CONTROL_TOKEN',
    kind: controlToken,
    fallback: undefined,
    says: 'what calls of the control plane have to bring',
  }),
  intercept: option<boolean>({
    name: 'intercept',
    flag: '--intercept',
    env: 'BACKSTOCK_INTERCEPT',
    kind: flag,
    fallback: false,
    says: "be an HTTP proxy, too, that answers for the vendors' own hosts",
  }),
  interceptHosts: option<readonly string[]>({
    name: 'intercept_hosts',
    flag: '--intercept-host <host>',
    env: 'BACKSTOCK_INTERCEPT_HOST',
    kind: namedHosts,
    fallback: [],
    says: 'a further host to answer for, such as joor=api.example.com; without a vendor both are there; may be repeated',
  }),
  allowHosts: option<readonly string[]>({
    name: 'allow_hosts',
    flag: '--allow-host <glob>',
    env: 'BACKSTOCK_ALLOW_HOST',
    kind: hostGlobs,
    fallback: [],
    says: 'a host that the proxy passes calls on to, such as *.example.com; all others are refused; may be repeated',
  }),
  caDir: option<string | undefined>({
    name: 'ca_dir',
    flag: '--ca-dir <dir>',
    env: 'BACKSTOCK_CA_DIR',
    kind: path,
    fallback: undefined,
    says: "folder of the proxy's certificate authority, instead of the user's data folder",
  }),
  seed: option<string | undefined>({
    name: 'seed',
    flag: '--seed <path>',
    env: 'BACKSTOCK_SEED',
    kind: path,
    fallback: undefined,
    says: 'YAML or JSON file with the accounts and sites to start with, or a folder of such files',
  }),
  data: option<string | undefined>({
    name: 'data',
    flag: '--data <file>',
    env: 'BACKSTOCK_DATA',
    kind: path,
    fallback: undefined,
    says: 'JSON file that keeps the state across restarts, instead of memory',
  }),
  database: option<string | undefined>({
    name: 'database',
    flag: '--database <url>',
    env: 'BACKSTOCK_DATABASE',
    kind: databaseUrl,
    fallback: undefined,
    says: 'PostgreSQL database that keeps everything, for any number of emulators, such as postgres://user:password@host/name',
  }),
  databaseSchema: option<string | undefined>({
    name: 'database_schema',
    flag: '--database-schema <name>',
    env: 'BACKSTOCK_DATABASE_SCHEMA',
    kind: schemaName,
    fallback: undefined,
    says: 'schema in it, which keeps several apart; backstock where none is named',
  }),
  snapshots: option<string | undefined>({
    name: 'snapshots',
    flag: '--snapshots <dir>',
    env: 'BACKSTOCK_SNAPSHOTS',
    kind: path,
    fallback: undefined,
    says: 'folder that keeps each snapshot as a file of its own',
  }),
  recover: option<boolean>({
    name: 'recover',
    flag: '--recover',
    env: 'BACKSTOCK_RECOVER',
    kind: flag,
    fallback: false,
    says: 'start although the data file is damaged: it is copied aside first',
  }),
  settings: option<Partial<Settings>>({
    name: 'settings',
    flag: '--setting <name=value>',
    env: 'BACKSTOCK_SETTING',
    kind: settings,
    fallback: {},
    says: 'how to read what a vendor leaves open, such as contract=enforce; may be repeated',
  }),
  levels: option<LevelsByRule>({
    name: 'levels',
    flag: '--level <rule=level>',
    env: 'BACKSTOCK_LEVEL',
    kind: levelsByRule,
    fallback: {},
    says: 'error, warn or off for a rule, or for several by *, such as joor.date.*=off; may be repeated',
  }),
  evidence: option<Evidence>({
    name: 'evidence',
    flag: '--evidence <grade>',
    env: 'BACKSTOCK_EVIDENCE',
    kind: oneOf(...grades),
    fallback: 'assumed',
    says: 'the least evidence of rules whose breaches count: documented, recorded, observed or assumed',
  }),
  conduct: option<ConductOption>({
    name: 'conduct',
    flag: '--conduct <name=count/seconds>',
    env: 'BACKSTOCK_CONDUCT',
    kind: conduct,
    fallback: {},
    says: 'when what several calls show is a breach, such as single_calls=20/60; may be repeated',
  }),
  magic: option<Magic>({
    name: 'magic',
    flag: '--magic <on|off>',
    env: 'BACKSTOCK_MAGIC',
    kind: oneOf('off', 'on'),
    fallback: 'off',
    says: 'on: the documented magic SKUs and site ids provoke faults',
  }),
  journalEntries: option<number>({
    name: 'journal_entries',
    flag: '--journal-entries <n>',
    env: 'BACKSTOCK_JOURNAL_ENTRIES',
    kind: integer(1),
    fallback: defaultJournal.entries,
    says: 'requests that the journal keeps for each account or site',
  }),
  journalBytes: option<number>({
    name: 'journal_bytes',
    flag: '--journal-bytes <n>',
    env: 'BACKSTOCK_JOURNAL_BYTES',
    kind: integer(0),
    fallback: defaultJournal.bytes,
    says: 'bytes that the journal may hold in all',
  }),
  journalBodyBytes: option<number>({
    name: 'journal_body_bytes',
    flag: '--journal-body-bytes <n>',
    env: 'BACKSTOCK_JOURNAL_BODY_BYTES',
    kind: integer(0),
    fallback: defaultJournal.bodyBytes,
    says: 'bytes that the journal keeps of one body',
  }),
  anonymousLimit: option<number>({
    name: 'anonymous_limit',
    flag: '--anonymous-limit <n>',
    env: 'BACKSTOCK_ANONYMOUS_LIMIT',
    kind: integer(0),
    fallback: defaultAnonymousLimit,
    says: 'accounts and sites that are taken although nobody declared them',
  }),
  limits: option<Partial<Limits>>({
    name: 'limits',
    flag: '--limit <name=value>',
    env: 'BACKSTOCK_LIMIT',
    kind: takenLimits,
    fallback: {},
    says: 'what is taken of anybody, such as header_seconds=5 or body_bytes=1000000; may be repeated',
  }),
  seedIds: option<number | undefined>({
    name: 'seed_ids',
    flag: '--seed-ids <n>',
    env: 'BACKSTOCK_SEED_IDS',
    kind: integer(0),
    fallback: undefined,
    says: 'make log and request ids a reproducible sequence per account or site',
  }),
  logFormat: option<LogFormat>({
    name: 'log_format',
    flag: '--log-format <format>',
    env: 'BACKSTOCK_LOG_FORMAT',
    kind: oneOf('text', 'json'),
    fallback: 'text',
    says: 'text, or json: one object a line, on stdout and stderr',
  }),
  logRequests: option<boolean>({
    name: 'log_requests',
    flag: '--log-requests',
    env: 'BACKSTOCK_LOG_REQUESTS',
    kind: flag,
    fallback: false,
    says: "a line of JSON on stderr for each call of a vendor's API, whatever --log-format says",
  }),
  config: option<string | undefined>({
    name: 'config',
    flag: '--config <file>',
    env: 'BACKSTOCK_CONFIG',
    kind: text,
    fallback: undefined,
    says: 'config file, instead of backstock.config.yaml, .yml or .json in this folder',
  }),
}

export const startOptions: readonly StartOption[] = Object.values(table)

/** The same for `exec`: several of them may run at a time, so each takes a free port. */
export const execOptions = startOptions.map((row) => (row === table.port ? { ...row, fallback: 0 } : row))

/** A config file cannot name another one. */
export const fileNames = startOptions.filter((row) => row !== table.config).map((row) => row.name)

const prefix = 'BACKSTOCK_'
/** `backstock why` asks the one, and the curl commands that the journal shows send the other. */
const otherVariables = ['BACKSTOCK_URL', 'BACKSTOCK_TOKEN']

/** Checks all that is given and puts it together; throws ConfigError. */
export function readConfig(given: Given): Config {
  checkVariables(given.env)
  if (given.file !== undefined) checkFile(given.file)
  const read = <Value>(row: StartOption<Value>) => readOption(row, given)
  const host = read(table.host)
  const token = read(table.controlToken)
  const seed = read(table.seed)
  const data = read(table.data)
  const snapshots = read(table.snapshots)
  const database = readDatabase(given)
  const seedIds = read(table.seedIds)
  const intercept = readIntercept(given)
  return Object.freeze({
    port: readOption({ ...table.port, fallback: given.port ?? defaultPort }, given),
    ...(host !== undefined && { host }),
    allowedHosts: Object.freeze(read(table.allowedHosts)),
    ...(token !== undefined && { controlToken: token }),
    ...(intercept !== undefined && { intercept }),
    ...(seed !== undefined && { seed }),
    ...(data !== undefined && { data }),
    ...(snapshots !== undefined && { snapshots }),
    ...database,
    recover: read(table.recover),
    settings: Object.freeze(read(table.settings)),
    levels: Object.freeze(read(table.levels)),
    evidence: read(table.evidence),
    conduct: Object.freeze(read(table.conduct)),
    magic: read(table.magic) === 'on',
    journal: Object.freeze({
      entries: read(table.journalEntries),
      bytes: read(table.journalBytes),
      bodyBytes: read(table.journalBodyBytes),
    }),
    anonymousLimit: read(table.anonymousLimit),
    limits: Object.freeze(read(table.limits)),
    ...(seedIds !== undefined && { seedIds }),
    logFormat: read(table.logFormat),
    logRequests: read(table.logRequests),
  })
}

/** Nothing where there is no database; throws ConfigError where something else is to keep what it keeps. */
function readDatabase(given: Given): Pick<Config, 'database' | 'databaseSchema'> {
  const database = readOption(table.database, given)
  const databaseSchema = readOption(table.databaseSchema, given)
  if (database === undefined) {
    if (databaseSchema !== undefined)
      throw new ConfigError('--database-schema: is of use only with --database; give that, too, or leave it out')
    return {}
  }
  const keepers: readonly StartOption[] = [table.data, table.snapshots, table.recover]
  const other = keepers.find((row) => Boolean(readOption(row, given)))
  if (other !== undefined)
    throw new ConfigError(
      `${writeFlag(other.flag)}: the database of --database keeps all there is; leave one of them out (in a container, BACKSTOCK_DATA= takes its data file away)`,
    )
  return { database, ...(databaseSchema !== undefined && { databaseSchema }) }
}

/** Undefined where nothing is intercepted; throws ConfigError where that is what hosts are given for. */
function readIntercept(given: Given): Config['intercept'] {
  const hosts = Object.freeze(readOption(table.interceptHosts, given))
  const allow = Object.freeze(readOption(table.allowHosts, given))
  const caDir = readOption(table.caDir, given)
  if (readOption(table.intercept, given)) return Object.freeze({ hosts, allow, ...(caDir !== undefined && { caDir }) })
  const lists = [[table.interceptHosts, hosts] as const, [table.allowHosts, allow] as const]
  const useless = lists.find(([, names]) => names.length > 0)?.[0]
  if (useless !== undefined)
    throw new ConfigError(
      `${writeFlag(useless.flag)}: is of use only with --intercept; give that, too, or leave it out`,
    )
  return undefined
}

/** The folder of the certificate authority, where option, environment or config file names one. */
export const readCaDir = (given: Given): string | undefined => readOption(table.caDir, given)

/** The hosts beside the built-in ones that are to be answered for. */
export const readInterceptHosts = (given: Given): readonly string[] => readOption(table.interceptHosts, given)

/** The config file that option or environment name. */
export function readConfigPath({ options, env }: Given): string | undefined {
  return readOption(table.config, { options, env })
}

/** How to talk while the configuration may still turn out to be wrong. */
export function readLogFormat(given: Given): LogFormat {
  try {
    return readOption(table.logFormat, given)
  } catch (error) {
    if (error instanceof ConfigError) return table.logFormat.fallback
    throw error
  }
}

/** All sources are checked, also those that a higher one overrules: what is wrong in a file stays wrong. */
function readOption<Value>(row: StartOption<Value>, { options, env, file }: Given): Value {
  const sources = [fromFile(row, file), fromVariable(row, env), fromCommandLine(row, options)]
  const values = sources.filter((value) => value !== undefined)
  return values.length === 0 ? row.fallback : values.reduce((lower, higher) => row.kind.over(lower, higher))
}

function fromCommandLine<Value>({ name, flag, kind }: StartOption<Value>, options: Given['options']) {
  const texts = options[name]
  return texts && take(kind.fromTexts(texts), () => writeFlag(flag))
}

/** An empty variable counts as absent: so compose files and CI pass on what is not set. */
function fromVariable<Value>({ env: variable, kind }: StartOption<Value>, env: Given['env']) {
  const value = env[variable]
  return value ? take(kind.fromTexts([value]), () => variable) : undefined
}

function fromFile<Value>({ name, kind }: StartOption<Value>, file: Source | undefined) {
  if (file === undefined || !members(file).has(name)) return undefined
  const reading = kind.fromFile(members(file).get(name), file.path)
  return take(reading, ({ steps = [], about = 'value' }) => writeOrigin(file, [name, ...steps], about))
}

function take<Value>(reading: Reading<Value>, origin: (wrong: Wrong) => string): Value {
  if (reading.wrong === undefined) return reading.value
  throw new ConfigError(`${origin(reading)}: ${reading.wrong}`)
}

function writeOrigin(file: Source, steps: readonly Step[], about: About): string {
  return `${writePlace(file.path, file.place(steps, about))}: ${writePath(steps)}`
}

/** `--port` of `--port <n>`. */
function writeFlag(flag: string): string {
  return flag.replace(/ .*/, '')
}

function members({ value }: Source): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

/** A file in which every line is still commented out is a file that sets nothing. */
function checkFile(file: Source): void {
  if (Array.isArray(file.value) || (typeof file.value !== 'object' && file.value !== undefined))
    throw new ConfigError(`${writePlace(file.path, file.place([], 'value'))}: must be an object of options`)
  for (const name of members(file).keys()) {
    if (fileNames.includes(name) || name === '$schema') continue
    throw new ConfigError(`${writeOrigin(file, [name], 'name')}: ${unknownName(name)}`)
  }
}

function unknownName(name: string): string {
  if (isSetting(name)) return 'is a setting; put it under "settings"'
  return `unknown option${didYouMean(name, fileNames) || ';'} known: ${fileNames.join(', ')}`
}

function checkVariables(env: Given['env']): void {
  const known = [...startOptions.map((row) => row.env), ...otherVariables]
  const unknown = Object.keys(env).find((name) => name.startsWith(prefix) && !known.includes(name))
  if (unknown !== undefined)
    throw new ConfigError(`${unknown}: ${unknownVariable(unknown.slice(prefix.length), known)}`)
}

/** The prefix is left out of the comparison: it would make all of them look alike. */
function unknownVariable(name: string, known: readonly string[]): string {
  if (isSetting(name.toLowerCase())) return `is a setting; write BACKSTOCK_SETTING=${name.toLowerCase()}=…`
  const names = known.map((each) => each.slice(prefix.length))
  const meant = nearest(name, names)
  return `unknown variable; ${meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${prefix}${meant}?`}`
}
