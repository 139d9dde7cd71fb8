import { readHead } from '../head.js'
import { jirafeOperations } from '../jirafe/operations.js'
import { eventTypes, keptAs, trackerTypes } from '../jirafe/types.js'
import { joorOperations } from '../joor/operations.js'
import type { AnyOperation, Head } from '../operation.js'
import { defaultSettings } from '../settings.js'
import { writeChoice } from '../suggestion.js'
import { isRecord } from '../wire/json-values.js'

/** The operation that takes a payload, and the head of a call that would bring it. */
export interface Payload {
  readonly operation: AnyOperation
  readonly head: Head
}

const typesByName = new Map([...eventTypes, ...trackerTypes].filter(([name]) => keptAs(name) === name))
const isType = (name: string) => eventTypes.has(name)

/** What a payload may be said to be. */
export const payloadNames: readonly string[] = [
  'joor',
  'jirafe',
  'jirafe/batch',
  ...[...eventTypes.keys(), ...trackerTypes.keys()].map((name) => `jirafe/${name}`),
]

/** Whose payload a text is, and of which call; a sentence where that cannot be told. `as` is one of the names. */
export function payloadOf(text: string, as: string | undefined): Payload | string {
  if (as === 'joor') return joorPayload(text)
  if (as !== undefined && as !== 'jirafe') return jirafePayload(as.slice('jirafe/'.length))
  const plain = text.replace(/^\ufeff/, '')
  if (plain.trim() === '' && as === undefined) return `is empty; say what it was to be by ${ways}`
  const value = parsed(plain)
  const names = value === undefined ? namesIn(plain) : isRecord(value) ? Object.keys(value) : []
  if (as === undefined && (plain.trimStart().startsWith('<') || names.includes('inventory_items')))
    return joorPayload(text)
  const types = typesOf(names, value)
  const [type] = types
  // What is no JSON is refused alike, whatever it was to be.
  if (as === 'jirafe' && value === undefined) return jirafePayload(type ?? 'batch')
  if (type === undefined && as === 'jirafe')
    return `cannot be told to be which payload of Jirafe; say so by ${jirafeWays}`
  if (type === undefined) return `cannot be told to be a payload of JOOR or of Jirafe; say which by ${ways}`
  if (types.length === 1) return jirafePayload(type)
  return `may be ${writeChoice(types.map((each) => `jirafe/${each}`))}; say which by --as`
}

const jirafeWays = '--as jirafe/batch or, for one event, --as jirafe/order and the like'
const ways = `--as joor, ${jirafeWays}`

function joorPayload(text: string): Payload {
  const type = /^\ufeff?\s*</.test(text) ? 'application/xml' : 'application/json'
  return payload(joorOperations, '/v2/bulk-inventory', type)
}

const jirafePayload = (type: string) =>
  payload(jirafeOperations, trackerTypes.has(type) ? `/v2/${type}` : `/v2/site/${type}`, 'application/json')

function payload(operations: readonly AnyOperation[], target: string, type: string): Payload {
  const head = readHead({ method: 'POST', url: target, headers: { 'content-type': type } })
  const operation = operations.find((each) => each.matches(head))
  if (operation === undefined) throw new Error(`No operation takes ${target}.`)
  return { operation, head }
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As many as any document has beside those of its items. */
const namesLooked = 100

/** The first names in a text that is no JSON, whatever they belong to. */
function namesIn(text: string): readonly string[] {
  const names: string[] = []
  for (const [, name = ''] of text.matchAll(/"([\w.\-/]{1,100})"\s*:/g)) if (names.push(name) === namesLooked) break
  return names
}

/** The types that fit best, of several that fit equally well all of them; a batch is one whose names are types. */
function typesOf(names: readonly string[], value: unknown): readonly string[] {
  const lists = isRecord(value) ? names.filter((name) => isType(name) && Array.isArray(value[name])) : []
  const [first] = names
  const isBatch = value === undefined ? first !== undefined && isType(first) : names.every(isType) || lists.length > 0
  if (names.length > 0 && isBatch) return ['batch']
  const fits = [...typesByName].map(([name, type]) => {
    const { schema } = type.schemaOf(value, defaultSettings)
    return { name, fit: fitOf(names, Object.keys(schema.properties ?? {}), schema.required ?? []) }
  })
  const best = Math.max(...fits.map(({ fit }) => fit))
  return best <= 0 ? [] : fits.filter(({ fit }) => fit === best).map(({ name }) => name)
}

/** How many names are declared, less those that are not and those that are missing; nothing where none is declared. */
function fitOf(names: readonly string[], declared: readonly string[], required: readonly string[]): number {
  const own = new Set(names)
  const known = declared.filter((name) => own.has(name)).length
  const missing = required.filter((name) => !own.has(name)).length
  return known === 0 ? 0 : Math.max(3 * known - (own.size - known) - missing, 0.5)
}
