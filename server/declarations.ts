import { type Fault, faultAt } from './documents/documents.js'
import { type Seed, SeedError } from './documents/seed.js'
import type { Step } from './documents/source.js'
import { declareSite } from './jirafe/declare.js'
import { declareAccount, type RowFault } from './joor/declare.js'
import { partitionOf } from './state/partitions.js'
import type { Declaration, Scope } from './state/store.js'

/** Every account and site of a seed with its rows judged; throws SeedError naming each row that means nothing. */
export function declarationsOf(seed: Seed, clock: (scope: Scope) => Date): readonly Declaration[] {
  const { declarations, faults } = judgeSeed(seed, clock)
  if (faults.length > 0) throw new SeedError(faults)
  return declarations
}

/** The same with what is wrong beside what is right. */
export function judgeSeed(seed: Seed, clock: (scope: Scope) => Date) {
  const faults: Fault[] = []
  const declarations: Declaration[] = []
  const take = (at: readonly Step[], declared: Declaration | { faults: readonly RowFault[] }) => {
    if (!('faults' in declared)) declarations.push(declared)
    else faults.push(...declared.faults.map(({ steps, message }) => faultAt([...at, ...steps], message)))
  }
  for (const [name, account] of Object.entries(seed.joor?.accounts ?? {}))
    take(['joor', 'accounts', name], declareAccount(name, account))
  for (const [name, site] of Object.entries(seed.jirafe?.sites ?? {}))
    take(['jirafe', 'sites', name], declareSite(name, site, clock(partitionOf('jirafe', name))))
  return { declarations, faults }
}
