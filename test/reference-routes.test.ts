import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { isPage } from '../server/control/pages.js'
import { jirafeOperations } from '../server/jirafe/operations.js'
import { eventTypes, trackerTypes } from '../server/jirafe/types.js'
import { joorOperations } from '../server/joor/operations.js'
import { withRoutes } from './control-routes.js'
import { oauth2, startTestEmulator } from './emulator.js'
import { operationsIn, type Reference, readReference } from './reference-documents.js'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const reference = readReference('control')
const vendors = ['joor', 'jirafe'].map(readReference)

/** `GET /_backstock/joor/accounts/{}`: a parameter may have another name. */
const calledIn = (of: Reference) =>
  operationsIn(of).map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)

/** What one of two lists has and the other has not, both ways. */
function differences(documented: readonly string[], served: readonly string[]): readonly string[] {
  return [
    ...documented.filter((each) => !served.includes(each)).map((each) => `not served: ${each}`),
    ...served.filter((each) => !documented.includes(each)).map((each) => `not documented: ${each}`),
  ].sort()
}

/** The routes of a control plane, in the words of `calledIn`; the dashboard's pages are nobody's interface. */
async function served(): Promise<readonly string[]> {
  const { routes } = await withRoutes()
  const documented = routes.filter(({ path }) => !path.split(',').every(isPage))
  return documented.flatMap(({ path, methods: taken }) =>
    taken.map((method) => `${method.toUpperCase()} /_backstock${path.replaceAll(/:\w+/g, '{}')}`),
  )
}

// A call for every method of every path, several times over.
describe('The document of the control plane', { timeout: 120_000 }, () => {
  it('has each route that is served, and no other', async () => {
    const routes = await served()
    expect(routes.length).toBeGreaterThan(50)
    expect(differences(calledIn(reference), routes)).toEqual([])
  })

  it('is caught where a path is missing and where one is too many', async () => {
    const routes = await served()
    const without = calledIn(reference).filter((each) => each !== 'GET /_backstock/jirafe/sites/{}/costs')
    expect(differences(without, routes)).toEqual(['not documented: GET /_backstock/jirafe/sites/{}/costs'])
    const more = [...calledIn(reference), 'GET /_backstock/nothing']
    expect(differences(more, routes)).toEqual(['not served: GET /_backstock/nothing'])
  })

  it('has the parameters that each operation knows, and no others', async () => {
    const { url } = await startTestEmulator({ controlToken: 'secret' })
    const send = (method: string, target: string) =>
      supertest(url)
        [method === 'GET' ? 'get' : method === 'PUT' ? 'put' : method === 'POST' ? 'post' : 'delete'](target)
        .set('Backstock-Control-Token', 'secret')
        .set('Authorization', oauth2('a'))
    await send('PUT', '/_backstock/joor/accounts/x').send({ token: 'a' }).expect(201)
    await send('PUT', '/_backstock/jirafe/sites/x').send({}).expect(201)
    const known = new Map<string, readonly string[]>()
    for (const { path, method, operation } of operationsIn(reference)) {
      const target = path.replace('{document}', 'joor.json').replaceAll(/\{\w+\}/g, 'x')
      const { status, body } = await send(method, `${target}?zzzzzzzzzzzz=1`)
      expect([operation.operationId, status]).toEqual([operation.operationId, 400])
      const names = /Known are ([^.]*)\./.exec(body.detail)?.[1]?.split(', ') ?? []
      known.set(operation.operationId, names.filter((name) => name !== 'none').sort())
    }
    expect(documentedParameters(reference)).toEqual(known)
    expect(known.get('listPositions')).toContain('upc')
    const changed: Reference = JSON.parse(JSON.stringify(reference).replace('"name":"history"', '"name":"past"'))
    expect(documentedParameters(changed)).not.toEqual(known)
  })
})

const documentedParameters = (of: Reference) =>
  new Map(
    operationsIn(of).map(({ operation }) => [
      operation.operationId,
      operation.parameters
        .filter((each) => each.in === 'query')
        .map(({ name }) => name)
        .sort(),
    ]),
  )

/** What the emulator makes of every method on every path of a document: `PUT /v2/{site}/cart jirafe.cart`. */
async function servedOf(references: readonly Reference[]): Promise<readonly string[]> {
  const { url } = await startTestEmulator()
  const found: string[] = []
  for (const { paths } of references)
    for (const path of Object.keys(paths))
      for (const method of methods) {
        const target = path.replaceAll(/\{\w+\}/g, 'x')
        const headers = {
          Authorization: path.includes('inventory') && !path.includes('{site}') ? oauth2('a') : 'Bearer a',
        }
        const { status } = await fetch(`${url}${target}`, { method, headers, ...(method === 'POST' && { body: '{}' }) })
        const requests = (await supertest(url).get('/_backstock/requests?limit=1')).body.requests
        if (status !== 405 && !requests[0].operation.endsWith('unknown'))
          found.push(`${method} ${path} ${requests[0].operation}`)
      }
  return found
}

const documented = (references: readonly Reference[]) =>
  references.flatMap(operationsIn).map(({ method, path, operation }) => `${method} ${path} ${operation['x-operation']}`)

/** Operations that no path of the documents comes to. */
function unreached(calls: readonly string[]): readonly string[] {
  const names = [...joorOperations, ...jirafeOperations].map(({ name }) => name)
  return names.filter((name) => !calls.some((call) => call.endsWith(` ${name}`)))
}

describe('The documents of the vendors', { timeout: 120_000 }, () => {
  it('have each method of each path that is served, and no other', async () => {
    expect(differences(documented(vendors), await servedOf(vendors))).toEqual([])
    expect(unreached(documented(vendors))).toEqual([])
  })

  it("have a path for each of Jirafe's types", () => {
    const types = [...eventTypes.keys(), 'batch', 'site_check'].map((type) => `/v2/{site}/${type}`)
    const trackers = [...trackerTypes.keys()].flatMap((type) => [`/v2/${type}`, `/v2/${type}.gif`])
    expect(differences(Object.keys(readReference('jirafe').paths), [...types, ...trackers])).toEqual([])
    expect(differences([], ['/v2/{site}/cart'])).toEqual(['not documented: /v2/{site}/cart'])
  })

  it('are caught where a path is too many, a method is missing, or an operation is in none', async () => {
    const change = (old: string, by: string) =>
      vendors.map((each): Reference => JSON.parse(JSON.stringify(each).replaceAll(old, by)))
    const strange = change('"/v2/{site}/cart":', '"/v2/{site}/carts":')
    expect(differences(documented(strange), await servedOf(strange))).toEqual([
      'not served: POST /v2/{site}/carts jirafe.cart',
      'not served: PUT /v2/{site}/carts jirafe.cart',
    ])
    const fewer = change('"put":{"operationId":"putHeartbeat"', '"patch":{"operationId":"putHeartbeat"')
    expect(differences(documented(fewer), await servedOf(fewer))).toEqual([
      'not documented: PUT /v2/{site}/heartbeat jirafe.heartbeat',
      'not served: PATCH /v2/{site}/heartbeat jirafe.heartbeat',
    ])
    expect(unreached(documented(vendors).filter((each) => !each.endsWith('.batch')))).toEqual(['jirafe.batch'])
  })
})
