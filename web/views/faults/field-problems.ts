import type { ProblemDetail } from '../../api/call.js'

/** What is wrong with one place of a document. */
export interface PlaceProblem {
  /** A JSON pointer; empty where the emulator names none. */
  readonly at: string
  readonly message: string
}

/** The emulator's words line by line: each begins with the place that it is about. A missing member has a place as well. */
export function placeProblems({ detail }: ProblemDetail): readonly PlaceProblem[] {
  return detail.split('\n').map((line) => {
    const [, at = '', message = line] = /^(\/\S*): (.*)$/.exec(line) ?? []
    const missing = /^"(\w+)" is missing/.exec(message)?.[1]
    return { at: missing === undefined ? at : `${at}/${missing}`, message }
  })
}

/** The problems of each field, by its name: a problem is that of the field whose pointer leads nearest to its place. */
export function problemsOf(
  fields: readonly { readonly name: string; readonly pointer: string }[],
  problems: readonly PlaceProblem[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { at, message } of problems) {
    const [nearest] = fields
      .filter(({ pointer }) => at === pointer || at.startsWith(`${pointer}/`))
      .sort((one, other) => other.pointer.length - one.pointer.length)
    const name = nearest?.name ?? ''
    const before = found.get(name)
    found.set(name, before === undefined ? message : `${before}; ${message}`)
  }
  return found
}
