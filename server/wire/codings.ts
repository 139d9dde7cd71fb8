export type Coding = 'gzip' | 'deflate' | 'br'

const known: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
])
const most = 2
const none: readonly Coding[] = []

export const supportedCodings = 'gzip, deflate or br, at most two of them'

/** The content codings of a body in the order in which they were applied; undefined where one is not undone here. */
export function codingsOf(header: string | undefined): readonly Coding[] | undefined {
  if (header === undefined) return none
  const codings: Coding[] = []
  for (const part of header.toLowerCase().split(',')) {
    const name = part.trim()
    if (name === '' || name === 'identity') continue
    const coding = known.get(name)
    if (coding === undefined || codings.length === most) return undefined
    codings.push(coding)
  }
  return codings
}
