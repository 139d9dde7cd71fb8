import type { Metric, Sample } from './exposition.js'
import type { Machine } from './machine.js'
import { durations, type OperationCounts } from './meter.js'

/** What is asked for at the instant of a scrape. No account, site or token has a label: of those there is no end. */
export interface Figures {
  readonly version: string
  readonly operations: readonly OperationCounts[]
  /** Calls that met a fault, by its kind. */
  readonly faults: ReadonlyMap<string, number>
  readonly faultsArmed: number
  /** Broken places by the rule's id. */
  readonly violations: ReadonlyMap<string, number>
  readonly journal: { readonly entries: number; readonly bytes: number; readonly evicted: number }
  readonly state: {
    readonly accounts: number
    readonly sites: number
    readonly positions: number
    readonly levels: number
  }
  readonly connections: number
  readonly machine: Machine
}

export function metricsOf(figures: Figures): readonly Metric[] {
  const { version, faultsArmed, journal, state, connections } = figures
  return [
    gauge('backstock_build_info', 'The emulator that answers; always 1.', [{ labels: { version }, value: 1 }]),
    ...callMetrics(figures),
    gauge('backstock_faults_armed', 'Faults that are armed.', faultsArmed),
    gauge('backstock_journal_entries', 'Calls that the journal holds.', journal.entries),
    gauge('backstock_journal_bytes', 'Bytes that they take, roughly.', journal.bytes),
    counter('backstock_journal_evictions', 'Calls that the journal dropped for want of room.', journal.evicted),
    gauge('backstock_accounts', 'JOOR accounts.', state.accounts),
    gauge('backstock_sites', 'Jirafe sites.', state.sites),
    gauge('backstock_positions', 'Positions of all accounts.', state.positions),
    gauge('backstock_levels', 'Inventory levels of all sites.', state.levels),
    gauge('backstock_open_connections', 'Connections that are open, that of the scrape too.', connections),
    ...machineMetrics(figures.machine),
  ]
}

function callMetrics({ operations, violations, faults }: Figures): readonly Metric[] {
  return [
    counter(
      'backstock_requests',
      'Calls of the vendors, by the status of the reply; none where a call had no reply.',
      operations.flatMap((each) =>
        [...each.statuses].map(([status, value]) => ({
          labels: { ...labelsOf(each), status: status === null ? 'none' : String(status) },
          value,
        })),
      ),
    ),
    counter(
      'backstock_items',
      'Items of calls and events, by what became of them.',
      operations.flatMap((each) => [
        { labels: { ...labelsOf(each), outcome: 'updated' }, value: each.updated },
        { labels: { ...labelsOf(each), outcome: 'not_updated' }, value: each.notUpdated },
      ]),
    ),
    counter('backstock_violations', 'Places in which clients broke a rule.', byName('rule', violations)),
    counter('backstock_fault_hits', 'Calls that met a fault, by its kind.', byName('kind', faults)),
    {
      name: 'backstock_request_duration_seconds',
      kind: 'histogram',
      says: 'How long calls took until their replies were ready.',
      samples: operations.flatMap(histogramOf),
    },
  ]
}

/** Names are those that are in use elsewhere, so that what people have drawn already draws these too. */
function machineMetrics(machine: Machine): readonly Metric[] {
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process.', machine.residentBytes),
    gauge('process_start_time_seconds', 'When the process began, since 1970.', machine.startedAtSeconds),
    counter('process_cpu_seconds', 'CPU that the process has used.', machine.cpuSeconds),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', machine.heapUsedBytes),
    gauge('nodejs_heap_size_total_bytes', 'Heap in all.', machine.heapTotalBytes),
    counter('nodejs_eventloop_active_seconds', 'How long the event loop had work.', machine.loopActiveSeconds),
    counter('nodejs_eventloop_idle_seconds', 'How long it waited for some.', machine.loopIdleSeconds),
  ]
}

/** Each bucket holds what the ones before it hold. */
function histogramOf(counts: OperationCounts): readonly Sample[] {
  const labels = labelsOf(counts)
  let sum = 0
  const buckets = counts.took.map((count, place): Sample => {
    sum += count
    return { part: '_bucket', labels: { ...labels, le: String(durations[place] ?? '+Inf') }, value: sum }
  })
  return [...buckets, { part: '_sum', labels, value: counts.seconds }, { part: '_count', labels, value: sum }]
}

const labelsOf = ({ vendor, operation }: OperationCounts) => ({ vendor: vendor ?? 'none', operation })

const byName = (label: string, counts: ReadonlyMap<string, number>): readonly Sample[] =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }))

type Given = number | readonly Sample[]
const samplesOf = (given: Given) => (typeof given === 'number' ? [{ value: given }] : given)
const gauge = (name: string, says: string, given: Given): Metric => ({
  name,
  kind: 'gauge',
  says,
  samples: samplesOf(given),
})
const counter = (name: string, says: string, given: Given): Metric => ({
  ...gauge(name, says, given),
  kind: 'counter',
})
