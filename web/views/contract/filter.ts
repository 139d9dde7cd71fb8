import type { Evidence, RuleTold } from '../../api/evidence.js'
import { route } from '../../routing/route.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { grades, type RuleShown } from './rule-states.js'

export const vendors = [
  ['joor', 'JOOR'],
  ['jirafe', 'Jirafe'],
] as const

/** What the address asks to see. */
export interface Filter {
  readonly vendor: string
  /** The least that counts. */
  readonly evidence: Evidence
  readonly state: string
  readonly find: string
  readonly group: 'section' | 'operation'
}

/** Names of the query besides the account or site. */
export const filterNames = ['vendor', 'evidence', 'state', 'find'] as const

export function readFilter(): Filter {
  const { query } = route.value
  const asked = query.get('vendor') ?? ''
  return {
    // An account is JOOR's and a site is Jirafe's.
    vendor: ownVendor() ?? (vendors.some(([name]) => name === asked) ? asked : ''),
    evidence: grades.find((grade) => grade === query.get('evidence')) ?? 'assumed',
    state: query.get('state') ?? '',
    find: query.get('find') ?? '',
    group: query.get('group') === 'operation' ? 'operation' : 'section',
  }
}

/** The vendor of the account or site that the dashboard is about. */
export function ownVendor(): string | undefined {
  const { account, site } = scope.value
  return account !== undefined ? 'joor' : site !== undefined ? 'jirafe' : undefined
}

/** What coverage is asked for: all operations of both vendors, called or not. */
export function coverageQuery(): URLSearchParams {
  const query = scopeQuery(scope.value)
  for (const [name] of vendors) query.append('of', name)
  return query
}

/** Whether a rule is of the vendor, as well known as asked, and has the words. */
export function isMeant({ vendor, evidence, find }: Filter, told: RuleTold): boolean {
  const words = find.toLowerCase().split(/\s+/)
  const text = `${told.rule} ${told.statement} ${told.source}`.toLowerCase()
  return (
    (vendor === '' || told.rule.startsWith(`${vendor}.`)) &&
    grades.indexOf(told.evidence) <= grades.indexOf(evidence) &&
    words.every((word) => text.includes(word))
  )
}

export function hasState({ state }: Filter, rule: Pick<RuleShown, 'state'>): boolean {
  return state === '' || rule.state === state || (state === 'met' && (rule.state === 'kept' || rule.state === 'broken'))
}
