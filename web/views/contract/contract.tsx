import { useEffect, useMemo, useRef } from 'preact/hooks'
import { listRules, listViolations, readCoverage } from '../../api/contract.js'
import { useFresh } from '../../live/fresh.js'
import { Problem } from '../../parts/problem.js'
import { Tabs, tabPanel } from '../../parts/tabs.js'
import { useWidth } from '../../parts/width.js'
import { go, route } from '../../routing/route.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.js'
import { type Page, pageAddress } from './addresses.js'
import { BrokenRules } from './broken-rules.js'
import './contract.css'
import { CoverageMap } from './coverage-map.js'
import { coverageQuery, isMeant, readFilter } from './filter.js'
import { Filters } from './filters.js'
import { RuleDetail } from './rule-detail.js'
import { ruleStates } from './rule-states.js'
import { Summary } from './summary.js'

/** Pixels from which a rule stands beside what it was opened from. */
const wide = 1_000
/** Conduct shows by time as well, without a call. */
const everyMs = 10_000
const never = 3_600_000

/** What clients broke, and what of the book they came to. */
export function Contract({ rest }: { readonly rest: readonly string[] }) {
  const page: Page = rest[0] === 'coverage' ? 'coverage' : 'violations'
  const opened = rest[1]
  const element = useRef<HTMLDivElement>(null)
  const isWide = useWidth(element) >= wide
  useShortcuts(useMemo(() => shortcuts, []))
  const filter = readFilter()
  const covered = coverageQuery()
  const one = scopeQuery(scope.value)
  // The sums are what is looked at; the places are asked for rule by rule.
  one.set('limit', '1')
  const book = useFresh('rules', never, listRules)
  const broken = useFresh(`violations?${one}`, everyMs, (stop) => listViolations(one, stop))
  const coverage = useFresh(`coverage?${covered}`, everyMs, (stop) => readCoverage(covered, stop))

  const rules = useMemo(
    () =>
      book.value && coverage.value && broken.value
        ? ruleStates(book.value.rules, coverage.value, broken.value.rules)
        : undefined,
    [book.value, coverage.value, broken.value],
  )
  const problem = book.problem ?? broken.problem ?? coverage.problem
  const shown = rules?.find(({ rule }) => rule === opened)
  const isListShown = opened === undefined || isWide
  const last = useLast(opened)
  const meant = broken.value?.rules.filter((rule) => isMeant(filter, rule)) ?? []
  const retry = () => {
    for (const each of [book, broken, coverage]) each.reload()
  }
  return (
    <div class="contract" ref={element} data-split={opened !== undefined && isWide}>
      {isListShown && (
        <section class="pane" aria-label="Contract">
          <Tabs
            label="Contract"
            tabs={[
              { name: 'violations', title: 'Violations', count: broken.value && meant.length },
              { name: 'coverage', title: 'Coverage' },
            ]}
            current={page}
            onChoose={(name) => go(pageAddress(name === 'coverage' ? 'coverage' : 'violations'))}
          />
          <Filters filter={filter} ofCoverage={page === 'coverage'} />
          <div class="panel" id={tabPanel} role="tabpanel" aria-labelledby={`tab-${page}`}>
            {problem !== undefined && <Problem problem={problem} onRetry={retry} />}
            {rules === undefined || coverage.value === undefined ? (
              problem === undefined && <p class="loading">Loading …</p>
            ) : page === 'violations' ? (
              <BrokenRules rules={meant} all={broken.value?.rules.length ?? 0} selected={opened ?? last} />
            ) : (
              <>
                <Summary coverage={coverage.value} rules={rules} filter={filter} />
                <CoverageMap
                  rules={rules}
                  operations={coverage.value.operations}
                  filter={filter}
                  selected={opened ?? last}
                />
              </>
            )}
          </div>
        </section>
      )}
      {opened !== undefined && coverage.value !== undefined && (
        <RuleDetail key={opened} name={opened} rule={shown} page={page} coverage={coverage.value} />
      )}
    </div>
  )
}

/** The rule that was looked at last: where one goes back to the list, its cell is the one to go on from. */
function useLast(opened: string | undefined): string | undefined {
  const last = useRef(opened)
  useEffect(() => {
    if (opened !== undefined) last.current = opened
  }, [opened])
  return last.current
}

const shortcuts: readonly Shortcut[] = [
  { key: '/', says: 'find a rule', act: () => document.getElementById('find-rule')?.focus() },
  {
    key: 'Escape',
    says: 'close the rule',
    act: () => go(pageAddress(route.peek().rest[0] === 'coverage' ? 'coverage' : 'violations')),
  },
]
