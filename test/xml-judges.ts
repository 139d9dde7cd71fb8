import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStringPromise } from 'xml2js'
import type { XmlElement } from '../server/wire/xml-element.js'
import { parseXml } from '../server/wire/xml-tree.js'

/** What readers of XML agree on: names without prefix, the text that stands directly in an element, its children. */
export interface Tree {
  readonly name: string
  readonly text: string
  readonly children: readonly Tree[]
}

/** What stands behind a prefix is a name where it begins with a letter. */
const withoutPrefix = (name: string) => name.replace(/^.*:(?=[\p{L}_])/u, '')

/** Our own reader's tree, or the sentence that refuses the text. */
export function byOurs(text: string): Tree | string {
  const read = parseXml(text)
  return 'fault' in read ? read.fault : treeOf(read.root)
}

const treeOf = ({ name, text, children }: XmlElement): Tree => ({ name, text, children: children.map(treeOf) })

/** xml2js has names as keys of ordinary objects, among others of its own, and takes letters of the first plane only. */
export const withPlainNames = (text: string) =>
  text
    .replaceAll(/__proto__|constructor|toString|hasOwnProperty/g, 'plain')
    .replaceAll(/(<\/?|[ \n])_(?=[\s/>=])/g, '$1plain')
    .replaceAll(/<\/?[^\s>/]+/g, (tag) => tag.replaceAll(/[\u{10000}-\u{effff}]/gu, 'plain'))

interface Xml2jsNode {
  readonly '#name': string
  readonly _?: string
  readonly $$?: readonly Xml2jsNode[]
}

const options = {
  explicitRoot: false,
  explicitChildren: true,
  preserveChildrenOrder: true,
  charsAsChildren: true,
  includeWhiteChars: true,
}

/** The tree of xml2js, which keeps line ends as sent: XML 1.0 has them become line feeds before anything is read. */
export async function byXml2js(text: string): Promise<Tree> {
  const lineFeeds = text.replaceAll(/\r\n?/g, '\n')
  // With these options every node has this shape.
  return ofXml2js((await parseStringPromise(lineFeeds, options)) as Xml2jsNode)
}

function ofXml2js({ '#name': name, _: own, $$: nodes = [] }: Xml2jsNode): Tree {
  const isText = (node: Xml2jsNode) => node['#name'] === '__text__'
  const told = nodes.filter(isText)
  return {
    name: withoutPrefix(name),
    text: told.length === 0 ? (own ?? '') : told.map((node) => node._ ?? '').join(''),
    children: nodes.filter((node) => !isText(node)).map(ofXml2js),
  }
}

/** Whether this machine has xmllint, of Debian's libxml2-utils. */
export function hasXmllint(): boolean {
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export const withoutXmllint =
  'xmllint is missing, so XML is not held against it. On Debian: apt-get install libxml2-utils'

const separator = '<next-document></next-document>'
/** So many documents are handed to one process. */
const together = 1_000

/** The canonical form of each text as xmllint writes it; undefined for what it does not take for well-formed. */
export function canonicalForms(texts: readonly (string | Buffer)[]): readonly (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-xml-'))
  try {
    const between = join(folder, 'next.xml')
    writeFileSync(between, separator)
    const forms: (string | undefined)[] = []
    for (let first = 0; first < texts.length; first += together) {
      const files = texts.slice(first, first + together).flatMap((text, index) => {
        const file = join(folder, `${index}.xml`)
        writeFileSync(file, text)
        return [file, between]
      })
      const parts = canonical(files).split(separator)
      if (parts.length !== files.length / 2 + 1)
        throw new Error(`xmllint wrote ${parts.length - 1} documents of ${files.length / 2}.`)
      forms.push(...parts.slice(0, -1).map((form) => (form === '' ? undefined : form)))
    }
    return forms
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function canonical(files: readonly string[]): string {
  const how: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
    stdio: ['ignore', 'pipe', 'ignore'],
  }
  try {
    return execFileSync('xmllint', ['--nonet', '--c14n', ...files], how)
  } catch (error) {
    // It ends so where one of them is not well-formed; of the others it has written what they are.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout
    throw error
  }
}

const references: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&#xD;', '\r'],
])

/**
 * The tree of a canonical form, which is simple enough to be read without a parser: no CDATA, no empty tags, and `<`
 * nowhere but at the start of a tag, a comment or a processing instruction.
 */
export function byCanonicalForm(form: string): Tree {
  const top: MutableTree = { name: '', text: '', children: [] }
  const open = [top]
  for (const [part] of form.matchAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/[^>]*>|<(?:[^>"]|"[^"]*")*>|[^<]+/g)) {
    const inside = open.at(-1) ?? top
    if (part.startsWith('<!--') || part.startsWith('<?')) continue
    if (part.startsWith('</')) open.pop()
    else if (part.startsWith('<')) {
      const name = withoutPrefix(/^<([^ >]+)/.exec(part)?.[1] ?? '')
      const child: MutableTree = { name, text: '', children: [] }
      inside.children.push(child)
      open.push(child)
    } else inside.text += part.replaceAll(/&[^;]+;/g, (reference) => references.get(reference) ?? reference)
  }
  const [root] = top.children
  if (root === undefined || top.children.length > 1 || open.length > 1)
    throw new Error(`This is no canonical form: ${form}`)
  return root
}

interface MutableTree extends Tree {
  text: string
  children: MutableTree[]
}
