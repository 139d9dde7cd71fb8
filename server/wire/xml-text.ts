const xmlForbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const needsEscape = /[&<>\r]/

/** Text as element content; a character that XML cannot hold becomes U+FFFD, which the caller reports. */
export function escapeXml(text: string): string {
  if (!needsEscape.test(text)) return text
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
}

/** The text without what XML 1.0 cannot hold. */
export function replaceForbidden(text: string): string {
  return text.replace(xmlForbidden, '\ufffd')
}

const nameStart =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
const nameForm = new RegExp(`^[${nameStart}][${nameStart}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]*$`, 'u')

/** Whether a JSON name can be an element's name; a colon would make it a prefix, so it cannot. */
export function isXmlName(name: string): boolean {
  return nameForm.test(name)
}

/** `<name>text</name>`, and `<name />` for an empty one, as the vendor writes it. */
export function writeElement(name: string, content: string): string {
  return content === '' ? `<${name} />` : `<${name}>${content}</${name}>`
}
