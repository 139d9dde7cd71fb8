import { type Request, type Response, Router } from 'express'
import { DocumentError, schemaFaults } from '../documents/documents.js'
import type { DocumentKind } from '../documents/kinds.js'
import { CountInquiry, type Wanted } from '../journal/count.js'
import type { Inquiry, Progress } from '../journal/inquiry.js'
import { type Nearest, nearestTo } from '../journal/nearest.js'
import { NoAnswer, Questions } from '../journal/questions.js'
import { SequenceInquiry } from '../journal/sequence.js'
import { journalled } from '../matching/journalled.js'
import { writeExact } from '../wire/exact-json.js'
import { bodyOf, Problem, readParameters, sendJson } from './answers.js'
import { writeEntry } from './entries.js'
import { type Named, readScopedMatch } from './matches.js'
import type { ControlParts } from './parts.js'

const usualWait = 5_000

/** A body as its schema has judged it. */
interface Question {
  readonly match: unknown
  readonly count?: number
  readonly timeout_ms?: number
}
interface SequenceQuestion {
  readonly matches: readonly unknown[]
  readonly timeout_ms?: number
}

/** POST /_backstock/requests/find, count, wait and sequence: one kind of question, one kind of answer. */
export function queries(parts: ControlParts): Router {
  const { journal, operations } = parts
  const questions = new Questions(parts)
  const router = Router()

  router.post('/find', (request, response) => answerCount(request, response, findOf, 0))
  router.post('/wait', (request, response) => answerCount(request, response, findOf, usualWait))
  router.post('/count', (request, response) => answerCount(request, response, countOf, 0))

  router.post('/sequence', async (request, response) => {
    const named = readParameters(request, ['account', 'site'])
    const { matches, timeout_ms: ms = 0 } = readBody<SequenceQuestion>('sequence', request)
    const steps = matches.map((match, index) => readScopedMatch(match, named, operations, ['matches', index]))
    const [first, ...others] = steps
    // Steps may be about several accounts; where all are about one, only its calls are looked at.
    const scope = others.every((step) => step.scope === first?.scope) ? first?.scope : undefined
    const inquiry = new SequenceInquiry(
      scope,
      steps.map(({ match }) => match),
    )
    await answer(inquiry, ms, response)
  })

  async function answerCount(request: Request, response: Response, wantedOf: typeof findOf, usual: number) {
    const named: Named = readParameters(request, ['account', 'site'])
    const { match: document, count, timeout_ms: ms = usual } = readBody<Question>('question', request)
    const { match, scope } = readScopedMatch(document, named, operations, ['match'])
    await answer(new CountInquiry(scope, match, wantedOf(count)), ms, response)
  }

  async function answer(inquiry: Inquiry, ms: number, response: Response): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const progress = await questions.wait(inquiry, ms, gone.signal)
      sendJson(response, 200, writeAnswer(inquiry, progress))
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      if (gone.signal.aborted) return
      // A connection that is kept would keep the emulator from closing.
      response.set('Connection', 'close')
      throw new Problem(503, error.message)
    }
  }

  function writeAnswer(inquiry: Inquiry, { verdict, count, evicted, met, wanted }: Progress) {
    const nearest = wanted && nearestTo(wanted, journal.newest(inquiry.scope), (entry) => journalled(entry, operations))
    return {
      verdict,
      count,
      evicted,
      nearest: nearest === undefined ? null : writeNearest(nearest),
      requests: met.map(writeEntry),
    }
  }

  return router
}

/** Of a body that is not kept to its end, and of a text with the token in it, nobody knows what was there. */
function writeNearest({ entry, differences, open }: Nearest) {
  const told = differences.map(({ part, expected, seen }) => ({ part, expected: short(expected), seen: short(seen) }))
  const unknown = open.map(({ part, expected }) => ({ part, expected: short(expected), seen: null, unknown: true }))
  return { id: entry.id, differences: [...told, ...unknown] }
}

const longestValue = 200

/** A value, or the start of its text where it is too long to be read. */
function short(value: unknown): unknown {
  const text = typeof value === 'string' ? value : writeExact(value)
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : value
}

const findOf = (count: number | undefined): Wanted => {
  if (count === 0) throw new Problem(400, 'count is 0. Right is 1 or more; POST /_backstock/requests/count knows none.')
  return { atLeast: count ?? 1 }
}
const countOf = (count: number | undefined): Wanted => (count === undefined ? 'any number' : { exactly: count })

function readBody<Body>(kind: DocumentKind, request: Request): Body {
  const document = bodyOf(request)
  const faults = schemaFaults(kind, document)
  if (faults.length > 0) throw new DocumentError(faults)
  // The schema has judged it.
  return document as Body
}
