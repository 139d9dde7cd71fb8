import { jirafe } from '../../contracts/rules/jirafe.js'
import { alwaysRefused, elsewhere } from '../elsewhere.js'
import { inPath } from '../findings.js'
import { type AnyOperation, type Head, type Operation, Refusal } from '../operation.js'
import { shownTarget } from '../redaction.js'
import type { Caller } from '../state/store.js'
import { sentJson } from '../wire/sent-value.js'
import { tokenOf } from './authorization.js'
import { readBatch } from './batch.js'
import { siteErrors } from './errors.js'
import { skusOfEvents } from './event.js'
import { admitEvent, admitSite, type EventsCommand, readSingle } from './read.js'
import { decideEvents, type EventsResult, needsOfEvents } from './rules.js'
import { saysEvents } from './says.js'
import { siteCheck } from './site-check.js'
import { trackerGif, trackers } from './tracker.js'
import { eventTypes, keptAs } from './types.js'
import { enforceEvents, failedEvents, writeBatch, writeEvent, writeRefusal } from './write.js'

/** The path names the site; without a well-formed token nobody calls. */
function identify(head: Head): Caller {
  const token = tokenOf(head)
  const site = head.segments[1]
  return token === undefined || site === undefined || head.badEscape
    ? { vendor: 'jirafe' }
    : { vendor: 'jirafe', site, token }
}

/** `/v2/{site}/{type}`: the last segment tells, whatever the site is called. */
const isOf = (type: string) => (head: Head) =>
  head.segments.length === 3 && head.segments[0] === 'v2' && head.segments[2] === type

const events: Omit<Operation<EventsCommand, EventsResult>, 'name' | 'matches' | 'read' | 'write'> = {
  vendor: 'jirafe',
  identify,
  admit: admitEvent,
  asSent: (_head, text) => sentJson(text),
  errors: siteErrors('POST, PUT'),
  skusOf: skusOfEvents,
  says: saysEvents,
  needs: needsOfEvents,
  decide: decideEvents,
  enforce: enforceEvents,
  failed: failedEvents,
}

const singles = [...eventTypes].map(
  ([name, type]): AnyOperation => ({
    ...events,
    name: `jirafe.${keptAs(name)}`,
    matches: isOf(name),
    read: readSingle(name, type),
    write: writeEvent,
  }),
)

const batch: AnyOperation = {
  ...events,
  name: 'jirafe.batch',
  matches: isOf('batch'),
  read: readBatch,
  write: writeBatch,
}

const check: AnyOperation = {
  ...siteCheck,
  errors: siteErrors('POST, PUT, GET'),
  name: 'jirafe.site_check',
  vendor: 'jirafe',
  matches: isOf('site_check'),
  identify,
}

/** Jirafe's operations: an event type is a row of `eventTypes` and a schema. */
export const jirafeOperations: readonly AnyOperation[] = [...trackers, trackerGif, ...singles, batch, check]

const types = [...eventTypes.keys(), 'batch', 'site_check'].join(', ')

/** Any other type of a site: the vendor's own answer. */
export const jirafeUnknownType = alwaysRefused({
  name: 'jirafe.unknown',
  vendor: 'jirafe',
  matches: ({ segments }) => segments.length === 3 && segments[0] === 'v2',
  identify,
  admit(head, terms, findings) {
    const refusal = admitSite(head, terms, findings)
    if (refusal !== undefined) return refusal
    findings.breach(jirafe['call.type'], inPath, head.segments[2] ?? '', types)
    return new Refusal(400, '', { type: 'invalid_type' })
  },
  writeRefusal: (refusal, terms) => writeRefusal(refusal, terms),
  failed: failedEvents,
})

/** What a host of Jirafe's serves: every path there is Jirafe's. */
export const jirafeHost: readonly AnyOperation[] = [
  ...jirafeOperations,
  jirafeUnknownType,
  elsewhere({
    name: 'jirafe.unknown',
    vendor: 'jirafe',
    matches: () => true,
    title: 'Not found',
    detail: (head) =>
      `${head.method} ${shownTarget(head)} is no path of Jirafe's. Right is POST /v2/{site-id}/{type}, ` +
      '/v2/tracker/pageview or /v2/tracker/visit.',
  }),
]
