import type { FilterName } from '../../live/feed.js'
import { route, setQuery } from '../../routing/route.js'

interface TextFilterProps {
  readonly name: FilterName
  readonly label: string
  /** What a value looks like. */
  readonly hint: string
}

/** Takes effect when it is left, or by Enter: half a path would find nothing. */
export function TextFilter({ name, label, hint }: TextFilterProps) {
  return (
    <label>
      <span class="unseen">{label}</span>
      <input
        id={`filter-${name}`}
        class={`filter-${name}`}
        type="search"
        placeholder={label}
        title={`${label}, such as ${hint}`}
        spellcheck={false}
        autocomplete="off"
        value={route.value.query.get(name) ?? ''}
        onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value.trim() })}
      />
    </label>
  )
}
