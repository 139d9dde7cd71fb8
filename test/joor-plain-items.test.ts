import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { lineAndColumn } from '../server/wire/json-tree.js'
import { PlainXml } from '../server/wire/plain-xml.js'
import type { XmlElement } from '../server/wire/xml-element.js'
import { XmlReader } from '../server/wire/xml-reader.js'
import { bodies } from './plain-bodies.js'

const watched = 'inventory_item'
const most = 4

/** What a reader comes to; by the parser alone where nobody asks for elements of that name. */
function read(text: string, name: string, characters = text.length, take?: (item: XmlElement) => void) {
  const reader = new XmlReader(text, { name, most: name === '' ? 0 : most, ...(take && { take }) })
  while (reader.read(characters));
  return reader.document
}

type Outcome = 'read' | 'refused' | 'too many'

/** Fails where the items are not what the parser makes of them. */
function compare(text: string, characters: number): Outcome {
  const expected = read(text, '')
  const document = read(text, watched, characters)
  if ('fault' in document && document.about === 'limit') {
    // Reading stopped there, so that a fault behind it has not been met.
    if ('fault' in expected) return 'too many'
    const beyond = expected.root.children.filter(({ name }) => name === watched)[most]
    expect(document.at).toEqual(lineAndColumn(text, beyond?.offset ?? -1))
    return 'too many'
  }
  expect(document).toEqual(expected)
  if ('fault' in expected) return 'refused'
  const taken: XmlElement[] = []
  const rest = read(text, watched, characters, (item) => taken.push(item))
  const isTaken = ({ name }: XmlElement) => name === watched
  expect(taken).toEqual(expected.root.children.filter(isTaken))
  const children = expected.root.children.filter((child) => !isTaken(child))
  expect(rest).toEqual({ ...expected, root: { ...expected.root, children } })
  return 'read'
}

const lengths = fc.oneof(fc.nat(60), fc.constant(1_000_000))

describe('XML items that are read without the parser', () => {
  it('come to the same as by the parser', () => {
    const outcomes = { read: 0, refused: 0, 'too many': 0 }
    const plain = vi.spyOn(PlainXml.prototype, 'read')
    onTestFinished(() => plain.mockRestore())
    let plainly = 0
    const same = fc.property(bodies, lengths, (text, characters) => {
      plain.mockClear()
      outcomes[compare(text, characters)]++
      plainly += plain.mock.results.filter(({ value }) => value !== undefined).length
    })
    fc.assert(same, { numRuns: 2_000 })
    expect(plainly).toBeGreaterThan(1_000)
    for (const times of Object.values(outcomes)) expect(times).toBeGreaterThan(50)
  })

  it('are stopped at the same place where they are too many', () => {
    const items = '<inventory_item><upc>1</upc></inventory_item>'
    const document = read(`<inventory_items>${items.repeat(4)}\n ${items}`, watched)
    expect(document).toMatchObject({ about: 'limit', at: { line: 2, column: 2 } })
  })

  it('are all items of a body that has nothing else', () => {
    const text = '<inventory_item><upc>1</upc></inventory_item>\r\n<inventory_item><upc>2</upc> </inventory_item>'
    const plain = new PlainXml(text, watched)
    const first = plain.read(0, 0)
    expect(first?.children).toMatchObject([{ name: 'upc', text: '1' }])
    expect(plain.read(first?.end ?? 0, 0)).toMatchObject({ textBefore: 1, text: ' ', end: text.length })
  })

  it.each(['<x>&amp;</x>', '<x a="1">1</x>', '<x:y>1</x:y>', '<x>\ud83d\ude00</x>', '<x><y/></x>', '<x>1</y>', '<x>1'])(
    'are left to the parser where they are not plain: %s',
    (field) => {
      expect(new PlainXml(`<item>${field}</item>`, 'item').read(0, 0)).toBeUndefined()
    },
  )

  it('are left to the parser wherever the body is cut off', () => {
    const text = ' <item> <u1>1</u1>\n<u2>22</u2></item>'
    for (let length = 0; length < text.length; length++)
      expect(new PlainXml(text.slice(0, length), 'item').read(0, 0)).toBeUndefined()
    expect(new PlainXml(text, 'item').read(0, 0)?.end).toBe(text.length)
  })
})

/** Patterns of what a plain reader takes as it is. */
const right = {
  start: '<inventory_item>',
  name: '[A-Za-z_][A-Za-z0-9_]*',
  attributes: '',
  text: '[^<&>\\u0000-\\u0008\\u000b-\\u001f\\ud800-\\uffff]*',
  /** Of a field that was begun by this name. */
  end: (name: string) => `</${name}>`,
  between: '[ \\t\\r\\n]*',
  last: '</inventory_item>',
  /** What becomes of the white space. */
  spaced: (space: string) => space.replaceAll(/\r\n?/g, '\n'),
}

type Read = (text: string, from: number, textBefore: number) => { space: string; element: XmlElement } | undefined

/** A plain reader that has no speed in mind: patterns, one behind the other. */
const readerOf =
  (form: typeof right): Read =>
  (text, from, textBefore) => {
    let at = from
    const next = (pattern: string) => {
      const sticky = new RegExp(`(${pattern})`, 'y')
      sticky.lastIndex = at
      const match = sticky.exec(text)
      if (match !== null) at = sticky.lastIndex
      return match?.[1]
    }
    const elementOf = (name: string, offset: number, before: number, text: string, children: XmlElement[]) => ({
      ...{ name, ignored: [], children, text, textBefore: before, offset, end: at },
    })
    const space = form.spaced(next('[ \\t\\r\\n]*') ?? '')
    const offset = at
    if (next(form.start) === undefined) return undefined
    const children: XmlElement[] = []
    let own = ''
    for (;;) {
      own += form.spaced(next(form.between) ?? '')
      if (next(form.last) !== undefined)
        return { space, element: elementOf(watched, offset, textBefore + space.length, own, children) }
      const start = at
      if (next('<') === undefined) return undefined
      const name = next(form.name)
      if (name === undefined || next(`${form.attributes}>`) === undefined) return undefined
      const value = next(form.text)
      if (value === undefined || next(form.end(name)) === undefined) return undefined
      children.push(elementOf(name, start, own.length, value, []))
    }
  }

