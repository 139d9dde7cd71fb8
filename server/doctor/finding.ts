/** What was looked at, and what would stop the emulator or a client there. */
export interface Finding {
  readonly check: string
  /** A failure stops something; a warning may. */
  readonly verdict: 'ok' | 'warning' | 'failure'
  readonly found: string
  /** What to do; null where all is well. */
  readonly wayOut: string | null
}

export const ok = (check: string, found: string): Finding => ({ check, verdict: 'ok', found, wayOut: null })
export const warning = (check: string, found: string, wayOut: string): Finding => ({
  check,
  verdict: 'warning',
  found,
  wayOut,
})
export const failure = (check: string, found: string, wayOut: string): Finding => ({
  check,
  verdict: 'failure',
  found,
  wayOut,
})

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
