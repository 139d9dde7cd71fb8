import type { Settings } from '../settings.js'
import type { Style } from '../state/store.js'
import { isRecord } from '../wire/json-values.js'
import { DocumentError, type Fault, faultAt, schemaFaults, writeFault, writeLines } from './documents.js'
import { pathBeside, type Source, SourceError, type Step, writePlace } from './source.js'
import { readSource, readText } from './source-file.js'
import { readStyle, repetitionFaults, type StyleDocument } from './style-list.js'

/** An account as the control plane's PUT and a seed give it; identifiers of pending and positions as they come. */
export interface AccountDocument {
  readonly token?: string
  readonly warehouses?: readonly string[] | null
  readonly styles?: readonly Style[] | null
  readonly pending?: readonly Record<string, unknown>[]
  /** Items as on JOOR's wire. */
  readonly positions?: readonly Record<string, unknown>[]
  readonly settings?: Partial<Settings>
}

/** A site as the control plane's PUT and a seed give it. */
export interface SiteDocument {
  readonly token?: string
  /** Inventory events as on Jirafe's wire, of either revision. */
  readonly levels?: readonly Record<string, unknown>[]
  readonly settings?: Partial<Settings>
}

/** The content of a seed file. */
export interface Seed {
  readonly joor?: { readonly accounts?: Readonly<Record<string, AccountDocument>> }
  readonly jirafe?: { readonly sites?: Readonly<Record<string, SiteDocument>> }
}

/** A seed that is not one. Of a file, each line of the message begins with file, line and column. */
export class SeedError extends DocumentError {}

/** Checks an account that was given as a value; throws DocumentError. */
export function checkAccount(document: unknown): AccountDocument {
  refuse(schemaFaults('account', document))
  // The schema has judged it.
  const { value, faults } = readAccount(document as RawAccount, [])
  refuse(faults)
  return value
}

/** Checks a site that was given as a value; throws DocumentError. */
export function checkSite(document: unknown): SiteDocument {
  refuse(schemaFaults('site', document))
  // The schema has judged it.
  return readSite(document as RawSite)
}

/** Checks a seed that was given as a value; throws SeedError. */
export function checkSeed(document: unknown): Seed {
  const { value, faults } = readSeed(document)
  if (faults.length > 0) throw new SeedError(faults)
  return value
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new DocumentError(faults)
}

/**
 * Reads a seed from a YAML or JSON file and the CSV files that it names; throws SeedError. `judgeRows` looks at what the
 * schema cannot judge, the rows of a seed that is right otherwise, so that its faults have their place in the file too.
 */
export async function readSeedFile(
  path: string,
  judgeRows: (seed: Seed) => readonly Fault[] = () => [],
): Promise<Seed> {
  const source = await readSource(path).catch(asSeedError)
  const files = await Promise.all(styleFiles(source).map(readStyleFile))
  const { value, faults } = readSeed(source.value, new Map(files.map(({ account, styles }) => [account, styles])))
  const lines = [...writeFaults(source, faults), ...files.flatMap(({ lines }) => lines)]
  if (lines.length > 0) throw new SeedError(faults, writeLines(lines))
  const rows = judgeRows(value)
  if (rows.length > 0) throw new SeedError(rows, writeLines(writeFaults(source, rows)))
  return value
}

function asSeedError(error: unknown): never {
  throw error instanceof SourceError ? new SeedError([], error.message) : error
}

interface StyleFile {
  readonly account: string
  readonly path: string
  /** Where the seed names the file. */
  readonly named: string
}

function styleFiles(source: Source): readonly StyleFile[] {
  return members(source.value, accountsAt).flatMap(([account, document]) => {
    const file = isRecord(document) ? document.styles_file : undefined
    if (typeof file !== 'string' || file === '') return []
    const named = writePlace(source.path, source.place([...accountsAt, account, 'styles_file'], 'value'))
    return { account, path: pathBeside(source.path, file), named }
  })
}

interface StyleList {
  readonly account: string
  readonly styles: readonly Style[]
  /** What is wrong with the file. */
  readonly lines: readonly string[]
}

async function readStyleFile({ account, path, named }: StyleFile): Promise<StyleList> {
  try {
    const text = await readText(path)
    const { readStyleRows } = await import('./styles-csv.js')
    const { styles, faults } = readStyleRows(text)
    return { account, styles, lines: faults.map(({ line, message }) => `${path}:${line}: ${message}`) }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { account, styles: [], lines: [`${named}: ${error.message}`] }
  }
}

