import type { Breakable, Rule } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import { entryOf } from '../entry-of.js'
import { keyPart, type SkuIdentifiers } from '../state/rows.js'
import { groupsBy, type Sku, type StartName, type StyleList, skusWith, startNames } from './catalog.js'

/** Told of every rule that a search meets and breaks. */
interface IdentityJudge {
  applies(rule: Rule): void
  breach(rule: Breakable, field: string | undefined, seen: string, right: string): void
}

const combinations =
  'upc, or one each of style_identifier (or style_number with it, or style_id), color_code or style_color_id, size or size_code'

/** The SKU that an item means; undefined, after a breach that refuses the item, where it means none. */
export function identify(sent: SkuIdentifiers, list: StyleList | undefined, judge: IdentityJudge): Sku | undefined {
  judge.applies(joor['sku.identified'])
  return list === undefined ? identifyUnlisted(sent, judge) : identifyListed(sent, list, judge)
}

/** Without a list the strongest identifiers of the item name the SKU, and kinds never mix. */
function identifyUnlisted(sent: SkuIdentifiers, judge: IdentityJudge): Sku | undefined {
  if (sent.upc !== undefined) {
    if (Object.keys(sent).length > 1) judge.applies(joor['sku.upc_wins'])
    return { key: keyPart(`["upc",${JSON.stringify(sent.upc)}]`), identifiers: sent }
  }
  if (sent.style_number !== undefined) judge.applies(joor['sku.number_alone'])
  const style = strongest(sent, ['style_identifier', 'style_id', 'style_color_id'])
  const color = strongest(sent, ['color_code', 'style_color_id'])
  const size = strongest(sent, ['size', 'size_code'])
  if (style === undefined && sent.style_number !== undefined && color !== undefined && size !== undefined) {
    judge.breach(joor['sku.number_alone'], 'style_number', sent.style_number, 'style_identifier beside it, or style_id')
    return undefined
  }
  if (style === undefined || color === undefined || size === undefined) {
    judge.breach(joor['sku.identified'], undefined, tell(sent), combinations)
    return undefined
  }
  if (style[0] === 'style_identifier') judge.applies(joor['sku.identifier_alone'])
  if (style[0] === 'style_color_id') judge.applies(joor['sku.color_id_for_style'])
  judge.applies(joor['sku.strongest'])
  if (style[0] !== 'style_identifier' || color[0] !== 'color_code') judge.applies(joor['sku.mixed_rows'])
  return { key: keyPart(JSON.stringify([...style, ...color, ...size])), identifiers: sent }
}

function strongest(sent: SkuIdentifiers, names: readonly string[]): [string, string] | undefined {
  for (const name of names) {
    const value = sent[name]
    if (value !== undefined) return [name, value]
  }
  return undefined
}

function identifyListed(sent: SkuIdentifiers, list: StyleList, judge: IdentityJudge): Sku | undefined {
  if (sent.upc !== undefined) {
    judge.applies(joor['sku.upc_wins'])
    judge.applies(joor['sku.known'])
    const sku = list.byUpc.get(sent.upc)
    if (sku === undefined) judge.breach(joor['sku.known'], 'upc', sent.upc, 'a upc of the style list')
    else narrow([sku], sent, Object.keys(sent), judge)
    return sku
  }
  const start = startNames.find((name) => sent[name] !== undefined)
  const color = strongest(sent, ['color_code', 'style_color_id'])
  const size = strongest(sent, ['size', 'size_code'])
  if (start === undefined || color === undefined || size === undefined) {
    judge.breach(joor['sku.identified'], undefined, tell(sent), combinations)
    return undefined
  }
  return searchFrom(start, sent, list, judge)
}

