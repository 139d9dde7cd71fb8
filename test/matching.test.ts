import { describe, expect, it } from 'vitest'
import { readHead } from '../server/head.js'
import { jirafeOperations } from '../server/jirafe/operations.js'
import { joorOperations } from '../server/joor/operations.js'
import type { Handled } from '../server/matching/call.js'
import { compare, readArrivalMatch, readMatch } from '../server/matching/match.js'

const operations = new Map([...joorOperations, ...jirafeOperations].map((each) => [each.name, each]))
const known = {
  operations: new Map([...operations].map(([name, { vendor }]) => [name, vendor])),
  rules: ['joor.date.forms', 'joor.field.empty'],
}

interface Sent {
  readonly operation?: string
  readonly url?: string
  readonly type?: string
  readonly body?: string
}

/** A call that was answered by 200, with nothing broken, unless said otherwise. */
function call(
  { operation = 'joor.bulk-inventory', url = '/v2/bulk-inventory', type = 'application/json', body = '{}' }: Sent,
  more: Partial<Handled> = {},
): Handled {
  const head = readHead({ method: 'PUT', url, headers: { 'content-type': type, 'x-run': '7' } })
  const value = operations.get(operation)?.asSent(head, body)
  return {
    vendor: operation.startsWith('joor') ? 'joor' : 'jirafe',
    name: 'acme',
    operation,
    method: 'PUT',
    path: url.replace(/\?.*/, ''),
    query: head.query,
    headers: head.headers,
    sent: () => ({ value, holed: false }),
    at: new Date('2026-01-31T12:00:00Z'),
    status: 200,
    outcome: 'updated',
    violations: 0,
    broken: [],
    ...more,
  }
}

function compared(document: object, made: Handled) {
  const reading = readMatch(document, known)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return compare(reading.match, made)
}

const json = '{"inventory_items":[{"upc":"007","inventory":15},{"upc":"2","inventory":15.0,"warehouse":null}]}'
const xml =
  '<inventory_items><inventory_item><upc>007</upc><inventory>15</inventory></inventory_item>' +
  '<inventory_item><upc>2</upc><inventory>15</inventory><size/></inventory_item></inventory_items>'

describe.each([
  ['JSON', { body: json }],
  ['XML', { body: xml, type: 'text/xml; charset=utf-8' }],
])('a pointer into a command sent as %s', (_format, sent) => {
  it.each([
    ['finds a text', { '/inventory_items/0/upc': '007' }, 'yes'],
    ['takes a text by its letters', { '/inventory_items/0/upc': '7' }, 'no'],
    ['takes a number by its value', { '/inventory_items/1/inventory': 15 }, 'yes'],
    ['reads leading zeros as no number', { '/inventory_items/0/upc': 7 }, 'no'],
    ['takes null for what is not there', { '/inventory_items/1/warehouse': null }, 'yes'],
    ['does not take null for what is there', { '/inventory_items/1/upc': null }, 'no'],
    ['finds nothing behind the end', { '/inventory_items/2/upc': '2' }, 'no'],
    ['finds any item by a star', { '/inventory_items/*/upc': '2' }, 'yes'],
    ['finds no other item by a star', { '/inventory_items/*/upc': '3' }, 'no'],
    ['looks for the members that are named', { '/inventory_items/0': { upc: '007' } }, 'yes'],
    ['looks for all members that are named', { '/inventory_items/0': { upc: '007', size: 'S' } }, 'no'],
    ['counts the elements of a list', { '/inventory_items': [{ upc: '007' }] }, 'no'],
    ['compares the elements of a list', { '/inventory_items': [{ upc: '007' }, { inventory: 15 }] }, 'yes'],
    ['needs all pointers to hold', { '/inventory_items/0/upc': '007', '/inventory_items/1/upc': '3' }, 'no'],
  ])('%s', (_says, command, verdict) => {
    expect(compared({ command }, call(sent)).verdict).toBe(verdict)
  })

  it('tells what differs', () => {
    expect(compared({ command: { '/inventory_items/1/upc': '3' }, status: 401 }, call(sent)).differences).toEqual([
      { part: '/inventory_items/1/upc', expected: '3', seen: '2' },
      { part: 'status', expected: 401, seen: 200 },
    ])
  })
})

