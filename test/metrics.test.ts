import { execFileSync } from 'node:child_process'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { formats, writeMetrics } from '../server/metrics/exposition.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'
import { type Family, faultsOf, readFamilies } from './exposition-reader.js'
import { tellMissing } from './missing-tools.js'

const scrape = (url: string, accept = '*/*') => supertest(url).get('/_backstock/metrics').set('Accept', accept)
const openMetrics = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

/** The value of one sample: `backstock_requests_total status=200` names it by some of its labels. */
function numberOf(families: readonly Family[], wanted: string): number | undefined {
  const [name = '', ...labels] = wanted.split(' ')
  const found = families
    .flatMap(({ samples }) => samples)
    .filter((each) => each.name === name && labels.every((pair) => each.labels.includes(pair)))
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}

/** Calls of every kind: taken, refused, broken, spoilt, lost and unknown. */
async function callEverything(url: string): Promise<void> {
  const to = supertest(url)
  const call = (body: unknown, token = 'a-token') => bulk({ url }, body, { token })
  await call(items({ warehouse: 'A', upc: '1', inventory: 4 }, { warehouse: 'A', upc: '2', inventory: 'few' }))
  await call(items({ warehouse: 'A', upc: '3', inventory: 1 }), 'another-token')
  await call('{')
  await to
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer s-token')
    .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'P', inventory_level: 3 })
  await to.get('/nowhere')
  await to.put('/_backstock/faults').send([{ times: 2, fault: { kind: 'error', status: 503 } }])
  for (const upc of ['5', '6']) await call(items({ warehouse: 'A', upc, inventory: 1 }))
  await to.put('/_backstock/faults').send([
    { times: 1, fault: { kind: 'reset' } },
    { after: 9, fault: { kind: 'empty' } },
  ])
  await call(items({ warehouse: 'A', upc: '7', inventory: 1 })).catch(() => {})
}

describe('The metrics', () => {
  it('count calls, items, violations, faults and what stands, as it was', async () => {
    const { url } = await startTestEmulator({ journal: { entries: 2 } })
    await callEverything(url)
    const { text, status, headers } = await scrape(url)
    expect([status, headers['content-type']]).toEqual([200, formats.prometheus])
    expect(faultsOf(text, 'prometheus')).toEqual([])
    const families = readFamilies(text)
    const bulkCalls = 'vendor=joor operation=joor.bulk-inventory'
    const told = {
      [`backstock_requests_total ${bulkCalls} status=200`]: 2,
      [`backstock_requests_total ${bulkCalls} status=400`]: 1,
      [`backstock_requests_total ${bulkCalls} status=503`]: 2,
      [`backstock_requests_total ${bulkCalls} status=none`]: 1,
      'backstock_requests_total vendor=jirafe status=200': 1,
      'backstock_requests_total vendor=none operation=unknown status=404': 1,
      [`backstock_items_total ${bulkCalls} outcome=updated`]: 3,
      [`backstock_items_total ${bulkCalls} outcome=not_updated`]: 1,
      'backstock_violations_total rule=joor.inventory.integer': 1,
      'backstock_fault_hits_total kind=error': 2,
      'backstock_fault_hits_total kind=reset': 1,
      'backstock_fault_hits_total kind=empty': undefined,
      backstock_faults_armed: 2,
      backstock_accounts: 2,
      backstock_sites: 1,
      backstock_positions: 3,
      backstock_levels: 1,
      [`backstock_request_duration_seconds_count ${bulkCalls}`]: 6,
      [`backstock_request_duration_seconds_bucket ${bulkCalls} le=+Inf`]: 6,
    }
    const names = Object.keys(told)
    expect(Object.fromEntries(names.map((name) => [name, numberOf(families, name)]))).toEqual(told)
    // Two of each account and site at most: five calls of one account left two.
    expect(numberOf(families, 'backstock_journal_entries')).toBe(5)
    expect(numberOf(families, 'backstock_journal_evictions_total')).toBe(3)
    for (const name of ['backstock_journal_bytes', 'backstock_open_connections', 'process_resident_memory_bytes'])
      expect(numberOf(families, name)).toBeGreaterThan(0)
  })

  it('hold no token, account or site, however many call', async () => {
    const { url } = await startTestEmulator()
    await callEverything(url)
    const before = (await scrape(url)).text.split('\n').length
    for (let count = 0; count < 30; count++) {
      await bulk({ url }, items({ warehouse: `W${count}`, upc: '1', inventory: 1 }), {
        token: `token-of-${count}`,
      })
      await supertest(url).get(`/v2/shop-${count}/site_check`).set('Authorization', `Bearer token-of-${count}`)
    }
    const { text } = await scrape(url)
    // One operation is new, with its status, its two outcomes and its histogram.
    expect(text.split('\n').length - before).toBeLessThan(25)
    for (const secret of ['token-of', oauth2('token-of-1').slice(7), 'shop', 'W1', 'token-'])
      expect(text).not.toContain(secret)
  })

  it('are OpenMetrics where that is asked for', async () => {
    const { url } = await startTestEmulator()
    await callEverything(url)
    const { text, headers } = await scrape(url, openMetrics)
    expect(headers['content-type']).toBe(formats.openmetrics)
    expect(faultsOf(text, 'openmetrics')).toEqual([])
    const names = (format: string) => readFamilies(format).flatMap(({ samples }) => samples.map(({ name }) => name))
    expect(names(text)).toEqual(names((await scrape(url)).text))
  })

  it('outlive a reset and an empty journal, which are no new start', async () => {
    const { url } = await startTestEmulator()
    await callEverything(url)
    await supertest(url).post('/_backstock/reset').expect(200)
    await supertest(url).delete('/_backstock/requests').expect(204)
    const families = readFamilies((await scrape(url)).text)
    expect(numberOf(families, 'backstock_requests_total vendor=joor')).toBe(6)
    expect(numberOf(families, 'backstock_journal_entries')).toBe(0)
    expect(numberOf(families, 'backstock_accounts')).toBe(0)
  })

  it('do not count what the control plane sends once more', async () => {
    const { url } = await startTestEmulator()
    await bulk({ url }, items({ warehouse: 'A', upc: '1', inventory: 'x' }))
    const { body } = await supertest(url).get('/_backstock/requests')
    await supertest(url).post(`/_backstock/requests/${body.requests[0].id}/repeat`).expect(200)
    const families = readFamilies((await scrape(url)).text)
    expect(numberOf(families, 'backstock_requests_total')).toBe(1)
    expect(numberOf(families, 'backstock_violations_total rule=joor.inventory.integer')).toBe(1)
  })

  it('ask for the control token where there is one, and for no parameter', async () => {
    const { url } = await startTestEmulator({ controlToken: 'secret' })
    expect((await scrape(url)).status).toBe(401)
    expect((await scrape(url).set('Authorization', 'Bearer secret')).status).toBe(200)
    expect((await scrape(url).set('Authorization', 'Bearer secret').query({ name: 'x' })).status).toBe(400)
  })

  it("are taken by Prometheus's own reader", async (context) => {
    const { url } = await startTestEmulator()
    await callEverything(url)
    const told = promtool((await scrape(url)).text)
    if (told === undefined) return tellMissing('promtool is missing: apt-get install prometheus', context)
    expect(told).toBe('')
    expect(promtool('# TYPE a counter\na 1\na 1\n')).not.toBe('')
  })
})

