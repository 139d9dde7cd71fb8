import { didYouMean } from './suggestion.js'

const MiB = 1024 * 1024

/** Texts that V8 can hold end at 512 MiB, and a body is held as sent and as text. */
const mostBytes = 256 * MiB
const day = 86_400

/**
 * What the emulator takes of anybody, in bytes, counts and whole seconds. The vendors' own limits stand beside these:
 * the lower one counts, and a refusal says which it was. Where a rule of the book has the limit, it can only be lowered.
 */
export const limits = {
  body_bytes: {
    ...{ usual: 64 * MiB, least: 0, most: mostBytes, over: 'The body has more than MOST bytes' },
    says: 'bytes of a body as sent; what a vendor takes is less: 20 MiB (JOOR) and 10 MiB (Jirafe)',
    answer: '413',
  },
  inflated_bytes: {
    ...{ usual: 64 * MiB, least: 0, most: mostBytes, over: 'The inflated body has more than MOST bytes' },
    says: 'bytes of a body with its content codings undone',
    answer: '413',
  },
  depth: {
    ...{ usual: 64, least: 1, most: 64, over: 'The body has more than MOST levels of nesting' },
    says: 'levels of nesting in a JSON or XML body',
    answer: '400',
  },
  items: {
    ...{ usual: 100_000, least: 1, most: 100_000, over: 'The call has more than MOST items' },
    says: 'items or events of one call',
    answer: '413',
  },
  header_bytes: {
    ...{ usual: 16_384, least: 1_024, most: MiB, over: 'Request line and headers have more than MOST bytes' },
    says: 'bytes of request line and headers together',
    answer: '431',
  },
  headers: {
    ...{ usual: 100, least: 10, most: 10_000, over: 'The call has more than MOST headers' },
    says: 'headers of one call, a repeated one each time',
    answer: '431',
  },
  connections: {
    ...{ usual: 4_000, least: 1, most: 100_000, over: 'There are MOST connections already' },
    says: 'connections at once, on each address that is listened on',
    answer: 'closed; a line on stderr',
  },
  header_seconds: {
    ...{ usual: 10, least: 1, most: day, over: 'Request line and headers took longer than MOST s' },
    says: 'from a connection, or the first byte of a further call, to the end of the headers',
    answer: '408',
  },
  request_seconds: {
    ...{ usual: 60, least: 1, most: day, over: 'The call took longer than MOST s to arrive' },
    says: 'from there to the last byte of the body',
    answer: '408',
  },
  keep_alive_seconds: {
    ...{ usual: 5, least: 1, most: day, over: 'The connection was idle for MOST s' },
    says: 'without a further call behind a reply; told in `Keep-Alive`',
    answer: 'closed',
  },
  reply_seconds: {
    ...{ usual: 60, least: 1, most: day, over: 'The client took longer than MOST s to read its reply' },
    says: 'from the last byte that is written to the client having taken all of it',
    answer: 'closed',
  },
} as const satisfies Readonly<Record<string, LimitRow>>

interface LimitRow {
  readonly usual: number
  readonly least: number
  readonly most: number
  /** What is wrong with who goes beyond it, as the beginning of a sentence. */
  readonly over: string
  /** What is counted. */
  readonly says: string
  /** What who goes beyond it meets. */
  readonly answer: string
}

export type LimitName = keyof typeof limits
export type Limits = Readonly<Record<LimitName, number>>

// The object above has exactly these names; Object.keys cannot say so.
export const limitNames = Object.keys(limits) as readonly LimitName[]

// One for each name of the list; Object.fromEntries cannot say so.
export const usualLimits = Object.freeze(
  Object.fromEntries(limitNames.map((name) => [name, limits[name].usual])),
) as Limits

/** What is wrong with a limit that somebody gives: the whole sentence behind the place where it stands. */
export function faultOfLimit(name: string, value: unknown): string | undefined {
  if (!isLimitName(name))
    return `unknown limit "${name}"${didYouMean(name, limitNames) || ';'} known: ${limitNames.join(', ')}`
  const { least, most } = limits[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return undefined
  return `${name} must be an integer from ${least} to ${most}, not ${JSON.stringify(value)}`
}

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(limits, name)

/** Why something is refused that goes beyond a limit of the emulator, which is none of a vendor's. */
export function tellOver(name: LimitName, { [name]: most }: Limits): string {
  const { over, most: highest } = limits[name]
  const higher = most < highest ? `, or start it with a higher --limit ${name}=${most}` : ''
  return `${over.replace('MOST', String(most))}. ${ofEmulator}: stay below it${higher}.`
}

const ofEmulator = 'That is a limit of this emulator and not of the vendor'

/** Whether a refusal is one by such a limit. */
export const isOverLimit = (refusal: string) => refusal.includes(ofEmulator)
