import { describe, expect, it } from 'vitest'
import { jsonLines } from '../web/parts/body/json-lines.js'
import type { Line } from '../web/parts/body/line.js'
import { placeMarks } from '../web/parts/body/mark.js'
import { rawLines } from '../web/parts/body/raw-lines.js'
import { xmlLines } from '../web/parts/body/xml-lines.js'

const shown = (lines: readonly Line[] | undefined) =>
  lines?.map(({ depth, pieces }) => '  '.repeat(depth) + pieces.map(({ text }) => text).join(''))
const textOf = (lines: readonly Line[] | undefined) =>
  (lines ?? []).flatMap(({ pieces }) => pieces.map(({ text }) => text)).join('')
const pointers = (lines: readonly Line[] | undefined) => lines?.map(({ pointer }) => pointer)

describe('A JSON body', () => {
  it('is shown a value to a line, each by its pointer, and folds', () => {
    const lines = jsonLines('{"a":[1,{"b/c":"x"},[]],"e":{},"f~":null}')
    expect(shown(lines)).toEqual([
      '{',
      '  "a": [',
      '    1,',
      '    {',
      '      "b/c": "x"',
      '    },',
      '    []',
      '  ],',
      '  "e": {},',
      '  "f~": null',
      '}',
    ])
    expect(pointers(lines)).toEqual([
      ...['', '/a', '/a/0', '/a/1', '/a/1/b~1c', '/a/1', '/a/2', '/a', '/e', '/f~0', ''],
    ])
    expect(lines?.map(({ end }) => end)).toEqual([10, 7, undefined, 5, ...Array(7).fill(undefined)])
  })

  it.each([
    ['numbers by their own digits', '{"n":12345678901234567890.10e+2}', '"n": 12345678901234567890.10e+2'],
    ['escapes as they were written', '{"s":"\\u00e9\\n\\"<b>"}', '"s": "\\u00e9\\n\\"<b>"'],
    ['a name that was given twice', '{"a":1,"a":2}', '"a": 2'],
  ])('keeps %s', (_what, text, line) => {
    expect(shown(jsonLines(text))?.map((each) => each.trim().replace(/,$/, ''))).toContain(line)
  })

  it.each([
    '{"a":[1,2,{"b":"cut of',
    '{"a":[1,2,',
    '[1,]]}{"x"',
    '{"a" 1 "b"}',
    '{{{[[[',
    '[nope, NaN, 1 2 3]',
    `[${'['.repeat(20_000)}`,
    `["${'\\'.repeat(99_999)}`,
  ])('that is none, or cut, loses nothing: %j', (text) => {
    const spaceless = (each: string) => each.replaceAll(/\s/g, '')
    expect(spaceless(textOf(jsonLines(text)))).toBe(spaceless(text))
  })

  it.each(['', 'plain', '"text"', '12', '<a/>'])('%o is none', (text) => {
    expect(jsonLines(text)).toBeUndefined()
  })
})

describe('An XML body', () => {
  it('is shown an element to a line, as it was written, by the pointers of the emulator', () => {
    const text =
      '<?xml version="1.0"?>\n<inventory_items><inventory_item a="x>y"><upc>1</upc><empty/></inventory_item><!-- - --><inventory_item><upc>2</upc></inventory_item></inventory_items>'
    const lines = xmlLines(text)
    expect(shown(lines)).toEqual([
      '<?xml version="1.0"?>',
      '<inventory_items>',
      '  <inventory_item a="x>y">',
      '    <upc>1</upc>',
      '    <empty/>',
      '  </inventory_item>',
      '  <!-- - -->',
      '  <inventory_item>',
      '    <upc>2</upc>',
      '  </inventory_item>',
      '</inventory_items>',
    ])
    expect(pointers(lines)?.slice(1, 9)).toEqual([
      '/inventory_items',
      '/inventory_items/0',
      '/inventory_items/0/upc',
      '/inventory_items/0/empty',
      '/inventory_items/0',
      undefined,
      '/inventory_items/1',
      '/inventory_items/1/upc',
    ])
  })

  it.each(['<a><b>1</b', '<a b="', '</a></b>', '<!-- never', '<a><![CDATA[<b>]]></a>', '<a>x<b/>y</a>', '<"<"<"<'])(
    'that is none, or cut, loses nothing: %j',
    (text) => {
      expect(textOf(xmlLines(text))).toBe(text)
    },
  )
})

describe('A body as it was sent', () => {
  it('has its lines, the longest in pieces', () => {
    const lines = rawLines(`a\n\n${'x'.repeat(2_500)}\n`)
    expect(lines.map(({ pieces }) => pieces[0]?.text.length)).toEqual([1, 0, 1_000, 1_000, 500, 0])
    expect(lines.map(({ start }) => start)).toEqual([0, 2, 3, 1_003, 2_003, 2_504])
  })
})

describe('What is said about a place of a body', () => {
  const mark = (pointer: string, line?: number, column?: number) =>
    ({ key: `${pointer} ${line}`, level: 'error', text: '', pointer, line, column }) as const
  const text = '{"a":[1,\n{"b":2}]}'
  const lines = jsonLines(text) ?? []

  it.each([
    ['its pointer', mark('/a/1/b', 1, 1), '      "b": 2'],
    ['line and column, where no pointer fits', mark('/gone', 2, 6), '      "b": 2'],
    ['line and column, where it is about the text', mark('', 2, 1), '    {'],
    ['nothing: the first line', mark(''), '{'],
    ['a line that is not there: the first', mark('', 99, 1), '{'],
  ])('stands there by %s', (_what, each, line) => {
    const [[index] = [-1]] = placeMarks(lines, text, [each])
    expect(shown(lines)?.[index]).toBe(line)
  })
})