function searchFrom(start: StartName, sent: SkuIdentifiers, list: StyleList, judge: IdentityJudge): Sku | undefined {
  const value = sent[start] ?? ''
  const known = start === 'style_color_id' ? stylesOfColor(value, list) : (list.by[start].get(value) ?? [])
  if (start === 'style_number' && groupsBy(known, 'style_identifier').size > 1) {
    // The number names no style, so a style_color_id beside it stands for the style.
    if (sent.style_color_id !== undefined) return searchFrom('style_color_id', sent, list, judge)
    judge.breach(joor['sku.number_alone'], start, `${value} stands for several styles`, 'style_identifier beside it')
    return undefined
  }
  judge.applies(ruleOfStart(start, sent))
  // The stronger identifier of each kind comes first: where a weaker one disagrees, it is the weaker that is passed over.
  const styles = narrow(known, sent, ['style_number', 'style_id'], judge)
  const [color, otherColor] = inOrder(sent, 'color_code', 'style_color_id')
  const [size, otherSize] = inOrder(sent, 'size', 'size_code')
  const colored = narrow(skusWith(styles, color, sent[color]), sent, [otherColor], judge)
  const sized = narrow(skusWith(colored, size, sent[size]), sent, [otherSize], judge)
  const [sku, second] = sized
  judge.applies(joor['sku.known'])
  if (sku === undefined) judge.breach(joor['sku.known'], undefined, tell(sent), 'a SKU of the style list')
  else judge.applies(joor['sku.unique'])
  if (second === undefined) return sku
  judge.breach(joor['sku.unique'], undefined, `${tell(sent)} stands for ${sized.length} SKUs`, 'further identifiers')
  return undefined
}

/** Every SKU of the styles that have the color: its color_code may still say another color of the style. */
function stylesOfColor(styleColorId: string, list: StyleList): readonly Sku[] {
  const colored = list.by.style_color_id.get(styleColorId)
  return colored === undefined ? [] : entryOf(colorStyles, colored, () => findStyles(colored, list))
}

const colorStyles = new WeakMap<readonly Sku[], readonly Sku[]>()

function findStyles(colored: readonly Sku[], list: StyleList): readonly Sku[] {
  const styles = new Map<string, Sku>()
  for (const sku of colored)
    styles.set(JSON.stringify([sku.identifiers.style_number, sku.identifiers.style_identifier]), sku)
  const found = [...styles.values()].map(({ identifiers }) => {
    const identified = list.by.style_identifier.get(identifiers.style_identifier ?? '') ?? []
    return skusWith(identified, 'style_number', identifiers.style_number)
  })
  const [only = [], ...others] = found
  // The colors of one style share its array: a copy for each would grow by the square.
  return others.length === 0 ? only : found.flat()
}

function ruleOfStart(start: StartName, sent: SkuIdentifiers): Rule {
  switch (start) {
    case 'style_identifier':
      return sent.style_number === undefined ? joor['sku.identifier_alone'] : joor['sku.pair']
    case 'style_number':
      return joor['sku.number_alone']
    case 'style_color_id':
      return joor['sku.color_id_for_style']
    case 'style_id':
      return joor['sku.mixed_rows']
  }
}

function inOrder(sent: SkuIdentifiers, strong: string, weak: string): [string, string] {
  return sent[strong] !== undefined ? [strong, weak] : [weak, strong]
}

/** The SKUs that the further identifiers agree with; one that agrees with none of them is passed over and told. */
function narrow(
  skus: readonly Sku[],
  sent: SkuIdentifiers,
  names: readonly string[],
  judge: IdentityJudge,
): readonly Sku[] {
  let left = skus
  for (const name of names) {
    const value = sent[name]
    if (value === undefined || left.length === 0) continue
    judge.applies(joor['sku.agree'])
    const agreeing = skusWith(left, name, value)
    if (agreeing.length > 0) left = agreeing
    else judge.breach(joor['sku.agree'], name, value, rightsOf(left, name).join(' or '))
  }
  return left
}

/** What the first three values of the identifier are. */
function rightsOf(skus: readonly Sku[], name: string): readonly string[] {
  const rights: string[] = []
  for (const value of groupsBy(skus, name).keys()) {
    if (rights.length === 3) break
    rights.push(value ?? `no ${name}`)
  }
  return rights
}

function tell(sent: SkuIdentifiers): string {
  const parts = Object.entries(sent).map(([name, value]) => `${name} ${value}`)
  return parts.length === 0 ? 'no identifier' : parts.join(', ')
}
