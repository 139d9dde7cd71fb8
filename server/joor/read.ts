import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inBody, inHeader, inText } from '../findings.js'
import { type Body, type Head, Refusal, type Terms, type Unreadable } from '../operation.js'
import { inTurns } from '../slices.js'
import { codingsOf, supportedCodings } from '../wire/codings.js'
import { bodyLimit, judgeSlashes, tooLarge } from './admission.js'
import { judgeReplyFormat, judgeRequestFormat, replyFormat, requestFormat } from './format.js'
import { type Item, readItem } from './item.js'
import { readJsonItems } from './json-items.js'
import { readQuery } from './query.js'
import type { SentBulk } from './rules.js'
import type { Take } from './sent.js'
import { readXmlItems } from './xml-items.js'

/** Bytes to command: each item as sent and as understood, side by side. */
export async function readBulk(head: Head, body: Body, terms: Terms, findings: Findings): Promise<SentBulk | Refusal> {
  findings.applies(joor['call.post_and_put'])
  const refusal = judgeContent(head, findings)
  if (refusal !== undefined) return refusal
  const query = readQuery(head, findings)
  const received = await body.text(bodyLimit)
  findings.applies(joor['format.size'])
  if (typeof received !== 'string') return faulty(received, findings)
  findings.appliesAll(rulesOfText)
  if (head.headers['content-encoding'] !== undefined) findings.applies(joor['format.coded_body'])
  const text = received.startsWith('\ufeff') ? received.slice(1) : received
  if (text !== received) findings.breach(joor['format.bom'], inText(start), 'a byte order mark', 'none')

  const format = requestFormat(head) ?? 'json'
  const reply = replyFormat(head)
  const ofItems = findings.apart()
  const items: Item[] = []
  const take: Take = (item) => items.push(readItem(item, items.length, format, terms.settings, ofItems))
  const readItems = format === 'json' ? readJsonItems : readXmlItems
  const refused = await inTurns(readItems(text, reply, terms.takes, findings, take))
  if (refused !== undefined) return refused
  findings.appliesAll(rulesOfEcho[format][reply])
  findings.add(ofItems)
  return { query, format, reply, items }
}

const rulesOfText = [joor['format.utf8'], joor['format.bom']]

/** What becomes of an item of the one format in a reply of the other. */
const rulesOfEcho = {
  json: { json: [joor['reply.literal_echo']], xml: [joor['reply.json_to_xml']] },
  xml: { json: [joor['reply.xml_to_json'], joor['reply.xml_nested']], xml: [] },
}

/** Where a body begins. */
const start = { line: 1, column: 1 }

/** The checks behind the rate limit that need no body either. */
function judgeContent(head: Head, findings: Findings): Refusal | undefined {
  const type = head.headers['content-type']
  if (requestFormat(head) === undefined) {
    const seen = type === undefined ? 'no Content-Type' : type
    findings.breach(joor['format.content_type'], inHeader('content-type'), seen, 'application/json or application/xml')
    findings.applies(joor['format.unsupported'])
    const what = type === undefined ? 'There is no Content-Type' : `The Content-Type ${type} is not taken`
    return new Refusal(415, `${what}. Send application/json or application/xml.`)
  }
  const codings = codingsOf(head.headers['content-encoding'])
  if (codings === undefined) {
    const seen = head.headers['content-encoding'] ?? ''
    findings.breach(joor['format.codings'], inHeader('content-encoding'), seen, 'gzip, deflate or br')
    return new Refusal(415, `The Content-Encoding ${seen} is not taken. Send ${supportedCodings}, or plain bytes.`)
  }
  if (codings.length > 0) findings.applies(joor['format.codings'])
  if (!head.repeatedSlashes && /\/(?:\?|$)/.test(head.target)) findings.applies(joor['call.trailing_slash'])
  judgeSlashes(head, findings)
  judgeRequestFormat(head, findings)
  judgeReplyFormat(head, findings)
  return undefined
}

function faulty({ fault, at }: Unreadable, findings: Findings): Refusal {
  switch (fault) {
    case 'too large':
      return tooLarge(findings)
    case 'bad encoding':
      findings.breach(joor['format.coded_body'], inBody, 'bytes that are not coded so', 'what Content-Encoding says')
      return new Refusal(400, 'The body is not coded as its Content-Encoding says, or it was cut short.')
    case 'not UTF-8':
      findings.breach(joor['format.utf8'], inText(at ?? start), 'bytes that are no UTF-8', 'UTF-8')
      return new Refusal(400, 'The body is not UTF-8.')
  }
}
