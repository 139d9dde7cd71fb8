import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joor } from '../contracts/rules/joor.js'
import { Findings, inQuery } from '../server/findings.js'
import { readJsonItems } from '../server/joor/json-items.js'
import type { Reading, SentItem, Take } from '../server/joor/sent.js'
import { readXmlItems } from '../server/joor/xml-items.js'
import { usualLimits } from '../server/limits.js'
import { XmlReader } from '../server/wire/xml-reader.js'
import { parseXml } from '../server/wire/xml-tree.js'

const xmlItem = (upc: number) => `<inventory_item>\n  <upc>${upc}</upc><inventory>1</inventory></inventory_item>`
const numbers = Array.from({ length: 10_000 }, (_, index) => index)
const xml = `<inventory_items>${numbers.map(xmlItem).join('')}</inventory_items>`
const json = JSON.stringify({ inventory_items: numbers.map((upc) => ({ upc: String(upc), inventory: 1 })) })

/** How often a reading paused, and the items of each part between two pauses. */
function partsOf(read: (take: Take) => Reading) {
  const parts: SentItem[][] = [[]]
  const reading = read((item) => parts.at(-1)?.push(item))
  for (;;) {
    const { done, value } = reading.next()
    if (done) return { parts, refusal: value }
    parts.push([])
  }
}

describe('A large body', () => {
  it.each([
    ['XML', readXmlItems, xml, 'xml'],
    ['JSON', readJsonItems, json, 'json'],
  ] as const)('is read in parts, so that other calls have their turn: %s', (_, read, body, format) => {
    const { parts, refusal } = partsOf((take) => read(body, format, usualLimits, new Findings('report'), take))
    expect(refusal).toBeUndefined()
    expect(parts.length).toBeGreaterThan(3)
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(numbers.length / 2)
    expect(parts.flat()).toHaveLength(numbers.length)
  })

  it('is refused for a fault at its end, whatever was read of it before', () => {
    const findings = new Findings('report')
    const { refusal } = partsOf((take) => readXmlItems(`${xml}<`, 'xml', usualLimits, findings, take))
    expect(refusal?.status).toBe(400)
    expect(findings.breaches.map(({ rule }) => rule.id)).toEqual(['joor.body.well_formed'])
  })

  it('has items that tell their fields and places again when the body is read', () => {
    const { parts } = partsOf((take) => readXmlItems(xml, 'xml', usualLimits, new Findings('report'), take))
    const item = parts.flat()[4_321]
    expect(item?.fields).toMatchObject([
      { name: 'upc', text: '4321' },
      { name: 'inventory', text: '1' },
    ])
    const offset = xml.indexOf('<upc>4321<')
    expect(item?.at('upc')).toMatchObject({ line: xml.slice(0, offset).split('\n').length })
  })
})

describe('XML that is read in parts of any length', () => {
  const piece = fc.constantFrom(
    '<b x="1">',
    '</b>',
    '<c/>',
    '<c\r\n/>',
    'text',
    '&lt;',
    '\r\n',
    '<![CDATA[]]>',
    '<!--c-->',
    '<?x y?>',
    '\u{1f600}',
  )

  it('comes to the same as read at once', () => {
    const read = fc.property(fc.array(piece), fc.nat(9), (pieces, characters) => {
      const text = `<a>${pieces.join('')}</a>`
      const reader = new XmlReader(text, { name: '', most: 0 })
      let parts = 1
      while (reader.read(characters)) parts++
      expect(parts).toBeGreaterThan(0)
      expect(reader.document).toEqual(parseXml(text))
    })
    fc.assert(read, { numRuns: 2_000 })
  })
})

describe('What is found of a part of a call', () => {
  const breach = (findings: Findings, times: number) => {
    for (let time = 0; time < times; time++) findings.breach(joor['query.unknown'], inQuery(`q${time}`), 'q', 'none')
  }

  it('counts as if it had been found at once, and no more places are kept', () => {
    const apart = new Findings('enforce')
    const atOnce = new Findings('enforce')
    breach(apart, 15)
    const part = apart.apart()
    breach(part, 15)
    expect(apart.total).toBe(15)
    apart.add(part)
    breach(atOnce, 15)
    breach(atOnce, 15)
    for (const told of ['breaches', 'broken', 'met', 'refusal', 'total'] as const)
      expect(apart[told]).toEqual(atOnce[told])
    expect(apart.breaches).toHaveLength(20)
  })

  it('is nothing as long as nobody adds it', () => {
    const findings = new Findings('report')
    breach(findings.apart(), 3)
    expect([findings.total, findings.met]).toEqual([0, []])
  })
})
