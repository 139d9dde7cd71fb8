import { oauth2 } from './emulator.js'
import type { Observed } from './linear.js'
import { JirafeModel } from './model/jirafe.js'
import { type Call, JoorModel, type Sent } from './model/joor.js'
import { writeBody } from './model/joor-wire.js'

/** What of an account a client may see: what stands there, and what was saved of it. */
export interface Account {
  readonly stock: JoorModel
  readonly saved: JoorModel | undefined
}

export const emptyAccount: Account = {
  stock: new JoorModel({
    ...{ warehouses: null, skus: null, pending: [] },
    settings: {
      ...{ overwrite_scope: 'warehouse', pending_floor: 'none', missing_warehouse: 'default' },
      ...{ made_to_order_clears: 'sku', partial_code: '0' },
    },
  }),
  saved: undefined,
}
export const emptySite = new JirafeModel({ inventory_schema: 'any', latest_by: 'arrival' })

export const textOfAccount = ({ stock, saved }: Account) =>
  `${textOfStock(stock)} | ${saved === undefined ? 'none' : textOfStock(saved)}`
const texts = new WeakMap<JoorModel, string>()
/** A model is never changed once it is part of a state, and its text is asked for again and again. */
function textOfStock(model: JoorModel): string {
  const text =
    texts.get(model) ?? sortedText(model.positions.map(({ warehouse, sku, available }) => [warehouse, sku, available]))
  texts.set(model, text)
  return text
}
export const textOfSite = (model: JirafeModel) =>
  sortedText(model.levels.map(({ code, inventory_level, change_date }) => [code, inventory_level, change_date]))
const sortedText = (rows: readonly unknown[]) =>
  rows
    .map((row) => JSON.stringify(row))
    .toSorted()
    .join()

interface Answer {
  readonly status: number
  readonly body: string
}

/** Something that a client does: what it sends, and what that does to a state and is answered there. */
interface Deed<State> {
  readonly says: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly isLook: boolean
  /** Undefined where it cannot have been answered so. */
  on(state: State, answer: Answer): State | undefined
}

type OfAccount = Deed<Account>
type OfSite = Deed<JirafeModel>

const jsonType = { 'Content-Type': 'application/json' }
const when = <State>(is: boolean, state: State) => (is ? state : undefined)

/** A call of few SKUs in two warehouses; no two calls set the same quantity, so that each is known by it. */
function bulkDeed(account: string, number: number, random: () => number): OfAccount {
  const drawn = <Value>(values: readonly [Value, ...Value[]]) =>
    values[Math.floor(random() * values.length)] ?? values[0]
  const text = (value: string): Sent => ({ type: 'string', text: value })
  const items = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, item) => [
    ['warehouse', text(drawn(['NY', 'LA']))] as const,
    ['upc', text(drawn(['A', 'B']))] as const,
    random() < 0.1
      ? (['made_to_order', text('true')] as const)
      : (['inventory', { type: 'number', text: `${number * 10 + item}` }] as const),
  ])
  const query: Call['query'] = random() < 0.3 ? [['overwrite', '1']] : []
  const call: Call = { method: drawn(['POST', 'PUT']), format: 'json', query, items }
  return {
    says: `${call.method} ${query.length > 0 ? 'overwrite ' : ''}${writeBody(call)}`,
    method: call.method,
    path: `/v2/bulk-inventory${query.length > 0 ? '?overwrite=1' : ''}`,
    headers: { ...jsonType, Authorization: oauth2(account) },
    body: writeBody(call),
    isLook: false,
    on(account, { status }) {
      const stock = account.stock.copy()
      stock.call(call)
      return when(status === 200, { ...account, stock })
    },
  }
}

const lookAtStock = (account: string): OfAccount => ({
  says: 'positions',
  method: 'GET',
  path: `/_backstock/joor/accounts/${account}/positions`,
  isLook: true,
  on(state, { status, body }) {
    const shown: { warehouse: string | null; sku: { upc: string }; available: number | null }[] =
      status === 200 ? JSON.parse(body).positions : []
    const seen = shown.map(({ warehouse, sku, available }) => [warehouse, state.stock.skuOf(sku), available])
    return when(status === 200 && sortedText(seen) === textOfStock(state.stock), state)
  },
})

const save = (account: string): OfAccount => ({
  says: 'save',
  method: 'PUT',
  path: `/_backstock/snapshots/saved?account=${account}`,
  isLook: false,
  on: ({ stock, saved }, { status }) => when(status === (saved === undefined ? 201 : 200), { stock, saved: stock }),
})

