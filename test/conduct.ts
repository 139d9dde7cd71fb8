import { expect } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { oauth2, startTestEmulator } from './emulator.js'

/** How a row is written; a single-SKU call has one row and everything in its query. */
export type Form = 'json' | 'xml' | 'single'

export type Row = Readonly<Record<string, string | number | boolean | null>>

interface Way {
  readonly query?: string
  readonly agent?: string
  readonly method?: string
  readonly token?: string
  readonly form?: Form
  readonly signal?: AbortSignal
}

/** A breach of conduct as GET violations lists it. */
export interface Told {
  readonly rule: string
  readonly level: string
  readonly at: Readonly<Record<string, unknown>>
  readonly seen: string
  readonly right: string
  readonly request: string
}

/** A client of both vendors at an emulator whose clock stands until it is told otherwise. */
export class Shop {
  readonly emulator: Emulator
  readonly #form: Form
  readonly #clock: { now: number }

  static async open(form: Form = 'json', options: EmulatorOptions = {}): Promise<Shop> {
    const clock = { now: Date.parse('2026-01-23T12:00:00Z') }
    return new Shop(await startTestEmulator({ clock: () => new Date(clock.now), levels: {}, ...options }), form, clock)
  }

  private constructor(emulator: Emulator, form: Form, clock: { now: number }) {
    this.emulator = emulator
    this.#form = form
    this.#clock = clock
  }

  /** Seconds go by, for the emulator alone. */
  wait(seconds: number): void {
    this.#clock.now += Math.round(seconds * 1000)
  }

  /** One call of JOOR's; its status, undefined where no reply came. */
  send(rows: readonly Row[], { query = '', form = this.#form, ...way }: Way = {}): Promise<number | undefined> {
    if (form === 'single') {
      const { style_number = 'S', style_identifier = 'I', ...fields } = rows[0] ?? {}
      const search = new URLSearchParams(
        Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
      )
      const path = `/v2/style-number/${style_number}/${style_identifier}/inventory?${search}`
      return this.call(path, { ...way, method: 'PUT' })
    }
    const body = form === 'json' ? JSON.stringify({ inventory_items: rows }) : xmlOf(rows)
    return this.call(`/v2/bulk-inventory${query}`, { ...way, body, type: `application/${form}` })
  }

  /** One event of Jirafe's, or several by a batch. */
  report(document: unknown, { path = '/v2/site/inventory', token = 'a-token', ...way } = {}) {
    return this.call(path, {
      ...way,
      token: `Bearer ${token}`,
      body: JSON.stringify(document),
      type: 'application/json',
    })
  }

  async call(
    path: string,
    {
      method = 'POST',
      token = 'a-token',
      agent = 'shop',
      body,
      type,
      signal,
    }: Way & { readonly body?: string; readonly type?: string } = {},
  ): Promise<number | undefined> {
    const headers: Record<string, string> = { 'user-agent': agent }
    if (token !== '') headers.authorization = token.startsWith('Bearer ') ? token : oauth2(token)
    if (type !== undefined) headers['content-type'] = type
    try {
      const init = { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) }
      const response = await fetch(this.emulator.url + path, init)
      await response.text()
      return response.status
    } catch {
      return undefined
    }
  }

  /** A fault for the next call. */
  async arm(fault: object, match: object = { vendor: 'joor' }): Promise<void> {
    await this.ask('faults', { method: 'POST', body: JSON.stringify([{ match, times: 1, fault }]) })
  }

  async ask(path: string, init: RequestInit = {}) {
    const response = await fetch(`${this.emulator.url}/_backstock/${path}`, init)
    expect(response.status, `${path}: ${response.status < 300 ? '' : await response.clone().text()}`).toBeLessThan(300)
    const text = await response.text()
    return text === '' ? undefined : JSON.parse(text)
  }

  /** What is told of conduct so far, or would be if the run ended now. */
  async told(query = '?run=ended'): Promise<readonly Told[]> {
    const { violations } = await this.ask(`violations${query}`)
    return violations.filter(({ rule }: Told) => rule.includes('.conduct.'))
  }

  async lastId(): Promise<string> {
    const { requests } = await this.ask('requests?limit=1')
    return requests[0].id
  }
}

function xmlOf(rows: readonly Row[]): string {
  const items = rows.map(
    (row) =>
      `<inventory_item>${Object.entries(row)
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join('')}</inventory_item>`,
  )
  return `<inventory_items>${items.join('')}</inventory_items>`
}

/** A run that breaks a rule of conduct, or comes near it and does not. */
export interface Case {
  readonly rule: string
  readonly says: string
  /** What is told of the breach, in parts; absent where the rule is kept. */
  readonly breaks?: readonly string[]
  /** Rules that the same run breaks beside it. */
  readonly also?: readonly string[]
  readonly options?: EmulatorOptions
  /** GET violations is asked so. */
  readonly asked?: string
  run(shop: Shop): Promise<unknown>
}

export async function hold({ rule, breaks, also = [], options, asked, run }: Case, form?: Form): Promise<void> {
  const shop = await Shop.open(form, options)
  await run(shop)
  const told = await shop.told(asked)
  const expected = breaks === undefined ? also : [rule, ...also]
  const rules = [...new Set(told.map((each) => each.rule))].sort()
  expect(rules, JSON.stringify(told, null, 1)).toEqual([...expected].sort())
  const last = told.findLast((each) => each.rule === rule)
  for (const part of breaks ?? []) expect(last?.seen).toContain(part)
}

/** Rules that no case breaks, and rules that no case keeps. */
export function unproved(rules: readonly string[], cases: readonly Pick<Case, 'rule' | 'breaks'>[]): readonly string[] {
  const has = (rule: string, broken: boolean) =>
    cases.some((each) => each.rule === rule && (each.breaks !== undefined) === broken)
  return rules.flatMap((rule) => [
    ...(has(rule, true) ? [] : [`${rule} is never broken`]),
    ...(has(rule, false) ? [] : [`${rule} is never kept`]),
  ])
}
