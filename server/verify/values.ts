import { parseStringPromise } from 'xml2js'

/** An XML element as xml2js sees it, in document order. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly XmlElement[]
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Reads XML by a reader that is not the emulator's; undefined where there is none. Rejected where it is malformed. */
export async function readXml(text: string): Promise<XmlElement | undefined> {
  const read: unknown = await parseStringPromise(text, {
    strict: true,
    explicitRoot: false,
    explicitArray: true,
    explicitChildren: true,
    preserveChildrenOrder: true,
  })
  return read === null ? undefined : toElement(read)
}

/** xml2js puts an element's name in `#name`, its attributes in `$`, its text in `_` and its children in `$$`. */
function toElement(node: unknown): XmlElement {
  const {
    '#name': name,
    $: attributes = {},
    _: text = '',
    $$: children = [],
  } = node as {
    // What the options above make of every element.
    '#name': string
    $?: Record<string, string>
    _?: string
    $$?: unknown[]
  }
  return { name, attributes, text, children: children.map(toElement) }
}

/**
 * Where two values differ, one sentence each; the order of names counts. A text of `right` may be a template, which
 * `matches` judges.
 */
export function differences(
  found: unknown,
  right: unknown,
  matches: (template: string, text: string) => boolean,
  path = '',
): readonly string[] {
  const told = [`${path || 'the value'} is ${show(found)}, not ${show(right)}`]
  if (typeof right === 'string') return typeof found === 'string' && matches(right, found) ? [] : told
  if (typeof right !== 'object' || right === null) return Object.is(found, right) ? [] : told
  if (typeof found !== 'object' || found === null || Array.isArray(found) !== Array.isArray(right)) return told
  const [seen, wanted] = [Object.keys(found), Object.keys(right)]
  const length = Array.isArray(right) && seen.length !== wanted.length
  if (length) return [`${path || 'the list'} has ${seen.length} elements, not ${wanted.length}`]
  if (seen.join('\n') !== wanted.join('\n'))
    return [`${path || 'the object'} has ${seen.join(', ') || 'nothing'}, not ${wanted.join(', ') || 'nothing'}`]
  const members: readonly unknown[] = Object.values(found)
  return Object.entries(right).flatMap(([name, member], index) =>
    differences(members[index], member, matches, below(path, name, right)),
  )
}

const below = (path: string, name: string, of: object) =>
  Array.isArray(of) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`

const show = (value: unknown) => JSON.stringify(value) ?? 'missing'
