import { escapeXml, replaceForbidden, writeElement } from '../wire/xml-text.js'
import type { Format } from './format.js'

/** What the vendor says of a call as a whole. */
export interface Response {
  readonly code: string
  readonly comment: string
  readonly logId: string
}

/** The member or element of that name; the order of what is in it differs between the formats, as the vendor has it. */
export function writeResponse(format: Format, { code, comment, logId }: Response): string {
  if (format === 'json') return `"response":{"comment":${JSON.stringify(comment)},"code":"${code}","log_id":"${logId}"}`
  const text = escapeXml(replaceForbidden(comment))
  return `<response><code>${code}</code>${writeElement('comment', text)}<log_id>${logId}</log_id></response>`
}
