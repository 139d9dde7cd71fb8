/** One call, of a vendor's client or of the control plane. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly type?: string
  readonly token?: { readonly vendor: 'joor' | 'jirafe'; readonly text: string }
}

const accounts = ['one', 'two', 'three']
const sites = ['shop', 'store', 'BACKSTOCK-ERROR']
/** The last is declared by nobody, or by whoever draws it. */
const tokens = ['t-one', 't-one', 't-two', 't-three', 'a-token']
const warehouses = ['New York', 'Paris', 'Tōkyō', 'a&b <c>']
const styles = [
  {
    ...{ style_number: 'S1', style_identifier: 'SI1', style_id: 7 },
    colors: [
      {
        ...{ color_code: 'RED', style_color_id: 8 },
        sizes: [
          { size: 'S', size_code: 's', upc: '1' },
          { size: 'M', size_code: 'm', upc: '2' },
        ],
      },
    ],
  },
]

/** What the control plane shows of all that calls leave behind. */
export const looks = [
  ...['joor/accounts', 'jirafe/sites', 'faults', 'clock', 'ids', 'snapshots', 'violations', 'coverage'],
  ...[...accounts, 'token-ef8d1c92'].flatMap((account) => [
    ...[`joor/accounts/${account}`, `joor/accounts/${account}/positions`],
    ...['snapshots', 'requests', 'faults', 'ids', 'violations'].map((what) => `${what}?account=${account}`),
  ]),
  ...sites.flatMap((site) => [
    ...[`jirafe/sites/${site}`, `jirafe/sites/${site}/levels?history=true`, `jirafe/sites/${site}/events`],
    `requests?site=${site}`,
  ]),
].map((path) => `/_backstock/${path}`)

