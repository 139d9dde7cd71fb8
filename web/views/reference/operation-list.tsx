import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Link } from '../../routing/link.js'
import { addressInScope } from '../../routing/scope.js'
import { MethodName, PathName } from './call-name.js'
import type { Operation, Reference } from './reference-context.js'

export const searchId = 'reference-search'

interface OperationListProps {
  readonly reference: Reference
  /** The id of the operation that is shown; undefined for what stands before them. */
  readonly current: string | undefined
  readonly onOpen: () => void
}

/** The operations by tag. One stop of the tab key for the search and one for the list, in which the arrows move. */
export function OperationList({ reference, current, onOpen }: OperationListProps) {
  const [search, setSearch] = useState('')
  const list = useRef<HTMLElement>(null)
  const { name, document, operations } = reference
  const found = useMemo(() => operations.filter((each) => isFound(each, search)), [operations, search])
  const stop = found.some(({ operationId }) => operationId === current) ? current : undefined
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [current])
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>('.operations a') ?? [])]
    const at = links.findIndex((link) => link.contains(event.target instanceof Node ? event.target : null))
    const isInSearch = at < 0
    const target = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: links.length - 1 }[event.key]
    if (event.key === 'Enter' && isInSearch && search !== '') links[1]?.click()
    else if (target === undefined || (isInSearch && event.key !== 'ArrowDown')) return
    else links[Math.min(target, links.length - 1)]?.focus()
    event.preventDefault()
  }
  return (
    <nav ref={list} class="operation-list" aria-label="Operations" onKeyDown={pressed}>
      <label class="search">
        <span class="unseen">Search operations</span>
        <input
          id={searchId}
          type="search"
          placeholder="Search operations"
          title="Words of path, method, name or summary"
          spellcheck={false}
          autocomplete="off"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the links are what is chosen; this only hears of it. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click. */}
      <div class="operations" onClick={onOpen}>
        <Link
          to={addressInScope('reference', [name])}
          current={current === undefined}
          tabIndex={stop === undefined ? 0 : -1}
        >
          About this API
        </Link>
        {document.tags.map((tag) => {
          const inTag = found.filter(({ tags }) => tags.includes(tag.name))
          if (inTag.length === 0) return null
          return (
            <section key={tag.name} class="tag">
              <h2>{tag.name}</h2>
              <ul>
                {inTag.map(({ operationId, method, path, summary }) => (
                  <li key={operationId}>
                    <Link
                      to={addressInScope('reference', [name, operationId])}
                      current={operationId === current}
                      tabIndex={operationId === stop ? 0 : -1}
                      title={summary}
                    >
                      <MethodName method={method} /> <PathName path={path.replace(/^\/_backstock/, '')} />
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
        {found.length === 0 && <p class="none">No operation has that. Right are words of its path or summary.</p>}
      </div>
    </nav>
  )
}

function isFound({ method, path, summary, operationId, tags }: Operation, search: string): boolean {
  const said = `${method} ${path} ${summary} ${operationId} ${tags.join(' ')}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word))
}
