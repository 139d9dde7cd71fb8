import { joor } from '../../contracts/rules/joor.js'
import type { ItemJudge } from './item-judge.js'
import type { ItemForm, SentField } from './sent.js'

/** The text of an integer, in any of the item's fields that hold one. */
export const integerForm = /^-?[0-9]+$/
const wholeFloatForm = /^-?[0-9]+\.0+$/

const rulesOfInteger = [joor['inventory.integer'], joor['inventory.range']]
const rulesOfQuantity = [joor['inventory.whole_float'], joor['inventory.negative']]

/** Units, of a field and its text without the space around it; undefined where the item makes its SKU made to order, or is refused. */
export function readQuantity(
  field: SentField | undefined,
  text: string,
  madeToOrder: boolean,
  form: ItemForm,
  judge: ItemJudge,
): number | undefined {
  if (madeToOrder) {
    judge.applies(joor['made_to_order.quantity'])
    if (field === undefined) judge.applies(joor['made_to_order.no_inventory'])
    else judge.breach(joor['made_to_order.quantity'], 'inventory', field.text, 'no inventory')
    return undefined
  }
  judge.applies(form === 'query' ? joor['single.inventory'] : joor['inventory.required'])
  if (field === undefined) {
    if (form === 'query') judge.breach(joor['single.inventory'], undefined, 'no inventory', 'a quantity')
    else judge.breach(joor['inventory.required'], undefined, 'no inventory', 'a quantity, or made_to_order true')
    return undefined
  }
  const quantity = field.kind === 'number' && isWholeExponent(text) ? Number(text) : numberOf(text)
  if (quantity === undefined) {
    judge.breach(joor['inventory.integer'], 'inventory', text, 'an integer such as 26')
    return undefined
  }
  judge.appliesAll(rulesOfInteger)
  if (!Number.isSafeInteger(quantity)) {
    judge.breach(joor['inventory.range'], 'inventory', text, 'an integer from -9007199254740991 to 9007199254740991')
    return undefined
  }
  judge.appliesAll(rulesOfQuantity)
  if (!integerForm.test(text)) judge.breach(joor['inventory.whole_float'], 'inventory', text, String(quantity))
  if (quantity < 0) judge.breach(joor['inventory.negative'], 'inventory', text, 'zero or more')
  // -0 is zero: it must not be stored or shown with a sign.
  return quantity === 0 ? 0 : quantity
}

const exponentForm = /^-?([0-9]+)(?:\.([0-9]+))?e([+-]?[0-9]+)$/i

/** Whether a JSON literal with an exponent is a whole number: by its digits, for `Number` rounds `1e-400` to zero. */
function isWholeExponent(literal: string): boolean {
  const [, whole = '', fraction = '', exponent] = exponentForm.exec(literal) ?? []
  if (exponent === undefined) return false
  const digits = whole + fraction
  // Not by a pattern: one that ends in `0+$` takes time by the square of the zeros.
  let significant = digits.length
  while (digits[significant - 1] === '0') significant--
  return significant === 0 || digits.length - significant + Number(exponent) >= fraction.length
}

/** The number that a text means; an exponent in text is none. */
export function numberOf(text: string): number | undefined {
  return integerForm.test(text) || wholeFloatForm.test(text) ? Number(text) : undefined
}
