import type { FilterName } from '../../live/feed.js'
import { route, setQuery } from '../../routing/route.js'

interface ChoiceFilterProps {
  readonly name: FilterName
  /** What is said where nothing is chosen. */
  readonly any: string
  readonly values: readonly string[]
}

export function ChoiceFilter({ name, any, values }: ChoiceFilterProps) {
  return (
    <label>
      <span class="unseen">{name}</span>
      <select
        value={route.value.query.get(name) ?? ''}
        onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}
      >
        <option value="">{any}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {value.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  )
}