/** What promtool says of a text, nothing where it is right; undefined where there is no promtool. */
function promtool(text: string): string | undefined {
  try {
    return execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    return String(error)
  }
}

describe('A text of metrics', () => {
  it('escapes what labels and help may hold', () => {
    const says = 'One\\two\nthree "four"'
    const metric = { name: 'odd', kind: 'gauge', says, samples: [{ labels: { of: says }, value: 1 }] } as const
    const text = writeMetrics([metric], 'prometheus')
    expect(text.split('\n')).toHaveLength(4)
    const [family] = readFamilies(text)
    expect(family?.samples).toEqual([{ name: 'odd', labels: [`of=${says}`], value: 1 }])
    expect(family?.says).toBe('One\\two\nthree "four"')
  })

  const right = writeMetrics(
    [
      { name: 'a', kind: 'counter', says: 'A.', samples: [{ value: 1 }] },
      {
        ...{ name: 'b', kind: 'histogram', says: 'B.' },
        samples: [
          { part: '_bucket', labels: { le: '1' }, value: 2 },
          { part: '_bucket', labels: { le: '+Inf' }, value: 3 },
          { part: '_sum', value: 4 },
          { part: '_count', value: 3 },
        ],
      },
    ],
    'prometheus',
  )

  it('is right as it is written', () => {
    expect(faultsOf(right, 'prometheus')).toEqual([])
  })

  it.each([
    ['a series that is there twice', right.replace('a_total 1\n', 'a_total 1\na_total 2\n'), 'twice'],
    ['no number', right.replace('a_total 1', 'a_total one'), 'no sample'],
    ['a sample of another family', right.replace('\nb_sum 4', '\nc_sum 4'), 'c_sum is no sample of b'],
    ['a name that is none', right.replaceAll('a_total', '1a'), 'no sample'],
    ['an open label', right.replace('{le="1"}', '{le="1}'), 'no sample'],
    ['buckets that fall', right.replace('b_bucket{le="1"} 2', 'b_bucket{le="1"} 5'), 'fall'],
    ['a histogram without an end', right.replace('b_bucket{le="+Inf"} 3\n', ''), '+Inf'],
    ['another count than the last bucket', right.replace('b_count 3', 'b_count 2'), 'count'],
    ['a counter below nothing', right.replace('a_total 1', 'a_total -1'), 'below'],
    ['a counter without its ending', right.replaceAll('a_total', 'a'), '_total'],
    ['a family without a type', right.replace('# TYPE b histogram\n', ''), 'no family'],
    ['no line end', right.trimEnd(), 'end'],
  ])('is found wrong: %s', (_what, text, told) => {
    expect(text).not.toBe(right)
    expect(faultsOf(text, 'prometheus').join('\n')).toContain(told)
  })

  it('is found wrong: OpenMetrics without its end', () => {
    expect(
      faultsOf(right.replaceAll('# HELP a_total', '# HELP a').replaceAll('# TYPE a_total', '# TYPE a'), 'openmetrics'),
    ).toEqual(['The last line is not # EOF.'])
  })
})
