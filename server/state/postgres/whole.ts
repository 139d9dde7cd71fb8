import { entryOf } from '../../entry-of.js'
import { restoredSnapshot } from '../kept.js'
import { writeSnapshot } from '../snapshot-folder.js'
import type { ChangeSet } from '../store.js'
import {
  type AccountsAndSites,
  type Declaration,
  NameTaken,
  type Partition,
  type SavedSnapshot,
  type Setup,
  type SnapshotSummary,
  TokenTaken,
} from '../store.js'
import type { Statements } from './database.js'
import type { Log } from './log.js'
import {
  copyOfSnapshot,
  idsOf,
  keyOf,
  keyOfSetup,
  live,
  nameOf,
  type Parties,
  partitionOfParty,
  seeded,
} from './parties.js'
import { readAllRows, writeRows } from './row-sets.js'

/** An account or site that is to stand: with rows of its own, or with those of another one. */
interface Arrival {
  readonly setup: Setup
  readonly changes?: ChangeSet
  /** The id of the one whose rows it gets. */
  readonly origin?: string
}

/** What changes accounts and sites as a whole, or copies them; whoever calls holds the lock of the directory. */
export class Whole<Entry> {
  readonly #parties: Parties
  readonly #log: Log<Entry>

  constructor(parties: Parties, log: Log<Entry>) {
    this.#parties = parties
    this.#log = log
  }

