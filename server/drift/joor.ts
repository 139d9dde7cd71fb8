import type { Rule } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import type { Setup } from '../state/store.js'
import { isRecord } from '../wire/json-values.js'
import { type Alike, differing, type Element, elementsOf, inLists, keyOf, leftOver } from './differing.js'
import type { Emulated, Readable } from './exchange.js'
import { isUuid, withoutInstants } from './forms.js'
import { brokenIn, type Finding, type VendorReplies } from './vendor.js'

/** Refusals of an item by what the account was told to have: at the vendor it may have something else. */
const byLists: ReadonlySet<Rule> = new Set([
  joor['warehouse.known'],
  joor['sku.known'],
  joor['sku.unique'],
  joor['sku.agree'],
  joor['sku.pair'],
  joor['sku.number_alone'],
])

const noLists =
  'Backstock was not told all warehouses and styles of the account, so it cannot know whether the vendor has what the item names'
const otherLists =
  'the lists that Backstock was given of the account do not have what the item names, and the vendor has'

const alike: Alike = (place, real, emulated) => {
  if (/\/(?:inventory_)?log_id$/.test(place)) return isUuid(real)
  return place.endsWith('/response/comment') && withoutInstants(real) === withoutInstants(emulated)
}

export const joorReplies: VendorReplies = {
  lists: new Set(['inventory_item']),
  differ(real, emulated, call) {
    const [found, expected] = [itemsOf(real), itemsOf(emulated)]
    if (found === undefined || expected === undefined) return differSingle(real, emulated, call)
    return differBulk(found, expected, call)
  },
  unknowable(real: Readable, _emulated: Readable, { entry, setup }: Emulated) {
    // The single-SKU call names its style in the path.
    const named = entry.operation === 'joor.style-inventory' && real.status === 404
    return named && !hasLists(setup) ? noLists : undefined
  },
  touching: [
    [/^status$/, /^joor\.(?:reply\.(?:partial|refused)|single\.(?:not_updated|refused)|call\.(?:method|check_order))$/],
    [/^header\.content-type$/, /^joor\.(?:format\.(?:reply|return_format|weights|acceptable)|single\.json)$/],
    [/^header\.allow$/, /^joor\.(?:call|single)\.method$/],
    [/^header\.www-authenticate$/, /^joor\.auth\.refusal$/],
    [/^header\.retry-after$/, /^joor\.(?:rate\.retry_after|reply\.failure)$/],
    [/^header\.x-throttling-account-id$/, /^joor\.rate\.header/],
    [/\/inventory_log_id$/, /^joor\.single\.log_id$/],
    [/\/log_id$/, /^joor\.reply\.log_id$/],
    [/\/response\/(?:code|comment)$/, /^joor\.(?:reply\.(?:partial|partial_code|refused)|single\.refused)$/],
    [/\/items_(?:not_)?updated(?:\/0|\/inventory_item)?$/, /^joor\.reply\.(?:shape|not_updated|partial)$/],
    [
      /\/items_(?:not_)?updated\//,
      /^joor\.reply\.(?:echo|literal_echo|xml_to_json|json_to_xml|xml_nested|not_updated)$/,
    ],
    [/\/sku_count$/, /^joor\.single\.(?:sku_count|not_updated)$/],
    [/\/status$/, /^joor\.single\.(?:status|not_updated)$/],
    [/\/sku$/, /^joor\.single\.sku(?:_joined)?$/],
    [/^text$/, /^joor\.(?:reply\.(?:shape|literal_echo)|single\.layout)$/],
    [/^(?:\/.*)?$/, /^joor\.(?:reply\.shape|single\.(?:reply|layout))$/],
  ],
}

const hasLists = (setup: Setup | undefined) => setup !== undefined && setup.warehouses !== null && setup.styles !== null

/** The lists of a bulk reply, and what stands beside them. */
interface Items {
  readonly rest: unknown
  readonly updated: readonly unknown[]
  readonly notUpdated: readonly unknown[]
  readonly isXml: boolean
}

/** Undefined for a body that is no bulk reply. */
function itemsOf(value: unknown): Items | undefined {
  if (!isRecord(value)) return undefined
  const isXml = 'bulk_inventory' in value
  const envelope = isXml ? value.bulk_inventory : value
  if (!isRecord(envelope)) return undefined
  const { items_updated, items_not_updated, ...members } = envelope
  const [updated, notUpdated] = [listOf(items_updated, isXml), listOf(items_not_updated, isXml)]
  if (updated === undefined || notUpdated === undefined) return undefined
  return { rest: isXml ? { bulk_inventory: members } : members, updated, notUpdated, isXml }
}

