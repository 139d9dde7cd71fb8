import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import { type Head, type Operation, Refusal, type Reply, type Terms, type Verdict } from '../operation.js'
import type { Turn } from '../state/store.js'
import { sentJson } from '../wire/sent-value.js'
import { pixelErrors, trackerErrors } from './errors.js'
import { skusOfEvents } from './event.js'
import {
  admitContent,
  admitMethod,
  admitPath,
  type EventsCommand,
  eventMethods,
  judgePath,
  judgeQuery,
  readSingle,
} from './read.js'
import { decideEvents, type EventsResult, needsOfEvents } from './rules.js'
import { trackerTypes } from './types.js'
import { enforceEvents, failedEvents, writeEvent, writeRefusal } from './write.js'

/** Whether a path is one of theirs; that of nearly every call differs in its second segment. */
const isPath = (segments: Head['segments'], path: string) => segments[1] === 'tracker' && segments.join('/') === path

/** What a shop's pages send: no site in the path and no token, for a browser keeps no secret. */
export const trackers: readonly Operation<EventsCommand, EventsResult>[] = [...trackerTypes].map(([name, type]) => ({
  name: `jirafe.${name}`,
  vendor: 'jirafe',
  matches: ({ segments }: Head) => isPath(segments, `v2/${name}`),
  identify: () => ({ vendor: 'jirafe' }),

  admit(head: Head, _terms: Terms, findings: Findings): Refusal | undefined {
    const refusal = admitPath(head, findings) ?? admitMethod(head, eventMethods, findings)
    if (refusal !== undefined) return refusal
    findings.applies(jirafe['tracker.post'])
    findings.applies(jirafe['tracker.token'])
    judgeQuery(head, findings)
    return admitContent(head, findings)
  },

  read: readSingle(name, type),
  // The document names the site; nothing but its own events is written there.
  callerOf: ({ site }: EventsCommand) =>
    site === undefined ? { vendor: 'jirafe' } : { vendor: 'jirafe', site, token: '' },
  asSent: (_head, text) => sentJson(text),
  errors: trackerErrors('POST, PUT'),
  skusOf: skusOfEvents,
  needs: needsOfEvents,
  decide: decideEvents,
  write: writeEvent,
  enforce: enforceEvents,
  failed: failedEvents,
}))

/** A transparent GIF of one pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')

const gifPaths = [...trackerTypes.keys()].map((name) => `v2/${name}.gif`)

/** The same as an image in a page: whatever its query says, it is answered by a pixel. */
export const trackerGif: Operation<null, Verdict> = {
  name: 'jirafe.tracker.gif',
  vendor: 'jirafe',
  matches: ({ segments }) => gifPaths.some((path) => isPath(segments, path)),
  identify: () => ({ vendor: 'jirafe' }),

  admit(head: Head, _terms: Terms, findings: Findings): Refusal | undefined {
    const refusal = admitPath(head, findings) ?? admitMethod(head, ['GET'], findings)
    if (refusal === undefined) judgePath(head, findings)
    return refusal
  },

  async read(head: Head, _body: unknown, _terms: Terms, findings: Findings): Promise<null> {
    findings.applies(jirafe['tracker.gif'])
    if (head.query.length > 0) findings.applies(jirafe['tracker.gif_query'])
    return null
  },

  bodiless: true,
  asSent: () => undefined,
  errors: pixelErrors('GET'),
  needs: () => ({}),
  decide: () => ({ outcomes: [] }),
  write(outcome: Verdict | Refusal, _head: Head, _turn: Turn, terms: Terms): Reply {
    if (outcome instanceof Refusal) return writeRefusal(outcome, terms)
    return { status: 200, headers: { 'Content-Type': 'image/gif' }, body: pixel }
  },
  enforce: enforceEvents,
  failed: failedEvents,
}
