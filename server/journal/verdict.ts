/** `unknown` where what the journal has dropped or cut leaves it open. */
export type Verdict = 'pass' | 'fail' | 'unknown'

/** How many calls are meant: at least those that are sure, at most those that cannot be ruled out. */
export interface Bounds {
  readonly sure: number
  readonly most: number
}

export function atLeast(asked: number, { sure, most }: Bounds): Verdict {
  if (sure >= asked) return 'pass'
  return most < asked ? 'fail' : 'unknown'
}

export function exactly(asked: number, { sure, most }: Bounds): Verdict {
  if (asked < sure || asked > most) return 'fail'
  return sure === most ? 'pass' : 'unknown'
}

/** Whether the number is known at all. */
export function certain({ sure, most }: Bounds): Verdict {
  return sure === most ? 'pass' : 'unknown'
}