describe('a pointer into another command', () => {
  it('finds the fields of a single-SKU call, of a repeated one the last', () => {
    const url = '/v2/style-number/ST1/ID%201/inventory?upc=1&upc=007&style_number=other'
    const single = call({ operation: 'joor.style-inventory', url, body: '' })
    expect(compared({ command: { '/upc': '007', '/style_number': 'ST1' } }, single).verdict).toBe('yes')
    expect(compared({ command: { '/style_identifier': 'ID 1', '/size': null } }, single).verdict).toBe('yes')
    expect(compared({ command: { '/upc': '1' } }, single).verdict).toBe('no')
  })

  it('finds events in a batch', () => {
    const body = '{"cart":[{"id":"c1","total":1e1,"open":true}],"a/b~":"x","__proto__":{"polluted":"1"}}'
    const batch = call({ operation: 'jirafe.batch', url: '/v2/s/batch', body })
    expect(compared({ command: { '/cart/0/id': 'c1', '/cart/0/total': 10, '/a~1b~0': 'x' } }, batch).verdict).toBe(
      'yes',
    )
    expect(compared({ command: { '/cart/0/open': true, '/__proto__/polluted': '1' } }, batch).verdict).toBe('yes')
    expect(compared({ command: { '/polluted': '1' } }, batch).verdict).toBe('no')
  })

  it('tells integers apart that a number cannot', () => {
    const body = '{"id":9007199254740993}'
    const event = call({ operation: 'jirafe.cart', url: '/v2/s/cart', body })
    expect(compared({ command: { '/id': '9007199254740993' } }, event).verdict).toBe('yes')
    expect(compared({ command: { '/id': '9007199254740992' } }, event).verdict).toBe('no')
  })

  it.each(['{"inventory_items":', '', '<inventory_items>', '[[['])(
    'finds nothing in %j, which is no command',
    (body) => {
      expect(compared({ command: { '/inventory_items': null } }, call({ body })).verdict).toBe('yes')
      expect(compared({ command: { '/inventory_items/0/upc': '1' } }, call({ body })).verdict).toBe('no')
    },
  )

  it('answers unknown of a cut body, but no where something else differs', () => {
    const cut = call({}, { sent: () => 'cut' })
    expect(compared({ command: { '/inventory_items/0/upc': '007' } }, cut).verdict).toBe('unknown')
    expect(compared({ command: { '/inventory_items/0/upc': '007' }, status: 401 }, cut).verdict).toBe('no')
    expect(compared({ status: 200 }, cut).verdict).toBe('yes')
  })

  it('shows only the start of a long value', () => {
    const [difference] = compared(
      { command: { '/inventory_items/0/upc': '1' } },
      call({ body: JSON.stringify({ inventory_items: [{ upc: 'x'.repeat(10_000) }] }) }),
    ).differences
    expect(String(difference?.seen).length).toBeLessThan(250)
  })
})

