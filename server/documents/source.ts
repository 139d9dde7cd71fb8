import { dirname, isAbsolute, join } from 'node:path'

/** One step into a document: the name of a member or the place in a list. */
export type Step = string | number

/** Which half of a member is meant. */
export type About = 'name' | 'value'

/** Line and column, both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A document that a person wrote, and where in the file its parts stand. */
export interface Source {
  readonly path: string
  readonly value: unknown
  /** Where a part begins, or the nearest part around it that is there. */
  place(steps: readonly Step[], about: About): Place
}

/** A file that cannot be read; the message says file, line and column where there are any. */
export class SourceError extends Error {}

/** `file:line:column`, as editors and terminals turn it into a link. */
export function writePlace(path: string, { line, column }: Place): string {
  return `${path}:${line}:${column}`
}

/** The way to a part, for people: `joor.accounts.brand.styles[0]`. */
export function writePath(steps: readonly Step[]): string {
  return steps.map(writeStep).join('').replace(/^\./, '')
}

function writeStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  return /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
}

/** A file that another file names: relative to that file. */
export function pathBeside(file: string, named: string): string {
  return isAbsolute(named) ? named : join(dirname(file), named)
}
