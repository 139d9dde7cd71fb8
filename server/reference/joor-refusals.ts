import type { AnyOperation } from '../operation.js'
import { header, type Part, text } from './document.js'
import { errorsByStatus } from './endpoint.js'
import { joorRefusal } from './examples.js'
import type { Components } from './schemas.js'
import type { Dialect } from './vendor.js'

/** What every reply to a call of a known account has. */
export const throttling: Part = {
  'X-Throttling-Account-Id': header('The account whose credits the call was charged to.', text, [
    'joor.rate.header',
    'joor.rate.header_value',
  ]),
}

/** JOOR's two replies in both formats, as the refusals of a call have them. */
export interface Forms {
  readonly name: string
  readonly json: string
  readonly xml: string
  readonly refused: (comment: string) => unknown
}

export const bulkForms: Forms = {
  name: 'Bulk',
  json: 'joor/bulk-reply.json',
  xml: 'joor/bulk-reply-xml.json',
  refused: (comment) => ({ response: joorRefusal(comment), items_updated: [], items_not_updated: [] }),
}
export const singleForms: Forms = {
  name: 'Single',
  json: 'joor/single-reply.json',
  xml: 'joor/single-reply-xml.json',
  refused: (comment) => ({ response: joorRefusal(comment), sku_count: 0, inventory_log: [] }),
}

/** How JOOR refuses a call, in the envelope of the call's own reply. */
export function dialectOf(operation: AnyOperation, forms: Forms, components: Components): Dialect {
  const errors = errorsByStatus(operation)
  return {
    name: forms.name,
    words: {
      400: 'The call cannot be read, or breaks a rule under `contract=enforce`; nothing of it is applied.',
      401: 'There is no usable token in the call.',
      405: 'The method is not taken here.',
      413: 'The body has more than 20 MB, or more items than a call may have.',
      415: 'The Content-Type or the Content-Encoding is not taken.',
      429: 'Too few credits of the rate limit are left.',
      431: 'The call has more headers than the emulator takes.',
      500: 'The call failed, and nothing of it is applied.',
      503: 'The change cannot be stored, or no further undeclared account is taken; nothing of it is applied.',
    },
    headers: {
      'WWW-Authenticate': header('The scheme that is asked for.', { const: 'OAuth2' }, ['joor.auth.refusal']),
      Allow: header('The methods that are taken.', text),
      'Retry-After': header('After how many seconds the call may be sent again.', { type: 'integer', minimum: 0 }, [
        'joor.rate.retry_after',
        'joor.reply.failure',
      ]),
    },
    always: throttling,
    rules: {
      400: ['joor.body.well_formed', 'joor.body.json_root', 'joor.body.xml_root', 'joor.body.items'],
      413: ['joor.body.item_limit'],
      415: ['joor.format.content_type', 'joor.format.codings'],
      503: ['joor.call.anonymous_limit'],
    },
    content(status) {
      const [first] = errors.get(status) ?? []
      const example = first && { example: forms.refused(first.message) }
      return {
        'application/json': { schema: components.ref(forms.json), ...example },
        'application/xml': { schema: components.ref(forms.xml) },
      }
    },
  }
}
