/** A name, or several by `*`, which stands for any characters. */
export function readPattern(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}
