import type { Rule } from '../../contracts/rules/book.js'
import { type Compiled, compiled } from './compiled.js'

export interface EventSchema extends Compiled {
  /** The rule by which this schema of several is the document's. */
  readonly rule?: Rule
}

/** The schema of a file of `schemas/jirafe/`; a broken one stops the build, and the boot of what is not built. */
export function loadSchema(name: string, rule?: Rule): EventSchema {
  return { ...compiled(name), ...(rule && { rule }) }
}
