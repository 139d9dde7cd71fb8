import { RecentMap } from '../../recent-map.js'
import { anonymousName, anonymousNames, type Named, partitionOf } from '../partitions.js'
import { keyPart } from '../rows.js'
import type { Access, Partition, Setup } from '../store.js'
import { bytesOf } from './bytes.js'
import type { Statements } from './database.js'
import { copyRows } from './row-sets.js'

/** An account or site: a live one, one that reset goes back to, or one of a snapshot. */
export interface Party {
  readonly id: string
  readonly key: Buffer
  readonly setup: Setup
  readonly requests: number
}

/** An account or site that a call has the lock of. */
export interface Entered {
  readonly party: Party
  /**
   * Whether clocks, ids or faults are set of anybody. What was set while the call waited for its lock is not told: the
   * call may as well have come before it.
   */
  readonly hasControls: boolean
}

/** The copies that are there always; those of snapshots have the numbers of the snapshots behind them. */
export const live = '0'
export const seeded = '1'
export const copyOfSnapshot = (id: string) => String(BigInt(id) + 1n)

interface PartyRow {
  readonly id: string
  readonly key: Buffer
  readonly version: string
  /** Null where it is long and its version is known. */
  readonly setup: string | null
  readonly requests: string
}

export const keyOf = (partition: Partition) => bytesOf(keyPart(partition))
export const keyOfSetup = ({ vendor, name }: Pick<Setup, 'vendor' | 'name'>) => keyOf(partitionOf(vendor, name))

/** Setups that are kept, and the texts among them that are not to be read again with each call: lists of many styles. */
const mostKnown = 1_000
const mostLong = 50
const longText = 4_000

/** The first parameter are the versions of which the setup is known. */
const columns = `p.id, p.key, p.version, p.requests,
  CASE WHEN p.version = ANY ($1::bigint[]) THEN NULL ELSE p.setup END AS setup`

const accountOfToken = `p.id = (
  SELECT id FROM @parties WHERE copy = 0 AND vendor = 'joor' AND token = $2 ORDER BY declared DESC, id LIMIT 1
)`

/** The row that `ownOf` would find; the value is the second parameter. */
const ownRow = (caller: Named) =>
  caller.vendor === 'jirafe'
    ? { where: 'p.copy = 0 AND p.key = $2', value: keyOf(partitionOf('jirafe', caller.site)) }
    : { where: accountOfToken, value: caller.token }

/** The accounts and sites in the database. */
export class Parties {
  /** Setups by their versions: a version is of one setup for ever. */
  readonly #known = new RecentMap<string, Setup>()
  readonly #long = new RecentMap<string, true>()

  /** What is known of a caller, and the live account or site that it is; undefined where no call has made it yet. */
  async access(statements: Statements, caller: Named): Promise<Access & { readonly name: string }> {
    const found = await this.#ofCaller(statements, caller)
    const own = ownOf(found, caller)
    const name = own?.setup.name ?? nameFor(found, caller)
    const opens = found.filter(({ setup }) => setup.declared && setup.token === caller.token)
    return { setup: own?.setup, name, opens: opens.map(({ setup }) => setup.name) }
  }

  /** The live account or site of a caller, locked until the transaction ends; undefined where there is none. */
  async lock(statements: Statements, caller: Named): Promise<Party | undefined> {
    const { where, value } = ownRow(caller)
    const [party] = await this.#select(statements, `${where} FOR UPDATE`, [value])
    return party
  }

