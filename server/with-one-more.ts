/** An array that grows from nothing by a push has room for seventeen; most of these hold one value, and many are kept. */
export function withOneMore<Value>(values: Value[] | undefined, value: Value): Value[] {
  if (values === undefined) return [value]
  values.push(value)
  return values
}
