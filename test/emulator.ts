import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { inject, onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { schemaOfTest } from './database.js'
import { StrictStore, seededRandom } from './strict-store.js'

/** Most tests are about each of their calls; what several show together has suites of its own, test/conduct-*.test.ts. */
const withoutConduct = { '*.conduct.*': 'off' } as const

/** Starts an emulator on a free port for one test, on the storage that the run is about. */
export async function startTestEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    port: 0,
    levels: withoutConduct,
    ...storageOfRun(options),
    ...options,
  })
  onTestFinished(() => emulator.close())
  return emulator
}

function storageOfRun({ data, snapshots, store: given }: EmulatorOptions): EmulatorOptions {
  const store = inject('store')
  if (store === 'memory' || [data, snapshots, given].some((other) => other !== undefined)) return {}
  if (store === 'file') return { data: fileOfTest() }
  if (store === 'strict') return { store: (parts) => new StrictStore(parts, seededRandom(1)) }
  return schemaOfTest()
}

function fileOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'state.json')
}

/** JOOR's header for a token. */
export const oauth2 = (token: string) => `OAuth2 ${Buffer.from(token).toString('base64')}`

/** One bulk call; `body` is sent as it is where it is text, else as JSON. */
export function bulk(
  emulator: Pick<Emulator, 'url'>,
  body: unknown,
  { query = '', token = 'a-token', type = 'application/json' } = {},
) {
  return supertest(emulator.url)
    .post(`/v2/bulk-inventory${query}`)
    .set('Authorization', oauth2(token))
    .set('Content-Type', type)
    .send(typeof body === 'string' ? body : JSON.stringify(body))
}

export const items = (...inventoryItems: unknown[]) => ({ inventory_items: inventoryItems })

/** The positions of the account that a token has, as the control plane shows them. */
export async function positions(emulator: Emulator, token = 'a-token') {
  const account = await supertest(emulator.url).get('/_backstock/joor/account').set('Authorization', oauth2(token))
  const reply = await supertest(emulator.url).get(`/_backstock/joor/accounts/${account.body.account}/positions`)
  return reply.body.positions
}

/** The newest call in the journal, in detail. */
export async function lastRequest(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/requests?limit=1')
  const detail = await supertest(emulator.url).get(`/_backstock/requests/${body.requests[0].id}`)
  return detail.body
}

/** The rules that the newest call broke, by id, in the order of their places. */
export async function brokenRules(emulator: Emulator): Promise<string[]> {
  const detail = await lastRequest(emulator)
  return detail.violations.map((violation: { rule: string }) => violation.rule)
}