  /** The same for a call of it, which is counted. */
  async enter(statements: Statements, caller: Named): Promise<Entered | undefined> {
    const { where, value } = ownRow(caller)
    const long = this.#longOnes
    const [row] = await statements.prepared<PartyRow & { readonly has_controls: boolean }>(
      `UPDATE @parties p SET requests = p.requests + 1 WHERE ${where}
       RETURNING ${columns}, EXISTS (SELECT 1 FROM @controls) AS has_controls`,
      [[...long.keys()], value],
    )
    return row && { party: partyOf(row, this.#setupOf(row, long)), hasControls: row.has_controls }
  }

  /** The one with the key among those of a copy; locked where that is said. */
  async find(statements: Statements, copy: string, key: Buffer, lock = ''): Promise<Party | undefined> {
    const [party] = await this.#select(statements, `p.copy = $2 AND p.key = $3 ${lock}`, [copy, key])
    return party
  }

  /** Those of a copy in the order of their keys; locked where that is said. */
  list(statements: Statements, copy: string, lock = ''): Promise<readonly Party[]> {
    return this.#select(statements, `p.copy = $2 ORDER BY p.key ${lock}`, [copy])
  }

  /** Live accounts with one of these tokens. */
  withTokens(statements: Statements, tokens: readonly string[]): Promise<readonly Party[]> {
    return this.#select(statements, "p.copy = 0 AND p.vendor = 'joor' AND p.token = ANY ($2::text[])", [tokens])
  }

  /** How many live ones nobody declared. */
  async anonymous(statements: Statements): Promise<number> {
    const [row] = await statements.rows<{ readonly count: string }>(
      'SELECT count(*) AS count FROM @parties WHERE copy = 0 AND NOT declared',
    )
    return Number(row?.count ?? 0)
  }

  async insert(statements: Statements, copy: string, setup: Setup, requests: number): Promise<Party> {
    const key = keyOfSetup(setup)
    const { vendor, declared, token } = setup
    const [row] = await statements.rows<{ readonly id: string }>(
      `INSERT INTO @parties (copy, key, vendor, declared, token, setup, requests) VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING id`,
      [copy, key, vendor, declared, token, JSON.stringify(setup), requests],
    )
    if (row === undefined) throw new Error('A row that was inserted has no id.')
    return { id: row.id, key, setup, requests }
  }

  /** Takes accounts and sites away with their rows. */
  async remove(statements: Statements, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await statements.rows('DELETE FROM @rows WHERE party = ANY ($1::bigint[])', [ids])
    await statements.rows('DELETE FROM @parties WHERE id = ANY ($1::bigint[])', [ids])
  }

  async change(statements: Statements, { id }: Party, setup: Setup): Promise<void> {
    await statements.rows('UPDATE @parties SET setup = $2, version = DEFAULT WHERE id = $1', [
      id,
      JSON.stringify(setup),
    ])
  }

  /** Puts copies of accounts and sites with their rows among those of another copy. */
  async copy(
    statements: Statements,
    parties: readonly { readonly origin: string; readonly setup: Setup; readonly requests: number }[],
    to: string,
  ): Promise<void> {
    const copies = new Map<string, string>()
    for (const { origin, setup, requests } of parties)
      copies.set(origin, (await this.insert(statements, to, setup, requests)).id)
    await copyRows(statements, copies)
  }

  /** Those who share a token or a name with a caller: few of each. */
  #ofCaller(statements: Statements, caller: Named): Promise<readonly Party[]> {
    if (caller.vendor === 'jirafe') {
      // A token opens several sites; the path says which one is meant.
      const values = [keyOf(partitionOf('jirafe', caller.site)), caller.token]
      const opened = "p.vendor = 'jirafe' AND p.declared AND p.token = $3"
      return this.#select(statements, `p.copy = 0 AND (p.key = $2 OR (${opened}))`, values)
    }
    // An anonymous account may have the name that this caller's own would get.
    const keys = anonymousNames(caller.token).map((name) => keyOf(partitionOf('joor', name)))
    const values = [caller.token, `{${keys.map((key) => `"\\\\x${key.toString('hex')}"`)}}`]
    const named = 'p.key = ANY ($3::bytea[])'
    return this.#select(statements, `p.copy = 0 AND p.vendor = 'joor' AND (p.token = $2 OR ${named})`, values)
  }

  async #select(
    statements: Statements,
    where: string,
    values: readonly (string | Buffer | readonly string[])[],
  ): Promise<readonly Party[]> {
    const long = this.#longOnes
    const rows = await statements.prepared<PartyRow>(`SELECT ${columns} FROM @parties p WHERE ${where}`, [
      [...long.keys()],
      ...values,
    ])
    return rows.map((row) => partyOf(row, this.#setupOf(row, long)))
  }

  /** Held until the answer is read: of many accounts the first ones may take their place among those that are known. */
  get #longOnes(): ReadonlyMap<string, Setup> {
    const long = new Map<string, Setup>()
    for (const [version] of this.#long) {
      const setup = this.#known.get(version)
      if (setup !== undefined) long.set(version, setup)
    }
    return long
  }

  #setupOf({ version, setup: text }: PartyRow, long: ReadonlyMap<string, Setup>): Setup {
    // What was written there was a setup; the same version is the same object, too, so that who decided by it sees that.
    const setup = this.#known.touch(version, () => long.get(version) ?? (JSON.parse(text ?? 'null') as Setup))
    const gone = this.#known.size > mostKnown ? this.#known.deleteOldest() : undefined
    if (gone !== undefined) this.#long.delete(gone[0])
    if (text !== null && text.length > longText) this.#long.touch(version, () => true)
    if (this.#long.size > mostLong) this.#long.deleteOldest()
    return setup
  }
}

function partyOf({ id, key, requests }: PartyRow, setup: Setup): Party {
  return { id, key, setup, requests: Number(requests) }
}

/** At Jirafe the path says the site; at JOOR the token is the account, declared or not. */
function ownOf(found: readonly Party[], caller: Named): Party | undefined {
  if (caller.vendor === 'jirafe') return found.find(({ setup }) => setup.name === caller.site)
  const own = found.filter(({ setup }) => setup.token === caller.token)
  return own.find(({ setup }) => setup.declared) ?? own[0]
}

/** The name of an account or site that there is not yet. */
export function nameFor(found: readonly Party[], caller: Named): string {
  if (caller.vendor === 'jirafe') return caller.site
  const taken = new Set(found.map(({ setup }) => setup.name))
  return (
    anonymousNames(caller.token).find((name) => !taken.has(name)) ?? anonymousName(caller.token, caller.token.length)
  )
}

export const nameOf = ({ vendor, name }: Setup) => partitionOf(vendor, name)
export const partitionOfParty = ({ setup }: Party) => nameOf(setup)
export const idsOf = (parties: readonly Party[]) => parties.map(({ id }) => id)

/** Who changes accounts and sites as a whole waits for the one before; calls do not, but for those that make one. */
export async function lockDirectory(statements: Statements): Promise<void> {
  await statements.rows("SELECT 1 FROM @singles WHERE name = 'directory' FOR UPDATE")
}
