import type { Rule } from '../../contracts/rules/book.js'
import { counted } from '../counted.js'
import type { Difference, Exchange, Verdict } from '../drift/exchange.js'
import { isReply } from '../drift/exchange.js'
import type { Report } from '../emulator.js'
import { keepStart } from '../journal/kept.js'
import type { Voice } from './launch.js'
import type { ProxyFailing } from './proxy-options.js'

/** A value of a reply is shown by its start. */
const shownOf = 200

const shown = (text: string | undefined, secrets: readonly string[]) =>
  text === undefined ? 'nothing' : keepStart(text, secrets, shownOf)

/** One call on stderr: what became of it, and each place where the replies differ. */
export function tellExchange(exchange: Exchange, voice: Voice): void {
  const { number, comparison, real, secrets, emulated } = exchange
  const { entry } = emulated
  const { verdict, why, differences, more } = comparison
  const status = isReply(real) ? real.status : null
  const safeWhy = why === undefined ? undefined : keepStart(why, secrets, 2 * shownOf)
  const told = differences.map((each) => ({
    place: keepStart(each.place, secrets, shownOf),
    real: each.real === undefined ? null : shown(each.real, secrets),
    emulated: each.emulated === undefined ? null : shown(each.emulated, secrets),
    rules: each.rules.map(({ id, evidence }) => ({ rule: id, evidence })),
  }))
  const members = { number, method: entry.method, path: entry.path, request: entry.id, status, verdict }
  const lines = differences.flatMap((each) => [
    `  ${keepStart(each.place, secrets, shownOf) || 'the body'}: ${shown(each.real, secrets)}; here ${shown(each.emulated, secrets)}`,
    ...each.rules.map(({ id, evidence }) => `    ${id}, ${evidence}`),
  ])
  voice.event('exchange', { ...members, ...(safeWhy !== undefined && { why: safeWhy }), differences: told, more }, [
    `${verdict.padEnd(10)} ${entry.method} ${entry.path} ${status ?? 'no reply'}${safeWhy === undefined ? '' : `: ${safeWhy}`}`,
    ...lines,
    ...(more ? ['  and more'] : []),
  ])
}

/** Kinds of differences that are told apart; a hostile reply can make up as many places as it likes. */
const mostKinds = 100

interface KindOfDifference {
  readonly place: string
  readonly rules: readonly Rule[]
  count: number
}

interface Wanted {
  readonly failOn: ReadonlySet<ProxyFailing>
  readonly isRecorded: boolean
  /** Exchanges in the recording; undefined where it could not be written. */
  readonly recorded: number | undefined
}

/** What all exchanges come to. */
export class DriftSummary {
  readonly #counts: Record<Verdict, number> = { same: 0, different: 0, unknown: 0 }
  readonly #kinds = new Map<string, KindOfDifference>()
  readonly #reasons = new Map<string, number>()
  /** Calls of a vendor for which no real API was named. */
  refused = 0

  add({ comparison, secrets }: Exchange): void {
    this.#counts[comparison.verdict]++
    for (const difference of comparison.differences) this.#addKind(difference, secrets)
    if (comparison.why !== undefined) this.#addReason(keepStart(comparison.why, secrets, 2 * shownOf))
  }

  /** Says it on stderr; whether that fails the run. */
  tell({ failOn, isRecorded, recorded }: Wanted, { broken }: Report, voice: Voice): boolean {
    const { same, different, unknown } = this.#counts
    const compared = same + different
    const found: Readonly<Record<ProxyFailing, boolean>> = {
      different: different > 0,
      unknown: unknown + this.refused > 0,
      violations: broken.length > 0,
      errors: broken.some(({ level }) => level === 'error'),
    }
    const failing = [...failOn].filter((each) => found[each])
    const lines = [
      `Backstock: ${counted(compared + unknown, 'call')} passed on: ${same} same, ${different} different, ${unknown} could not be told`,
      ...(this.refused > 0 ? [`  ${this.refused} refused, for no real API was named for them`] : []),
      ...[...this.#kinds.values()].flatMap(writeKind),
      ...[...this.#reasons].map(([why, count]) => `${writeCount(count)}  could not be told: ${why}`),
    ]
    if (recorded !== undefined) lines.push(`Backstock: ${counted(recorded, 'exchange')} recorded`)
    if (failing.length > 0) lines.push(`Backstock: this fails the run, as --fail-on ${failing.join(',')} says`)
    // Nobody is to take silence for agreement.
    const nothing = compared === 0 && (isRecorded || failOn.size > 0)
    if (nothing) lines.push('Backstock: nothing was compared, so nothing was shown: this fails the run')
    const lost = isRecorded && !nothing && (recorded === undefined || recorded === 0)
    if (lost) lines.push('Backstock: nothing was recorded of what was compared: this fails the run')
    const kinds = [...this.#kinds.values()].map(({ place, count, rules }) => ({
      place,
      count,
      rules: rules.map(({ id }) => id),
    }))
    const reasons = [...this.#reasons].map(([why, count]) => ({ why, count }))
    const members = { same, different, unknown, refused: this.refused, differences: kinds, reasons, fails: failing }
    voice.event('summary', isRecorded ? { ...members, recorded: recorded ?? null } : members, lines)
    return failing.length > 0 || nothing || lost
  }

  /** Where it was is told of each call. */
  #addReason(why: string): void {
    const general = why.replace(/ \(\/[^()]*\)$/, '')
    const count = this.#reasons.get(general)
    if (count !== undefined || this.#reasons.size < mostKinds) this.#reasons.set(general, (count ?? 0) + 1)
  }

  /** The same place of another item, or of another list, is the same kind. */
  #addKind({ place, rules }: Difference, secrets: readonly string[]): void {
    const general = keepStart(place, secrets, shownOf).replaceAll(/\/\d+(?=\/|$)/g, '/*')
    const key = JSON.stringify([general, rules.map(({ id }) => id)])
    const kind = this.#kinds.get(key)
    if (kind !== undefined) kind.count++
    else if (this.#kinds.size < mostKinds) this.#kinds.set(key, { place: general, rules, count: 1 })
  }
}

const writeCount = (count: number) => `  ${String(count).padStart(5)}`

function writeKind({ place, rules, count }: KindOfDifference): readonly string[] {
  return [
    `${writeCount(count)}  ${place || 'the body'}`,
    ...rules.flatMap(({ id, evidence, says, source }) => [
      `         rule ${id}, ${evidence}: ${says}`,
      `         source: ${source}.`,
    ]),
  ]
}
