import type { OperationCoverage } from '../../api/contract.js'
import { type Filter, hasState, isMeant, vendors } from './filter.js'
import type { RuleShown, RuleState } from './rule-states.js'

export interface Cell {
  readonly rule: RuleShown
  /** In this group: another operation may have met what this one has not. */
  readonly state: RuleState
  /** What the cell says; the group says the rest of the rule's name. */
  readonly says: string
}

export interface Group {
  readonly key: string
  readonly title: string
  readonly operation?: string
  readonly cells: readonly Cell[]
  /** Of its testable rules, shown or not. */
  readonly met: number
  readonly testable: number
}

export interface VendorGroups {
  readonly vendor: string
  readonly title: string
  readonly groups: readonly Group[]
}

/** The map: by vendor, then by the sections of its book or by its operations; what the filter leaves empty is left out. */
export function groupsOf(
  rules: readonly RuleShown[],
  operations: readonly OperationCoverage[],
  filter: Filter,
): readonly VendorGroups[] {
  const meant = rules.filter((rule) => isMeant(filter, rule))
  return vendors
    .map(([vendor, title]) => {
      const own = meant.filter((rule) => rule.vendor === vendor)
      const groups =
        filter.group === 'section'
          ? bySection(own)
          : [
              ...byOperation(
                own,
                operations.filter(({ operation }) => operation.startsWith(`${vendor}.`)),
              ),
              ...rest(own),
            ]
      return { vendor, title, groups: groups.map((group) => narrowed(group, filter)).filter(isFilled) }
    })
    .filter(({ groups }) => groups.length > 0)
}

function bySection(rules: readonly RuleShown[]): readonly Group[] {
  const sections = new Map<string, RuleShown[]>()
  for (const rule of rules) {
    const section = sections.get(rule.section) ?? []
    section.push(rule)
    sections.set(rule.section, section)
  }
  return [...sections].map(([section, own]) => {
    const cells = own.map((rule) => ({ rule, state: rule.state, says: rule.name }))
    return groupOf(section, section.replaceAll('_', ' '), cells)
  })
}

function byOperation(rules: readonly RuleShown[], operations: readonly OperationCoverage[]): readonly Group[] {
  return operations.map(({ operation, calls, not_exercised }) => {
    const open = new Set(not_exercised)
    const cells = rules.flatMap((rule): readonly Cell[] => {
      const says = `${rule.section}.${rule.name}`
      if (open.has(rule.rule)) return [{ rule, state: 'open', says }]
      return rule.operations.includes(operation) ? [{ rule, state: rule.state, says }] : []
    })
    const called = calls === 0 ? 'no calls' : calls === 1 ? '1 call' : `${calls} calls`
    return { ...groupOf(operation, `${operation.replace(/^\w+\./, '')}, ${called}`, cells), operation }
  })
}

/** Rules that no call of any operation can come to. */
function rest(rules: readonly RuleShown[]): readonly Group[] {
  const cells = rules
    .filter(({ isTestable }) => !isTestable)
    .map((rule) => ({ rule, state: rule.state, says: `${rule.section}.${rule.name}` }))
  return [groupOf('rest', 'Of no single call', cells)]
}

function groupOf(key: string, title: string, cells: readonly Cell[]): Group {
  const testable = cells.filter(({ rule }) => rule.isTestable)
  return { key, title, cells, testable: testable.length, met: testable.filter(({ state }) => state !== 'open').length }
}

const narrowed = (group: Group, filter: Filter): Group => ({
  ...group,
  cells: group.cells.filter((cell) => hasState(filter, cell)),
})

const isFilled = ({ cells }: Group) => cells.length > 0