describe('the other parts of a match', () => {
  it.each<[part: string, right: object, wrong: object]>([
    ['vendor', { vendor: 'joor' }, { vendor: 'jirafe' }],
    ['account', { account: 'acme' }, { account: 'other' }],
    ['site', { vendor: 'joor' }, { site: 'acme' }],
    ['operation', { operation: 'joor.bulk-inventory' }, { operation: 'joor.style-inventory' }],
    ['method', { method: 'PUT' }, { method: 'POST' }],
    ['path', { path: '/v2/bulk-inventory' }, { path: '/v2/bulk-inventory/' }],
    ['query', { query: { overwrite: '1' } }, { query: { overwrite: '0' } }],
    ['a repeated parameter', { query: { overwrite: 'x' } }, { query: { overwrite: null } }],
    ['a parameter that must not be there', { query: { dec_pending: null } }, { query: { dec_pending: '1' } }],
    ['headers', { headers: { 'X-Run': '7' } }, { headers: { 'X-Run': '8' } }],
    ['a header that must not be there', { headers: { accept: null } }, { headers: { 'x-run': null } }],
    ['status', { status: 200 }, { status: null }],
    ['since', { since: '2026-01-31T13:00:00+01:00' }, { since: '2026-01-31T12:00:00.001Z' }],
    ['outcome', { outcome: 'updated' }, { outcome: 'partial' }],
    ['violations, whether', { violations: true }, { violations: false }],
    ['violations, how many', { violations: 3 }, { violations: 2 }],
    ['violations, of which rule', { violations: 'joor.date.forms' }, { violations: 'joor.field.empty' }],
  ])('%s', (_part, right, wrong) => {
    const made = call(
      { url: '/v2/bulk-inventory?overwrite=x&overwrite=1' },
      { violations: 3, broken: ['joor.date.forms'] },
    )
    expect(compared(right, made)).toEqual({ verdict: 'yes', differences: [], open: [] })
    expect(compared(wrong, made).verdict).toBe('no')
    expect(compared(wrong, made).differences).toHaveLength(1)
  })

  it('match every call where nothing is asked', () => {
    expect(compared({}, call({}))).toEqual({ verdict: 'yes', differences: [], open: [] })
  })
})

describe('a match that is none', () => {
  it.each<[says: string, document: unknown, at: string, message: RegExp]>([
    ['is no object', [], '', /must be an object/],
    ['has an unknown part', { acount: 'x' }, 'acount', /did you mean "account"/],
    ['names no operation', { operation: 'joor.bulk' }, 'operation', /no operation/],
    ['names no rule', { violations: 'joor.date.form' }, 'violations', /did you mean "joor.date.forms"/],
    ['counts below zero', { violations: -1 }, 'violations', /at least 0/],
    ['has a date without a time', { since: '2026-01-31' }, 'since', /date-time/],
    ['has an instant that does not exist', { since: '2026-13-31T00:00:00Z' }, 'since', /date-time/],
    ['has an instant without an offset', { since: '2026-01-31T00:00:00' }, 'since', /offset/],
    [
      'has a pointer without its slash',
      { command: { 'inventory_items/0': 1 } },
      'command["inventory_items/0"]',
      /pointer/,
    ],
    ['has a pointer with a bad escape', { command: { '/a~2': 1 } }, 'command["/a~2"]', /pointer/],
    ['has a number for a parameter', { query: { overwrite: 1 } }, 'query.overwrite', /in quotes/],
    ['has an unknown outcome', { outcome: 'update' }, 'outcome', /did you mean "updated"/],
    ['names account and site', { account: 'a', site: 'b' }, 'site', /different vendors/],
    ['names an account of Jirafe', { vendor: 'jirafe', account: 'a' }, 'account', /different vendors/],
    [
      "names a site of JOOR's operation",
      { site: 'b', operation: 'joor.bulk-inventory' },
      'operation',
      /different vendors/,
    ],
  ])('%s', (_says, document, at, message) => {
    const reading = readMatch(document, known)
    const faults = 'faults' in reading ? reading.faults : []
    expect(faults.map(({ path }) => path)).toEqual([at])
    expect(faults[0]?.message).toMatch(message)
  })

  it.each(['status', 'since', 'outcome', 'violations'])('asks for %s of a call that is only arriving', (part) => {
    const right = { status: 200, since: '2026-01-31T00:00:00Z', outcome: 'updated', violations: true }
    const document = Object.fromEntries(Object.entries(right).filter(([name]) => name === part))
    expect(readMatch(document, known)).not.toHaveProperty('faults')
    expect(readArrivalMatch(document, known)).toMatchObject({ faults: [{ path: part }] })
  })
})
