import { describe, expect, it } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { runHere, type Start } from '../server/verify/run.js'
import { tell } from './proof.js'
import {
  type Content,
  Judge,
  type Located,
  operationsIn,
  type Parameter,
  type Reference,
  readReference,
  responseOf,
} from './reference-documents.js'

/** A call of a case as the control plane shows it. */
interface Call {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly status: number | null
  readonly items: { readonly not_updated: number } | null
  readonly violations_total: number
  readonly rules: readonly unknown[]
  readonly request: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | null
    readonly cut?: boolean
  }
  readonly reply: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly cut: boolean
  } | null
}

const cases = await readCases(shippedCases, defaultVariables)
const whole = { bodyBytes: 64 * 1024 * 1024, bytes: 512 * 1024 * 1024 }

/** The calls of a case with their bodies to the end. */
async function callsOf(each: Case): Promise<readonly Call[]> {
  let calls: readonly Call[] = []
  const start: Start = async (options) => {
    const emulator = await startEmulator({ ...options, journal: whole })
    const close = async () => {
      const { requests } = await read<{ requests: readonly { id: string }[] }>(`${emulator.url}/_backstock/requests`)
      calls = await Promise.all(requests.map(({ id }) => read<Call>(`${emulator.url}/_backstock/requests/${id}`)))
      await emulator.close()
    }
    return { url: emulator.url, close }
  }
  await runHere(each, String(defaultVariables.site), start)
  return calls
}

async function read<Shape>(address: string): Promise<Shape> {
  // The control plane's own shape, which its suites hold.
  return (await (await fetch(address)).json()) as Shape
}

/** What stands nowhere in the documents: they say so in words. */
const elsewhere = ['joor.unknown', 'jirafe.unknown', 'unknown']

/** Calls and replies held against the documents of both vendors. */
class Comparison {
  readonly counts = { calls: 0, elsewhere: 0, replies: 0, lost: 0, accepted: 0, reported: 0, refused: 0 }
  readonly faults: string[] = []
  readonly statuses = new Set<string>()
  readonly #documents: readonly {
    readonly reference: Reference
    readonly judge: Judge
    readonly located: readonly Located[]
  }[]

  constructor(references: readonly Reference[]) {
    this.#documents = references.map((reference) => ({
      reference,
      judge: new Judge(reference),
      located: operationsIn(reference),
    }))
  }

  async add(call: Call): Promise<void> {
    this.counts.calls++
    const name = `${call.operation} ${call.method} ${call.path.slice(0, 100)} ${call.status}`
    if (elsewhere.includes(call.operation)) {
      this.counts.elsewhere++
      return
    }
    for (const { reference, judge, located } of this.#documents) {
      const own = located.filter(
        ({ path, operation }) => operation['x-operation'] === call.operation && isOf(path, call),
      )
      // A method that is not taken is answered as its neighbours say.
      const found = own.find(({ method }) => method === call.method) ?? own[0]
      if (found === undefined) continue
      const isTaken = found.method === call.method
      const told = [
        await this.#judgeReply(reference, judge, found, call),
        isTaken ? await this.#judgeRequest(judge, found, call) : undefined,
      ]
      this.faults.push(...told.filter((fault) => fault !== undefined).map((fault) => `${name}: ${fault}`))
      return
    }
    this.faults.push(`${name}: no document has it`)
  }

  async #judgeReply(reference: Reference, judge: Judge, { operation }: Located, { reply, status }: Call) {
    if (reply === null || status === null) {
      this.counts.lost++
      return undefined
    }
    this.counts.replies++
    this.statuses.add(`${operation.operationId} ${status}`)
    const response = responseOf(reference, operation, status)
    if (response === undefined) return `the document has no ${status}`
    const strange = Object.keys(reply.headers).filter((name) => !isKnown(name, response.headers ?? {}))
    if (strange.length > 0) return `the document has no header ${strange.join(', ')}`
    const type = typeOf(reply.headers)
    if (reply.cut) return 'the journal has cut the reply'
    return judge.faultOfBody(response.content ?? {}, type ?? '', reply.body)
  }

  async #judgeRequest(judge: Judge, { operation }: Located, call: Call) {
    const { parameters, requestBody } = operation
    const content: Content | undefined = requestBody?.content
    const { body, cut, headers } = call.request
    // Where nothing is judged, nothing is told.
    const isAccepted = call.status === 200 && (call.items?.not_updated ?? 0) === 0 && call.rules.length > 0
    if (!isAccepted) {
      this.counts.refused++
      return undefined
    }
    if (call.violations_total > 0) {
      this.counts.reported++
      return undefined
    }
    this.counts.accepted++
    const fault = faultOfQuery(parameters, call.path, judge)
    if (fault !== undefined) return fault
    if (content === undefined || body === null || body === '') return undefined
    if (cut) return 'the journal has cut the request'
    return judge.faultOfBody(content, typeOf(headers) ?? 'application/json', body)
  }
}

function isOf(path: string, { path: target }: Call): boolean {
  const sent = target
    .replace(/\?.*/s, '')
    .split('/')
    .filter((segment) => segment !== '')
  const named = path.split('/').filter((segment) => segment !== '')
  return (
    named.length === sent.length && named.every((segment, index) => segment.startsWith('{') || segment === sent[index])
  )
}

