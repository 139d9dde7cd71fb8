/** A sample as it was read; labels as `name=value`. */
export interface Sample {
  readonly name: string
  readonly labels: readonly string[]
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly kind: string
  readonly says: string
  readonly samples: Sample[]
}

type Format = 'prometheus' | 'openmetrics'

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$/
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"/g
const unescaped = (text: string) => text.replaceAll(/\\(.)/g, (_whole, sign) => (sign === 'n' ? '\n' : sign))

/** What is wrong with a text in one of Prometheus's formats; it knows nothing of who wrote it. */
export function faultsOf(text: string, format: Format): readonly string[] {
  const faults: string[] = []
  if (!text.endsWith('\n')) faults.push('The text has no line end at its end.')
  const lines = text.trimEnd().split('\n')
  if (format === 'openmetrics' && lines.at(-1) !== '# EOF') faults.push('The last line is not # EOF.')
  const families = readInto(lines, faults)
  const seen = new Set<string>()
  for (const { samples } of families)
    for (const { name, labels } of samples) {
      const series = `${name}{${[...labels].sort().join()}}`
      if (seen.has(series)) faults.push(`${series} is there twice.`)
      seen.add(series)
    }
  return [...faults, ...families.flatMap((family) => faultsOfFamily(family, format))]
}

/** The families of a text; throws where a line of it is none. */
export function readFamilies(text: string): readonly Family[] {
  const faults: string[] = []
  const families = readInto(text.trimEnd().split('\n'), faults)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return families
}

function readInto(lines: readonly string[], faults: string[]): readonly Family[] {
  const families: Family[] = []
  let says = ''
  for (const line of lines) {
    if (line === '# EOF') continue
    const help = /^# HELP (\S+) (.*)$/.exec(line)
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (help !== null) {
      says = unescaped(help[2] ?? '')
      families.push({ name: help[1] ?? '', kind: 'unknown', says, samples: [] })
      continue
    }
    const current = families.at(-1)
    if (type !== null) {
      if (current?.name !== type[1]) faults.push(`${line} stands behind no HELP of its own.`)
      families.splice(-1, 1, { name: type[1] ?? '', kind: type[2] ?? '', says, samples: [] })
      continue
    }
    const found = sampleLine.exec(line)
    const value = Number(found?.[3]?.replace('+Inf', 'Infinity'))
    if (found === null || Number.isNaN(value) || current === undefined) {
      faults.push(`${JSON.stringify(line)} is no sample.`)
      continue
    }
    const labels = [...(found[2] ?? '').matchAll(label)].map(([, name, text = '']) => `${name}=${unescaped(text)}`)
    current.samples.push({ name: found[1] ?? '', labels, value })
  }
  return families
}

function faultsOfFamily({ name, kind, samples }: Family, format: Format): readonly string[] {
  const total = format === 'openmetrics' ? '_total' : ''
  const own = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [kind === 'counter' ? total : '']
  const faults = samples
    .filter((each) => !own.some((part) => each.name === `${name}${part}`))
    .map((each) => `${each.name} is no sample of ${name}.`)
  if (kind === 'unknown') faults.push(`${name} is no family: it has no type.`)
  if (kind === 'counter') {
    if (format === 'prometheus' && !name.endsWith('_total')) faults.push(`The counter ${name} does not end in _total.`)
    if (samples.some(({ value }) => value < 0)) faults.push(`${name} is below 0.`)
  }
  return kind === 'histogram' ? [...faults, ...faultsOfHistogram(name, samples)] : faults
}

function faultsOfHistogram(name: string, samples: readonly Sample[]): readonly string[] {
  const faults: string[] = []
  const bare = ({ labels }: Sample) => labels.filter((each) => !each.startsWith('le=')).join()
  for (const series of new Set(samples.map(bare))) {
    const buckets = samples.filter((each) => each.name === `${name}_bucket` && bare(each) === series)
    const ends = buckets.map(({ labels }) => labels.find((each) => each.startsWith('le='))?.slice(3))
    if (ends.at(-1) !== '+Inf') faults.push(`The buckets of ${name} do not end with +Inf.`)
    if (buckets.some(({ value }, at) => value < (buckets[at - 1]?.value ?? 0)))
      faults.push(`The buckets of ${name} fall.`)
    const count = samples.find((each) => each.name === `${name}_count` && bare(each) === series)
    if (count?.value !== buckets.at(-1)?.value) faults.push(`The count of ${name} is not its last bucket.`)
  }
  return faults
}
