/** Whether proofs run in their long form: `PROOF=full`. */
export const isFull = process.env.PROOF === 'full'

/** Of all rows in the long form, and of each kind the first in the short one, which says how many it has. */
export function ofEach<Row>(proof: string, rows: readonly Row[], kindOf: (row: Row) => string): readonly Row[] {
  if (isFull) return rows
  const kinds = new Set<string>()
  const chosen = rows.filter((row) => kinds.size < kinds.add(kindOf(row)).size)
  console.log(`${proof}: ${chosen.length} of ${rows.length} in the short form`)
  return chosen
}

/** What a proof draws from; `PROOF_SEED=…` repeats a run. Not of `BACKSTOCK_…`, which is what the emulator is started with. */
export const seed = Number(process.env.PROOF_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A count for whoever reads the output. */
export function tell(proof: string, line: string): void {
  console.log(`${proof}: ${line} (PROOF_SEED=${seed})`)
}
