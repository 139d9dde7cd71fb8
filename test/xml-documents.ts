import fc from 'fast-check'

/** Random XML documents as a JOOR client might write them, with everything that XML 1.0 without DOCTYPE has. */

const texts = fc.oneof(
  fc.constantFrom('NY', '26', 'IMMEDIATE', 'Größe', '😀', ' ', '\n  ', '\t', '\r\n', '\r', 'a\u0085b\u2028c', '\ufeff'),
  // Any character that XML 1.0 can hold.
  fc
    .string({ unit: 'binary', maxLength: 6 })
    .map((text) => text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')),
)

const escapes: ReadonlyMap<string, readonly string[]> = new Map([
  ['&', ['&amp;', '&#38;', '&#x26;', '&#x000026;']],
  ['<', ['&lt;', '&#60;', '&#x3C;', '&#x3c;']],
  ['>', ['&gt;', '&#62;']],
])

/** One of the ways in which a character can be written; what must be escaped always is. */
const written = fc.tuple(texts, fc.nat(3), fc.boolean()).map(([text, which, all]) =>
  [...text]
    .map((character) => {
      const ways = escapes.get(character)
      if (ways !== undefined) return ways[which % ways.length] ?? character
      return all
        ? `&#${which % 2 === 0 ? '' : 'x'}${character.codePointAt(0)?.toString(which % 2 === 0 ? 10 : 16)};`
        : character
    })
    .join(''),
)
const predefined = fc.constantFrom(
  '&amp;',
  '&lt;',
  '&gt;',
  '&quot;',
  '&apos;',
  '&#10;',
  '&#13;',
  '&#x1F600;',
  ']]&gt;',
  ']] >',
)
const cdata = texts.map((text) => `<![CDATA[${text.replaceAll(']]>', ']] >')}<&]]>`)
const comment = texts.map((text) => `<!--${text.replaceAll('-', '–')}<x>&y;-->`)
const instruction = fc
  .tuple(fc.constantFrom('php', 'xml-stylesheet', 'x', 'été'), texts)
  .map(([target, text]) => `<?${target} ${text.replaceAll('?>', '? >')}?>`)

const names = fc.constantFrom(
  ...['inventory_items', 'inventory_item', 'warehouse', 'upc', 'inventory', 'Größe', '_', 'a-b.c', 'x:upc', 'x:y'],
  ...['__proto__', 'constructor', 'toString', 'xmlish', '漢字', '𐀀'],
)
const attribute = fc
  .tuple(
    fc.constantFrom('id', 'note', 'x:note', 'xml:lang', 'xml:space', '__proto__'),
    written,
    fc.constantFrom('"', "'"),
  )
  .map(([name, text, quote]) => {
    const value = name === 'xml:space' ? 'preserve' : text.replaceAll('"', '&quot;').replaceAll("'", '&apos;')
    return [name, `${name}${quote === '"' ? ' =' : '= '}${quote}${value}${quote}`] as const
  })
const attributes = fc
  .uniqueArray(attribute, { maxLength: 3, selector: ([name]) => name })
  .map((all) => all.map(([, text]) => ` ${text}`).join('\n'))
const space = fc.constantFrom('', ' ', '\n', '\t')

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  content: fc.oneof(
    { maxDepth: 7, depthSize: 'small' },
    { weight: 6, arbitrary: written },
    { weight: 1, arbitrary: predefined },
    { weight: 1, arbitrary: cdata },
    { weight: 1, arbitrary: comment },
    { weight: 1, arbitrary: instruction },
    { weight: 6, arbitrary: fc.array(tie('element'), { maxLength: 4 }).map((all) => all.join('')) },
  ),
  element: fc
    .tuple(names, attributes, space, fc.array(tie('content'), { maxLength: 3 }))
    .map(([name, told, gap, content]) =>
      content.length === 0 ? `<${name}${told}${gap}/>` : `<${name}${told}${gap}>${content.join('')}</${name}${gap}>`,
    ),
}))

const declaration = fc.constantFrom(
  '',
  '<?xml version="1.0"?>',
  "<?xml version='1.0' encoding='UTF-8'?>\n",
  '<?xml version = "1.0" encoding="utf-8" standalone="yes" ?>',
)
const aside = fc.array(fc.oneof(comment, instruction, fc.constant('\n')), { maxLength: 2 }).map((all) => all.join(''))

/** A well-formed document; every prefix in it is declared. */
export const documents = fc
  .tuple(declaration, aside, attributes, fc.array(element, { maxLength: 3 }), aside)
  .map(
    ([declared, before, told, inside, after]) =>
      `${declared}${before}<inventory_items xmlns:x="http://example.com/x"${told}>${inside.join('')}</inventory_items>${after}`,
  )

const harmless = [
  'x',
  ' ',
  '\n',
  '&amp;',
  '&#13;',
  ']',
  '26',
  '<a/>',
  '<a> </a>',
  '<!--x-->',
  '<?x y?>',
  '<![CDATA[<]]>',
]

/** Pieces that mean something to a reader of XML; those that do no harm in most places are met as often as the others. */
const pieces = fc.constantFrom(
  ...harmless,
  ...harmless,
  ...harmless,
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '/>',
    '</',
    ']]>',
    '<![CDATA[',
    '-->',
    '<!--',
    '--',
    '?>',
    '<?',
    '<?xml version="1.0"?>',
  ],
  ...[
    '&#0;',
    '&#x;',
    '&#xD800;',
    '&#xFFFE;',
    '&#1114112;',
    '&unknown;',
    '&amp',
    '=',
    ' ',
    'xmlns:x=""',
    'id="1" id="1"',
  ],
  ...['\u0000', '\u0001', '\ufffe', '\uffff', '\ufeff', ':', 'xml:space="x"', '<a>', '</a>', '<a/>', 'x', '\u00b7'],
)

/** A document with one or two changes: cut, put in, said twice, replaced. */
export const mutatedDocuments = fc
  .tuple(
    documents,
    fc.array(
      fc.tuple(fc.constantFrom('put', 'put', 'cut', 'twice', 'replace'), fc.noBias(fc.nat(9_999)), fc.nat(12), pieces),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([document, changes]) => {
    let characters = [...document]
    for (const [kind, where, length, piece] of changes) {
      const at = Math.floor((where / 10_000) * characters.length)
      const [before, part, after] = [
        characters.slice(0, at),
        characters.slice(at, at + length),
        characters.slice(at + length),
      ]
      const middle = { cut: [], put: [...piece, ...part], twice: [...part, ...part], replace: [...piece] }[kind] ?? []
      characters = [...before, ...middle, ...after]
    }
    return characters.join('')
  })
