import type { ClientRule } from '../../contracts/rules/book.js'
import { jirafe } from '../../contracts/rules/jirafe.js'
import { joor } from '../../contracts/rules/joor.js'
import type { Vendor } from '../state/store.js'
import type { ConductName } from './limits.js'

/** What is watched at which vendor: some of it only one of them has. */
export const conductRules: Readonly<Record<Vendor, Readonly<Partial<Record<ConductName, ClientRule>>>>> = {
  joor: {
    partial_overwrite: joor['conduct.partial_overwrite'],
    two_writers: joor['conduct.two_writers'],
    single_calls: joor['conduct.single_calls'],
    same_level: joor['conduct.same_level'],
    retry_after: joor['conduct.retry_after'],
    lost_reply: joor['conduct.lost_reply'],
    retry_payload: joor['conduct.retry_payload'],
    stale_retry: joor['conduct.stale_retry'],
    refused_items: joor['conduct.refused_items'],
    token_in_url: joor['conduct.token_in_url'],
    types_change: joor['conduct.types_change'],
  },
  jirafe: {
    single_calls: jirafe['conduct.single_calls'],
    same_level: jirafe['conduct.same_level'],
    lost_reply: jirafe['conduct.lost_reply'],
    retry_payload: jirafe['conduct.retry_payload'],
    stale_retry: jirafe['conduct.stale_retry'],
    refused_items: jirafe['conduct.refused_items'],
    token_in_url: jirafe['conduct.token_in_url'],
    types_change: jirafe['conduct.types_change'],
  },
}
