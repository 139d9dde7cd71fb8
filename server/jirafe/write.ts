import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings, Place } from '../findings.js'
import { type Failure, type Head, Refusal, type Reply, type Terms, type Verdict } from '../operation.js'
import type { Turn } from '../state/store.js'
import { type DumpValue, dumps } from './python.js'
import type { EventReply, EventsResult } from './rules.js'

const accepted: DumpValue = new Map([['success', true]])
/** It has one member, so no comma stands in it. */
const acceptedText = dumps(accepted, ',')

/** The reply to a single event: accepted, or its errors by path. */
export function writeEvent(outcome: EventsResult | Refusal, _head: Head, _turn: Turn, terms: Terms): Reply {
  if (outcome instanceof Refusal) return writeRefusal(outcome, terms)
  const refused = outcome.replies.find(({ errors }) => errors.size > 0)
  if (refused !== undefined) return reply(400, writeOutcome(refused), terms)
  const failed = outcome.replies.find((each) => each.failed)
  return failed === undefined ? reply(200, accepted, terms) : reply(503, writeOutcome(failed), terms)
}

/** The reply to a batch: its keys, each with one single-call reply for each event. */
export function writeBatch(
  outcome: EventsResult | Refusal,
  _head: Head,
  _turn: Turn,
  terms: Terms,
  findings: Findings,
): Reply {
  if (outcome instanceof Refusal) return writeRefusal(outcome, terms)
  findings.applies(jirafe['batch.reply'])
  const { replies } = outcome
  const refused = replies.filter(({ errors }) => errors.size > 0).length
  if (refused > 0) findings.applies(jirafe['batch.always_200'])
  if (refused > 0 && refused < replies.length) findings.applies(jirafe['batch.independent'])
  const lists = new Map<string, DumpValue[]>(outcome.lists.map((list) => [list, []]))
  for (const each of replies) lists.get(each.list)?.push(writeOutcome(each))
  return reply(200, lists, terms)
}

function writeOutcome({ known, errors, failed }: EventReply): DumpValue {
  if (failed) return new Map<string, DumpValue>([...writeError('unknown'), ['message', failedMessage]])
  if (!known) return new Map<string, DumpValue>(writeError('invalid_type'))
  if (errors.size === 0) return accepted
  return new Map<string, DumpValue>([...writeError('validation'), ['errors', errors]])
}

/** The vendor's words for an unexpected fault are not public. */
const failedMessage = 'The event could not be processed. Send it again later.'

const writeError = (type: string): readonly [string, DumpValue][] => [
  ['error_type', type],
  ['success', false],
]

/** The reply to a credential check or a tracker: there is nothing that could be wrong any more. */
export function writeAccepted(outcome: Verdict | Refusal, _head: Head, _turn: Turn, terms: Terms): Reply {
  return outcome instanceof Refusal ? writeRefusal(outcome, terms) : reply(200, accepted, terms)
}

export function writeRefusal(refusal: Refusal, terms: Terms): Reply {
  const told = new Map<string, DumpValue>(writeError(refusal.type))
  if (refusal.message !== '') told.set('message', refusal.message)
  if (refusal.errors !== undefined) told.set('errors', refusal.errors)
  return reply(refusal.status, told, terms, refusal.headers)
}

function reply(status: number, value: DumpValue, terms: Terms, headers: Readonly<Record<string, string>> = {}): Reply {
  const comma = terms.settings.reply_layout === '2014-02' ? ', ' : ','
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: value === accepted ? acceptedText : dumps(value, comma),
  }
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
  findings.applies(jirafe['reply.unknown_message'])
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
