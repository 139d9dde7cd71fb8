import { useMemo, useRef, useState } from 'preact/hooks'
import type { OperationCoverage } from '../../api/contract.js'
import { Empty } from '../../parts/empty.js'
import { EvidenceBars } from '../../parts/evidence.js'
import { Link } from '../../routing/link.js'
import { setQuery } from '../../routing/route.js'
import { pageAddress } from './addresses.js'
import { type Filter, filterNames } from './filter.js'
import { Glyph } from './glyph.js'
import { type Cell, type Group, groupsOf } from './groups.js'
import { type RuleShown, stateNames } from './rule-states.js'

interface CoverageMapProps {
  readonly rules: readonly RuleShown[]
  readonly operations: readonly OperationCoverage[]
  readonly filter: Filter
  /** The rule that is open, or was last. */
  readonly selected: string | undefined
}

/** The book as a map, one cell a rule. It is one stop of the tab key: the arrows move within. */
export function CoverageMap({ rules, operations, filter, selected }: CoverageMapProps) {
  const map = useRef<HTMLDivElement>(null)
  const vendors = useMemo(() => groupsOf(rules, operations, filter), [rules, operations, JSON.stringify(filter)])
  const [focused, setFocused] = useState<string | undefined>(undefined)
  const keys = vendors.flatMap(({ groups }) => groups.flatMap((group) => group.cells.map((cell) => keyOf(group, cell))))
  const wanted = focused ?? keys.find((key) => key.endsWith(` ${selected}`))
  const stop = wanted !== undefined && keys.includes(wanted) ? wanted : keys[0]
  if (keys.length === 0) return <NothingMeant />
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const cells = [...(map.current?.querySelectorAll<HTMLElement>('.cell') ?? [])]
    const next = neighbour(cells, cells.indexOf(event.target as HTMLElement), event.key)
    if (next === undefined) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links within are what takes the focus.
    <div class="map" ref={map} onKeyDown={pressed}>
      {vendors.map(({ vendor, title, groups }) => (
        <section key={vendor} aria-labelledby={`vendor-${vendor}`}>
          <h2 id={`vendor-${vendor}`}>{title}</h2>
          {groups.map((group) => (
            <section class="group" key={group.key} aria-labelledby={`group-${vendor}-${group.key} vendor-${vendor}`}>
              <h3 id={`group-${vendor}-${group.key}`}>
                {group.title}
                {group.testable > 0 && (
                  <span class="soft">
                    {' '}
                    {group.met} of {group.testable}
                    <span class="unseen"> met</span>
                  </span>
                )}
              </h3>
              <ul>
                {group.cells.map((cell) => {
                  const key = keyOf(group, cell)
                  return (
                    <li key={key}>
                      <MapCell
                        group={group}
                        cell={cell}
                        isStop={key === stop}
                        isSelected={cell.rule.rule === selected}
                        onFocus={() => setFocused(key)}
                      />
                    </li>
                  )
                })}
              </ul>
            </section>
          ))}
        </section>
      ))}
    </div>
  )
}

const keyOf = ({ key }: Group, { rule }: Cell) => `${key} ${rule.rule}`

interface MapCellProps {
  readonly group: Group
  readonly cell: Cell
  readonly isStop: boolean
  readonly isSelected: boolean
  readonly onFocus: () => void
}

function MapCell({ group, cell: { rule, state, says }, isStop, isSelected, onFocus }: MapCellProps) {
  return (
    <Link
      class="cell"
      to={pageAddress('coverage', rule.rule, group.operation)}
      current={isSelected}
      tabIndex={isStop ? 0 : -1}
      title={`${rule.rule}: ${stateNames[state]}, ${rule.evidence}\n${rule.statement}`}
      onFocus={onFocus}
      data-state={state}
    >
      <Glyph state={state} />
      {says}
      <EvidenceBars grade={rule.evidence} />
      <span class="unseen">
        {' '}
        {stateNames[state]}, {rule.evidence}
      </span>
    </Link>
  )
}

/** The cell that a key leads to: the next or the one before, or the nearest in the line above or below. */
function neighbour(cells: readonly HTMLElement[], from: number, key: string): HTMLElement | undefined {
  const here = cells[from]
  if (here === undefined) return undefined
  if (key === 'ArrowRight') return cells[from + 1]
  if (key === 'ArrowLeft') return cells[from - 1]
  if (key === 'Home') return cells[0]
  if (key === 'End') return cells.at(-1)
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined
  const { top, left } = here.getBoundingClientRect()
  const down = key === 'ArrowDown'
  const ahead = (down ? cells.slice(from + 1) : cells.slice(0, from).reverse()).map((cell) => ({
    cell,
    at: cell.getBoundingClientRect(),
  }))
  const line = ahead.find(({ at }) => (down ? at.top > top + 4 : at.top < top - 4))?.at.top
  const inLine = ahead.filter(({ at }) => line !== undefined && Math.abs(at.top - line) <= 4)
  return inLine.sort((one, other) => Math.abs(one.at.left - left) - Math.abs(other.at.left - left))[0]?.cell
}

function NothingMeant() {
  return (
    <Empty title="No rule is what the filters ask for.">
      <div class="actions">
        <button type="button" onClick={clearFilters}>
          Clear the filters
        </button>
      </div>
    </Empty>
  )
}

const clearFilters = () => setQuery(Object.fromEntries(filterNames.map((name) => [name, undefined])))
