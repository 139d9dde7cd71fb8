/** Stands before each UTF-16 surrogate, and behind every byte that UTF-8 begins a character with. */
const mark = 0xf8

/**
 * A text as bytes in whose order `compareBytes` sorts: UTF-8, but each surrogate by itself, for PostgreSQL's text takes
 * no NUL, and UTF-8 no lone surrogate.
 */
export function bytesOf(text: string): Buffer {
  if (!/[\ud800-\udfff]/.test(text)) return Buffer.from(text)
  const parts = text
    .split(/([\ud800-\udfff])/)
    .map((part, index) =>
      index % 2 === 0 ? Buffer.from(part) : Buffer.from([mark, part.charCodeAt(0) >> 8, part.charCodeAt(0) & 0xff]),
    )
  return Buffer.concat(parts)
}

export function textOf(bytes: Buffer): string {
  let text = ''
  let from = 0
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, from)) {
    text += bytes.toString('utf8', from, at) + String.fromCharCode(bytes.readUInt16BE(at + 1))
    from = at + 3
  }
  return text + bytes.toString('utf8', from)
}

/** Many of them as the text of one `bytea[]`, which takes less than a parameter that pg writes element by element. */
export function byteArray(texts: Iterable<string>): string {
  const written: string[] = []
  for (const text of texts) written.push(`"\\\\x${bytesOf(text).toString('hex')}"`)
  return `{${written.join(',')}}`
}
