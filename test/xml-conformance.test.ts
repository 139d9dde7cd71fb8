import { isUtf8 } from 'node:buffer'
import { beforeAll, describe, expect, it } from 'vitest'
import { tellMissing } from './missing-tools.js'
import { tell } from './proof.js'
import {
  byCanonicalForm,
  byOurs,
  byXml2js,
  canonicalForms,
  hasXmllint,
  type Tree,
  withoutXmllint,
} from './xml-judges.js'
import { readSuite, type SuiteDocument } from './xml-suite.js'

/** Every document of the W3C's conformance suite, by what our reader owes it. */
interface Sorted {
  readonly ofXml10: readonly SuiteDocument[]
  /** Judged by XML 1.0, fifth edition, and without DOCTYPE. */
  readonly plain: readonly SuiteDocument[]
  readonly withDoctype: readonly SuiteDocument[]
}

/**
 * Not well-formed, and read all the same: a JOOR body is judged as XML 1.0 without namespaces, whose prefixes are
 * ignored (`joor.xml.item_plain`), and its bytes as UTF-8 whatever encoding it names (`joor.xml.encoding`).
 */
const readAllTheSame: ReadonlyMap<string, string> = new Map([
  ...['013', '014', '015', '016', '023', '025', '026', '029', '030', '031', '032', '033', '036', '042'].map(
    (number) => [`rmt-ns10-${number}`, 'namespaces'] as const,
  ),
  ['hst-lhs-007', 'encoding'],
  ['rmt-e2e-61', 'encoding'],
])

/** Well-formed, and refused all the same: these bytes are UTF-16, and a body is UTF-8 (`joor.format.utf8`). */
const refusedAllTheSame = ['utf16b', 'utf16l']

/** As the vendor's calls are read: UTF-8 and nothing else, and a byte order mark is dropped. */
function read({ bytes }: SuiteDocument, reader: (text: string) => Tree | string = byOurs): Tree | string {
  return isUtf8(bytes) ? reader(textOf(bytes)) : 'not UTF-8'
}

const textOf = (bytes: Buffer) => bytes.toString('utf8').replace(/^\ufeff/, '')

/** Before the root, where it means something; in the UTF-16 of some documents a NUL stands between the letters. */
const hasDoctype = ({ bytes }: SuiteDocument) =>
  /^[^<]*(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*<!DOCTYPE/.test(bytes.toString('latin1').replaceAll('\0', ''))

async function sorted(): Promise<Sorted> {
  const all = await readSuite()
  expect(all).toHaveLength(2_585)
  // What only earlier editions hold against a document, and what XML 1.1 says, is not asked of a reader of today's 1.0.
  const ofXml10 = all.filter(({ recommendation, editions }) => !/1\.1/.test(recommendation) && editions.includes('5'))
  return {
    ofXml10,
    plain: ofXml10.filter((document) => !hasDoctype(document)),
    withDoctype: ofXml10.filter(hasDoctype),
  }
}

const idsOf = (documents: readonly SuiteDocument[]) => documents.map(({ id }) => id).sort()

/** Those that the reader takes. */
const taken = (documents: readonly SuiteDocument[], reader = byOurs) =>
  documents.filter((document) => typeof read(document, reader) !== 'string')

describe('Of the W3C conformance documents', () => {
  let suite: Sorted
  beforeAll(async () => {
    suite = await sorted()
  })
  const notWellFormed = () => suite.plain.filter(({ type }) => type === 'not-wf')
  const wellFormed = () => suite.plain.filter(({ type }) => type === 'valid' || type === 'invalid')

  it('every one that is not well-formed and has no DOCTYPE is refused, but for those that our rules name', () => {
    const documents = notWellFormed()
    expect(documents).toHaveLength(247)
    expect(idsOf(taken(documents))).toEqual([...readAllTheSame.keys()].sort())
    tell(
      'XML conformance',
      `${documents.length} not well-formed without DOCTYPE, ${readAllTheSame.size} of them read by rule`,
    )
  })

  it('every one that is well-formed and has no DOCTYPE is read, valid or not, but for those in UTF-16', () => {
    const documents = wellFormed()
    expect(documents).toHaveLength(75)
    const read = idsOf(taken(documents))
    expect(idsOf(documents).filter((id) => !read.includes(id))).toEqual(refusedAllTheSame)
    tell(
      'XML conformance',
      `${documents.length} well-formed without DOCTYPE, ${refusedAllTheSame.length} of them in UTF-16`,
    )
  })

  it('every one with a DOCTYPE is refused, whatever else it is', () => {
    expect(suite.withDoctype).toHaveLength(1_679)
    expect(idsOf(taken(suite.withDoctype))).toEqual([])
    tell('XML conformance', `${suite.withDoctype.length} with DOCTYPE, all refused`)
  })

  it('each that is read has the content that xml2js finds in it', async () => {
    const refused: string[] = []
    for (const document of taken(wellFormed())) {
      const tree = await byXml2js(textOf(document.bytes)).catch(() => undefined)
      if (tree === undefined) refused.push(document.id)
      else expect({ id: document.id, tree: read(document) }).toEqual({ id: document.id, tree })
    }
    expect(refused.sort()).toEqual(refusedByXml2js)
  })

  it('each that is read has the content that xmllint finds in it', (context) => {
    if (!hasXmllint()) return tellMissing(withoutXmllint, context)
    const documents = taken(wellFormed())
    const forms = canonicalForms(documents.map(({ bytes }) => bytes))
    for (const [index, document] of documents.entries()) {
      const form = forms[index] ?? expect.fail(`xmllint does not read ${document.id}`)
      expect({ id: document.id, tree: read(document) }).toEqual({ id: document.id, tree: byCanonicalForm(form) })
    }
    tell('XML conformance', `${documents.length} documents with the content that xmllint finds`)
  })
})

/** xml2js has the names of the fourth edition. */
const refusedByXml2js = ['x-rmt5-016', 'x-rmt5-019']

describe('A reader with a planted fault is caught', () => {
  const faulty: readonly (readonly [string, (text: string) => Tree | string])[] = [
    ['takes an ampersand for what it is', (text) => byOurs(text.replaceAll(/&(?![a-z#])/g, '&amp;'))],
    ['does not mind what stands behind the root', (text) => byOurs(text.replace(/>[^>]*$/, '>'))],
  ]
  it.each(faulty)('that %s', async (_name, reader) => {
    const { plain } = await sorted()
    const documents = plain.filter(({ type }) => type === 'not-wf')
    expect(taken(documents, reader).length).toBeGreaterThan(readAllTheSame.size)
  })

  it('that skips a DOCTYPE', async () => {
    const { withDoctype } = await sorted()
    expect(taken(withDoctype, (text) => byOurs(text.replace(/<!DOCTYPE[^[>]*(\[[^\]]*\]\s*)?>/, '')))).not.toEqual([])
  })
})
