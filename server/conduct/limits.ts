/** COUNT/SECONDS: a breach when COUNT has come within SECONDS. Both are 1 or more. */
export interface Limit {
  readonly count: number
  readonly seconds: number
}

/** What is watched, with its usual limit and what is counted. The table of docs/judge-the-client.md and the config are read off this one. */
export const conducts = {
  partial_overwrite: { usual: '1/600', counts: 'positions that one overwrite wiped, set so shortly before' },
  two_writers: { usual: '3/600', counts: 'overwrites of one warehouse that alternate' },
  single_calls: { usual: '20/60', counts: 'calls of one item each' },
  same_level: { usual: '3/600', counts: 'calls that say the same of a position' },
  retry_after: { usual: '1/3600', counts: 'calls too early; of a longer Retry-After only so much is held' },
  lost_reply: { usual: '1/600', counts: 'statements of one lost call that do not come again so soon' },
  retry_payload: { usual: '1/600', counts: 'statements of one call that say something else so soon' },
  stale_retry: { usual: '1/600', counts: 'statements of one call that are older than what came between' },
  refused_items: { usual: '1/600', counts: 'items of one call that are neither sent again nor asked about so soon' },
  token_in_url: { usual: '1/60', counts: 'calls with a token in their URL' },
  types_change: { usual: '1/86400', counts: 'changes of type in one operation' },
} as const satisfies Readonly<Record<string, { readonly usual: LimitText; readonly counts: string }>>

export type LimitText = `${number}/${number}`
export type ConductName = keyof typeof conducts
export type ConductOption = Readonly<Partial<Record<ConductName, LimitText>>>
export type Limits = Readonly<Record<ConductName, Limit>>

// The object above has exactly these names; Object.keys cannot say so.
export const conductNames = Object.keys(conducts) as readonly ConductName[]
export const isConduct = (name: string): name is ConductName => Object.hasOwn(conducts, name)

/** What a limit is called where another text is refused. */
export const limitForm = 'COUNT/SECONDS such as 20/60'
const pattern = /^[1-9][0-9]{0,3}\/[1-9][0-9]{0,5}$/
/** Four digits for what is counted, since all of it is remembered; six for a window of eleven days. */
export const isLimit = (value: unknown): value is LimitText => typeof value === 'string' && pattern.test(value)

export function limitsOf(given: ConductOption = {}): Limits {
  const entries = conductNames.map((name) => [name, readLimit(given[name] ?? conducts[name].usual)])
  // One for each name of the list; Object.fromEntries cannot say so.
  return Object.fromEntries(entries) as Limits
}

function readLimit(text: LimitText): Limit {
  const [count = 1, seconds = 1] = text.split('/').map(Number)
  return { count, seconds }
}

/** Whether an instant is at most so long ago, in milliseconds: not any more when the window is just over. */
export function isWithin({ seconds }: Limit, now: number, then: number): boolean {
  // A clock that was set back makes no window wider.
  return now >= then && now - then < seconds * 1000
}
