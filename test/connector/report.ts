/** What became of each row. */
export interface Report<Row> {
  readonly sent: readonly Row[]
  /** The vendor took the call and left these out. */
  readonly notUpdated: readonly Row[]
  /** Nothing of them was applied. */
  readonly failed: readonly Row[]
  /** No reply came, however often they were sent: they may have been applied, or not. */
  readonly unknown: readonly Row[]
}

/** What one call came to. */
export type Outcome<Row> =
  | { readonly kind: 'taken'; readonly notUpdated: readonly Row[] }
  /** The vendor asks for patience, of so many milliseconds where it says so. */
  | { readonly kind: 'later'; readonly ms: number }
  /** There was no reply, or one that cannot be read. */
  | { readonly kind: 'lost'; readonly timedOut: boolean }
  | { readonly kind: 'refused' }

export function reportOf<Row>(rows: readonly Row[], outcome: Outcome<Row>): Report<Row> {
  const none = { sent: [], notUpdated: [], failed: [], unknown: [] }
  if (outcome.kind === 'lost') return { ...none, unknown: rows }
  if (outcome.kind !== 'taken') return { ...none, failed: rows }
  const { notUpdated } = outcome
  return { ...none, notUpdated, sent: rows.filter((row) => !notUpdated.includes(row)) }
}

export function together<Row>(reports: readonly Report<Row>[]): Report<Row> {
  const all = (name: keyof Report<Row>) => reports.flatMap((report) => report[name])
  return { sent: all('sent'), notUpdated: all('notUpdated'), failed: all('failed'), unknown: all('unknown') }
}