/** Puts another plain reader in the place of ours, and tells whether the comparison fails. */
function isFoundOut(reader: Read): boolean {
  let body = ''
  const plain = vi.spyOn(PlainXml.prototype, 'read')
  onTestFinished(() => plain.mockRestore())
  plain.mockImplementation(function (this: PlainXml, from, textBefore) {
    const { space, element } = reader(body, from, textBefore) ?? {}
    this.spaceBefore = space ?? ''
    return element
  })
  const same = fc.property(bodies, lengths, (text, characters) => {
    body = text
    compare(text, characters)
  })
  return fc.check(same, { numRuns: 4_000, seed: plantedSeed, endOnFailure: true }).failed
}

/** Whether a fault shows is no matter of luck. */
const plantedSeed = 1

const allBut = (taken: RegExp) => right.text.replace(taken, '')

describe('The comparison with the parser', () => {
  it('passes a plain reader that does the same by other means', () => {
    expect(isFoundOut(readerOf(right))).toBe(false)
  })

  const forms: readonly (readonly [string, Partial<typeof right>])[] = [
    ['& as it is', { text: allBut(/&/) }],
    ['> as it is, and so ]]>', { text: allBut(/>/) }],
    ['a carriage return as it is', { text: right.text.replace('\\u000b-', '\\u000b\\u000c\\u000e-') }],
    ['a character that XML cannot hold', { text: allBut(/\\u0000-\\u0008/) }],
    ['a form feed', { text: right.text.replace('\\u000b-', '\\u000e-') }],
    ['half a character, U+D800, and U+FFFE', { text: allBut(/\\ud800-\\uffff/) }],
    ['an attribute', { attributes: '(?: [a-z]="[^"<]*")?' }],
    ['a prefix as part of the name', { name: '[A-Za-z_:][A-Za-z0-9_:]*' }],
    ['a name that begins with a digit', { name: '[A-Za-z0-9_]+' }],
    ['a name that begins with a hyphen', { name: '[A-Za-z_-][A-Za-z0-9_-]*' }],
    ['no name', { name: '[A-Za-z0-9_]*' }],
    ['any end tag', { end: () => '</[^<>]*>' }],
    ['an end tag that begins by the name', { end: (name) => `</${name}[^<>]*>` }],
    ['an end tag in other case', { end: (name) => `</(?:${name}|${name.toUpperCase()})>` }],
    ['a field without its end', { end: (name) => `(?:</${name}>|(?=<))` }],
    ['the end of the item in other case', { last: '</[Ii]nventory_item>' }],
    ['the end of the list for that of an item', { last: '</inventory_items?>' }],
    ['an item without its end', { last: '</inventory_item>|(?=<inventory_item>)' }],
    ['an item with attributes', { start: '<inventory_item[^<>]*>' }],
    ['the list for an item', { start: '<inventory_items?>', last: '</inventory_items?>' }],
    ['comments as if they were not there', { between: '(?:[ \\t\\r\\n]|<!--c-->)*' }],
    ['text between fields as if it were not there', { between: '[^<]*', spaced: (space) => space.trim() }],
    ['white space that is none of XML', { between: '\\s*' }],
    ['line ends as they stand', { spaced: (space) => space }],
    ['a carriage return before a line feed as one of its own', { spaced: (space) => space.replaceAll('\r', '\n') }],
  ]
  it.each(forms)('finds out a plain reader that takes %s', (_, form) => {
    expect(isFoundOut(readerOf({ ...right, ...form }))).toBe(true)
  })

  const good = readerOf(right)
  const kept: { before: XmlElement | undefined } = { before: undefined }
  const faults: readonly (readonly [string, Read])[] = [
    [
      'gives the values of the item before',
      (...args) => {
        const read = good(...args)
        const { before } = kept
        if (read === undefined) return undefined
        kept.before = read.element
        const children = read.element.children.map((child, index) => {
          const known = before?.children[index]
          return known?.name === child.name ? { ...child, text: known.text } : child
        })
        return { ...read, element: { ...read.element, children } }
      },
    ],
    [
      'leaves out the white space between items',
      (...args) => {
        const read = good(...args)
        return read && { ...read, space: '' }
      },
    ],
    [
      'tells an item to begin at the white space in front of it',
      (text, from, textBefore) => {
        const read = good(text, from, textBefore)
        return read && { ...read, element: { ...read.element, offset: from } }
      },
    ],
    [
      'stops in front of the end',
      (...args) => {
        const read = good(...args)
        return read && { ...read, element: { ...read.element, end: read.element.end - 1 } }
      },
    ],
    [
      'counts white space twice',
      (text, from, textBefore) => {
        const read = good(text, from, textBefore)
        return read && { ...read, element: { ...read.element, textBefore: textBefore + 2 * read.space.length } }
      },
    ],
    [
      'leaves out what stands behind the 32nd field',
      (...args) => {
        const read = good(...args)
        return read && { ...read, element: { ...read.element, children: read.element.children.slice(0, 32) } }
      },
    ],
  ]
  it.each(faults)('finds out a plain reader that %s', (_, fault) => {
    expect(isFoundOut(fault)).toBe(true)
  })
})
