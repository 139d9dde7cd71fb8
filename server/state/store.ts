import { hash } from 'node:crypto'
import type { Settings } from '../settings.js'
import type { Slices } from '../slices.js'
import type { Key, Row, SkuIdentifiers, TableName, Tables } from './rows.js'
import type { Entries } from './slotted-map.js'

export const vendors = ['joor', 'jirafe'] as const
export type Vendor = (typeof vendors)[number]

/** One account or site: `joor:NAME` or `jirafe:SITE`. */
export type Partition = `${Vendor}:${string}`

/**
 * Who calls, as far as URL and headers tell. JOOR's token *is* the account, so its fingerprint stands for it until the
 * store names the account; at Jirafe the path names the site and the token only opens it.
 */
export type Caller =
  | { readonly vendor: 'joor'; readonly token: string }
  | { readonly vendor: 'jirafe'; readonly site: string; readonly token: string }
  | { readonly vendor: Vendor | null; readonly token?: never }

/** One style of an account's list, as the control plane takes it; ids as decimal text. */
export interface Style {
  readonly style_number: string
  readonly style_identifier: string
  readonly style_id?: string
  readonly colors: readonly Color[]
}
export interface Color {
  readonly color_code: string
  readonly style_color_id?: string
  readonly sizes: readonly Size[]
}
export interface Size {
  readonly size: string
  readonly size_code?: string
  readonly upc?: string
}

/** Units on pending orders of one position, named by any identifiers that an item may have. */
export interface PendingRow {
  readonly warehouse: string
  readonly date: string
  readonly identifiers: SkuIdentifiers
  readonly quantity: number
}

/** SHA-256 of a token, in hex: what is kept instead of the token. */
export function fingerprint(token: string | Uint8Array): string {
  return hash('sha256', token)
}

/** What an account or site was given: one immutable value, replaced as a whole. */
export interface Setup {
  readonly vendor: Vendor
  readonly name: string
  /** False where the first call made it. */
  readonly declared: boolean
  /** SHA-256 of the token, in hex; null where none opens it. */
  readonly token: string | null
  readonly settings: Partial<Settings>
  /** Null: no list, anything is taken; an empty list knows nothing. */
  readonly warehouses: readonly string[] | null
  readonly styles: readonly Style[] | null
  readonly pending: readonly PendingRow[]
}

/** What the store knows of a caller before the body is read. */
export interface Access {
  /** The setup of the caller's account or site; undefined where no call has made it yet. */
  readonly setup: Setup | undefined
  /** The name that the account or site has or would get; undefined where the caller names none. */
  readonly name: string | undefined
  /** Declared accounts or sites that the caller's token opens. */
  readonly opens: readonly string[]
}

/** What is put under two key parts, by the third; null takes the row away. */
export interface Puts<Name extends TableName = TableName> {
  readonly first: string
  readonly second: string
  readonly values: Entries<Tables[Name] | null>
}

/** The change of one table: clears come first, then at most one put for each key. */
export interface TableChange<Name extends TableName = TableName> {
  readonly all: boolean
  /** First key parts (warehouses) that are cleared whole. */
  readonly firsts: ReadonlySet<string>
  /** Third key parts (SKUs) that are cleared wherever they stand. */
  readonly thirds: ReadonlySet<string>
  readonly puts: readonly Puts<Name>[]
}
export type ChangeSet = { readonly [Name in TableName]?: TableChange<Name> }

/** The changes with the names of their tables. */
export const byTables = (changes: ChangeSet) =>
  // The change set is keyed by the names of tables.
  (Object.entries(changes) as [TableName, TableChange | undefined][]).filter(
    (entry): entry is [TableName, TableChange] => entry[1] !== undefined,
  )

/** One row that a commit changed: null where it did not exist before or does not after. */
export interface Change<Name extends TableName = TableName> {
  readonly table: Name
  readonly key: Key
  readonly before: Row<Tables[Name]> | null
  readonly after: Row<Tables[Name]> | null
}

