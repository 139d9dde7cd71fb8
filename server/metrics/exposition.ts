/** What a metric's name says of its values. */
type Kind = 'counter' | 'gauge' | 'histogram'

export type Labels = Readonly<Record<string, string>>

/** One number of a metric; `part` is what stands behind the metric's name, as `_bucket` of a histogram does. */
export interface Sample {
  readonly part?: string
  readonly labels?: Labels
  readonly value: number
}

/** A metric with all of its numbers. A counter's name is without `_total`, which the formats put where each has it. */
export interface Metric {
  readonly name: string
  readonly kind: Kind
  readonly says: string
  readonly samples: Iterable<Sample>
}

/** The two text formats that Prometheus reads, and what each calls itself. */
export const formats = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const
export type Format = keyof typeof formats

export function writeMetrics(metrics: Iterable<Metric>, format: Format): string {
  const lines: string[] = []
  for (const metric of metrics) lines.push(...linesOf(metric, format))
  if (format === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

function* linesOf({ name, kind, says, samples }: Metric, format: Format): Iterable<string> {
  const total = kind === 'counter' ? '_total' : ''
  // The older format knows a counter by the name of its samples, OpenMetrics by that of its family.
  const told = format === 'prometheus' ? `${name}${total}` : name
  yield `# HELP ${told} ${escaped(says)}`
  yield `# TYPE ${told} ${kind}`
  for (const { part = total, labels, value } of samples) yield `${name}${part}${writeLabels(labels)} ${value}`
}

function writeLabels(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
