/** Calls `first` before each call of the method. */
export function before<Name extends string>(
  first: () => void,
  name: Name,
  target: { [name in Name]: (...args: never[]) => unknown },
) {
  const method = target[name]
  target[name] = function (this: unknown, ...args: never[]) {
    first()
    return method.apply(this, args)
  }
}