/** In JSON a list in a list, in XML elements; empty, the one is an empty list and the other an empty element. */
function listOf(value: unknown, isXml: boolean): readonly unknown[] | undefined {
  if (!isXml) {
    if (!Array.isArray(value) || value.length > 1) return undefined
    const [list = []]: readonly unknown[] = value
    return Array.isArray(list) ? list : undefined
  }
  if (value === '') return []
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined
  return Array.isArray(value.inventory_item) ? value.inventory_item : undefined
}

function* differBulk(found: Items, expected: Items, { entry, setup }: Emulated): Generator<Finding> {
  const under = (name: string) => (found.isXml ? `/bulk_inventory/${name}/inventory_item` : `/${name}/0`)
  const real = { up: elementsOf(found.updated), not: elementsOf(found.notUpdated) }
  const ours = { up: elementsOf(expected.updated), not: elementsOf(expected.notUpdated) }
  const refused = shared(leftOver(ours.up, real.up), leftOver(real.not, ours.not))
  const taken = shared(leftOver(ours.not, real.not), leftOver(real.up, ours.up))

  // The items of each list are echoed in the order in which they were sent.
  const updated = entry.outcomes.filter(({ outcome }) => outcome === 'updated')
  const notUpdated = entry.outcomes.filter(({ outcome }) => outcome === 'not_updated')
  const moved: Finding[] = [
    ...refused.map(({ emulated, real: at }) => {
      const { index } = updated[emulated.index] ?? nobody
      // What our reading takes.
      const rules = brokenIn(entry.breaches, `/inventory_items/${index}`)
      return {
        place: `${under('items_not_updated')}/${at.index}`,
        ...{ real: `item ${index} is not updated`, emulated: `item ${index} is updated` },
        unknowable: rules.length === 0 && !hasLists(setup) ? noLists : undefined,
        rules: [...rules, ...entry.rules.filter((rule) => byLists.has(rule))],
      }
    }),
    ...taken.map(({ emulated, real: at }) => {
      const { index, rule, reason } = notUpdated[emulated.index] ?? nobody
      return {
        place: `${under('items_updated')}/${at.index}`,
        ...{ real: `item ${index} is updated`, emulated: `item ${index} is not updated: ${reason}` },
        unknowable: rule !== null && byLists.has(rule) ? otherLists : undefined,
        rules: rule === null ? [] : [rule],
      }
    }),
  ]
  yield* moved

  const open = moved.find(({ unknowable }) => unknowable !== undefined)?.unknowable
  // They speak of the items.
  for (const each of differing(found.rest, expected.rest, alike))
    yield /\/response\/(?:code|comment)$/.test(each.place) ? { ...each, unknowable: open } : each
  const moving = new Set([...refused, ...taken].flatMap((each) => [each.real, each.emulated]))
  const stay = (list: readonly Element[]) => list.filter((each) => !moving.has(each))
  yield* inLists(stay(real.up), stay(ours.up), alike, under('items_updated'))
  yield* inLists(stay(real.not), stay(ours.not), alike, under('items_not_updated'))
}

/** Elements that one list has left over and the other one as well: they stand on the other side. */
function shared(emulated: readonly Element[], real: readonly Element[]) {
  const byKey = new Map<string, Element[]>()
  for (const each of real) {
    const key = keyOf(each.value)
    const others = byKey.get(key)
    if (others === undefined) byKey.set(key, [each])
    else others.push(each)
  }
  return emulated.flatMap((each) => {
    const other = byKey.get(keyOf(each.value))?.shift()
    return other === undefined ? [] : [{ emulated: each, real: other }]
  })
}

/** A reply that has more items than the call. */
const nobody = { index: -1, rule: null, reason: null }

/** The single-SKU call, or a body that is neither. */
function* differSingle(real: unknown, emulated: unknown, { entry, setup }: Emulated): Generator<Finding> {
  const [outcome] = entry.operation === 'joor.style-inventory' ? entry.outcomes : []
  const open =
    outcome?.outcome === 'updated' && entry.breaches.length === 0 && !hasLists(setup)
      ? noLists
      : outcome?.rule && byLists.has(outcome.rule)
        ? otherLists
        : undefined
  for (const each of differing(real, emulated, alike)) {
    const ofOutcome = /\/(?:sku_count|status)$/.test(each.place)
    yield ofOutcome ? { ...each, unknowable: open, ...(outcome?.rule && { rules: [outcome.rule] }) } : each
  }
}