  /** Puts accounts and sites in the place of what has their names. Throws TokenTaken. */
  async put(statements: Statements, arrivals: readonly Arrival[]): Promise<void> {
    const keys = new Map(arrivals.map(({ setup }) => [nameOf(setup), setup]))
    const tokens = arrivals.flatMap(({ setup }) =>
      setup.vendor === 'joor' && setup.token !== null ? [setup.token] : [],
    )
    const holders = tokens.length === 0 ? [] : await this.#parties.withTokens(statements, tokens)
    const replaced = new Set<Partition>(keys.keys())
    for (const { setup, changes, origin } of arrivals) {
      const name = nameOf(setup)
      const same = setup.vendor === 'joor' ? holders.filter((each) => each.setup.token === setup.token) : []
      const owner = same.find((each) => each.setup.declared && !replaced.has(partitionOfParty(each)))
      if (owner !== undefined) throw new TokenTaken(owner.setup.name)
      // The calls that the token made before anybody declared its account are the account's own.
      const anonymous = setup.declared ? same.find((each) => !each.setup.declared) : undefined
      const before = await this.#parties.find(statements, live, keyOfSetup(setup), 'FOR UPDATE')
      const gone = [before, anonymous].filter((each) => each !== undefined)
      // A call of theirs that is under way is waited for, and counts.
      const locked = await Promise.all(gone.map(({ key }) => this.#parties.find(statements, live, key, 'FOR UPDATE')))
      const requests = locked.reduce((sum, each) => sum + (each?.requests ?? 0), 0)
      if (origin === undefined) {
        await this.#parties.remove(statements, idsOf(gone))
        const party = await this.#parties.insert(statements, live, setup, requests)
        await writeRows(statements, party.id, changes ?? {}, [], '')
      } else {
        await this.#parties.remove(statements, idsOf(gone))
        await this.#parties.copy(statements, [{ origin, setup, requests }], live)
      }
      if (anonymous !== undefined) {
        replaced.add(partitionOfParty(anonymous))
        await this.#log.rename(statements, partitionOfParty(anonymous), name)
      }
    }
    for (const each of replaced) await this.#log.replaced(statements, each)
  }

  /** Makes these what reset goes back to, beside those that are there already. Throws TokenTaken. */
  async addToSeed(statements: Statements, declarations: readonly Declaration[]): Promise<void> {
    const given = unique(declarations)
    const names = new Set(given.map(({ setup }) => nameOf(setup)))
    const standing = await this.#parties.list(statements, seeded)
    const owners = new Map<string, string>()
    for (const { setup } of [...standing.filter((each) => !names.has(partitionOfParty(each))), ...given]) {
      if (setup.vendor !== 'joor' || setup.token === null) continue
      const owner = owners.get(setup.token)
      if (owner !== undefined) throw new TokenTaken(owner)
      owners.set(setup.token, setup.name)
    }
    await this.#parties.remove(statements, idsOf(standing.filter((each) => names.has(partitionOfParty(each)))))
    for (const { setup, changes } of given) {
      const party = await this.#parties.insert(statements, seeded, setup, 0)
      await writeRows(statements, party.id, changes, [], '')
    }
  }

  async replaceSeed(statements: Statements, declarations: readonly Declaration[]): Promise<void> {
    await this.#parties.remove(statements, idsOf(await this.#parties.list(statements, seeded)))
    await this.addToSeed(statements, declarations)
  }

  /** Back to a copy, for one account or site or for all; what is not in it is gone. Throws TokenTaken. */
  async restore(statements: Statements, copy: string, of: Partition | undefined): Promise<AccountsAndSites> {
    const all = await this.#parties.list(statements, copy)
    const meant = of === undefined ? all : all.filter((party) => partitionOfParty(party) === of)
    const setups = meant.map(({ setup }) => setup)
    if (of !== undefined && meant.length > 0)
      await this.put(
        statements,
        meant.map(({ id, setup }) => ({ setup, origin: id })),
      )
    else {
      const standing = await this.#parties.list(statements, live, 'FOR UPDATE')
      const gone = of === undefined ? standing : standing.filter((party) => partitionOfParty(party) === of)
      const requests = new Map(gone.map((party) => [partitionOfParty(party), party.requests]))
      await this.#parties.remove(statements, idsOf(gone))
      const copies = meant.map(({ id, setup }) => ({ origin: id, setup, requests: requests.get(nameOf(setup)) ?? 0 }))
      await this.#parties.copy(statements, copies, live)
      const replaced = of === undefined ? [...gone.map(partitionOfParty), ...setups.map(nameOf)] : [of]
      for (const each of new Set(replaced)) await this.#log.replaced(statements, each)
    }
    return countsOf(setups)
  }

  async drop(statements: Statements, name: string, of: Partition | undefined): Promise<boolean> {
    const found = await findSnapshot(statements, name, of)
    if (found === undefined) return false
    await this.#parties.remove(statements, idsOf(await this.#parties.list(statements, copyOfSnapshot(found.id))))
    await statements.rows('DELETE FROM @snapshots WHERE id = $1', [found.id])
    return true
  }

  /** A copy of one account or site or of all as they stand; undefined where there is no such account. */
  async save(
    statements: Statements,
    name: string,
    of: Partition | undefined,
    at: string,
  ): Promise<SavedSnapshot | undefined> {
    const all = await this.#parties.list(statements, live)
    const meant = of === undefined ? all : all.filter((party) => partitionOfParty(party) === of)
    if (of !== undefined && meant.length === 0) return undefined
    const isNew = !(await this.drop(statements, name, of))
    const [row] = await statements.rows<{ id: string }>(
      'INSERT INTO @snapshots (scope, name, of_party, made_at) VALUES ($1, $2, $3, $4) RETURNING id',
      [scopeOf(of), name, of === undefined ? null : JSON.stringify(of), at],
    )
    const copies = meant.map(({ id, setup }) => ({ origin: id, setup, requests: 0 }))
    await this.#parties.copy(statements, copies, copyOfSnapshot(row?.id ?? ''))
    return { name, of, at, ...countsOf(meant.map(({ setup }) => setup)), isNew }
  }

  /** Another one with the same rows. Throws TokenTaken, NameTaken. */
  async fork(statements: Statements, from: Partition, as: (setup: Setup) => Setup): Promise<boolean> {
    const origin = await this.#parties.find(statements, live, keyOf(from), 'FOR UPDATE')
    if (origin === undefined) return false
    const setup = as(origin.setup)
    const standing = await this.#parties.find(statements, live, keyOfSetup(setup))
    if (standing !== undefined) throw new NameTaken(setup.name)
    await this.put(statements, [{ setup, origin: origin.id }])
    return true
  }

  /** A snapshot as the text of its file. */
  async textOf(statements: Statements, name: string, of: Partition | undefined): Promise<string | undefined> {
    const found = await findSnapshot(statements, name, of)
    if (found === undefined) return undefined
    const parties = await this.#parties.list(statements, copyOfSnapshot(found.id))
    const rows = byParty(await readAllRows(statements, idsOf(parties)))
    const partitions = parties.map(({ id, setup }) => ({
      setup,
      rows: (rows.get(id) ?? []).map(({ table, key, row }) => ({ table, key, ...row })),
    }))
    return writeSnapshot(restoredSnapshot({ name, of: of ?? null, at: found.made_at, partitions }))
  }
}

/** Whose snapshot it is; everything's has no bytes. */
const scopeOf = (of: Partition | undefined) => (of === undefined ? Buffer.alloc(0) : keyOf(of))

/** A snapshot may have a million rows of a thousand accounts. */
function byParty<Each extends { readonly party: string }>(rows: readonly Each[]): ReadonlyMap<string, readonly Each[]> {
  const parties = new Map<string, Each[]>()
  for (const row of rows) entryOf(parties, row.party, () => []).push(row)
  return parties
}

/** Of what is declared twice the last counts. */
export const unique = (declarations: readonly Declaration[]): readonly Declaration[] => [
  ...new Map(declarations.map((declaration) => [nameOf(declaration.setup), declaration])).values(),
]

function countsOf(setups: readonly Setup[]): AccountsAndSites {
  const accounts = setups.filter(({ vendor }) => vendor === 'joor').length
  return { accounts, sites: setups.length - accounts }
}

export async function findSnapshot(statements: Statements, name: string, of: Partition | undefined) {
  const [found] = await statements.rows<{ readonly id: string; readonly made_at: string }>(
    'SELECT id, made_at FROM @snapshots WHERE scope = $1 AND name = $2',
    [scopeOf(of), name],
  )
  return found
}

/** In byte order of their names. */
export async function listSnapshots(
  statements: Statements,
  of: Partition | undefined,
): Promise<readonly SnapshotSummary[]> {
  const rows = await statements.rows<{ name: string; made_at: string; accounts: string; sites: string }>(
    `SELECT s.name, s.made_at, count(*) FILTER (WHERE p.vendor = 'joor') AS accounts,
       count(*) FILTER (WHERE p.vendor = 'jirafe') AS sites
     FROM @snapshots s LEFT JOIN @parties p ON p.copy = s.id + 1
     WHERE s.scope = $1 GROUP BY s.id, s.name, s.made_at ORDER BY convert_to(s.name, 'UTF8')`,
    [scopeOf(of)],
  )
  return rows.map(({ name, made_at, accounts, sites }) => ({
    ...{ name, of, at: made_at },
    ...{ accounts: Number(accounts), sites: Number(sites) },
  }))
}
