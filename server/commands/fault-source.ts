import { resolve } from 'node:path'
import { SourceError } from '../documents/source.js'
import { readSource } from '../documents/source-file.js'
import { kinds } from '../faults/fault.js'
import { didYouMean } from '../suggestion.js'
import { parseExact, writeExact } from '../wire/exact-json.js'
import { NoAnswer } from './asking.js'

/** A fault as it is written in options, each by the name that it has in a document; lists where one may be repeated. */
export interface Shorthand {
  /** Members of the spec. */
  readonly spec: Readonly<Record<string, number>>
  /** Members of its match. */
  readonly match: Readonly<Record<string, string>>
  /** Members of the fault beside its kind. */
  readonly fault: Readonly<Record<string, string | number>>
  /** Of the kind `partial`: which items. */
  readonly items: Readonly<Record<string, number | readonly (number | string)[]>>
}

/**
 * What is to be armed, as the JSON list that the control plane takes: from a file, a JSON text or the kind of a fault
 * with its options. Throws NoAnswer. Whether a fault makes sense is for the emulator to say.
 */
export async function readFaults(what: string, shorthand: Shorthand, folder: string): Promise<string> {
  if (Object.hasOwn(kinds, what)) return writeExact([specOf(what, shorthand)])
  const stray = Object.values(shorthand).flatMap((part) => Object.keys(part))[0]
  const isJson = /^\s*[[{]/.test(what)
  const isFile = /\.(?:json|ya?ml)$/i.test(what)
  if (!isJson && !isFile) throw unknownKind(what)
  if (stray !== undefined) {
    const flag = `--${stray.replaceAll('_', '-')}`
    throw new NoAnswer(2, `${flag} goes with the kind of a fault; in a file or JSON it has its own place`)
  }
  return writeList(isJson ? readJson(what) : await readFile(what, folder))
}

function specOf(kind: string, { spec, match, fault, items }: Shorthand) {
  return {
    ...(Object.keys(match).length > 0 && { match }),
    ...spec,
    fault: { kind, ...fault, ...(Object.keys(items).length > 0 && { items }) },
  }
}

function unknownKind(what: string): NoAnswer {
  const names = Object.keys(kinds)
  const way = didYouMean(what, names) || `; kinds are ${names.join(', ')}`
  return new NoAnswer(2, `"${what}" is no kind of fault, no JSON and no .json or .yaml file${way}`)
}

function readJson(text: string): unknown {
  const parsed = parseExact(text)
  if ('fault' in parsed) throw new NoAnswer(2, `what is to be armed is no JSON: ${parsed.fault}`)
  return parsed.value
}

async function readFile(path: string, folder: string): Promise<unknown> {
  try {
    return (await readSource(resolve(folder, path))).value
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw new NoAnswer(2, error.message)
  }
}

/** One fault may stand without its list. */
function writeList(value: unknown): string {
  return writeExact(Array.isArray(value) ? value : [value])
}