/** One line for each fault, in the order of the file. */
function writeFaults(source: Source, faults: readonly Fault[]): readonly string[] {
  return faults
    .map((fault) => ({ fault, place: source.place(fault.steps, fault.about) }))
    .sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column)
    .map(({ fault, place }) => `${writePlace(source.path, place)}: ${writeFault(fault)}`)
}

/** What was read of a document; the value counts only where nothing is wrong. */
interface Reading<Value> {
  readonly value: Value
  readonly faults: readonly Fault[]
}

type RawSettings = Readonly<Record<string, string | number>>
type RawSite = Omit<SiteDocument, 'settings'> & { readonly settings?: RawSettings }
type RawAccount = Omit<AccountDocument, 'settings' | 'styles'> & {
  readonly settings?: RawSettings
  readonly styles?: readonly StyleDocument[] | null
  readonly styles_file?: string
}

const accountsAt = ['joor', 'accounts']
const sitesAt = ['jirafe', 'sites']

/** `lists` are the style lists of accounts that name a file; a seed that comes as a value cannot name one. */
function readSeed(document: unknown, lists: ReadonlyMap<string, readonly Style[]> = new Map()): Reading<Seed> {
  const broken = schemaFaults('seed', document)
  // One broken account does not hide what is wrong with the next.
  const intact = (at: readonly string[]) =>
    members(document, at).filter(([name]) => !broken.some(({ steps }) => startsWith(steps, [...at, name])))
  // The schema has judged what is intact.
  const raw = intact(accountsAt) as readonly (readonly [string, RawAccount])[]
  const sites = intact(sitesAt) as readonly (readonly [string, RawSite])[]
  const accounts = raw.map(
    ([name, account]) => [name, readAccount(account, [...accountsAt, name], lists.get(name))] as const,
  )
  return {
    value: {
      joor: { accounts: Object.fromEntries(accounts.map(([name, { value }]) => [name, value])) },
      jirafe: { sites: Object.fromEntries(sites.map(([name, site]) => [name, readSite(site)])) },
    },
    faults: [...broken, ...accounts.flatMap(([, { faults }]) => faults), ...sharedTokens(raw)],
  }
}

function readAccount(raw: RawAccount, at: readonly Step[], list?: readonly Style[]): Reading<AccountDocument> {
  const { settings, styles: given, styles_file: file, ...account } = raw
  const styles = list ?? (given ? given.map(readStyle) : given)
  return {
    value: {
      ...account,
      ...(styles !== undefined && { styles }),
      ...(settings && { settings: readSettings(settings) }),
    },
    faults: [
      ...(file === undefined ? [] : fileFaults(raw, [...at, 'styles_file'], list !== undefined)),
      // A file has told its own repetitions, by line.
      ...(given && list === undefined ? repetitionFaults(given.map(readStyle), [...at, 'styles']) : []),
    ],
  }
}

function fileFaults({ styles }: RawAccount, at: readonly Step[], wasRead: boolean): readonly Fault[] {
  if (!wasRead) return [faultAt(at, 'is read in a seed file only; give the list itself, as "styles"', 'name')]
  return styles === undefined ? [] : [faultAt(at, 'stands beside "styles"; give one of the two', 'name')]
}

function readSite({ settings, ...site }: RawSite): SiteDocument {
  return { ...site, ...(settings && { settings: readSettings(settings) }) }
}

function readSettings(raw: RawSettings): Partial<Settings> {
  // The schema admits no other names and values; `partial_code` may have come as a number.
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)])) as Partial<Settings>
}

/** At JOOR the token is the account, so two accounts cannot have the same. */
function sharedTokens(accounts: readonly (readonly [string, RawAccount])[]): readonly Fault[] {
  const owners = new Map<string, string>()
  return accounts.flatMap(([name, { token }]) => {
    if (token === undefined) return []
    const owner = owners.get(token)
    if (owner === undefined) owners.set(token, name)
    return owner === undefined ? [] : [faultAt([...accountsAt, name, 'token'], `is the token of "${owner}" already`)]
  })
}

function members(document: unknown, at: readonly string[]): readonly (readonly [string, unknown])[] {
  let value = document
  for (const step of at) value = isRecord(value) ? value[step] : undefined
  return isRecord(value) ? Object.entries(value) : []
}

function startsWith(steps: readonly Step[], start: readonly Step[]): boolean {
  return start.every((step, index) => step === steps[index])
}
