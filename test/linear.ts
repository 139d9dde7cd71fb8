/** An operation of a history: when it was sent and answered, and what it does to a state. */
export interface Observed<State> {
  /** For whoever reads a failure. */
  readonly says: string
  readonly sent: number
  readonly answered: number
  /** It changes no state. */
  readonly isLook: boolean
  /** The state after it; undefined where it cannot have been answered so in this state. */
  on(state: State): State | undefined
}

/**
 * Whether a history is linearizable: an order in which its operations, done one after the other, give the answers that
 * were observed, and in which none stands before one that was answered before it was sent. Undefined where there is
 * none. This is the search of Wing and Gong: what was tried of the same operations with the same state is not tried again,
 * and a look that fits is taken at once, for it keeps nothing else from coming next.
 */
export function orderOf<State>(
  history: readonly Observed<State>[],
  initial: State,
  textOf: (state: State) => string,
): readonly Observed<State>[] | undefined {
  // The order in which they were sent is mostly the one in which they were done.
  const open = new Set(history.toSorted((one, other) => one.sent - other.sent))
  const order: Observed<State>[] = []
  const tried = new Set<string>()

  function search(state: State): boolean {
    if (open.size === 0) return true
    const situation = `${history.map((each) => (open.has(each) ? '1' : '0')).join('')} ${textOf(state)}`
    if (tried.has(situation)) return false
    tried.add(situation)
    const firstAnswer = Math.min(...[...open].map(({ answered }) => answered))
    const next = [...open].filter(({ sent }) => sent < firstAnswer)
    const look = next.find((each) => each.isLook && each.on(state) !== undefined)
    for (const each of look === undefined ? next : [look]) {
      const after = each.on(state)
      if (after === undefined) continue
      open.delete(each)
      order.push(each)
      if (search(after)) return true
      order.pop()
      open.add(each)
    }
    return false
  }

  return search(initial) ? order : undefined
}
