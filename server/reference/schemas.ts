import { createRequire } from 'node:module'
import { posix } from 'node:path'
import { isRecord } from '../wire/json-values.js'
import { evidenceOf } from './evidence.js'

type Json = Readonly<Record<string, unknown>>

/** Reads a file of `schemas/` by its name there, such as `jirafe/cart.json`. */
export type ReadSchema = (file: string) => unknown

const require = createRequire(import.meta.url)
export const readSchema: ReadSchema = (file) => require(`#schemas/${file}`)

/**
 * What the validator of a file leaves to code behind it, for it tells better what is wrong there: the place, and the
 * file that says what is right.
 */
const judgedLater: Readonly<Record<string, string>> = {
  'account.json#/properties/positions/items': 'joor/inventory-item.json',
  'site.json#/properties/levels/items': 'jirafe/inventory.json',
  'question.json#/properties/match': 'match.json',
  'sequence.json#/properties/matches/items': 'match.json',
  'faults.json#/items/properties/match': 'match.json',
}

/**
 * The schemas of one document: those it refers to, and those that these refer to, copied from `schemas/` so that the
 * document stands alone. A file becomes a component, and each of its definitions that is referred to another.
 */
export class Components {
  readonly #read: ReadSchema
  readonly #schemas = new Map<string, unknown>()

  constructor(read: ReadSchema = readSchema) {
    this.#read = read
  }

  /** A reference to `control/about.json#/definitions/health`, or to a whole file. Throws where there is none. */
  ref(place: string): { readonly $ref: string } {
    const [file = '', pointer = ''] = place.split('#')
    const name = nameOf(file, pointer)
    if (!this.#schemas.has(name)) {
      // Before what it refers to: a schema may refer to itself.
      this.#schemas.set(name, undefined)
      this.#schemas.set(name, this.#copy(this.#find(file, pointer), file, pointer))
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  /** By name, in the order of the names. */
  get all(): Json {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  #find(file: string, pointer: string): unknown {
    const steps = pointer.split('/').slice(1)
    const found = steps.reduce((value: unknown, step) => (isRecord(value) ? value[step] : undefined), this.#read(file))
    if (found === undefined) throw new Error(`There is no schema ${file}#${pointer}.`)
    return found
  }

  #copy(value: unknown, file: string, at: string): unknown {
    if (Array.isArray(value)) return value.map((each, index) => this.#copy(each, file, `${at}/${index}`))
    if (!isRecord(value)) return value
    const later = judgedLater[`${file}#${at}`]
    const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      // A property may have any of these names; a schema's own keywords stand in no "properties".
      if (!at.endsWith('/properties')) {
        if (name === '$schema' || name === '$id' || name === 'definitions') return []
        if (name === '$ref') return [[name, this.#resolve(String(member), file)]]
        if (name === 'x-rules') return [['x-evidence', evidenceOf((member as unknown[]).map(String))]]
      }
      return [[name, this.#copy(member, file, `${at}/${name}`)]]
    })
    return { ...Object.fromEntries(members), ...(later !== undefined && this.ref(later)) }
  }

  #resolve(reference: string, file: string): string {
    const [other = '', pointer = ''] = reference.split('#')
    const target = other === '' ? file : posix.join(posix.dirname(file), other)
    return this.ref(`${target}#${pointer}`).$ref
  }
}

/** `control.about.health`, `account`, `account.properties.pending`, `jirafe.cart`. */
function nameOf(file: string, pointer: string): string {
  const steps = pointer
    .replace(/^\/definitions\//, '/')
    .split('/')
    .slice(1)
  return [...file.replace(/\.json$/, '').split('/'), ...steps].join('.')
}
