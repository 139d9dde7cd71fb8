import { isDeepStrictEqual } from 'node:util'
import type { Case } from './case.js'
import { authorizationFor, type Destination } from './send.js'

type Members = Readonly<Record<string, unknown>>

/** What the control plane of an emulator shows after a case. */
export interface Observed {
  readonly positions: readonly Members[]
  readonly levels: readonly Members[]
  readonly costs: readonly Members[]
  /** Newest first. */
  readonly events: readonly Members[]
  /** Oldest first, in detail. */
  readonly requests: readonly Members[]
  /** The rules that the calls met and broke, by id. */
  readonly met: ReadonlySet<string>
  readonly broken: ReadonlySet<string>
}

/** Gives an emulator what a case takes for granted. */
export async function arrange({ given }: Case, to: Destination, site: string): Promise<void> {
  if (given?.account !== undefined) await put(to, 'joor/accounts/case', { token: to.joorToken, ...given.account })
  if (given?.site !== undefined)
    await put(to, `jirafe/sites/${encodeURIComponent(site)}`, { token: to.jirafeToken, ...given.site })
}

async function put(to: Destination, path: string, body: unknown): Promise<void> {
  const reply = await fetch(`${to.url}/_backstock/${path}`, { method: 'PUT', body: JSON.stringify(body) })
  if (!reply.ok) throw new Error(`what is given was refused: ${await reply.text()}`)
}

/** What is not there, such as an account that no call has made, has no rows. */
async function get(to: Destination, path: string, authorization?: string): Promise<Members> {
  const headers = authorization === undefined ? {} : { authorization }
  const reply = await fetch(`${to.url}/_backstock/${path}`, { headers })
  const text = await reply.text()
  if (reply.status === 404) return {}
  const read: unknown = reply.ok ? JSON.parse(keepDigits(text)) : undefined
  if (typeof read !== 'object' || read === null) throw new Error(`${path} cannot be observed: ${text}`)
  if ('next' in read && read.next !== null) throw new Error(`${path} has more rows than one page shows`)
  return { ...read }
}

/** An integer that `JSON.parse` would round becomes a text of its digits; a case names it so, too. */
function keepDigits(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
}

const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value : [])

export async function observe(to: Destination, site: string): Promise<Observed> {
  const { account } = await get(to, 'joor/account', authorizationFor('joor', to))
  const { positions } =
    account === undefined ? {} : await get(to, `joor/accounts/${encodeURIComponent(String(account))}/positions`)
  const ofSite = `jirafe/sites/${encodeURIComponent(site)}`
  const { levels } = await get(to, `${ofSite}/levels`)
  const { costs } = await get(to, `${ofSite}/costs`)
  const { events } = await get(to, `${ofSite}/events`)
  const { requests } = await get(to, 'requests')
  const details = await Promise.all(listOf(requests).map(({ id }) => get(to, `requests/${String(id)}`)))
  const ids = (name: string) =>
    new Set(details.flatMap((detail) => listOf(detail[name]).map(({ rule }) => String(rule))))
  return {
    positions: listOf(positions),
    levels: listOf(levels),
    costs: listOf(costs),
    events: listOf(events),
    requests: details.toReversed(),
    met: ids('rules'),
    broken: ids('violations'),
  }
}

/** What does not stand as the case says, and the rules that it was to prove and did not meet. */
export function judgeAfter({ then, rules, breaks = [], recorded }: Case, observed: Observed): readonly string[] {
  const faults: string[] = []
  for (const name of ['positions', 'levels', 'costs', 'events', 'requests'] as const) {
    const right = then?.[name]
    if (right !== undefined) faults.push(...judgeRows(name, observed[name], right))
  }
  if (recorded !== undefined) return faults
  for (const rule of rules) if (!observed.met.has(rule)) faults.push(`the rule ${rule} was not met`)
  const extra = [...observed.broken].filter((rule) => !breaks.includes(rule))
  const missing = breaks.filter((rule) => !observed.broken.has(rule))
  if (extra.length > 0) faults.push(`broken beside what the case says: ${extra.join(', ')}`)
  if (missing.length > 0) faults.push(`not broken, although the case says so: ${missing.join(', ')}`)
  return faults
}

function judgeRows(name: string, found: readonly Members[], right: readonly Members[]): readonly string[] {
  const shown = (rows: readonly Members[]) => rows.map((row) => JSON.stringify(row)).join('\n')
  const same = found.length === right.length && right.every((row, index) => agrees(found[index] ?? {}, row))
  if (same) return []
  const seen = found.map((row, index) => only(row, right[index] ?? row))
  return [`${name} are\n${shown(seen) || 'none'}\nnot\n${shown(right) || 'none'}`]
}

const only = (row: Members, like: Members) => Object.fromEntries(Object.keys(like).map((name) => [name, row[name]]))

/** Members that the case leaves out are not compared. */
function agrees(row: Members, right: Members): boolean {
  return Object.entries(right).every(([name, value]) => isDeepStrictEqual(row[name], value))
}
