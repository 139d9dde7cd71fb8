import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import { type About, type Place, type Source, SourceError, type Step, writePlace } from './source.js'

/** Enough for a list of sizes that thousands of colors share; a bomb multiplies, and is stopped here. */
const maxAliasCount = 10_000

/** Where the library speaks to programmers. */
const sentences: ReadonlyMap<ErrorCode, string> = new Map([
  ['DUPLICATE_KEY', 'this key is given twice'],
  ['MULTIPLE_DOCS', 'a second document begins here; one file is one document'],
  ['RESOURCE_EXHAUSTION', 'the nesting is too deep'],
])

/** Reads YAML 1.2 that a person wrote; throws SourceError. */
export function readYaml(path: string, text: string): Source {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: 'error',
  })
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const faultAt = (offset: number, message: string) =>
    new SourceError(`${writePlace(path, placeAt(offset))}: ${message}`)

  // The library only warns of a tag or directive that it does not know; what it would then read is a guess.
  const [fault] = [...document.errors, ...document.warnings]
  if (fault !== undefined) throw faultAt(fault.pos[0], sentences.get(fault.code) ?? fault.message)
  const unknown = unknownAlias(document)
  if (unknown !== undefined) throw faultAt(unknown.offset, `no anchor &${unknown.name} stands before this alias`)
  keepWrittenNumbers(document)
  return {
    path,
    value: readValue(document, (message) => faultAt(lastAlias(document), message)),
    place: (steps, about) => placeAt(offsetOf(document, steps, about)),
  }
}

function unknownAlias(document: Document): { readonly name: string; readonly offset: number } | undefined {
  let found: { name: string; offset: number } | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      found = { name: alias.source, offset: alias.range?.[0] ?? 0 }
      return visit.BREAK
    },
  })
  return found
}

/**
 * A number that would be printed otherwise than it was written (012345678905, 12E5, 7.0, twenty digits) is most likely
 * an identifier without its quotes: its text is kept, so that no digit is lost.
 */
function keepWrittenNumbers(document: Document): void {
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value !== 'number' || scalar.source === undefined) return
      if (String(scalar.value) !== scalar.source) scalar.value = scalar.source
    },
  })
}

function readValue(document: Document, refused: (message: string) => SourceError): unknown {
  try {
    return document.toJS({ maxAliasCount })
  } catch (error) {
    // How the library says that aliases multiply beyond the limit, or that one stands inside its own anchor.
    if (error instanceof ReferenceError) throw refused(`the aliases up to here repeat too much: ${error.message}`)
    throw error
  }
}

/** The library does not say which alias was one too many; in a bomb the last one sets it off. */
function lastAlias(document: Document): number {
  let offset = 0
  visit(document, {
    Alias(_, alias) {
      offset = alias.range?.[0] ?? offset
    },
  })
  return offset
}

function offsetOf(document: Document, steps: readonly Step[], about: About): number {
  let node: unknown = document.contents
  let value = startOf(node) ?? 0
  let name = value
  for (const step of steps) {
    const next = stepInto(isAlias(node) ? node.resolve(document) : node, step)
    if (next === undefined) return value
    name = startOf(next.name) ?? value
    value = startOf(next.value) ?? name
    node = next.value
  }
  return about === 'name' ? name : value
}

function stepInto(node: unknown, step: Step): { readonly name: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)]
    return value === undefined ? undefined : { name: value, value }
  }
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined
  return pair && { name: pair.key, value: pair.value }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}
