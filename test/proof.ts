/** Whether proofs run in their long form: `PROOF=full`. */
export const isFull = process.env.PROOF === 'full'

/** What a proof draws from; `PROOF_SEED=…` repeats a run. Not of `BACKSTOCK_…`, which is what the emulator is started with. */
export const seed = Number(process.env.PROOF_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A count for whoever reads the output. */
export function tell(proof: string, line: string): void {
  console.log(`${proof}: ${line} (PROOF_SEED=${seed})`)
}
