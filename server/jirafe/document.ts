import type { Breakable, Rule } from '../../contracts/rules/book.js'
import type { Findings } from '../findings.js'
import { detached } from '../wire/detached.js'
import { type JsonNode, lineCounter, nodeAt, parseJsonTree } from '../wire/json-tree.js'
import { writePointer } from '../wire/json-values.js'

/** The JSON text of a call, and what of it `JSON.parse` does not tell. */
export class JsonText {
  readonly text: string
  /** A number in it does not survive `JSON.parse`: 5.0, 1e2, sixteen digits and more. */
  readonly oddNumbers: boolean
  /** An object in it has a name more than once. */
  readonly repeatedNames: boolean
  readonly lines: ReturnType<typeof lineCounter>
  /** Further messages of its events that were told so far. */
  messages = 0
  #tree: JsonNode | undefined

  constructor(text: string, oddNumbers: boolean, repeatedNames: boolean) {
    this.text = text
    this.oddNumbers = oddNumbers
    this.repeatedNames = repeatedNames
    this.lines = lineCounter(text)
  }

  /** The document with its literals and places; made when the first breach asks for it. */
  get tree(): JsonNode {
    this.#tree ??= parseJsonTree(this.text)
    return this.#tree
  }
}

/** The document of one event: a whole text, or a part of that of a batch. */
export class EventDocument {
  readonly json: JsonText
  /** What `JSON.parse` makes of it. */
  readonly value: unknown
  /** Where it stands in the text. */
  readonly path: readonly string[]

  constructor(json: JsonText, value: unknown, path: readonly string[] = []) {
    this.json = json
    this.value = value
    this.path = path
  }

  get node(): JsonNode {
    return this.member() ?? this.json.tree
  }

  /** What stands at a way into the document. */
  member(...steps: readonly string[]): JsonNode | undefined {
    return nodeAt(this.json.tree, [...this.path, ...steps])
  }

  /** The event's own text; it may be kept, for it holds no larger one in memory. */
  get text(): string {
    if (this.path.length === 0) return this.json.text
    // The value is the same unless a number or a name was lost; finding the very text costs a look at the whole batch.
    if (!this.json.oddNumbers && !this.json.repeatedNames) return JSON.stringify(this.value)
    const { start, end } = this.node
    return detached(this.json.text.slice(start, end))
  }
}

/** The breaches of one event: those that refuse it become its errors, by path. */
export class EventJudge {
  readonly document: EventDocument
  readonly #findings: Findings
  readonly #errors = new Map<string, string>()
  #rule: Breakable | undefined

  constructor(findings: Findings, document: EventDocument) {
    this.#findings = findings
    this.document = document
  }

  applies(rule: Rule): void {
    this.#findings.applies(rule)
  }

  breach(
    rule: Breakable,
    path: readonly string[],
    node: JsonNode | undefined,
    seen: string,
    right: string,
    message?: string,
  ): void {
    const { document } = this
    const at = () => ({
      pointer: writePointer([...document.path, ...path]),
      ...document.json.lines((node ?? document.node).start),
    })
    if (!this.#findings.breach(rule, at, seen, right)) return
    const name = path.join('.')
    if (!this.#errors.has(name)) this.#errors.set(name, message ?? rule.says)
    this.#rule ??= rule
  }

  get errors(): ReadonlyMap<string, string> {
    return this.#errors
  }

  /** The rule of the first error. */
  get rule(): Breakable | undefined {
    return this.#rule
  }
}