/** What a commit did, net of what it cleared and put back; listed on demand. */
export interface Changed extends Iterable<Change> {
  /** Rows written and rows gone. */
  readonly total: number
}

/** Which rows a decision will look at. */
export type Needs = { readonly [Name in TableName]?: readonly Key[] }

/** Whether a call names no row, or changes none. */
export function isEmpty(named: Needs | ChangeSet): boolean {
  for (const _ in named) return false
  return true
}

export interface View {
  get<Name extends TableName>(table: Name, key: Key): Row<Tables[Name]> | undefined
}

/** What one call is given to decide with: its number, its instant, its ids, the setup and the rows that it named. */
export interface Turn {
  readonly id: string
  readonly now: Date
  readonly newId: () => string
  readonly setup: Setup | undefined
  readonly view: View
}

/** The ids of one call, in the order in which it takes them. */
export interface CallIds {
  readonly take: () => string
  /** The call counts. What was taken without it is nobody's: the next call gets the same ids. */
  keep(): void
  /** The call that counted does not stand: its ids are nobody's again, unless a later call has the next ones. */
  giveBack(): void
}

export interface Settled<Entry, Result> {
  readonly changes: ChangeSet
  /** The journal's record of the call, made once the changes are known. */
  entry(changed: Changed): Entry
  readonly result: Result
  /**
   * What else counts with the call: called once it is decided, for the next decision must know of it. What it returns
   * takes that back; it is called where the call cannot be kept.
   */
  count?(): () => void
}

/** The setup and rows of an account or site, as the control plane or a seed gives them. */
export interface Declaration {
  readonly setup: Setup
  readonly changes: ChangeSet
}

/**
 * Rows of a table, from its beginning or behind a key; under some first or second part of the key alone, and those that
 * `where` takes. Without `where` a page costs the same however many rows there are; with it, all rows under the parts
 * are looked at.
 */
export type PageQuery<Name extends TableName> = {
  readonly [Each in Name]: {
    readonly table: Each
    readonly after?: Key | undefined
    readonly first?: string | undefined
    readonly second?: string | undefined
    readonly where?: ((value: Tables[Each]) => boolean) | undefined
  }
}[Name]

export type Found<Name extends TableName> = {
  readonly [Each in Name]: { readonly table: Each; readonly key: Key; readonly row: Row<Tables[Each]> }
}[Name]

export interface Summary {
  readonly setup: Setup
  /** Rows of each table. */
  readonly rows: { readonly [Name in TableName]: number }
  /** Calls since it was first known. */
  readonly requests: number
}

/** How many accounts and sites there are of something. */
export interface AccountsAndSites {
  readonly accounts: number
  readonly sites: number
}

export interface SnapshotSummary extends AccountsAndSites {
  readonly name: string
  /** Whose state it is; undefined for everything. */
  readonly of: Partition | undefined
  /** ISO 8601, when it was made. */
  readonly at: string
}

export interface SavedSnapshot extends SnapshotSummary {
  /** None of its name was there. */
  readonly isNew: boolean
}

/** Whose call it was: an account or site, the vendor alone where none is known, or nobody's. */
export type Scope = Partition | Vendor | null

/** Where entries go; the store appends in commit order. */
export interface JournalWriter<Entry> {
  /** `number` is its place among the calls of all replicas, where there are others. */
  append(scope: Scope, entry: Entry, number?: number): void
  /** The account goes by another name from now on. */
  rename(from: Partition, to: Partition): void
  /** What stands in the account or site is no longer what calls have left there, or it is gone. */
  replaced(of: Partition): void
}

/** The data file is damaged or is not ours; it was left as it is. */
export class DataFileError extends Error {}

/** The database cannot be used; it was left as it is. */
export class DatabaseError extends Error {}

/** What a call was judged by is no longer so: it is judged anew. */
export class Outdated extends Error {}

/** The change could not be kept (disk full, read-only, …): nothing of the call happened. */
export class StorageFailure extends Error {}

