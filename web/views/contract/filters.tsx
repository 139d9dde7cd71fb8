import { route, setQuery } from '../../routing/route.js'
import { type Filter, ownVendor, vendors } from './filter.js'
import { grades } from './rule-states.js'

const states = [
  ['', 'Any state'],
  ['met', 'Met'],
  ['broken', 'Met and broken'],
  ['open', 'Not met'],
  ['never', 'Never testable'],
] as const

/** What is shown of the book; each stands in the address. Of violations there is one state only. */
export function Filters({ filter, ofCoverage }: { readonly filter: Filter; readonly ofCoverage: boolean }) {
  return (
    <search class="filters" aria-label="Filters">
      {ownVendor() === undefined && (
        <Choice name="vendor" label="Vendor" value={filter.vendor} options={[['', 'Both vendors'], ...vendors]} />
      )}
      <Choice
        name="evidence"
        label="Evidence"
        value={filter.evidence === 'assumed' ? '' : filter.evidence}
        options={grades.map((grade) => (grade === 'assumed' ? ['', 'Any evidence'] : [grade, leastOf(grade)]))}
      />
      {ofCoverage && (
        <>
          <Choice name="state" label="State" value={filter.state} options={states} />
          <Choice
            name="group"
            label="Group"
            value={filter.group === 'section' ? '' : filter.group}
            options={[
              ['', 'By section'],
              ['operation', 'By operation'],
            ]}
          />
        </>
      )}
      <label>
        <span class="unseen">Find a rule</span>
        <input
          id="find-rule"
          type="search"
          placeholder="Find a rule"
          autocomplete="off"
          spellcheck={false}
          value={route.value.query.get('find') ?? ''}
          onInput={({ currentTarget }) => setQuery({ find: currentTarget.value.trim() })}
        />
      </label>
    </search>
  )
}

const leastOf = (grade: string) => (grade === 'documented' ? 'Documented only' : `At least ${grade}`)

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
}

function Choice({ name, label, value, options }: ChoiceProps) {
  return (
    <label>
      <span class="unseen">{label}</span>
      <select value={value} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
