import type { MediaType, Parameter } from '../../api/documents.js'
import type { Scope } from '../../routing/scope.js'
import type { Operation, Reference } from './reference-context.js'
import { sampleOf } from './sample.js'
import { writeExample } from './values.js'

/** A call as it stands in the form. */
export interface Draft {
  /** By `keyOf` the parameter; what is empty is left out of the call. */
  readonly values: ReadonlyMap<string, string>
  /** The format of the body; undefined where there is none. */
  readonly type: string | undefined
  /** The body in each format. */
  readonly bodies: ReadonlyMap<string, string>
}

/** A name may stand in the path and in the query at once. */
export const keyOf = (parameter: Parameter) => `${parameter.in}.${parameter.name}`

/** The call of the document's examples, for what the scope names. */
export function firstDraft({ document }: Reference, operation: Operation, scope: Scope): Draft {
  const values = operation.parameters.map((each) => [keyOf(each), firstValue(each, scope)] as const)
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(([type, media]) => {
    const example = exampleOf(media)
    const value =
      example === undefined && type === 'application/json' ? sampleOf(document, media.schema ?? {}) : example
    return [type, value === undefined ? '' : writeExample(value)] as const
  })
  return { values: new Map(values), type: bodies[0]?.[0], bodies: new Map(bodies) }
}

function firstValue({ in: place, name, required, example }: Parameter, scope: Scope): string {
  // What a header says of the body has to be made true by whoever sends it.
  if (place === 'header' && required !== true) return ''
  const named = name === 'account' ? scope.account : name === 'site' ? scope.site : undefined
  return named ?? (example === undefined ? '' : String(example))
}

const exampleOf = ({ example, examples = {} }: MediaType): unknown => example ?? Object.values(examples)[0]?.value
