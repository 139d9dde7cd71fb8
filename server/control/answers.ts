import { isUtf8 } from 'node:buffer'
import type { Request, Response } from 'express'
import { type Evidence, grades } from '../../contracts/rules/book.js'
import { nearest, writeChoice } from '../suggestion.js'
import { parseExact, writeExact } from '../wire/exact-json.js'
import { writeProblem } from '../wire/problem.js'

/** A control-plane call that cannot be done: what is wrong and what would be right. */
export class Problem extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  501: 'Not emulated yet',
  503: 'Unavailable',
}

export function sendProblem(response: Response, status: number, detail: string): void {
  const { headers, body } = writeProblem(status, titles[status] ?? 'Internal error', detail)
  response.status(status).set(headers).send(body)
}

export function sendJson(response: Response, status: number, value: unknown): void {
  response
    .status(status)
    .type('application/json')
    .send(`${writeExact(value)}\n`)
}

/** The query's parameters, each given once but for lists; an unknown one is refused by name. */
export function readParameters<Name extends string>(
  request: Request,
  known: readonly Name[],
  lists: readonly Name[] = [],
): Partial<Record<Name, string>> {
  const parameters: Partial<Record<string, string>> = {}
  for (const [name, value] of searchOf(request)) {
    if (!(known as readonly string[]).includes(name)) {
      const right = nearest(name, known)
      const hint = right === undefined ? `Known are ${known.join(', ') || 'none'}.` : `Did you mean ${right}?`
      throw new Problem(400, `The parameter ${name} is not known here. ${hint}`)
    }
    if (parameters[name] !== undefined && !(lists as readonly string[]).includes(name))
      throw new Problem(400, `The parameter ${name} is given twice. Give it once.`)
    parameters[name] = value
  }
  // Every name was checked against the known ones.
  return parameters as Partial<Record<Name, string>>
}

/** The values of a parameter that may be given several times. */
export const listOf = (request: Request, name: string): readonly string[] => searchOf(request).getAll(name)

function searchOf(request: Request): URLSearchParams {
  return new URLSearchParams(request.originalUrl.split('?').slice(1).join('?'))
}

export const mostRows = 1_000

export function readLimit(limit: string | undefined): number {
  if (limit === undefined) return mostRows
  const count = /^\d{1,4}$/.test(limit) ? Number(limit) : 0
  if (count < 1 || count > mostRows)
    throw new Problem(400, `limit is ${limit}. Right is a number from 1 to ${mostRows}.`)
  return count
}

/** The least evidence that is asked for; where nothing is asked, any. */
export function readEvidence(evidence: string = 'assumed'): Evidence {
  const grade = grades.find((each) => each === evidence)
  if (grade !== undefined) return grade
  throw new Problem(400, `evidence is ${evidence}. Right is ${writeChoice(grades)}.`)
}

/** An opaque text that a later call takes up from. */
export function writeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function readCursor(cursor: string | undefined): unknown {
  if (cursor === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw badCursor(cursor)
  }
}

export function badCursor(cursor: string | undefined): Problem {
  return new Problem(400, `cursor is ${cursor}. Right is the "next" of an earlier reply, as it was.`)
}

/** The JSON value of a request's body. */
export function bodyOf(request: Request): unknown {
  const parsed = parseExact(textOf(request, 'a JSON document'))
  if ('fault' in parsed) throw new Problem(400, `The body is no JSON: ${parsed.fault}.`)
  return parsed.value
}

/** The text of a request's body, which was read as bytes: a text would hide what is no UTF-8. */
export function textOf(request: Request, right: string): string {
  const bytes: unknown = request.body
  if (Buffer.isBuffer(bytes) && !isUtf8(bytes))
    throw new Problem(400, `The body is no UTF-8. Right is ${right} in UTF-8.`)
  const text = Buffer.isBuffer(bytes) ? new TextDecoder().decode(bytes) : ''
  if (text.trim() === '') throw new Problem(400, `There is no body. Right is ${right}.`)
  return text
}
