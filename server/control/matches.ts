import { DocumentError, faultAt } from '../documents/documents.js'
import type { Step } from '../documents/source.js'
import type { Handled } from '../matching/call.js'
import { type Match, readMatch } from '../matching/match.js'
import type { AnyOperation } from '../operation.js'
import { allRules } from '../rule-list.js'
import type { Partition } from '../state/store.js'
import { isRecord } from '../wire/json-values.js'
import { Problem } from './answers.js'

/** The parts of a match that are simple enough for a query. */
export const matchParameters = [
  'vendor',
  'account',
  'site',
  'operation',
  'method',
  'path',
  'status',
  'since',
  'outcome',
  'violations',
] as const
type MatchParameters = { readonly [Name in (typeof matchParameters)[number]]?: string }

type Operations = ReadonlyMap<string, AnyOperation>

/** The account or site that a call of the control plane is about. */
export interface Named {
  readonly account?: string | undefined
  readonly site?: string | undefined
}

export interface ScopedMatch {
  readonly match: Match<Handled>
  readonly scope: Partition | undefined
}

/** The match that parameters tell, and the account or site among them; throws DocumentError or Problem. */
export function readFilter({ account, site, status, violations, ...texts }: MatchParameters, operations: Operations) {
  const document = {
    ...texts,
    ...(status !== undefined && { status: readStatus(status) }),
    ...(violations !== undefined && { violations: readViolations(violations) }),
  }
  return readScopedMatch(document, { account, site }, operations, [])
}

const readStatus = (text: string) => (text === 'null' ? null : readNumber(text))
const readViolations = (text: string) => (text === 'true' ? true : text === 'false' ? false : readNumber(text))
/** What is no number stays a text, which the match refuses where it asks for a number. */
const readNumber = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : text)

/** Throws DocumentError, each fault behind `at`, or Problem. */
export function readScopedMatch(
  document: unknown,
  { account, site }: Named,
  operations: Operations,
  at: readonly Step[],
): ScopedMatch {
  if (account !== undefined && site !== undefined)
    throw new Problem(400, 'Both account and site are given. Give the one that is meant.')
  const whole = { ...readNamed(document, 'account', account), ...readNamed(document, 'site', site) }
  const known = {
    operations: new Map([...operations].map(([name, { vendor }]) => [name, vendor])),
    rules: allRules.map(({ id }) => id),
  }
  const reading = readMatch(whole, known)
  if ('match' in reading) return { match: reading.match, scope: reading.match.scope }
  throw new DocumentError(reading.faults.map(({ steps, message, about }) => faultAt([...at, ...steps], message, about)))
}

/** The match with the account or site that the call names beside it; the two may not differ. */
function readNamed(document: unknown, name: 'account' | 'site', named: string | undefined): object {
  if (!isRecord(document)) return {}
  if (named === undefined) return document
  const own = document[name]
  if (own !== undefined && own !== named)
    throw new Problem(400, `The match names the ${name} ${own}, and the call ${named}. Name the one that is meant.`)
  return { ...document, [name]: named }
}
