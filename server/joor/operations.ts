import { joor } from '../../contracts/rules/joor.js'
import { type Elsewhere, elsewhere } from '../elsewhere.js'
import type { Findings } from '../findings.js'
import type { AnyOperation, Head, Operation, Terms } from '../operation.js'
import { itemsInOneGo, type Slices } from '../slices.js'
import type { Draft } from '../state/draft.js'
import type { Caller, Setup } from '../state/store.js'
import { admitCall, type Methods } from './admission.js'
import { bulkAsSent, singleAsSent } from './as-sent.js'
import { authorizationOf } from './authorization.js'
import { errorsOf } from './errors.js'
import { skuOf } from './item.js'
import { chargeFor } from './rate-limit.js'
import { readBulk } from './read.js'
import { enforceCall, failedCall } from './refusals.js'
import { type BulkResult, decideBulk, decideInSlices, type SentBulk } from './rules.js'
import { sayBulkInSlices, saysBulk, saysSingle } from './says.js'
import { readSingle, type SingleCommand } from './single-read.js'
import { decideSingle, type SingleResult } from './single-rules.js'
import { writeSingle } from './single-write.js'
import { listsOf, writeBulk } from './write.js'

/** The token is the account; without a usable one nobody calls. */
function identify(head: Head): Caller {
  const authorization = authorizationOf(head)
  if ('fault' in authorization) return { vendor: 'joor' }
  return { vendor: 'joor', token: authorization.fingerprint }
}

const postAndPut: Methods = { names: ['POST', 'PUT'], rule: joor['call.method'] }

/** What a call does, and the lists of its reply. */
function* decideAhead(
  command: SentBulk,
  setup: Setup | undefined,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): Slices<BulkResult> {
  const result = yield* decideInSlices(command, setup, draft, terms, findings)
  return { ...result, lists: yield* listsOf(command.reply, result) }
}

const bulkInventory: Operation<SentBulk, BulkResult> = {
  name: 'joor.bulk-inventory',
  vendor: 'joor',
  matches: ({ segments }) => segments.length === 2 && segments[0] === 'v2' && segments[1] === 'bulk-inventory',
  identify,
  admit: (head, terms, findings) => admitCall(postAndPut, head, terms, findings),
  read: readBulk,
  asSent: bulkAsSent,
  charge: chargeFor(joor['rate.bulk']),
  needs: () => ({}),
  errors: errorsOf(postAndPut),
  skusOf: ({ items }) => items.map(skuOf),
  says: saysBulk,
  decide: decideBulk,
  ahead: { isFor: ({ items }) => items.length > itemsInOneGo, decide: decideAhead, says: sayBulkInSlices },
  write: writeBulk,
  enforce: enforceCall,
  failed: failedCall,
}

const put: Methods = { names: ['PUT'], rule: joor['single.method'] }

const styleInventory: Operation<SingleCommand, SingleResult> = {
  name: 'joor.style-inventory',
  vendor: 'joor',
  matches: ({ segments }) =>
    segments.length === 5 && segments[0] === 'v2' && segments[1] === 'style-number' && segments[4] === 'inventory',
  identify,
  admit: (head, terms, findings) => admitCall(put, head, terms, findings),
  read: readSingle,
  bodiless: true,
  asSent: singleAsSent,
  charge: chargeFor(joor['rate.single']),
  needs: () => ({}),
  errors: errorsOf(put),
  skusOf: ({ item }) => [skuOf(item)],
  says: saysSingle,
  decide: decideSingle,
  write: writeSingle,
  enforce: enforceCall,
  failed: failedCall,
}

export const joorOperations: readonly AnyOperation[] = [bulkInventory, styleInventory]

/** First segments behind the version that the vendor's documentation lists. */
const words = new Set(['bulk-inventory', 'style-number', 'style', 'bulk-style', 'order', 'orders', 'connection'])

const notEmulated: Omit<Elsewhere, 'matches'> = {
  name: 'joor.unknown',
  vendor: 'joor',
  title: 'Not emulated',
  rule: joor['call.emulated'],
  detail: ({ target }) =>
    `JOOR's ${target.split('?', 1)[0]} is not emulated. Of JOOR there is POST or PUT /v2/bulk-inventory, ` +
    'and PUT /v2/style-number/{style_number}/{style_identifier}/inventory.',
}

/** JOOR's other paths, told by their words, by the version, or by a scheme that only JOOR has. */
export const joorElsewhere = elsewhere({
  ...notEmulated,
  matches: ({ segments, headers }) =>
    segments[0] === 'v4' ||
    (segments[0] === 'v2' && segments[1] !== undefined && words.has(segments[1])) ||
    /^\s*oauth2\b/i.test(headers.authorization ?? ''),
})

/** What a host of JOOR's serves: every path there is JOOR's. */
export const joorHost: readonly AnyOperation[] = [...joorOperations, elsewhere({ ...notEmulated, matches: () => true })]

/** The host that only v4 has, where its tokens are got. */
export const joorV4Login = elsewhere({
  name: 'joor.v4_login',
  vendor: 'joor',
  matches: () => true,
  title: 'v4 login is not emulated',
  rule: joor['call.emulated'],
  detail: () =>
    "v4 login is not emulated: Backstock has JOOR's v2, whose calls bring their token in Authorization: OAuth2 {Base64 of the token}, " +
    'and go to api.jooraccess.com.',
})
