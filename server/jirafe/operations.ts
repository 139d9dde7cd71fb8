import { jirafe } from '../../contracts/rules/jirafe.js'
import { alwaysRefused, elsewhere } from '../elsewhere.js'
import { type Findings, inPath } from '../findings.js'
import { type AnyOperation, type Head, type Operation, Refusal } from '../operation.js'
import type { Caller } from '../state/store.js'
import { writeProblem } from '../wire/problem.js'
import { tokenOf } from './authorization.js'
import { admitEvent, admitSite, type EventsCommand, readEvent } from './read.js'
import { decideEvents, type EventsResult, needsOfEvents } from './rules.js'
import { enforceEvents, failedEvents, writeEvent, writeRefusal } from './write.js'

/** The path names the site; without a well-formed token nobody calls. */
function identify(head: Head): Caller {
  const token = tokenOf(head)
  const site = head.segments[1]
  return token === undefined || site === undefined || head.badEscape
    ? { vendor: 'jirafe' }
    : { vendor: 'jirafe', site, token }
}

/** `/v2/{site}/{type}`: the last segment tells, whatever the site is called. */
const isEvent = ({ segments }: Head, types: readonly string[]) =>
  segments.length === 3 && segments[0] === 'v2' && types.includes(segments[2] ?? '')

const inventory: Operation<EventsCommand, EventsResult> = {
  name: 'jirafe.inventory',
  vendor: 'jirafe',
  matches: (head) => isEvent(head, ['inventory', 'product.inventory']),
  identify,
  admit: admitEvent,
  read: readEvent,
  needs: needsOfEvents,
  decide: decideEvents,
  write: writeEvent,
  enforce: enforceEvents,
  failed: failedEvents,
}

/** A path of a site that takes no event: after the token and the site have been judged, `refuse` speaks. */
function refusing(
  name: string,
  matches: (head: Head) => boolean,
  refuse: (head: Head, findings: Findings) => Refusal,
): AnyOperation {
  return alwaysRefused({
    name,
    vendor: 'jirafe',
    matches,
    identify,
    admit: (head, terms, findings) => admitSite(head, terms, findings) ?? refuse(head, findings),
    writeRefusal: (refusal, terms) =>
      refusal.status === 501 ? writeProblem(501, 'Not emulated yet', refusal.message) : writeRefusal(refusal, terms),
    failed: failedEvents,
  })
}

const notYet = (name: string) =>
  new Refusal(501, `${name} is not emulated yet. Of Jirafe there is POST /v2/{site-id}/inventory.`)

const laterTypes = [
  'cart',
  'category',
  'customer',
  'employee',
  'order',
  'product',
  'product.cost',
  'heartbeat',
  'batch',
  'site_check',
]

const tracker = elsewhere({
  name: 'jirafe.tracker',
  vendor: 'jirafe',
  matches: ({ segments }) =>
    segments.length === 3 &&
    segments[0] === 'v2' &&
    segments[1] === 'tracker' &&
    /^(?:pageview|visit)(?:\.gif)?$/.test(segments[2] ?? ''),
  status: 501,
  title: 'Not emulated yet',
  detail: () => "Jirafe's trackers are not emulated yet. Of Jirafe there is POST /v2/{site-id}/inventory.",
})

/** Jirafe's operations by data: a type is a row here and a schema. */
export const jirafeOperations: readonly AnyOperation[] = [
  tracker,
  inventory,
  ...laterTypes.map((type) =>
    refusing(
      `jirafe.${type}`,
      (head) => isEvent(head, [type]),
      () => notYet(`jirafe.${type}`),
    ),
  ),
]

/** Any other type of a site: the vendor's own answer. */
export const jirafeUnknownType = refusing(
  'jirafe.unknown',
  ({ segments }) => segments.length === 3 && segments[0] === 'v2',
  (head, findings) => {
    findings.breach(jirafe['call.type'], inPath, head.segments[2] ?? '', ['inventory', ...laterTypes].join(', '))
    return new Refusal(400, '', { type: 'invalid_type' })
  },
)