const restore = (account: string): OfAccount => ({
  says: 'restore',
  method: 'POST',
  path: `/_backstock/snapshots/saved/restore?account=${account}`,
  isLook: false,
  on: ({ stock, saved }, { status }) =>
    saved === undefined ? when(status === 404, { stock, saved }) : when(status === 200, { stock: saved, saved }),
})

const drop = (account: string): OfAccount => ({
  says: 'drop',
  method: 'DELETE',
  path: `/_backstock/snapshots/saved?account=${account}`,
  isLook: false,
  on: ({ stock, saved }, { status }) => when(status === (saved === undefined ? 404 : 204), { stock, saved: undefined }),
})

/** An event that an older change date keeps from being the latest. */
function eventDeed(site: string, number: number, random: () => number): OfSite {
  const day = 1 + Math.floor(random() * 9)
  const document = [
    ['change_date', `"2024-05-0${day}T00:00:00Z"`],
    ['effective_date', '"2024-05-01"'],
    ['sku_code', random() < 0.5 ? '"A"' : '"B"'],
    ['inventory_level', `${number}`],
  ] as const
  const body = `{${document.map(([name, value]) => `"${name}":${value}`).join()}}`
  return {
    says: `event ${body}`,
    method: 'POST',
    path: `/v2/${site}/inventory`,
    headers: { Authorization: 'Bearer a-token' },
    body,
    isLook: false,
    on(state, { status }) {
      const site = state.copy()
      site.send(document)
      return when(status === 200, site)
    },
  }
}

const lookAtLevels = (site: string): OfSite => ({
  says: 'levels',
  method: 'GET',
  path: `/_backstock/jirafe/sites/${site}/levels`,
  isLook: true,
  on(state, { status, body }) {
    const shown: { code: string; inventory_level: number; change_date: string }[] =
      status === 200 ? JSON.parse(body).levels : []
    const seen = shown.map(({ code, inventory_level, change_date }) => [code, `${inventory_level}`, change_date])
    return when(status === 200 && sortedText(seen) === textOfSite(state), state)
  },
})

function deedOfAccount(name: string, number: number, random: () => number): OfAccount {
  const drawn = random()
  if (drawn < 0.5) return bulkDeed(name, number, random)
  if (drawn < 0.75) return lookAtStock(name)
  if (drawn < 0.85) return save(name)
  return drawn < 0.95 ? restore(name) : drop(name)
}

const deedOfSite = (name: string, number: number, random: () => number): OfSite =>
  random() < 0.6 ? eventDeed(name, number, random) : lookAtLevels(name)

/** What was observed of an account and of a site. Each has to have an order of its own; then there is one for both. */
export interface History {
  readonly account: readonly Observed<Account>[]
  readonly site: readonly Observed<JirafeModel>[]
}

/** Eight clients at once on one account and one site of this name, each with so many deeds one after the other. */
export async function historyOf(
  urls: readonly string[],
  name: string,
  deeds: number,
  random: () => number,
): Promise<History> {
  const [first = ''] = urls
  for (const path of [`joor/accounts/${name}`, `jirafe/sites/${name}`])
    await declare(`${first}/_backstock/${path}`, name)
  const account: Observed<Account>[] = []
  const site: Observed<JirafeModel>[] = []
  let tick = 0
  let number = 0
  async function does<State>({ says, method, path, headers = {}, body, isLook, on }: Deed<State>) {
    const sent = ++tick
    // Of several replicas any may be asked.
    const url = urls.length === 1 ? first : urls[Math.floor(random() * urls.length)]
    const reply = await fetch(`${url}${path}`, { method, headers, body: body ?? null })
    const answer = { status: reply.status, body: await reply.text() }
    // What could not be stored has not happened.
    const effect = (state: State) => (answer.status === 503 ? state : on(state, answer))
    const isNothing = isLook || answer.status === 503
    return { says: `${sent}: ${says} → ${answer.status}`, sent, answered: ++tick, isLook: isNothing, on: effect }
  }
  const client = async () => {
    for (let count = 0; count < deeds; count++) {
      number++
      if (random() < 0.7) account.push(await does(deedOfAccount(name, number, random)))
      else site.push(await does(deedOfSite(name, number, random)))
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  return { account, site }
}

/** A storage that fails now and then has to be asked again. */
async function declare(place: string, token: string): Promise<void> {
  for (;;) {
    const reply = await fetch(place, { method: 'PUT', headers: jsonType, body: JSON.stringify({ token }) })
    await reply.text()
    if (reply.status === 201) return
    if (reply.status !== 503) throw new Error(`PUT ${place} was answered ${reply.status}.`)
  }
}
