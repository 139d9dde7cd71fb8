import { jirafe } from '../../contracts/rules/jirafe.js'
import { type Alike, differing } from './differing.js'
import type { Emulated, Readable } from './exchange.js'
import { withoutInstants } from './forms.js'
import type { VendorReplies } from './vendor.js'

const alike: Alike = (place, real, emulated) =>
  place.endsWith('/message') && withoutInstants(real) === withoutInstants(emulated)

export const jirafeReplies: VendorReplies = {
  lists: new Set(),
  differ: (real, emulated) => differing(real, emulated, alike),
  unknowable(real: Readable, emulated: Readable, { entry }: Emulated) {
    if (real.status === 404 && emulated.status < 400) return 'whether there is such a site only the vendor knows'
    const byTokens = entry.breaches.some(({ rule }) => rule === jirafe['auth.site'])
    return byTokens && real.status < 400 ? 'which sites the token is for Backstock was told otherwise' : undefined
  },
  partOf: (place, { operation }) =>
    operation === 'jirafe.batch' ? /^\/[^/]+\/\d+(?=\/|$)/.exec(place)?.[0] : undefined,
  touching: [
    [
      /^status$/,
      /^jirafe\.(?:reply\.accepted|batch\.always_200|site_check\.answer|call\.(?:type|method|check_order))$/,
    ],
    [/^header\.content-type$/, /^jirafe\.reply\.layout$/],
    [/^header\.allow$/, /^jirafe\.call\.method$/],
    [/^header\.retry-after$/, /^jirafe\.reply\.unknown$/],
    [/\/errors\//, /^jirafe\.event\.(?:messages|wordings|repr|precedence|(?:bare|nested|empty)_path|missing)$/],
    [/\/errors$/, /^jirafe\.event\.(?:schema|messages)$/],
    [/\/error_type$/, /^jirafe\.(?:event\.schema|batch\.unknown_key|reply\.no_seventh|auth\.token|call\.type)$/],
    [/\/message$/, /^jirafe\.reply\.(?:unknown_message|no_seventh)$/],
    [/\/success$/, /^jirafe\.(?:reply\.accepted|event\.schema)$/],
    [/^text$/, /^jirafe\.reply\.(?:layout|comma|ascii)$/],
    [/^(?:\/.*)?$/, /^jirafe\.(?:batch\.(?:reply|always_200)|reply\.(?:accepted|layout)|site_check\.answer)$/],
  ],
}
