import { entryOf } from '../entry-of.js'
import { Commit, type PartitionTables } from './commit.js'
import { forEachTable, isKept, type TableName } from './rows.js'
import type { Access, Caller, ChangeSet, Partition, Setup, Vendor } from './store.js'
import { Table } from './table.js'

/** One account or site: what it was given, its rows, and how many calls it had. */
export interface PartitionState {
  readonly setup: Setup
  readonly tables: PartitionTables
  requests: number
}
export type Partitions = ReadonlyMap<Partition, PartitionState>

/** A caller that names an account or site. */
export type Named = Exclude<Caller, { token?: never }>

export const partitionOf = (vendor: Vendor, name: string): Partition => `${vendor}:${name}`

export function emptyTables(): PartitionTables {
  // A new table has no rows yet, so it may become that of any name.
  return forEachTable<PartitionTables>(() => new Table<never>() as PartitionTables[TableName])
}

/** Rows that are there from the start, so they are nobody's change. */
export function tablesWith(changes: ChangeSet): PartitionTables {
  const tables = emptyTables()
  new Commit(tables, changes, '')
  return tables
}

/** The same rows for another account, site or time; what is about the calls themselves, no data file and no copy keeps. */
export function copyOf(tables: PartitionTables): PartitionTables {
  // Each table is copied under its own name.
  return forEachTable<PartitionTables>(
    (name) => (isKept(name) ? tables[name].copy() : new Table<never>()) as PartitionTables[TableName],
  )
}

/** The name of a JOOR account that nobody declared: the start of its token's fingerprint. */
export function anonymousName(token: string, digits = 8): string {
  return `token-${token.slice(0, digits)}`
}

/** The names that it may get: a longer start where another token's is the same. */
export function anonymousNames(token: string): readonly string[] {
  return [8, 16, token.length].map((digits) => anonymousName(token, digits))
}

/** An account or site that the first call of this caller makes. */
export function anonymousSetup(caller: Named, name: string): Setup {
  const token = caller.vendor === 'joor' ? caller.token : null
  const nothing = { settings: {}, warehouses: null, styles: null, pending: [] }
  return { vendor: caller.vendor, name, declared: false, token, ...nothing }
}

/** The accounts and sites that there are, and whose token is whose. */
export class Directory {
  readonly #states: Map<Partition, PartitionState>
  /** Declared accounts and sites by their tokens. */
  readonly #owners: Readonly<Record<Vendor, Map<string, Set<string>>>> = { joor: new Map(), jirafe: new Map() }
  #anonymous = 0

  constructor(states: Partitions) {
    this.#states = new Map(states)
    for (const { setup } of this.#states.values()) this.#index(setup)
  }

  get states(): Partitions {
    return this.#states
  }

  /** Accounts and sites that nobody declared. */
  get anonymous(): number {
    return this.#anonymous
  }

  get(partition: Partition): PartitionState | undefined {
    return this.#states.get(partition)
  }

  /** That account or site alone; undefined where it is not there. */
  alone(partition: Partition): Partitions | undefined {
    const state = this.#states.get(partition)
    return state && new Map([[partition, state]])
  }

  /** Puts an account or site in the place of another, or takes it away; what stood there before. */
  replace(partition: Partition, state: PartitionState | undefined): PartitionState | undefined {
    const before = this.#states.get(partition)
    if (before !== undefined) this.#forget(before.setup)
    if (state === undefined) this.#states.delete(partition)
    else {
      this.#states.set(partition, state)
      this.#index(state.setup)
    }
    return before
  }

  /** JOOR's token is the account, declared or not; at Jirafe the path says the site. */
  nameOf(caller: Named): string {
    if (caller.vendor === 'jirafe') return caller.site
    const [owner] = this.#ownersOf(caller)
    return owner ?? this.#anonymousName(caller.token)
  }

  access(caller: Named): Access {
    const name = this.nameOf(caller)
    const setup = this.#states.get(partitionOf(caller.vendor, name))?.setup
    const owners = this.#ownersOf(caller)
    return { setup, name, opens: owners.size === 0 ? nobodys : [...owners] }
  }

  /** The declared account that has the token; those named do not count. */
  ownerOf({ vendor, token }: Setup, except: ReadonlyMap<Partition, unknown>): string | undefined {
    // At Jirafe the path says the site, so a token may open several.
    if (vendor !== 'joor' || token === null) return undefined
    return [...this.#ownersOf({ vendor, token })].find((name) => !except.has(partitionOf('joor', name)))
  }

  /** The account that calls with this token made before anybody declared it. */
  anonymousOf({ vendor, declared, token }: Setup): PartitionState | undefined {
    if (vendor !== 'joor' || !declared || token === null) return undefined
    return this.#joorStates(anonymousNames(token)).find((state) => state?.setup.token === token)
  }

  /** The name that the token's own account has already, or the shortest that no other account has. */
  #anonymousName(token: string): string {
    const short = anonymousName(token)
    if (this.#states.get(partitionOf('joor', short))?.setup.token === token) return short
    const names = anonymousNames(token)
    const states = this.#joorStates(names)
    const own = states.findIndex((state) => state?.setup.token === token)
    const name = names[own < 0 ? states.indexOf(undefined) : own]
    return name ?? anonymousName(token, token.length)
  }

  #joorStates(names: readonly string[]): readonly (PartitionState | undefined)[] {
    return names.map((name) => this.#states.get(partitionOf('joor', name)))
  }

  #ownersOf({ vendor, token }: { readonly vendor: Vendor; readonly token: string }): ReadonlySet<string> {
    return this.#owners[vendor].get(token) ?? none
  }

  #index({ vendor, name, declared, token }: Setup): void {
    if (!declared) this.#anonymous++
    else if (token !== null) entryOf(this.#owners[vendor], token, () => new Set()).add(name)
  }

  #forget({ vendor, name, declared, token }: Setup): void {
    if (!declared) this.#anonymous--
    if (token === null) return
    const owners = this.#owners[vendor].get(token)
    if (owners?.delete(name) && owners.size === 0) this.#owners[vendor].delete(token)
  }
}

const none: ReadonlySet<string> = new Set()
const nobodys: readonly string[] = []
