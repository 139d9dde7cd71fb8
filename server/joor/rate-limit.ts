import type { Rule } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Charge, Refusal, type Terms } from '../operation.js'
import type { Settings } from '../settings.js'
import type { Draft } from '../state/draft.js'
import type { Key, MeterValue } from '../state/rows.js'
import type { Turn } from '../state/store.js'

/** The one row of an account's meter. */
const key: Key = ['', '', '']

interface Limit {
  readonly credits: number
  readonly seconds: number
  /** Whether a call beyond the credits is answered 429, or taken and reported. */
  readonly refuses: boolean
}

const documented = { credits: 300, seconds: 300 }
/** Both calls are writes; of the reads, which cost 1, none is emulated. */
const cost = 5

/** The limit in force; what `report` would tell, contract=enforce refuses, and so for every call beyond the credits. */
function limitOf({ rate_limit: limit, contract }: Settings): Limit | undefined {
  if (limit === 'off') return undefined
  if (limit === 'report') return { ...documented, refuses: contract === 'enforce' }
  if (limit === 'enforce') return { ...documented, refuses: true }
  const [credits, seconds] = limit.split('/').map(Number)
  return { credits: credits ?? documented.credits, seconds: seconds ?? documented.seconds, refuses: true }
}

/** The price of a call, by the rule that says so. */
export function chargeFor(write: Rule): Charge {
  return {
    needs: { meters: [key] },
    take: (turn, draft, terms, findings) => chargeCall(write, turn, draft, terms, findings),
  }
}

/** Charges a call whose token is good; refuses it where its account's credits are spent. */
function chargeCall(
  write: Rule,
  turn: Turn,
  draft: Draft,
  { settings }: Terms,
  findings: Findings,
): Refusal | undefined {
  const limit = limitOf(settings)
  if (limit === undefined) return undefined
  findings.applies(limit.refuses ? joor['rate.limit'] : joor['rate.within'])
  const meter = meterOf(turn, draft, limit)
  if (meter.spent + cost > limit.credits) return beyond(meter, limit, turn, draft, findings)
  findings.applies(joor['rate.credits'])
  findings.applies(joor['rate.account'])
  findings.applies(joor['rate.v2'])
  findings.applies(joor['rate.write'])
  findings.applies(write)
  findings.applies(joor['rate.charged'])
  findings.applies(joor['rate.window'])
  draft.put('meters', key, { ...meter, spent: meter.spent + cost })
  return undefined
}

/** What is spent in the window that is open; a clock that was set back does not keep an old one open. */
function meterOf({ now }: Turn, draft: Draft, { seconds }: Limit): MeterValue {
  const meter = draft.get('meters', key)
  if (meter !== undefined) {
    const age = now.getTime() - Date.parse(meter.start)
    if (age >= 0 && age < seconds * 1000) return meter
  }
  return { start: now.toISOString(), spent: 0, reported: false }
}

/** A call for which too few credits are left: it costs nothing. */
function beyond(meter: MeterValue, limit: Limit, turn: Turn, draft: Draft, findings: Findings): Refusal | undefined {
  const { credits, seconds, refuses } = limit
  const seen = `${cost} credits more than the ${meter.spent} since ${meter.start}`
  const right = `at most ${credits} credits in ${seconds} seconds`
  if (!refuses) {
    findings.applies(joor['rate.once'])
    if (meter.reported) return undefined
    findings.breach(joor['rate.within'], place, seen, right)
    draft.put('meters', key, { ...meter, reported: true })
    return undefined
  }
  // The limit is looked at before anything that the call was found to be behind its token.
  findings.forget()
  findings.applies(joor['call.check_order'])
  findings.breach(joor['rate.limit'], place, seen, right)
  findings.applies(joor['rate.refused_free'])
  findings.applies(joor['rate.retry_after'])
  // The window is open, so a part of a second is left at least, which counts as a whole one.
  const left = Date.parse(meter.start) + seconds * 1000 - turn.now.getTime()
  const wait = Math.ceil(left / 1000)
  return new Refusal(429, sayBeyond(meter, limit, wait), { headers: { 'Retry-After': String(wait) } })
}

function sayBeyond({ spent, start }: MeterValue, { credits, seconds }: Limit, wait: number): string {
  if (credits < cost)
    return `The rate limit is reached by any call: a write costs ${cost}, and there are ${credits} credits. Raise it.`
  return (
    `The rate limit is reached: ${spent} of ${credits} credits are spent in the window of ${seconds} seconds ` +
    `that began at ${start}, and a write costs ${cost}. Send the call again in ${wait} seconds.`
  )
}

const place = { path: 'account' }

/** What every reply to a known account tells of the limit; what else the vendor sends is not public. */
export function throttlingHeaders({ settings, name }: Terms, findings: Findings): Readonly<Record<string, string>> {
  if (settings.rate_limit === 'off' || name === undefined) return {}
  findings.applies(joor['rate.header'])
  findings.applies(joor['rate.header_value'])
  return { 'X-Throttling-Account-Id': headerText(name) }
}

/** A name may hold what no header can: that is percent-encoded. */
function headerText(name: string): string {
  // Through UTF-8, which has no lone surrogates: encodeURIComponent throws at one.
  return Buffer.from(name)
    .toString()
    .replaceAll(/[^\x20-\x7e]/gu, encodeURIComponent)
}
