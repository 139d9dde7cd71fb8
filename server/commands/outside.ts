/** A signal by which a process is told to end. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals }

/** There is no such command. */
export class NoCommand extends Error {}

/** There is such a command, and it cannot be run. */
export class NotRunnable extends Error {}

/** A process that a command started. */
export interface Child {
  /** Rejected with NoCommand or NotRunnable where it could not be started. */
  readonly ended: Promise<Ending>
  /** Whether what it starts is in a group with it alone; otherwise it is in ours. */
  readonly ownGroup: boolean
  /** The end of what it printed, in lines; nothing where it has our own stdout and stderr. */
  output(): readonly string[]
  /** Signals it, and where the group is its own all that is in it; 0 only asks. False where nobody is left. */
  signal(signal: Signal | 'SIGKILL' | 0): boolean
}

/** What a command sees of its process. */
export interface Outside {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly folder: string
  readonly pid: number
  readonly version: string
  /** Resolved when the process is told to end. */
  readonly stopped: Promise<void>
  /** From now on each signal is told to `take`, also one that came before; none ends the process by itself. */
  onSignal(take: (signal: Signal) => void): void
  /**
   * Starts a process with our own stdin, stdout and stderr, or quietly: without stdin, its output kept for whoever asks.
   * Throws what `ended` is rejected with.
   */
  spawn(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    quiet: boolean,
  ): Child
  /** Milliseconds that only ever grow. */
  stopwatch(): number
  /** Does something in so many milliseconds; what is returned calls it off. */
  later(ms: number, act: () => void): () => void
  /** How many columns the terminal has now; undefined where stdout is none. */
  columns(): number | undefined
  /** Whether stdout takes colours. */
  readonly colored: boolean
  /** Resolved when nobody reads stdout any more. */
  readonly unread: Promise<void>
  /** The bytes of stdin, for who asks; undefined where a person sits at it. */
  input(): AsyncIterable<Uint8Array> | undefined
  /** One line to stdout. */
  print(line: string): void
  /** One line to stderr. */
  complain(line: string): void
}
