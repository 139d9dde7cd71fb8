import { type LineAndColumn, lineAndColumn } from './json-tree.js'

const replacement = '\ufffd'

/** Where bytes that are no UTF-8 have their first that is none. */
export function placeOfBadByte(bytes: Buffer): LineAndColumn {
  const marked = bytes.toString('utf8')
  // Editors show no column for a byte order mark.
  const text = marked.replace(/^\ufeff/, '')
  let counted = Buffer.byteLength(marked.slice(0, marked.length - text.length))
  let at = 0
  for (let next = text.indexOf(replacement); next >= 0; next = text.indexOf(replacement, next + 1)) {
    counted += Buffer.byteLength(text.slice(at, next))
    at = next
    // The sign may have been sent as what it is.
    if (!bytes.subarray(counted, counted + 3).equals(Buffer.from(replacement))) return lineAndColumn(text, next)
  }
  return lineAndColumn(text, text.length)
}
