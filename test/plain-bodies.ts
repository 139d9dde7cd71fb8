import fc from 'fast-check'

/** XML bodies that come close to the edges of what is plain, inside of them and beyond. */

/** Mostly what is plain, one like the other, with something now and then that comes close to it. */
const mostly = (usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd })

const space = mostly(
  fc.constantFrom('', '', ' ', '\t', '\n  ', '\r\n\t', '\r', ' \r\r\n'),
  fc.constantFrom('\u00a0', '\u0085', '\u2028', '\ufeff', '\f', '\u0000', 'stray', '/', ' / ', '&#32;'),
)
const text = mostly(
  fc.constantFrom('', 'x', 'xy', 'x', '91', ' a b\t', 'New York', 'New York, NY 10001', 'a\nb', 'caf\u00e9', '\u0085'),
  fc.oneof(
    fc.constantFrom(']]>', 'a]]>b', ']]', 'a>b', '&'),
    fc.constantFrom('&amp;', '&#65;', '&none;', '"', '<', '<b/>', '<b>1</b>', '<b><c/></b>'),
    fc.constantFrom('\r', '\r\n', 'a\rb', '\u0000', '\u0001', '\u001f', '\u007f', '\u2028', '\ud7ff', '\ue000'),
    fc.constantFrom('\ud800', '\udfff', '\ud800x', '\u{1f600}', '\ufeff', '\ufffd', '\ufffe', '\uffff', '\u{10ffff}'),
    fc.constantFrom('<!--c-->', '1<!--c-->2', '<?p i?>', '<![CDATA[x]]>', '<![CDATA[</upc>]]>'),
    fc.constantFrom('x'.repeat(9_000), `${'x '.repeat(4_000)}&lt;`),
  ),
)
const name = mostly(
  fc.constantFrom('upc', 'warehouse', 'inventory', 'u1', '_', 'UPC', 'a_b2'),
  fc.constantFrom(
    'x:upc',
    'x:',
    ':',
    'caf\u00e9',
    '1',
    '1a',
    'a-b',
    'a.b',
    '-',
    '',
    '__proto__',
    'inventory_item',
    'b>',
  ),
)
const plainField = fc.tuple(name, text).map(([name, text]) => `<${name}>${text}</${name}>`)
const oddField = fc.tuple(name, text, fc.nat(11)).map(([name, text, which]) => {
  const ways = [
    `<${name} a="1">${text}</${name}>`,
    `<${name} >${text}</${name}>`,
    `<${name}\r\n>${text}</${name}\n>`,
    `<${name}/>`,
    `<${name} />`,
    `<${name}>${text}`,
    `${text}</${name}>`,
    `<${name}>${text}</${name.toUpperCase()}>`,
    `<${name}>${text}</${name}s>`,
    `<${name}><b>${text}</${name}></b>`,
    `< ${name}>${text}</${name}>`,
    `<${name}>${text}</${name}`,
  ]
  return ways[which] ?? ''
})
const between = fc.constantFrom('<!--c-->', '<!-- </inventory_item> -->', '<?p i?>', '<![CDATA[ ]]>', 'text')
const field = fc.tuple(space, mostly(plainField, fc.oneof(oddField, between))).map((parts) => parts.join(''))
/** As many as are compared with those of the item before, and one or two more. */
const fields = mostly(
  fc.array(field, { maxLength: 4 }).map((each) => each.join('')),
  fc.tuple(plainField, fc.integer({ min: 31, max: 34 })).map(([each, times]) => each.repeat(times)),
)
const plainItem = fc.tuple(fields, space).map((parts) => `<inventory_item>${parts.join('')}</inventory_item>`)
const oddItem = fc.tuple(fields, fc.nat(11)).map(([fields, which]) => {
  const ways = [
    `<inventory_item>${fields}`,
    `${fields}</inventory_item>`,
    fields,
    `<inventory_item >${fields}</inventory_item>`,
    `<inventory_item a="1">${fields}</inventory_item>`,
    `<inventory_item>${fields}</inventory_item >`,
    `<x:inventory_item>${fields}</x:inventory_item>`,
    `<INVENTORY_ITEM>${fields}</INVENTORY_ITEM>`,
    `<inventory_item>${fields}</Inventory_item>`,
    `<inventory_items>${fields}</inventory_items>`,
    '<inventory_item/>',
    '<![CDATA[</inventory_item>]]>',
  ]
  return ways[which] ?? ''
})
const item = fc.tuple(space, mostly(plainItem, fc.oneof(oddItem, between))).map((parts) => parts.join(''))
const head = mostly(
  fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\r\n'),
  fc.constantFrom('<?xml version="1.1"?>', '<!--<inventory_item>-->', '<!DOCTYPE a>', ' <?xml version="1.0"?>', 'text'),
)
const root = mostly(
  fc.constant('<inventory_items>'),
  fc.constantFrom('<inventory_item>', '<a b="<">', '<x:a b=">">', ''),
)
const end = mostly(
  fc.constant('</inventory_items>'),
  fc.constantFrom('', '</inventory_item>', '</INVENTORY_ITEMS>', '</inventory_items', '<inventory_items>', '</a>', '&'),
)
const behind = mostly(
  fc.constantFrom('', '\n', ' \r\n'),
  fc.constantFrom('text', '<again/>', '<!--c-->', '<inventory_item><upc>1</upc></inventory_item>', '&', '\u0000'),
)
const items = fc.array(item, { maxLength: 5 }).map((each) => each.join(''))
const whole = fc.tuple(head, root, items, space, end, behind).map((parts) => parts.join(''))
/** Ended anywhere, within a name as well. */
const cut = fc.tuple(whole, fc.nat(400)).map(([body, length]) => body.slice(0, length))
export const bodies = mostly(whole, cut)
