/** How we know a rule, from the strongest to the weakest: the vendor's pages say so; seen in a real reply; seen in real clients; our own reading. */
export const grades = ['documented', 'recorded', 'observed', 'assumed'] as const
export type Evidence = (typeof grades)[number]

/**
 * What a breach of the rule leads to. "refuse" and "report" speak of the item or of the whole call, "conduct" of what
 * several calls show together, which is reported; "decides" is a rule about what the emulator does, which a client
 * cannot break.
 */
export type Consequence = 'refuse item' | 'report item' | 'refuse call' | 'report call' | 'conduct' | 'decides'

export interface RuleRow {
  /** One sentence that could be false by itself. */
  readonly says: string
  readonly evidence: Evidence
  /** The page, recording, client or reading that the rule rests on. */
  readonly source: string
  readonly breach: Consequence
}

export interface Rule extends RuleRow {
  /** `joor.date.forms`: the vendor, then the row's name. */
  readonly id: string
  /** Its place among all rules that there are; it tells them apart faster than anything else of them. */
  readonly number: number
}

/** A rule about what clients do, in one call or in several. */
export type ClientRule = Rule & { readonly breach: Exclude<Consequence, 'decides'> }

let rules = 0

/** How many rules have a number by now. */
export const rulesNumbered = (): number => rules

export const isClientRule = (rule: Rule): rule is ClientRule => rule.breach !== 'decides'

/** A rule that one call can break. */
export type Breakable = Rule & { readonly breach: Exclude<Consequence, 'decides' | 'conduct'> }

type Book<Rows> = { readonly [Name in keyof Rows]: Rows[Name] & Pick<Rule, 'id' | 'number'> }

/** Gives each row its id and its number; the row's own literal types survive, so a rule that only decides cannot be "broken". */
export function book<const Rows extends Record<string, RuleRow>>(vendor: string, rows: Rows): Book<Rows> {
  const entries = Object.entries(rows).map(([name, row]) => [
    name,
    { id: `${vendor}.${name}`, ...row, number: rules++ },
  ])
  // Object.fromEntries forgets the names that the mapped type states; they are the very keys of `rows`.
  return Object.fromEntries(entries) as Book<Rows>
}
