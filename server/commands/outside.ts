/** What a command sees of its process. */
export interface Outside {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly folder: string
  readonly pid: number
  readonly version: string
  /** Resolved when the process is told to end. */
  readonly stopped: Promise<void>
  /** One line to stdout. */
  print(line: string): void
  /** One line to stderr. */
  complain(line: string): void
}
