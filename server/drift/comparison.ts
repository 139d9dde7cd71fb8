import type { Rule } from '../../contracts/rules/book.js'
import { isOverLimit } from '../limits.js'
import type { Head } from '../operation.js'
import { printable } from '../printable.js'
import { type Comparison, type Emulated, isReply, type NoReply, type Readable, type Real } from './exchange.js'
import { withoutIds, withoutInstants } from './forms.js'
import { codingsRefused, differingHeaders } from './headers.js'
import { formatOf, readableReply, readValues } from './reply-values.js'
import { type Finding, rulesAt, type VendorReplies } from './vendor.js'

/** Places that are told of one call. */
const mostTold = 20

const unknown = (why: string): Comparison => ({ verdict: 'unknown', why, differences: [], more: false })

/** A real reply and what the emulator made of the same call. */
interface Compared {
  readonly real: Real | NoReply
  /** The real reply with its codings undone. */
  readonly readable: Readable | undefined
  readonly emulated: Emulated
  readonly head: Head
}

/** Holds a real reply against what the emulator would have said. */
export async function compare(compared: Compared, vendor: VendorReplies): Promise<Comparison> {
  try {
    return await compareReplies(compared, vendor)
  } catch (error) {
    // Such as nesting too deep for the readers, which are not made for hostile texts.
    return unknown(`the replies could not be compared: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function compareReplies(
  { real, readable, emulated, head }: Compared,
  vendor: VendorReplies,
): Promise<Comparison> {
  if (!isReply(real)) return unknown(`the real API gave no reply: ${real.sentence}`)
  const { entry } = emulated
  if (entry.fault !== null) return unknown('a fault that was armed changed what the emulator said')
  if (emulated.reply === undefined) return unknown('the real API answered before the whole call had arrived')
  if (readable === undefined) return unknown('the content codings of the real reply cannot be undone')
  const ours = readableReply(emulated.reply)
  const why = unknowable(readable, ours, emulated) ?? vendor.unknowable(readable, ours, emulated)
  if (why !== undefined) return unknown(why)

  const findings: Finding[] = []
  if (readable.status !== ours.status) findings.push({ place: 'status', real: readable.status, emulated: ours.status })
  findings.push(...codingsRefused(readable, head.headers['accept-encoding']), ...differingHeaders(readable, ours))
  // The reply to a HEAD has no body, whatever its headers say of one.
  const inBodies = head.method === 'HEAD' ? [] : await differingBodies(readable, ours, emulated, vendor)
  let known = findings.length
  for (const finding of inBodies) {
    findings.push(finding)
    if (finding.unknowable === undefined && ++known > mostTold) break
  }
  return judge(findings, (finding) => finding.rules ?? rulesAt(finding.place, vendor, entry))
}

function judge(findings: readonly Finding[], rulesOf: (finding: Finding) => readonly Rule[]): Comparison {
  const known = findings.filter(({ unknowable }) => unknowable === undefined)
  const [open] = findings
  if (known.length === 0 && open?.unknowable !== undefined) return unknown(`${open.unknowable} (${open.place})`)
  const differences = known.slice(0, mostTold).map((finding) => ({
    place: finding.place,
    real: shown(finding.real),
    emulated: shown(finding.emulated),
    rules: rulesOf(finding),
  }))
  return { verdict: known.length === 0 ? 'same' : 'different', differences, more: known.length > mostTold }
}

const shown = (value: unknown) => (value === undefined ? undefined : printable(JSON.stringify(value)))

/** Why a reply says nothing of the rules that the emulator goes by. */
function unknowable(real: Readable, ours: Readable, { entry, settings }: Emulated): string | undefined {
  if (ours.headers.get('content-type') === 'application/problem+json') return 'Backstock does not emulate this call'
  if (entry.refusal !== null && isOverLimit(entry.refusal)) return entry.refusal
  if (ours.status >= 500) return `the emulator itself failed (${ours.status})`
  if (settings.contract === 'enforce' && entry.breaches.some(({ rule }) => rule.breach.startsWith('report')))
    return 'contract=enforce refuses what the vendor may take'
  if (real.status === ours.status) return undefined
  if (real.status >= 502 && real.status <= 504)
    return `the real API was out of order or out of reach (${real.status}), which says nothing of its rules`
  if (real.status === 429) return 'what the real rate limit has counted Backstock has not seen'
  const refusesToken = real.status === 401 || real.status === 403
  if (refusesToken && ours.status !== 401 && ours.status !== 403)
    return 'whether the token is good there only the vendor knows'
  if (settings.auth === 'enforce' && (ours.status === 401 || ours.status === 403))
    return 'auth=enforce takes only the tokens that Backstock was told'
  return undefined
}

async function differingBodies(
  real: Readable,
  ours: Readable,
  call: Emulated,
  vendor: VendorReplies,
): Promise<Iterable<Finding>> {
  if (real.bytes.equals(ours.bytes)) return []
  const format = formatOf(ours)
  if (format === undefined || ours.text === undefined) return [{ place: '', ...bodiesShown(real, ours) }]
  const found = real.text === undefined ? undefined : await readOrNothing(real.text, format, vendor.lists)
  if (found === undefined) return [{ place: '', ...bodiesShown(real, ours) }]
  const differences = vendor.differ(found.value, await readValues(ours.text, format, vendor.lists), call)
  return orWritten(differences, real.text ?? '', ours.text)
}

/** Values that are the same may still be written otherwise, which some clients see. */
function* orWritten(differences: Iterable<Finding>, real: string, emulated: string): Generator<Finding> {
  let any = false
  for (const difference of differences) {
    any = true
    yield difference
  }
  const [one, other] = [real, emulated].map((text) => withoutInstants(withoutIds(text)))
  if (!any && one !== undefined && other !== undefined && one !== other)
    yield { place: 'text', ...whereTextsPart(one, other) }
}

/** Characters that are shown of a text from where it is another. */
const excerpt = 40

function whereTextsPart(one: string, other: string) {
  let at = 0
  while (one[at] === other[at]) at++
  const from = Math.max(0, at - excerpt / 2)
  return { real: one.slice(from, from + excerpt), emulated: other.slice(from, from + excerpt) }
}

async function readOrNothing(text: string, format: 'json' | 'xml', lists: ReadonlySet<string>) {
  try {
    return { value: await readValues(text, format, lists) }
  } catch {
    return undefined
  }
}

const bodiesShown = (real: Readable, ours: Readable) => ({ real: bodyShown(real), emulated: bodyShown(ours) })

const bodyShown = ({ text, bytes }: Readable) =>
  text === undefined ? `${bytes.length} bytes that are no text` : text.slice(0, excerpt * 2)
