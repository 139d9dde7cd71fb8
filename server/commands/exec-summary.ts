import { counted } from '../counted.js'
import { writeLines } from '../documents/documents.js'
import type { Counts, Emulator } from '../emulator.js'
import { allRules } from '../rule-list.js'
import type { CoverageTold } from './exec-coverage.js'
import type { Failing } from './exec-options.js'
import type { Voice } from './launch.js'

/** Says on stderr what was called while the command ran; whether that is to fail the run. */
export function tellSummary(
  emulator: Emulator,
  failOn: ReadonlySet<Failing>,
  coverage: CoverageTold,
  voice: Voice,
): boolean {
  const counts = emulator.counts()
  const unused = emulator.unusedFaults()
  const { broken } = emulator.report()
  const found: Readonly<Record<Failing, boolean>> = {
    violations: broken.length > 0,
    errors: broken.some(({ level }) => level === 'error'),
    'unused-faults': unused.length > 0,
  }
  const fails = [...failOn].filter((failing) => found[failing])
  // Those of clients alone, as the reports tell them: a call that is sent once more breaks nothing once more.
  const all = { ...counts, violations: new Map(broken.map(({ rule, count }) => [rule.id, count])) }
  const lines = [...writeCounts(all), ...writeUnused(unused), ...coverage.lines]
  if (fails.length > 0) lines.push(`Backstock: this fails the run, as --fail-on ${fails.join(',')} says`)
  voice.event('summary', { ...writeSummary(all, unused, fails), ...coverage.members }, lines)
  return fails.length > 0 || coverage.fails
}

function writeSummary(counts: Counts, unused: readonly string[], fails: readonly Failing[]) {
  return {
    calls: counts.calls,
    refused: counts.refused,
    hung_up: counts.hungUp,
    items: { updated: counts.updated, not_updated: counts.notUpdated },
    violations: sorted(counts).map(([rule, count]) => ({ rule, count })),
    unused_faults: unused,
    fails,
  }
}

function writeCounts(counts: Counts): string[] {
  if (counts.calls === 0) return ['Backstock: no calls; JOOR_BASE_URL and JIRAFE_BASE_URL say where to send them']
  const rules = sorted(counts)
  const total = rules.reduce((sum, [, count]) => sum + count, 0)
  const calls = [
    counted(counts.calls, 'call'),
    ...(counts.refused > 0 ? [`${counts.refused} refused`] : []),
    ...(counts.hungUp > 0 ? [`${counts.hungUp} broken off`] : []),
  ]
  const items = `${counted(counts.updated, 'item')} updated, ${counts.notUpdated} not updated`
  const told = rules.map(([rule, count]) => `  ${String(count).padStart(5)}  ${rule}: ${statements.get(rule)}`)
  return [`Backstock: ${calls.join(', ')}; ${items}; ${counted(total, 'violation')}`, ...told]
}

function writeUnused(unused: readonly string[]): readonly string[] {
  if (unused.length === 0) return []
  const told = writeLines(unused).split('\n')
  return [`Backstock: ${counted(unused.length, 'fault')} never hit`, ...told.map((line) => `  ${line}`)]
}

const statements = new Map(allRules.map(({ id, says }) => [id, says]))

/** The most frequent first, and those of equal number by name. */
function sorted({ violations }: Counts): readonly (readonly [rule: string, count: number])[] {
  return [...violations].sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1))
}
