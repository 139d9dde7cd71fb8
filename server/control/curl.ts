import { isOtherCredential } from '../credentials.js'
import type { Entry } from '../journal/entry.js'
import { redacted } from '../redaction.js'
import { flagsFor, headerFlag, methodFlag, shellWord } from '../shell-words.js'

/** Headers that curl makes itself, or that spoke of the bytes as they were sent. */
const left = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'user-agent', 'accept-encoding'])
/** The kept body has its content codings undone. */
const leftBesideBody = new Set([...left, 'expect', 'content-encoding'])
/** Longer texts do not fit one argument of a command on every system. */
const longestArgument = 100_000

/**
 * The call as a command to copy; `$BACKSTOCK_TOKEN` stands for the credentials, for the shell to fill in. Null where no
 * command would send the same: the body was cut, or holds a NUL, which no argument can.
 */
export function writeCurl(entry: Entry, url: string): string | null {
  const { body } = entry.request
  if (body !== null && (body.cut || body.text.includes('\0'))) return null
  const command = [
    `curl ${methodFlag(entry.method)} ${quote(url + entry.path)}`,
    ...flagsFor(entry.path),
    ...headersOf(entry),
  ].join(' ')
  if (body === null) return command
  // Without this header curl would say that the body is a form.
  const untyped = entry.request.headers['content-type'] === undefined ? " -H 'content-type:'" : ''
  if (body.bytes <= longestArgument) return `${command}${untyped} --data-raw ${quote(body.text)}`
  return `printf %s ${quote(body.text)} | ${command}${untyped} --data-binary @-`
}

function headersOf({ request: { headers, body } }: Entry): readonly string[] {
  const omitted = body === null ? left : leftBesideBody
  return Object.entries(headers)
    .filter(([name]) => !omitted.has(name) && !isOtherCredential(name))
    .map(([name, value]) => `-H ${quote(headerFlag(name, value))}`)
}

/** Single quotes keep every character but themselves; the token's variable needs double ones. */
function quote(text: string): string {
  const parts = text.split(redacted).map((part) => (part === '' ? '' : shellWord(part)))
  return parts.join('"$BACKSTOCK_TOKEN"') || "''"
}