/** It may have been kept or not: the storage was lost while it was asked to. */
export class ChangeInDoubt extends StorageFailure {}

/** No further anonymous account or site is taken: see the setting `anonymous_limit`. */
export class TooManyPartitions extends Error {}

/** Another declared account or site has the token already. */
export class TokenTaken extends Error {}

/** There is an account or site of that name already. */
export class NameTaken extends Error {}

export interface Store<Entry> {
  /** It is somewhere else, and each call waits for it: what can be decided of one before, is. */
  readonly isRemote: boolean
  access(caller: Caller): Access | Promise<Access>
  /**
   * What it was last, where that spares a wait; another replica may have changed it since. Who decides by it has to see
   * that the turn's setup is the same object, or to throw Outdated, which undoes the call.
   */
  recall?(caller: Caller): Access | undefined
  /**
   * Looks a part at a time for the rows that a large draft replaces, so that the call that is given it finds them at once.
   * Absent where the rows are somewhere else, and calls read them with what they need.
   */
  lookUp?(caller: Caller, drafted: ChangeSet): Slices<void>
  /**
   * One vendor call: rows, journal entry, ids and what `count` counts together. `settle` is synchronous and runs once,
   * on top of calls that may still be undone; the promise is resolved when nothing of it can be undone any more, and when
   * it is rejected nothing of it happened. A call that needs no rows and changes none fails for no want of storage.
   * Where nothing has to be waited for, the result is returned and an error is thrown. `drafted` is what the call will
   * change as far as that was decided before: where a change set of `settle` holds the very same, its rows may have been
   * looked at together with those of `needs`.
   */
  call<Result>(
    caller: Caller,
    needs: Needs,
    settle: (turn: Turn) => Settled<Entry, Result>,
    drafted?: ChangeSet,
  ): Result | Promise<Result>
  find(of: Partition): Promise<Summary | undefined>
  list(vendor: Vendor): Promise<readonly Summary[]>
  row<Name extends TableName>(of: Partition, table: Name, key: Key): Promise<Row<Tables[Name]> | undefined>
  /** So many rows of the tables, one after the other, each sorted by its keys; all of them as they were at one instant. */
  page<Name extends TableName>(
    of: Partition,
    queries: readonly PageQuery<Name>[],
    limit: number,
  ): Promise<readonly Found<Name>[]>
  /** Replaces an account or site whole; true when it is new. Throws TokenTaken. */
  declare(declaration: Declaration): Promise<boolean>
  /** Changes what an account was given and leaves its rows; false when there is no such account. */
  change(of: Partition, change: (setup: Setup) => Setup): Promise<boolean>
  remove(of: Partition): Promise<boolean>
  /** Makes these declarations the state that `reset` goes back to, beside those that are there already. */
  seed(declarations: readonly Declaration[]): Promise<void>
  /** The same, and declares all of them now, or none. Throws TokenTaken. */
  load(declarations: readonly Declaration[]): Promise<void>
  /** Back to the seed, for one account or site or for all; what no seed names is gone. Throws TokenTaken. */
  reset(of?: Partition): Promise<AccountsAndSites>
  /** A copy of one account or site or of all, in the place of one of that name; undefined where there is no such account. */
  save(name: string, of?: Partition): Promise<SavedSnapshot | undefined>
  /** Those of one account or site, or those of everything. */
  snapshots(of?: Partition): Promise<readonly SnapshotSummary[]>
  /** A snapshot as the text of its file; undefined where there is none. */
  snapshot(name: string, of?: Partition): Promise<string | undefined>
  /** Back to a snapshot, as to the seed; undefined where there is none. Throws TokenTaken. */
  restore(name: string, of?: Partition): Promise<AccountsAndSites | undefined>
  /** False where there is no such snapshot. */
  drop(name: string, of?: Partition): Promise<boolean>
  /** Another account or site with the same state, which costs the same however much that is. Throws TokenTaken, NameTaken. */
  fork(from: Partition, as: (setup: Setup) => Setup): Promise<boolean>
  close(): Promise<void>
}
