import type { Attempt } from '../../api/attempt.js'
import { type Draft, keyOf } from './draft.js'
import type { Operation, Reference } from './reference-context.js'

/** A call without its credentials, which are put in where it is sent, and never shown. */
export type Prepared = Omit<Attempt, 'withSession'> | { readonly problem: string }

/** The call that the form says, or why a browser could not send it. */
export function prepare(operation: Operation, draft: Draft): Prepared {
  const given = operation.parameters.map((each) => ({ ...each, value: draft.values.get(keyOf(each)) ?? '' }))
  let path = operation.path
  for (const { in: place, name, value } of given) {
    if (place !== 'path') continue
    if (value === '') return { problem: `${name} is empty. Right is a text: without it, it is another path.` }
    // A browser takes the step that it stands for, however it is escaped, and calls another path.
    if (/^\.\.?$/.test(value))
      return { problem: `${name} is ${value}, which no browser sends. Right is any other text.` }
    if (!isWhole(value)) return { problem: `${name} holds half a character. Right is whole ones.` }
    path = path.replace(`{${name}}`, () => encodeURIComponent(value))
  }
  const asked = given.filter(({ in: place, value }) => place === 'query' && value !== '')
  const half = asked.find(({ value }) => !isWhole(value))
  if (half !== undefined) return { problem: `${half.name} holds half a character. Right is whole ones.` }
  const query = asked.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  const headers = given.filter(({ in: place, value }) => place === 'header' && value !== '')
  const { type } = draft
  return {
    method: operation.method,
    address: query === '' ? path : `${path}?${query}`,
    headers: [
      ...(type === undefined ? [] : [['Content-Type', type] as const]),
      ...headers.map(({ name, value }) => [name, value] as const),
    ],
    ...(type !== undefined && { body: draft.bodies.get(type) ?? '' }),
  }
}

/** Half of a surrogate pair has no UTF-8. */
const isWhole = (text: string) => !/[\uD800-\uDFFF]/u.test(text)

/** Whether the call takes away what nothing brings back. The vendors' calls only ever set what they name. */
export const isDestructive = ({ name }: Reference, { method, path }: Operation): boolean =>
  name === 'control' && (method === 'DELETE' || /\/(?:reset|restore|seed)$/.test(path))
