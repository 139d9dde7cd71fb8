import { printable } from '../printable.js'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '@': '&#64;' }

/** Text as it stands, in one line: no markup, no HTML, no link and nobody who is mentioned. */
export function escapeMarkdown(text: string): string {
  return printable(text.replace(/[\r\n\u2028\u2029]+/g, ' '))
    .replace(/[&<>@\\`*_~|[\]#!()]/g, (sign) => entities[sign] ?? `\\${sign}`)
    .replaceAll('://', '&#58;//')
    .replace(/\bwww\./gi, (word) => `${word.slice(0, -1)}&#46;`)
}
