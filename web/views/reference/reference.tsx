import { useMemo, useRef, useState } from 'preact/hooks'
import { type DocumentName, documentNames } from '../../api/documents.js'
import { Empty } from '../../parts/empty.js'
import { focusOn, onceDrawn } from '../../parts/focus.js'
import { Problem } from '../../parts/problem.js'
import { type Tab, Tabs, tabPanel } from '../../parts/tabs.js'
import { useWidth } from '../../parts/width.js'
import { go, route } from '../../routing/route.js'
import { addressInScope } from '../../routing/scope.js'
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.js'
import { OperationList, searchId } from './operation-list.js'
import { OperationPage } from './operation-page.js'
import { Overview } from './overview.js'
import { type Reference as Read, ReferenceProvider, useDocument } from './reference-context.js'
import { isTrying } from './try-it.js'
import './reference.css'

/** Pixels from which the list stands beside the page. */
const wide = 860

const titles: Readonly<Record<DocumentName, string>> = { joor: 'JOOR', jirafe: 'Jirafe', control: 'Control plane' }
const tabs: readonly Tab[] = documentNames.map((name) => ({ name, title: titles[name] }))

/** The API reference as pages, rendered from the documents that the emulator serves. */
export function Reference({ rest }: { readonly rest: readonly string[] }) {
  const [named = 'joor', operation] = rest
  const name = documentNames.find((each) => each === named)
  const current = name ?? 'joor'
  return (
    <div class="reference">
      <Tabs
        label="APIs"
        tabs={tabs}
        current={current}
        onChoose={(chosen) => go(addressInScope('reference', [chosen]))}
      />
      <div class="panel" role="tabpanel" id={tabPanel} aria-labelledby={`tab-${current}`}>
        {name === undefined ? (
          <Empty title={`There is no reference ${named}.`}>
            <p>Right is one of those above.</p>
          </Empty>
        ) : (
          <Document key={name} name={name} operationId={operation} />
        )}
      </div>
    </div>
  )
}

function Document({ name, operationId }: { readonly name: DocumentName; readonly operationId: string | undefined }) {
  const [answer, retry] = useDocument(name)
  if (answer === undefined) return <p class="loading">Loading …</p>
  if ('problem' in answer) return <Problem problem={answer.problem} onRetry={retry} />
  return (
    <ReferenceProvider value={answer}>
      <Pages reference={answer} operationId={operationId} />
    </ReferenceProvider>
  )
}

function Pages({ reference, operationId }: { readonly reference: Read; readonly operationId: string | undefined }) {
  const element = useRef<HTMLDivElement>(null)
  const article = useRef<HTMLElement>(null)
  const isWide = useWidth(element) >= wide
  const [isListOpen, setListOpen] = useState(false)
  const { name, operations } = reference
  const operation = operations.find((each) => each.operationId === operationId)
  const shortcuts = useMemo(() => shortcutsOf(reference, () => setListOpen(true)), [reference])
  useShortcuts(shortcuts)
  const isListShown = isWide || isListOpen
  return (
    <div class="pages" ref={element} data-split={isWide}>
      <div class="side">
        {!isWide && (
          <button type="button" class="unfold" aria-expanded={isListOpen} onClick={() => setListOpen(!isListOpen)}>
            Operations <span class="count">{operations.length}</span>
          </button>
        )}
        {isListShown && (
          <OperationList
            reference={reference}
            current={operationId}
            onOpen={() => {
              setListOpen(false)
              // The list goes, and with it what had the focus.
              if (!isWide) onceDrawn(() => article.current?.focus())
            }}
          />
        )}
      </div>
      <article
        ref={article}
        key={operationId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and what of it takes the focus may be far below.
        tabIndex={0}
        aria-label={operation === undefined ? titles[name] : `${operation.method} ${operation.path}`}
      >
        {operationId === undefined ? (
          <Overview />
        ) : operation === undefined ? (
          <Empty title={`There is no operation ${operationId} here.`}>
            <p>Right is one of the list.</p>
          </Empty>
        ) : (
          <OperationPage operation={operation} />
        )}
      </article>
    </div>
  )
}

function shortcutsOf({ name, operations }: Read, showList: () => void): readonly Shortcut[] {
  const step = (by: number) => () => {
    const [, current] = route.peek().rest
    const at = operations.findIndex(({ operationId }) => operationId === current) + by
    const next = operations[Math.max(0, Math.min(operations.length - 1, at))]
    if (next !== undefined) go(addressInScope('reference', [name, next.operationId]))
  }
  return [
    {
      key: '/',
      says: 'search operations',
      act: () => {
        showList()
        focusOn(() => document.getElementById(searchId))
      },
    },
    { key: 'j', says: 'the next operation', act: step(1) },
    { key: 'k', says: 'the one before', act: step(-1) },
    {
      key: 't',
      says: 'try it',
      act: () => {
        isTrying.value = true
        focusOn(() => document.querySelector<HTMLElement>('.reference .try :is(input, textarea, button)'))
      },
    },
  ]
}
