import { filterNames } from '../../live/feed.js'
import { Empty } from '../../parts/empty.js'
import { setQuery } from '../../routing/route.js'

export function NoMatch() {
  return (
    <Empty title="No call is what the filters ask for.">
      <p>New ones appear here as they come.</p>
      <div class="actions">
        <button type="button" onClick={clearFilters}>
          Clear the filters
        </button>
      </div>
    </Empty>
  )
}

const clearFilters = () => setQuery(Object.fromEntries(filterNames.map((name) => [name, undefined])))
