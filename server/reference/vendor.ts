import type { AnyOperation } from '../operation.js'
import { count, header, type Part, parameter, problemContent, refusedAtTheDoor, text } from './document.js'
import { errorsByStatus, headersOf } from './endpoint.js'
import { evidenceOf } from './evidence.js'
import type { Components } from './schemas.js'

/** What every reply to a vendor's call has, refusals too. */
export const replyHeaders: Part = {
  'Backstock-Request-Id': header('The id of the call: `GET /_backstock/requests/{id}` shows it.', text),
  'Backstock-Violations': header(
    'How many breaches of the rules were found in the call; absent where there was none.',
    {
      ...count,
      minimum: 1,
    },
  ),
}

/** The headers that only some replies have, with the rules of the vendor that has them. */
type OwnHeaders = Readonly<Record<string, Part>>

/** How a vendor's error is shown, by its status. */
export interface Dialect {
  /** What the calls that speak so have in common. */
  readonly name: string
  /** What comes where the status is none of the vendor's own table. */
  readonly words: Readonly<Record<number, string>>
  readonly headers: OwnHeaders
  readonly always: Part
  /** Further rules that a status rests on. */
  readonly rules: Readonly<Record<number, readonly string[]>>
  content(status: number): Part
}

/** The refusals that several operations have in common, each once. */
export class Refusals {
  readonly #all = new Map<string, Part>()

  /** `name`: what the operations have in common, such as Bulk. */
  ref(name: string, status: number, refusal: Part): Part {
    const known = this.#all.get(`${name}${status}`)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(refusal))
      throw new Error(`There are two kinds of ${name}${status}.`)
    this.#all.set(`${name}${status}`, refusal)
    return { $ref: `#/components/responses/${name}${status}` }
  }

  get all(): Part {
    return Object.fromEntries(this.#all)
  }
}

/** Every status of refusal that can come of an operation, in the vendor's words and in the emulator's own. */
export function refusalsOf(operation: AnyOperation, dialect: Dialect, components: Components, shared: Refusals): Part {
  const errors = errorsByStatus(operation)
  const statuses = new Set([...errors.keys(), 431, ...Object.keys(refusedAtTheDoor).map(Number)])
  return Object.fromEntries(
    [...statuses]
      .sort((one, other) => one - other)
      .map((status) => [status, shared.ref(dialect.name, status, refusal(status))]),
  )

  function refusal(status: number): Part {
    const own = errors.get(status) ?? []
    const ofVendor = own.length > 0 || status === 431
    const door = refusedAtTheDoor[status]
    const said = [ofVendor ? dialect.words[status] : undefined, door].filter((each) => each !== undefined)
    const rules = [...new Set([...own.map(({ rule }) => rule.id), ...(ofVendor ? (dialect.rules[status] ?? []) : [])])]
    const headers = Object.fromEntries(
      [...headersOf(own)].map((name) => [name, dialect.headers[name] ?? header(name, text)]),
    )
    return {
      description: said.join(' '),
      ...(ofVendor && { headers: { ...replyHeaders, ...dialect.always, ...headers } }),
      content: { ...(ofVendor && dialect.content(status)), ...(door !== undefined && problemContent(components)) },
      ...(rules.length > 0 && { 'x-evidence': evidenceOf(rules) }),
    }
  }
}

/** A body may be coded; the same for both vendors, by rules of their own. */
export const contentEncoding = (rules: readonly string[]) =>
  parameter('header', 'Content-Encoding', 'How the body is coded: gzip, deflate or br, at most two of them.', text, {
    rules,
    example: 'gzip',
  })
