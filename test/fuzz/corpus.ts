import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bodyOf, type Step, targetOf, wireOf } from '../../server/verify/case.js'
import { defaultVariables, readCases, shippedCases } from '../../server/verify/cases.js'
import { minimal } from '../jirafe-events.js'
import { sequence as events } from '../model/jirafe-sequences.js'
import { sequence as calls } from '../model/joor-sequences.js'
import { writeBody } from '../model/joor-wire.js'

export type FormatName = 'JOOR JSON' | 'JOOR XML' | 'Jirafe event' | 'Jirafe batch'

/** A body to change, and where it goes: of Jirafe's events the path tells the type. */
export interface Sample {
  readonly path: string
  readonly body: Buffer
}

/** Bodies to begin with: the contract cases', the vendors' examples, and what the reference models' generators write. */
export async function readCorpus(seed: number): Promise<Readonly<Record<FormatName, readonly Sample[]>>> {
  const cases = await readCases(shippedCases, defaultVariables)
  const steps = cases.flatMap((each) => each.steps)
  return {
    'JOOR JSON': joorBodies(steps, 'json', seed),
    'JOOR XML': joorBodies(steps, 'xml', seed),
    'Jirafe event': [...eventsOf(steps), ...generatedEvents(seed)],
    'Jirafe batch': [...batchesOf(steps), generatedBatch(seed)],
  }
}

const bulk = '/v2/bulk-inventory'

function joorBodies(steps: readonly Step[], format: 'json' | 'xml', seed: number): readonly Sample[] {
  const ofCases = steps.filter((step) => targetOf(step).startsWith(bulk) && wireOf(step) === format).flatMap(bodiesOf)
  const example = readFileSync(`test/examples/joor-bulk-request.${format}`)
  const generated = fc
    .sample(calls, { numRuns: 40, seed })
    .flatMap((run) => run.calls)
    .flatMap((call) => ('items' in call && call.format === format ? [Buffer.from(writeBody(call))] : []))
  return [...ofCases, example, ...generated].filter(small).map((body) => ({ path: bulk, body }))
}

const eventPath = /^\/v2\/[^/]+\/([\w.]+)$/

function eventsOf(steps: readonly Step[]): readonly Sample[] {
  return steps.flatMap((step) => {
    const type = eventPath.exec(targetOf(step))?.[1]
    if (type === undefined || type === 'batch' || type === 'site_check') return []
    return bodiesOf(step)
      .filter(small)
      .map((body) => ({ path: `/v2/fuzzed/${type}`, body }))
  })
}

function batchesOf(steps: readonly Step[]): readonly Sample[] {
  const batches = steps.filter((step) => eventPath.exec(targetOf(step))?.[1] === 'batch')
  return batches
    .flatMap(bodiesOf)
    .filter(small)
    .map((body) => ({ path: '/v2/fuzzed/batch', body }))
}

function generatedEvents(seed: number): readonly Sample[] {
  const types = minimal.map(([type, document]) => ({
    path: `/v2/fuzzed/${type}`,
    body: Buffer.from(JSON.stringify(document)),
  }))
  const levels = fc.sample(events, { numRuns: 10, seed }).flatMap((run) => run.events)
  return [
    ...types,
    ...levels.map(({ document }) => ({ path: '/v2/fuzzed/inventory', body: Buffer.from(textOf(document)) })),
  ]
}

const textOf = (document: string | readonly (readonly [string, string])[]) =>
  typeof document === 'string'
    ? document
    : `{${document.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`

function generatedBatch(seed: number): Sample {
  const lists = new Map<string, string[]>()
  for (const { path, body } of generatedEvents(seed)) {
    const type = path.slice(path.lastIndexOf('/') + 1)
    lists.set(type, [...(lists.get(type) ?? []), body.toString()])
  }
  const members = [...lists].map(([type, texts]) => `${JSON.stringify(type)}:[${texts.slice(0, 3).join(',')}]`)
  return { path: '/v2/fuzzed/batch', body: Buffer.from(`{${members.join(',')}}`) }
}

function bodiesOf(step: Step): readonly Buffer[] {
  const body = bodyOf(step)
  return body === undefined ? [] : [body]
}

/** What is about size has suites of its own; here it would take the time of many other bodies. */
const small = (body: Buffer) => body.length < 20_000
