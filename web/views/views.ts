import type { FunctionComponent } from 'preact'
import { Contract } from './contract/contract.js'
import { Faults } from './faults/faults.js'
import { Inventory } from './inventory/inventory.js'
import { Reference } from './reference/reference.js'
import { Requests } from './requests/requests.js'

/** A view of the dashboard, at /_backstock/ui/{name}. */
export interface View {
  readonly name: string
  readonly title: string
  /** `rest` is what stands in the address behind the name. */
  readonly show: FunctionComponent<{ readonly rest: readonly string[] }>
}

/** In the order of the navigation; the first is shown where the address names none. */
export const views: readonly [View, ...View[]] = [
  { name: 'requests', title: 'Requests', show: Requests },
  { name: 'inventory', title: 'Inventory', show: Inventory },
  { name: 'contract', title: 'Contract', show: Contract },
  { name: 'reference', title: 'Reference', show: Reference },
  { name: 'faults', title: 'Faults & time', show: Faults },
]
