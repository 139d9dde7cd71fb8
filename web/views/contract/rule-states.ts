import type { BrokenRule, Coverage, Gap, ListedRule } from '../../api/contract.js'
import type { Evidence } from '../../api/evidence.js'

/** What became of a rule: calls came to it and kept or broke it, none came to it though one could, or none can. */
export type RuleState = 'kept' | 'broken' | 'open' | 'never'

export interface RuleShown extends ListedRule {
  readonly state: RuleState
  readonly vendor: string
  /** `date` of `joor.date.forms` */
  readonly section: string
  /** `forms` */
  readonly name: string
  /** Calls that came to it. */
  readonly kept: number
  readonly brokenBy: number
  readonly operations: readonly string[]
  /** A call can come to it. */
  readonly isTestable: boolean
  /** How to come to it. */
  readonly gap: Gap | undefined
  /** What broke it. */
  readonly sum: BrokenRule | undefined
}

export const stateNames: Readonly<Record<RuleState, string>> = {
  kept: 'met and kept',
  broken: 'met and broken',
  open: 'not met',
  never: 'never testable',
}

/** Strongest first. */
export const grades: readonly Evidence[] = ['documented', 'recorded', 'observed', 'assumed']

/** Each rule of the book with what the run made of it, in the order of the book. */
export function ruleStates(
  rules: readonly ListedRule[],
  { exercised, gaps }: Coverage,
  broken: readonly BrokenRule[],
): readonly RuleShown[] {
  const met = new Map(exercised.map((each) => [each.rule, each]))
  const open = new Map(gaps.map((each) => [each.rule, each]))
  const sums = new Map(broken.map((each) => [each.rule, each]))
  return rules.map((listed) => {
    const [vendor = '', section = '', ...rest] = listed.rule.split('.')
    const { kept = 0, broken: brokenBy = 0, operations = [] } = met.get(listed.rule) ?? {}
    const gap = open.get(listed.rule)
    const sum = sums.get(listed.rule)
    const isBroken = sum !== undefined || brokenBy > 0
    const state = isBroken ? 'broken' : met.has(listed.rule) ? 'kept' : gap === undefined ? 'never' : 'open'
    const shown = { vendor, section, name: rest.join('.'), state, kept, brokenBy, operations, gap, sum } as const
    const isTestable = met.has(listed.rule) || gap !== undefined
    return { ...listed, ...shown, isTestable }
  })
}

/** Why no call can come to a rule. */
export function whyNever({ breach, source, evidence }: ListedRule, least: Evidence): string {
  if (breach === 'conduct')
    return 'Only several calls together show it. It is judged all the same, and listed where it is broken.'
  if (source.endsWith('of this emulator, not of the vendor'))
    return 'It is a limit of this emulator and not of the vendor: no client has to keep to it.'
  if (grades.indexOf(evidence) > grades.indexOf(least))
    return `The emulator was started to count only rules that are at least ${least}.`
  return 'As the emulator is set, no call can come to it.'
}

const consequences: Readonly<Record<ListedRule['breach'], string>> = {
  'refuse item': 'The item is refused.',
  'report item': 'The item is taken, and the breach is reported.',
  'refuse call': 'The call is refused.',
  'report call': 'The call is taken, and the breach is reported.',
  conduct: 'It is reported of several calls.',
  decides: 'No client can break it: it says what the vendor does.',
}

export const consequenceOf = ({ breach }: ListedRule) => consequences[breach]
