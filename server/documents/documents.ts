import type { ErrorObject } from 'ajv'
import { didYouMean, writeChoice } from '../suggestion.js'
import { ExactNumber } from '../wire/exact-json.js'
import { compiled } from './compiled.js'
import type { DocumentKind } from './kinds.js'
import { type About, type Step, writePath } from './source.js'

/** One thing that is wrong with a document. */
export interface Fault {
  /** Where, for people: `joor.accounts.brand.styles[0]`; empty for the document itself. */
  readonly path: string
  /** What is wrong and what would be right. */
  readonly message: string
  /** The same place for programs, and which half of the member is wrong. */
  readonly steps: readonly Step[]
  readonly about: About
}

/** A document that is not what it should be, with all its faults. */
export class DocumentError extends Error {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[], message = writeLines(faults.map(writeFault))) {
    super(message)
    this.faults = faults
  }
}

const linesShown = 20
const valueShown = 60

/** A document of which its schema says all there is to say; throws DocumentError. */
export function checkDocument<Document>(kind: DocumentKind, document: unknown): Document {
  const faults = schemaFaults(kind, document)
  if (faults.length > 0) throw new DocumentError(faults)
  // The schema has judged it, and the caller's type is that of the kind.
  return document as Document
}

/** All that the schema of that kind finds wrong. */
export function schemaFaults(kind: DocumentKind, document: unknown): readonly Fault[] {
  const validate = compiled(kind)
  if (validate(document)) return []
  const errors = validate.errors ?? []
  // They only repeat that one of the names, or of the parts, is wrong, which has its own error.
  const repeats = new Set(['propertyNames', 'if'])
  return errors.filter(({ keyword }) => !repeats.has(keyword)).map((error) => readError(error, document))
}

export function faultAt(steps: readonly Step[], message: string, about: About = 'value'): Fault {
  return { path: writePath(steps), message, steps, about }
}

export function writeFault({ path, message }: Fault): string {
  return path === '' ? message : `${path}: ${message}`
}

/** The first twenty lines and how many there are beside. */
export function writeLines(lines: readonly string[]): string {
  const more = lines.length - linesShown
  return [...lines.slice(0, linesShown), ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

function readError(error: ErrorObject, document: unknown): Fault {
  const steps = readPointer(error.instancePath, document)
  if (error.propertyName !== undefined)
    return faultAt([...steps, error.propertyName], `the name must be ${description(error)}`, 'name')
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty)
    return faultAt([...steps, name], unknownField(name, error), 'name')
  }
  return faultAt(steps, `${sentence(error)}${quotesHint(error)}`)
}

/** Whether a part of a pointer is a name or a place in a list shows in the document only. */
function readPointer(pointer: string, document: unknown): readonly Step[] {
  let value = document
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(value) ? Number(name) : name
      // The pointer comes from walking this very document, so each step is there.
      value = (value as Readonly<Record<Step, unknown>>)[step]
      return step
    })
}

function unknownField(name: string, error: ErrorObject): string {
  const known = Object.keys(error.parentSchema?.properties ?? {}).filter((each) => each !== '$schema')
  return `unknown field${didYouMean(name, known) || ';'} known here: ${known.join(', ')}`
}

function sentence(error: ErrorObject): string {
  const { keyword, params, data } = error
  switch (keyword) {
    case 'required':
      return `"${params.missingProperty}" is missing`
    case 'type':
      return `must be ${writeChoice([params.type].flat().map(writeType))}, not ${seen(error)}`
    case 'enum': {
      const allowed = [...new Set<string>(params.allowedValues.map(String))]
      return `must be ${writeChoice(allowed)}, not ${seen(error)}${didYouMean(String(data), allowed)}`
    }
    case 'minimum':
      return `must be at least ${params.limit}, not ${seen(error)}`
    case 'maximum':
      return `must be at most ${params.limit}, not ${seen(error)}`
    case 'minItems':
      return `must have at least ${params.limit}`
    case 'maxItems':
      return `must have at most ${params.limit}`
    case 'uniqueItems':
      return `items ${params.j} and ${params.i} are the same`
    case 'pattern':
    case 'minLength':
      return `must be ${description(error)}, not ${seen(error)}`
    case 'minProperties':
    case 'maxProperties':
      return `must have ${description(error)}`
    default:
      return error.message ?? `breaks "${keyword}"`
  }
}

/** The schemas describe what a pattern means as what a value must be. */
function description(error: ErrorObject): string {
  return error.parentSchema?.description ?? 'text that is not empty'
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  null: 'null',
  boolean: 'true or false',
}

function writeType(type: string): string {
  return typeNames[type] ?? type
}

function seen({ data, instancePath }: ErrorObject): string {
  if (instancePath.endsWith('/token')) return 'what is given'
  if (Array.isArray(data)) return 'a list'
  // Beyond 2^53 an integer is no number of ours.
  if (data instanceof ExactNumber) return `${data.digits}, which is too large`
  if (typeof data === 'object' && data !== null) return 'an object'
  const text = JSON.stringify(data)
  return text.length > valueShown ? `${text.slice(0, valueShown)}…` : text
}

/** What looks like a number to YAML or JSON may have been meant as text. */
function quotesHint({ data, parentSchema }: ErrorObject): string {
  const textIsRight = [parentSchema?.type].flat().includes('string')
  return textIsRight && (typeof data === 'number' || typeof data === 'boolean') ? '; write it in quotes' : ''
}
