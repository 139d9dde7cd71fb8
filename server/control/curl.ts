import type { Entry } from '../journal/entry.js'
import { redacted } from '../journal/redaction.js'

const left = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'user-agent',
  'accept-encoding',
  'expect',
])

/** The call as a command to copy; `$BACKSTOCK_TOKEN` stands for the credentials, for the shell to fill in. */
export function writeCurl(entry: Entry, url: string): string {
  const parts = [`curl -X ${entry.method} ${quote(url + entry.path)}`]
  for (const [name, value] of Object.entries(entry.request.headers))
    if (!left.has(name)) parts.push(`-H ${quote(`${name}: ${value}`)}`)
  const body = entry.request.body
  if (body !== null) parts.push(`--data-binary ${quote(body.text)}`)
  return parts.join(' ')
}

/** Single quotes keep every character but themselves; the token's variable needs double ones. */
function quote(text: string): string {
  const parts = text.split(redacted).map((part) => (part === '' ? '' : `'${part.replaceAll("'", "'\\''")}'`))
  return parts.join('"$BACKSTOCK_TOKEN"') || "''"
}
