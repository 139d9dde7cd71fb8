/** A call of a vendor's API: what is sent, and where. */
export interface Call {
  /** Default: POST. */
  readonly method?: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const bulkPath = '/v2/bulk-inventory'
const firstUpc = 800_000_000_000

/** One Jirafe event; another product by each number. */
export const jirafeEvent = (n: number): Call => ({
  path: '/v2/bench/inventory',
  headers: { Authorization: 'Bearer bench-token', 'Content-Type': 'application/json' },
  body: `{"timestamp":"2015-01-23T16:35:38+0000","product_code":"${firstUpc + n}","inventory_level":12}`,
})

type Fields = Readonly<Record<string, string | number>>

/** The least that names a position, in about 150 bytes of XML. */
export const leanItem = (n: number, inventory: number): Fields => ({
  ...{ warehouse: 'New York', inventory_date: 'IMMEDIATE' },
  ...{ upc: String(firstUpc + n), inventory },
})

/** What a connector sends of an item: about 300 bytes of XML. */
export const fullItem = (n: number, inventory: number): Fields => ({
  ...{ warehouse: 'New York', inventory_date: 'IMMEDIATE' },
  ...{ style_number: `DM142A${n % 1_000}`, style_identifier: `DM142A2101-${n % 1_000}`, color_code: '91', size: 'XS' },
  ...{ upc: String(firstUpc + n), inventory },
})

export const jsonCall = (items: readonly Fields[], account = 'bench-token'): Call =>
  bulk(account, 'application/json', JSON.stringify({ inventory_items: items }))

export function xmlCall(items: readonly Fields[], account = 'bench-token'): Call {
  const texts = items.map((item) => {
    const fields = Object.entries(item).map(([name, value]) => `<${name}>${value}</${name}>`)
    return `<inventory_item>${fields.join('')}</inventory_item>`
  })
  return bulk(account, 'application/xml', `<inventory_items>${texts.join('')}</inventory_items>`)
}

const bulk = (account: string, type: string, body: string): Call => ({
  path: bulkPath,
  headers: { Authorization: `OAuth2 ${Buffer.from(account).toString('base64')}`, 'Content-Type': type },
  body,
})

export const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n))

/** The request as it goes over the wire. */
export function bytesOf({ method = 'POST', path, headers, body }: Call): Buffer {
  const lines = Object.entries({ Host: 'localhost', ...headers, 'Content-Length': Buffer.byteLength(body) })
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
