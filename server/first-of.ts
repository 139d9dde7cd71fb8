/** So many at most, and no further one is asked for. */
export function* firstOf<Value>(values: Iterable<Value>, most: number): Iterable<Value> {
  let count = 0
  for (const value of values) {
    if (count++ === most) return
    yield value
  }
}
