import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inHeader, inQuery } from '../findings.js'
import type { Head } from '../operation.js'
import { mediaType, weightOf } from '../wire/media-types.js'

export type Format = 'json' | 'xml'

const types: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['application/xml', 'xml'],
  ['text/json', 'json'],
  ['text/xml', 'xml'],
])

/** The format of the request's body; undefined where its Content-Type is missing or another. */
export function requestFormat(head: Head): Format | undefined {
  return types.get(mediaType(head.headers['content-type']) ?? '')
}

/** The format of the reply: `return_format`, else Accept by its weights, else the request's own, else JSON. */
export function replyFormat(head: Head): Format {
  const wanted = lastOf(head, 'return_format')
  if (wanted === 'json' || wanted === 'xml') return wanted
  const own = requestFormat(head) ?? 'json'
  const accept = head.headers.accept
  if (wanted !== undefined || accept === undefined) return own
  const json = weightOf('application/json', accept)
  const xml = weightOf('application/xml', accept)
  if (json === xml) return own
  return json > xml ? 'json' : 'xml'
}

const rulesOfType = [joor['format.content_type'], joor['format.text_types']]

/** What the client did about the format of its body that the vendor's pages leave open. */
export function judgeRequestFormat(head: Head, findings: Findings): void {
  const sent = head.headers['content-type'] ?? ''
  const type = mediaType(sent) ?? ''
  findings.appliesAll(rulesOfType)
  if (sent.includes(';')) findings.applies(joor['format.charset'])
  if (type.startsWith('text/'))
    findings.breach(joor['format.text_types'], inHeader('content-type'), type, type.replace('text', 'application'))
}

/** The same about the format of the reply. */
export function judgeReplyFormat(head: Head, findings: Findings): void {
  findings.applies(joor['format.reply'])
  const wanted = lastOf(head, 'return_format')
  const accept = head.headers.accept
  if (wanted !== undefined) {
    findings.applies(joor['format.return_format_value'])
    if (wanted !== 'json' && wanted !== 'xml')
      findings.breach(joor['format.return_format_value'], inQuery('return_format'), wanted, 'json or xml')
    else if (accept !== undefined) findings.applies(joor['format.return_format'])
  } else if (accept !== undefined) {
    findings.applies(joor['format.acceptable'])
    const acceptable = weightOf('application/json', accept) > 0 || weightOf('application/xml', accept) > 0
    if (!acceptable)
      findings.breach(joor['format.acceptable'], inHeader('accept'), accept, 'application/json or application/xml')
    else findings.applies(joor['format.weights'])
  }
}

function lastOf(head: Head, name: string): string | undefined {
  return head.query.findLast(([sent]) => sent === name)?.[1]
}
