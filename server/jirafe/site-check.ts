import { jirafe } from '../../contracts/rules/jirafe.js'
import { type Findings, inBody } from '../findings.js'
import { type Body, type Head, type Operation, Refusal, type Terms, type Verdict } from '../operation.js'
import { isRecord } from '../wire/json-values.js'
import { sentJson } from '../wire/sent-value.js'
import { admitContent, admitMethod, admitSite, bodyLimit, judgePath, parseDocument, readText } from './read.js'
import { enforceEvents, failedEvents, writeAccepted } from './write.js'

/** A check of credentials and nothing else: POST with an empty body or `{}`, or GET with any query. */
export const siteCheck: Omit<Operation<null, Verdict>, 'name' | 'vendor' | 'matches' | 'identify'> = {
  admit(head: Head, terms: Terms, findings: Findings): Refusal | undefined {
    const refusal = admitSite(head, terms, findings) ?? admitMethod(head, ['POST', 'PUT', 'GET'], findings)
    if (refusal !== undefined) return refusal
    if (head.method !== 'GET') return admitContent(head, findings)
    judgePath(head, findings)
    return undefined
  },

  async read(head: Head, body: Body, terms: Terms, findings: Findings): Promise<null | Refusal> {
    findings.applies(jirafe['site_check.answer'])
    if (head.method === 'GET') return null
    const text = readText(await body.text(bodyLimit), head, findings)
    if (text instanceof Refusal) return text
    if (text === '') {
      findings.applies(jirafe['site_check.body'])
      return null
    }
    const document = parseDocument(text, terms, findings)
    if (document instanceof Refusal) return document
    findings.applies(jirafe['site_check.body'])
    const empty = isRecord(document.value) && Object.keys(document.value).length === 0
    if (!empty) findings.breach(jirafe['site_check.body'], inBody, 'a body with content', 'no body, or {}')
    return null
  },

  asSent: (_head, text) => sentJson(text),
  needs: () => ({}),
  decide: () => ({ outcomes: [] }),
  write: writeAccepted,
  enforce: enforceEvents,
  failed: failedEvents,
}
