import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { ProblemDetail } from '../../api/call.js'
import {
  type BookRule,
  type DocumentName,
  listRules,
  type OpenApi,
  type OperationObject,
  type Reply,
  readDocument,
} from '../../api/documents.js'

export interface Operation extends OperationObject {
  /** In capitals. */
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
}

/** A document with what the pages look up in it. */
export interface Reference {
  readonly name: DocumentName
  readonly document: OpenApi
  readonly operations: readonly Operation[]
  /** What the rules say that the document names, by id. */
  readonly rules: ReadonlyMap<string, BookRule>
}

const context = createContext<Reference | undefined>(undefined)
export const ReferenceProvider = context.Provider

/** The document that the page is about. Throws outside of it. */
export function useReference(): Reference {
  const reference = useContext(context)
  if (reference === undefined) throw new Error('There is no document around this component.')
  return reference
}

/** They change with the emulator's version only, and the page is of the same. */
const loaded = new Map<DocumentName, Reference>()

export type Loaded = Reference | { readonly problem: ProblemDetail } | undefined

/** A document, fetched once; undefined while it comes. The function asks once more. */
export function useDocument(name: DocumentName): readonly [Loaded, () => void] {
  const [answer, setAnswer] = useState<{ readonly of: DocumentName; readonly loaded: Loaded } | undefined>(undefined)
  const [asked, setAsked] = useState(0)
  useEffect(() => {
    let isLeft = false
    if (!loaded.has(name))
      void load(name).then((each) => {
        if (!isLeft) setAnswer({ of: name, loaded: each })
      })
    return () => {
      isLeft = true
    }
  }, [name, asked])
  const known = loaded.get(name) ?? (answer?.of === name ? answer.loaded : undefined)
  return [known, () => setAsked(asked + 1)]
}

async function load(name: DocumentName): Promise<Loaded> {
  const answer = await readDocument(name)
  if ('problem' in answer) return answer
  const document = answer.value
  const book = document['x-rules']
  const rules = book === undefined ? await allRules() : new Map(Object.entries(book))
  if ('problem' in rules) return rules
  const reference = { name, document, operations: operationsOf(document), rules }
  loaded.set(name, reference)
  return reference
}

/** The control plane has no book of its own; where it speaks of a vendor, the vendor's rules stand beside. */
async function allRules() {
  const answer = await listRules()
  return 'problem' in answer ? answer : new Map(answer.value.rules.map((each) => [each.rule, each]))
}

const operationsOf = ({ paths }: OpenApi): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  )

/** A reply by its own words, or those that several operations have in common. */
export function replyOf({ document }: Reference, reply: Reply | { readonly $ref: string }): Reply {
  if (!('$ref' in reply)) return reply
  return lookUp(document.components.responses, reply.$ref) ?? { description: reply.$ref }
}

/** What a pointer such as `#/components/schemas/clock` names among these. */
export function lookUp<Value>(among: Readonly<Record<string, Value>> | undefined, pointer: string): Value | undefined {
  const name = pointer.slice(pointer.lastIndexOf('/') + 1)
  return among !== undefined && Object.hasOwn(among, name) ? among[name] : undefined
}
