import { codingsOf } from '../wire/codings.js'
import type { Readable } from './exchange.js'
import type { Finding } from './vendor.js'

type Normal = (value: string) => string

const trimmed: Normal = (value) =>
  value
    .toLowerCase()
    .replaceAll(/\s*;\s*/g, ';')
    .trim()
const asSet: Normal = (value) =>
  value
    .toUpperCase()
    .split(/\s*,\s*/)
    .sort()
    .join(', ')
const asIs: Normal = (value) => value
/** Its presence counts, and not what it holds. */
const anything: Normal = () => ''

/** Headers that clients go by, each as far as it is compared. What else a server sends says how it is made. */
const compared: ReadonlyMap<string, Normal> = new Map([
  ['content-type', trimmed],
  ['allow', asSet],
  ['www-authenticate', asIs],
  ['location', asIs],
  ['retry-after', anything],
  ['x-throttling-account-id', anything],
])

export function differingHeaders(real: Readable, emulated: Readable): readonly Finding[] {
  return pairsOf(real, emulated).flatMap(({ name, found, expected, same }) =>
    same ? [] : [{ place: `header.${name}`, real: found, emulated: expected }],
  )
}

/**
 * What a case expects of the headers: null where the real reply does not have one that the emulator's has. What one holds
 * that has only to be there is the vendor's own affair.
 */
export function recordedHeaders(real: Readable, emulated: Readable): Readonly<Record<string, string | null>> {
  const told = pairsOf(real, emulated).flatMap(({ name, found, expected, same }): [string, string | null][] => {
    if (found === undefined) return expected === undefined ? [] : [[name, null]]
    return compared.get(name) === anything || (same && found !== expected) ? [] : [[name, found]]
  })
  return Object.fromEntries(told)
}

const pairsOf = ({ headers: real }: Readable, { headers: emulated }: Readable) =>
  [...compared].map(([name, normal]) => {
    const [found, expected] = [real.get(name), emulated.get(name)]
    const same = found === undefined || expected === undefined ? found === expected : normal(found) === normal(expected)
    return { name, found, expected, same }
  })

/** A coded reply to a call that did not ask for one; `accepted` is what its Accept-Encoding says. */
export function codingsRefused({ headers }: Readable, accepted: string | undefined): readonly Finding[] {
  const coding = headers.get('content-encoding')
  if (coding === undefined || coding === 'identity') return []
  const taken = (accepted ?? '')
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
    .map((part) => part.replace(/;.*/s, '').trim())
  const takes = taken.includes('*') || codingsOf(coding)?.every((each) => taken.includes(each))
  return takes ? [] : [{ place: 'header.content-encoding', real: coding, emulated: undefined }]
}