/** What is wrong with the query of an accepted call. That of a pixel and of a GET is not judged, and the documents say so. */
function faultOfQuery(parameters: readonly Parameter[], path: string, judge: Judge): string | undefined {
  const known = parameters.filter((each) => each.in === 'query')
  if (known.length === 0) return undefined
  const sent = new URLSearchParams(path.split('?').slice(1).join('?'))
  const missing = known.find(({ name, required }) => required && !sent.has(name))
  if (missing !== undefined) return `the required ${missing.name} is not sent`
  for (const [name, value] of sent) {
    const parameter = known.find((each) => each.name === name)
    if (parameter === undefined) return `the document has no parameter ${name}`
    const isNumber = parameter.schema.type === 'integer' && /^\s*-?\d+\s*$/.test(value)
    const fault = judge.fault(parameter.schema, isNumber ? Number(value) : value)
    if (fault !== undefined) return `${name} is ${value}: ${fault}`
  }
  return undefined
}

const plain = ['content-type', 'content-length', 'connection', 'date']
const isKnown = (name: string, headers: object) =>
  plain.includes(name.toLowerCase()) || Object.keys(headers).some((each) => each.toLowerCase() === name.toLowerCase())

const typeOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    .split(';')[0]
    ?.trim()
    .toLowerCase()

const vendors = ['joor', 'jirafe'].map(readReference)

// Some cases have 100,000 events.
describe('The documents of the vendors', { timeout: 300_000 }, () => {
  it('say what the emulator takes and answers in every contract case', async () => {
    const comparison = new Comparison(vendors)
    for (const each of cases) for (const call of await callsOf(each)) await comparison.add(call)
    const { calls, replies, elsewhere, lost, accepted, reported, refused } = comparison.counts
    tell(
      'reference',
      `${calls} calls of ${cases.length} cases: ${replies} replies judged, ${elsewhere} of paths that no document has, ${lost} without a reply; ` +
        `${accepted} requests accepted without a word and judged, ${reported} accepted and reported, ${refused} refused in whole or in part; ` +
        `${comparison.statuses.size} pairs of operation and status`,
    )
    expect(comparison.faults).toEqual([])
    expect(replies).toBe(calls - elsewhere - lost)
    expect(accepted).toBeGreaterThan(100)
    expect(replies).toBeGreaterThan(500)
  })
})

describe('A planted fault', { timeout: 120_000 }, () => {
  const few = cases.filter(({ file }) =>
    /^joor\/(?:examples|single-sku|authorization)$|^jirafe\/(?:batch|authorization)$/.test(file),
  )
  const calls = Promise.all(few.map(callsOf))

  /** What is found where the documents are changed so. */
  async function foundWith(change: (text: string) => string): Promise<string> {
    const changed = vendors.map((each): Reference => JSON.parse(change(JSON.stringify(each))))
    const comparison = new Comparison(changed)
    for (const call of (await calls).flat()) await comparison.add(call)
    return comparison.faults.join('\n')
  }

  it('is none in the documents as they are', async () => {
    expect(await foundWith((text) => text)).toBe('')
  })

  it.each<[string, (text: string) => string, string]>([
    [
      'a field of a reply has another type',
      replacing(
        '"comment":{"description":"Why the call was refused; empty where it was not.","type":"string"}',
        '"comment":{"type":"integer"}',
      ),
      'must be integer',
    ],
    ['a field of an item is missing', replacing('"upc":{', '"ups":{'), 'must NOT have additional properties'],
    [
      'the root of an XML body is another',
      replacing('"xml":{"name":"inventory_items"}', '"xml":{"name":"items"}'),
      'must be object',
    ],
    ['a status is missing', replacing('"401":{', '"499":{'), 'the document has no 401'],
    [
      'a header is missing',
      replacing('"X-Throttling-Account-Id":{', '"X-Throttling":{'),
      'the document has no header X-Throttling-Account-Id',
    ],
    [
      'a media type is missing',
      replacing('"application/xml":{', '"text/xml":{'),
      'the document has no application/xml',
    ],
    [
      'an event may not be sent',
      replacing('"product.inventory":{"type":"array"', '"inventory":{"type":"array"'),
      'must NOT have additional properties',
    ],
    ['a type of error is missing', replacing('"const":"invalid_type"', '"const":"no_type"'), 'oneOf'],
    ['a path is missing', replacing('"/v2/{site}/batch":', '"/v2/{site}/batches":'), 'no document has it'],
    [
      'a parameter is missing',
      replacing('"name":"upc","in":"query"', '"name":"ups","in":"query"'),
      'the document has no parameter upc',
    ],
    [
      'a value of a parameter is missing',
      replacing('"enum":["json","xml"]', '"enum":["json"]'),
      'return_format is xml',
    ],
  ])('is found: %s', async (_what, change, told) => {
    expect(await foundWith(change)).toContain(told)
  })

  function replacing(old: string, by: string) {
    return (text: string) => text.replaceAll(old, by)
  }
})
