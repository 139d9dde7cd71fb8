import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings, Place } from '../findings.js'
import { type Failure, type Head, Refusal, type Reply, type Terms } from '../operation.js'
import type { Turn } from '../state/store.js'
import { type DumpValue, dumps } from './python.js'
import type { EventsResult } from './rules.js'

const accepted: DumpValue = new Map([['success', true]])

/** The reply to a single event: accepted, or its errors by path. */
export function writeEvent(outcome: EventsResult | Refusal, _head: Head, _turn: Turn, terms: Terms): Reply {
  if (outcome instanceof Refusal) return writeRefusal(outcome, terms)
  const [errors] = outcome.errors
  const status = errors !== undefined && errors.size > 0 ? 400 : 200
  return reply(status, writeOutcome(errors), terms)
}

function writeOutcome(errors: ReadonlyMap<string, string> | undefined): DumpValue {
  if (errors === undefined || errors.size === 0) return accepted
  return new Map<string, DumpValue>([
    ['error_type', 'validation'],
    ['errors', errors],
    ['success', false],
  ])
}

export function writeRefusal(refusal: Refusal, terms: Terms): Reply {
  const told = new Map<string, DumpValue>([
    ['error_type', refusal.type],
    ['success', false],
  ])
  if (refusal.message !== '') told.set('message', refusal.message)
  if (refusal.errors !== undefined) told.set('errors', refusal.errors)
  return reply(refusal.status, told, terms, refusal.headers)
}

function reply(status: number, value: DumpValue, terms: Terms, headers: Readonly<Record<string, string>> = {}): Reply {
  const comma = terms.settings.reply_layout === '2014-02' ? ', ' : ','
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: dumps(value, comma) }
}

/** A refusal by `enforce`: every broken rule about the call, by its place. */
export function enforceEvents(findings: Findings): Refusal {
  const errors = new Map<string, string>()
  for (const { rule, at } of findings.breaches) if (rule.breach.endsWith('call')) errors.set(pathOf(at), rule.says)
  return new Refusal(400, '', { type: 'validation', errors })
}

const pathOf = (at: Place) => ('path' in at ? at.path : at.pointer.slice(1).replaceAll('/', '.'))

export function failedEvents(failure: Failure, findings: Findings): Refusal {
  findings.applies(failure === 'too many' ? jirafe['call.anonymous_limit'] : jirafe['reply.unknown'])
  const retry = { 'Retry-After': '1' }
  switch (failure) {
    case 'inside':
      return new Refusal(503, 'The emulator failed; nothing of the call was applied. Its own output says why.')
    case 'storage':
      return new Refusal(503, 'The change cannot be stored; nothing of the call was applied. Send it again later.', {
        headers: retry,
      })
    case 'too many':
      return new Refusal(
        503,
        'No further site that nobody declared is taken: declare it, reset, or raise anonymous_limit.',
        {
          headers: retry,
        },
      )
  }
}
