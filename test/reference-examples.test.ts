import { describe, expect, it } from 'vitest'
import { startTestEmulator } from './emulator.js'
import { Judge, type Media, operationsIn, type Reference, readReference, responseOf } from './reference-documents.js'

interface Example {
  readonly place: string
  readonly type: string
  readonly media: Media
  readonly value: unknown
}

function* examplesIn(reference: Reference): Iterable<Example> {
  for (const { operation } of operationsIn(reference)) {
    const { operationId, parameters, requestBody, responses } = operation
    for (const { name, schema, example } of parameters)
      if (example !== undefined)
        yield { place: `${operationId} ${name}`, type: 'application/json', media: { schema }, value: example }
    const contents = [
      ['request', requestBody?.content ?? {}] as const,
      ...Object.keys(responses).map(
        (status) => [status, responseOf(reference, operation, Number(status))?.content ?? {}] as const,
      ),
    ]
    for (const [where, content] of contents)
      for (const [type, media] of Object.entries(content)) {
        const { example, examples = {} } = media
        const values = [
          ...(example === undefined ? [] : [example]),
          ...Object.values(examples).map(({ value }) => value),
        ]
        for (const value of values) yield { place: `${operationId} ${where} ${type}`, type, media, value }
      }
  }
}

async function faultsIn(reference: Reference): Promise<readonly string[]> {
  const judge = new Judge(reference)
  const faults: string[] = []
  for (const { place, type, media, value } of examplesIn(reference)) {
    const read = type === 'application/xml' ? await judge.readXml(media.schema, String(value)) : value
    const fault = judge.fault(media.schema, read)
    if (fault !== undefined) faults.push(`${place}: ${fault}`)
  }
  return faults
}

describe.each([
  ['joor', 30],
  ['jirafe', 40],
  ['control', 20],
])('Each example in the document of %s', (name, least) => {
  it('is what its schema says', async () => {
    const reference = readReference(name)
    expect([...examplesIn(reference)].length).toBeGreaterThan(least)
    expect(await faultsIn(reference)).toEqual([])
  })
})

/** Examples of bodies that an emulator refuses, sent in the order of the document to one that knows the examples' names. */
async function refusedBodies(reference: Reference): Promise<readonly string[]> {
  const { url } = await startTestEmulator({ controlToken: 'the-control-token' })
  const headers = { Authorization: 'Bearer the-control-token' }
  const refused: string[] = []
  for (const { path, method, operation } of operationsIn(reference)) {
    if (operation.requestBody === undefined) continue
    const examples = Object.values(operation.requestBody.content['application/json']?.examples ?? {})
    if (examples.length === 0) refused.push(`${operation.operationId} has no example`)
    for (const { value } of examples) {
      const scope = operation.operationId === 'verifyState' ? scopeOf(value) : ''
      const to = `${url}${path.replace('{account}', 'brand').replace('{site}', 'shop')}${scope}`
      const { ok, status } = await fetch(to, { method, headers, body: JSON.stringify(value) })
      if (!ok) refused.push(`${operation.operationId} ${status}: ${JSON.stringify(value)}`)
    }
  }
  return refused
}

/** Rows of levels have a code, those of positions have none. */
const scopeOf = (rows: unknown) => (JSON.stringify(rows).includes('"code"') ? '?site=shop' : '?account=brand')

describe('Each body that the document of the control plane shows', () => {
  it('is taken by an emulator, and no operation with a body is without one', async () => {
    expect(await refusedBodies(readReference('control'))).toEqual([])
  })

  it('is missed where it is not taken', async () => {
    const text = JSON.stringify(readReference('control'))
    const planted = text.replace('"missing_warehouse":"refuse"', '"missing_warehouse":"reject"')
    expect(planted).not.toBe(text)
    expect((await refusedBodies(JSON.parse(planted))).join()).toContain('putAccount 400')
  })
})

describe('A planted example', () => {
  const planted = (name: string, old: string, by: string): Reference => {
    const text = JSON.stringify(readReference(name))
    expect(text).toContain(old)
    return JSON.parse(text.replace(old, by))
  }

  it.each([
    ['joor', '"inventory":26}', '"inventory":"26"}', 'postBulkInventory request application/json'],
    ['joor', '<inventory>26</inventory>', '<inventory>few</inventory>', 'postBulkInventory request application/xml'],
    ['joor', '"items_not_updated":[]}', '"items_not_updated":[7]}', 'postBulkInventory 200 application/json'],
    ['joor', '"status":"pass"}', '"status":"passed"}', 'putStyleInventory 200 application/json'],
    ['joor', '"example":3', '"example":"three"', 'putStyleInventory inventory'],
    ['control', '"advance":3600', '"advance":"an hour"', 'setClock request application/json'],
    ['jirafe', '"subtotal":25.5', '"subtotal":"25.5"', 'postCart request application/json'],
    ['jirafe', '"success":true}', '"success":"yes"}', '200 application/json'],
  ])('is found: %s, %s as %s', async (name, old, by, place) => {
    expect((await faultsIn(planted(name, old, by))).join('\n')).toContain(place)
  })
})