/** Random calls of all kinds; each may be about the id of an earlier one. */
export function callsBy(random: () => number): (earlier: string | undefined) => Sent {
  const int = (bound: number) => Math.floor(random() * bound)
  const chance = (share: number) => random() < share
  const pick = <Value>(...values: readonly [Value, ...Value[]]): Value => values[int(values.length)] ?? values[0]
  const one = (names: readonly string[]) => names[int(names.length)] ?? ''
  const times = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make)
  /** Some of these fields. */
  const some = (share: number, fields: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(fields).filter(() => chance(share)))

  const sku = () =>
    pick<Readonly<Record<string, unknown>>>(
      ...([
        { upc: '1' },
        { upc: '2' },
        { upc: '3' },
        { upc: pick('4', 'x\u0000y', '😀', 'BACKSTOCK-PARTIAL', 'BACKSTOCK-ERROR') },
      ] as const),
      { style_number: 'S1', color_code: 'RED', size: pick('S', 'M') },
      { style_id: 7, style_color_id: 8, size: pick('S', 'M') },
    )
  const item = () => ({
    ...some(0.9, { warehouse: one(warehouses) }),
    ...sku(),
    ...some(0.93, { inventory: pick<unknown>(int(50), int(50), int(50), 0, -3, 'ten', '12') }),
    ...some(0.2, { inventory_date: pick('IMMEDIATE', '2026-03-01', '2026-13-01') }),
    ...some(0.15, { made_to_order: pick<unknown>('Y', true, 1, 'TRUE', 0) }),
    ...some(0.03, { unknown: 1 }),
  })
  const settings = () => ({
    ...some(0.6, { overwrite_scope: pick('warehouse', 'account'), made_to_order_clears: pick('sku', 'position') }),
    ...some(0.3, { pending_floor: 'zero', missing_warehouse: 'refuse', contract: pick('enforce', 'off') }),
    ...some(0.3, { rate_limit: pick('enforce', 'off', '2/60'), partial_code: '1' }),
    ...some(0.15, { auth: 'enforce' }),
  })
  const pending = () => times(int(4), () => ({ ...sku(), warehouse: pick('New York', 'Paris'), quantity: int(9) }))
  const account = () => ({
    ...some(0.85, { token: one(tokens) }),
    ...some(0.5, { warehouses: warehouses.filter(() => chance(0.7)), pending: pending() }),
    ...some(0.4, { styles, positions: [{ warehouse: 'Paris', upc: pick('1', '2'), inventory: int(40) }] }),
    ...some(0.7, { settings: settings() }),
  })

  const query = () => {
    const given = [
      ...(chance(0.3) ? [`overwrite=${pick('1', '1', '0', 'maybe')}`] : []),
      ...(chance(0.3) ? [`dec_pending=${pick('1', '1', '0')}`] : []),
    ]
    return given.length === 0 ? '' : `?${given.join('&')}`
  }
  const escaped = (value: unknown) => String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replaceAll('\0', '')
  const xml = (items: readonly object[]) => {
    const fields = (each: object) => Object.entries(each).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    const written = items.map((each) => `<inventory_item>${fields(each).join('')}</inventory_item>`)
    return `<?xml version="1.0" encoding="UTF-8"?><inventory_items>${written.join('')}</inventory_items>`
  }
  const joor = (): Sent => {
    const token = { vendor: 'joor', text: one(tokens) } as const
    if (chance(0.15)) {
      const fields = new URLSearchParams([
        ['inventory', String(int(50))],
        ['color_code', 'RED'],
        ['size', pick('S', 'M')],
      ])
      return { method: 'PUT', path: `/v2/style-number/S1/SI1/inventory?${fields}`, token }
    }
    const items = times(chance(0.1) ? 40 : int(6), item)
    const call = { method: 'POST', path: `/v2/bulk-inventory${query()}`, ...(chance(0.95) && { token }) }
    if (chance(0.25)) return { ...call, type: 'application/xml', body: xml(items) }
    return { ...call, body: chance(0.04) ? '{"inventory_items":[' : JSON.stringify({ inventory_items: items }) }
  }

  const event = () => ({
    timestamp: pick('2015-01-23T16:35:38+0000', '2015-02-23T16:35:38+0000', 'nonsense'),
    product_code: pick('A', 'B', 'BACKSTOCK-PARTIAL'),
    inventory_level: pick<unknown>(int(20), int(20), int(20), -1, 'many'),
  })
  const jirafe = (): Sent => {
    const call = {
      method: 'POST',
      ...(chance(0.95) && { token: { vendor: 'jirafe', text: pick('s-one', 's-two') } as const }),
    }
    const site = one(sites)
    if (chance(0.6))
      return {
        ...call,
        path: `/v2/${site}/${pick('inventory', 'inventory', 'product')}`,
        body: JSON.stringify(event()),
      }
    return { ...call, path: `/v2/${site}/batch`, body: JSON.stringify({ 'product.inventory': times(int(5), event) }) }
  }

  const scope = () => pick('', '', `?account=${one(accounts)}`, `?site=${one(sites)}`, '?account=token-ef8d1c92')
  const fault = () => ({
    ...some(0.5, {
      match: pick<object>({ vendor: 'joor' }, { operation: 'joor.bulk-inventory' }, { operation: 'jirafe.batch' }),
    }),
    ...some(0.4, { after: int(3) }),
    times: 1 + int(3),
    fault: pick<object>(
      ...([
        { kind: 'partial', items: { every: 2 } },
        { kind: 'partial', items: { index: [0, 2] } },
      ] as const),
      ...[{ kind: 'error', status: 503 }, { kind: 'before_commit' }, { kind: 'after_commit' }, { kind: 'garble' }],
    ),
  })
  const clock = () => pick<object>({ freeze: `2026-01-${10 + int(15)}T10:00:00Z` }, { advance: int(90) })
  const control = (earlier: string | undefined): Sent => {
    const ask = (method: string, path: string, body?: unknown): Sent => ({
      ...{ method, path: `/_backstock/${path}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return pick(
      () => ask('PUT', `joor/accounts/${one(accounts)}`, account()),
      () => ask('PUT', `joor/accounts/${one(accounts)}`, account()),
      () => ask('PUT', `joor/accounts/${one(accounts)}/pending`, pending()),
      () => ask('POST', `joor/accounts/${one(accounts)}/fork`, { name: one(accounts), token: one(tokens) }),
      () => ask('DELETE', `joor/accounts/${one(accounts)}`),
      () =>
        ask('PUT', `jirafe/sites/${one(sites)}`, {
          token: 's-one',
          settings: { latest_by: pick('arrival', 'timestamp') },
        }),
      () => ask('DELETE', `jirafe/sites/${one(sites)}`),
      () => ask('PUT', 'seed', { joor: { accounts: { [one(accounts)]: account() } } }),
      () => ask('POST', `reset${scope()}`),
      () => ask('PUT', `snapshots/${pick('s1', 's2')}${scope()}`),
      () => ask('POST', `snapshots/${pick('s1', 's2')}/restore${scope()}`),
      () => ask('DELETE', `snapshots/${pick('s1', 's2')}${scope()}`),
      () => ask('PUT', `clock${scope()}`, clock()),
      () => ask('PUT', `ids${scope()}`, { seed: int(5) }),
      () => ask('PUT', `faults${scope()}`, times(1 + int(3), fault)),
      () => ask('DELETE', `faults${scope()}`),
      () => ask('DELETE', `requests${scope()}`),
      () => ask('POST', `requests/${earlier ?? 'none'}/repeat`),
    )()
  }
  return (earlier) => (chance(0.3) ? control(earlier) : chance(0.7) ? joor() : jirafe())
}
