import { Router } from 'express'
import { type Clocks, earliest, latest } from '../clock.js'
import { checkDocument } from '../documents/documents.js'
import type { Partition } from '../state/store.js'
import { readInstant } from '../wire/dates.js'
import { bodyOf, Problem, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeIn } from './requests.js'

/** What a clock is told, as its schema has it. */
interface ClockDocument {
  readonly freeze?: string
  readonly advance?: number
  readonly now?: string
}

/** /_backstock/clock: what time it is, for all or for one account or site. */
export function clock({ clocks, replicas }: ControlParts): Router {
  const router = Router()

  router.get('/', (request, response) => {
    sendJson(response, 200, writeClock(clocks, scopeIn(request)))
  })

  router.put('/', async (request, response) => {
    const of = scopeIn(request)
    const document = checkDocument<ClockDocument>('clock', bodyOf(request))
    await replicas.changeControls(() => setClock(clocks, of, document))
    sendJson(response, 200, writeClock(clocks, of))
  })

  router.delete('/', async (request, response) => {
    const of = scopeIn(request)
    await replicas.changeControls(() => clocks.clear(of))
    response.status(204).end()
  })

  return router
}

function setClock(clocks: Clocks, of: Partition | undefined, document: ClockDocument): void {
  const [name, ...others] = Object.keys(document)
  if (name === undefined || others.length > 0)
    throw new Problem(
      400,
      `${name === undefined ? 'Nothing is' : `${[name, ...others].join(' and ')} are`} given. Right is exactly one of ` +
        'freeze and now (an instant), and advance (seconds).',
    )
  const { freeze, advance, now } = document
  if (freeze !== undefined) clocks.freeze(of, instantOf('freeze', freeze))
  if (now !== undefined) clocks.run(of, instantOf('now', now))
  if (advance !== undefined) clocks.advance(of, secondsOf(advance, clocks.now(of)))
}

function instantOf(name: string, text: string): Date {
  const instant = readInstant(text)
  const ms = instant === undefined ? Number.NaN : instant.seconds * 1000 + Number(`${instant.fraction}000`.slice(0, 3))
  if (ms >= earliest.getTime() && ms <= latest.getTime()) return new Date(ms)
  throw new Problem(
    400,
    `${name} is ${JSON.stringify(text)}. Right is an instant in ISO 8601 from 1970 to 9999, such as 2026-01-23T12:00:00Z.`,
  )
}

function secondsOf(seconds: number, now: Date): number {
  if (now.getTime() + seconds * 1000 <= latest.getTime()) return seconds
  throw new Problem(400, `advance is ${seconds}. Right are seconds that lead to no later year than 9999.`)
}

function writeClock(clocks: Clocks, of: Partition | undefined) {
  const { now, frozen, setFor } = clocks.told(of)
  return { now: now.toISOString(), frozen, set_for: setFor }
}
