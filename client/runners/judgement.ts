import type { Account, ArmedFault, Site, Violation } from '../client.js'

/** What fails a test beside its own assertions. */
export interface Judging {
  /** Rules that its calls broke: all of them (the default), those that the vendor documents, or none. */
  readonly violations?: boolean | 'documented'
  /** Faults that it armed and no call met. Default true. */
  readonly unusedFaults?: boolean
}

/** An account or site of a test, and the calls under its name that were there before. */
export interface Stood {
  /** `account brand` */
  readonly called: string
  readonly place: Account | Site
  readonly earlier: ReadonlySet<string>
}

/** The calls of a test broke rules, or did not meet what was armed for them. */
export class JudgementError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BackstockJudgement'
    // It would lead into this file and never to the call, which the message names.
    this.stack = `${this.name}: ${message}`
  }
}

const linesTold = 20

/** Everything that fails a test whose accounts and sites these are; undefined where nothing does. */
export async function judge(all: readonly Stood[], judging: Judging): Promise<JudgementError | undefined> {
  const { violations = true, unusedFaults = true } = judging
  const found = await Promise.all(
    all.map(async (stood) => ({
      broken: violations === false ? [] : await brokenIn(stood, violations),
      open: violations === false ? [] : await openIn(stood),
      unused: unusedFaults ? await unusedIn(stood) : [],
    })),
  )
  const parts = [
    ...paragraph(
      'Calls of this test broke rules',
      found.flatMap(({ broken }) => broken),
    ),
    ...paragraph(
      'What calls of this test broke is not known',
      found.flatMap(({ open }) => open),
    ),
    ...paragraph(
      'Faults were armed and never met',
      found.flatMap(({ unused }) => unused),
    ),
  ]
  return parts.length === 0 ? undefined : new JudgementError(parts.join('\n'))
}

function paragraph(heading: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  const more = lines.length - linesTold
  const told = [...lines.slice(0, linesTold), ...(more > 0 ? [`and ${more} more`] : [])]
  return [`${heading}:`, ...told.map((line) => `  ${line}`)]
}

async function brokenIn({ called, place, earlier }: Stood, which: true | 'documented'): Promise<readonly string[]> {
  const violations = (await place.violations()).filter(
    ({ request, evidence }) => !earlier.has(request) && (which === true || evidence === 'documented'),
  )
  return violations.map((violation) => writeViolation(called, violation))
}

/** A list that is empty because the journal has dropped calls proves nothing. */
async function openIn({ called, place }: Stood): Promise<readonly string[]> {
  const { evicted } = await place.count({ violations: true })
  if (evicted === 0) return []
  return [
    `${called}: the journal has dropped ${evicted} of its calls. Let it keep more (--journal-entries), or switch ` +
      'violations off for this test.',
  ]
}

async function unusedIn({ called, place }: Stood): Promise<readonly string[]> {
  const faults = await place.faults()
  return faults.filter(({ hits }) => hits === 0).map((fault) => writeFault(called, fault))
}

function writeViolation(called: string, { rule, evidence, statement, at, seen, right, request }: Violation): string {
  const where = 'pointer' in at ? at.pointer || 'the body' : at.path
  return `${called}: ${rule} (${evidence}) at ${where}: ${statement} Seen: ${seen}. Right is: ${right}. Call ${request}.`
}

function writeFault(called: string, { match, times, after, fault }: ArmedFault): string {
  const told = { match, ...(times !== null && { times }), ...(after > 0 && { after }), fault }
  return `${called}: ${JSON.stringify(told)}`
}
