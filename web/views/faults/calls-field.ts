import type { FaultyOperation } from '../../api/faults.js'
import type { Scope } from '../../routing/scope.js'
import type { Option } from './field.js'

const titles: ReadonlyMap<string, string> = new Map([
  ['joor', 'JOOR'],
  ['jirafe', 'Jirafe'],
])

/** The operations whose calls the scope may have: an account is JOOR's and a site is Jirafe's. */
export function operationsIn(
  operations: readonly FaultyOperation[],
  { account, site }: Scope,
): readonly FaultyOperation[] {
  const vendor = account !== undefined ? 'joor' : site !== undefined ? 'jirafe' : undefined
  return operations.filter((each) => vendor === undefined || each.vendor === vendor)
}

/** Which calls can be meant: all of them, those of a vendor, or of an operation. */
export function callOptions(operations: readonly FaultyOperation[]): readonly Option[] {
  const vendors = [...new Set(operations.map(({ vendor }) => vendor))]
  return [
    { value: '', text: 'All calls' },
    ...vendors.flatMap((vendor) => {
      const under = titles.get(vendor) ?? vendor
      const own = operations.filter((each) => each.vendor === vendor)
      return [
        ...(vendors.length > 1 ? [{ value: vendor, text: `All of ${under}`, under }] : []),
        ...own.map(({ operation }) => ({ value: operation, text: operation, under })),
      ]
    }),
  ]
}

/** The operations that a choice means. */
export const meantBy = (operations: readonly FaultyOperation[], calls: string) =>
  operations.filter(({ operation, vendor }) => calls === '' || calls === vendor || calls === operation)

/** The part of a match that a choice is. */
export function matchOf(calls: string): Readonly<Record<string, string>> {
  if (calls === '') return {}
  return calls.includes('.') ? { operation: calls } : { vendor: calls }
}
