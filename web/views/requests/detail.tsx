import { useEffect, useRef, useState } from 'preact/hooks'
import type { Answer } from '../../api/call.js'
import { type RequestDetail, readRequest } from '../../api/requests.js'
import { Problem } from '../../parts/problem.js'
import { Tabs, tabPanel } from '../../parts/tabs.js'
import { route, setQuery } from '../../routing/route.js'
import { ChangesPanel } from './changes-panel.js'
import { DetailHead } from './detail-head.js'
import { MessagePanel } from './message-panel.js'
import { OutcomesPanel } from './outcomes-panel.js'
import { RulesPanel } from './rules-panel.js'
import { isInBody, marksOf } from './violation-marks.js'
import { ViolationsPanel } from './violations-panel.js'

export function Detail({ id }: { readonly id: string }) {
  const [answer, setAnswer] = useState<Answer<RequestDetail> | undefined>(undefined)
  const [asked, setAsked] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    readRequest(id, stop.signal).then(setAnswer, () => {})
    return () => stop.abort()
  }, [id, asked])
  // Where it takes the place of the list, what had the focus is gone.
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) section.current?.focus()
  }, [])
  return (
    <section class="pane detail" aria-label="The call" ref={section} tabIndex={-1}>
      {answer === undefined && <p class="loading">Loading …</p>}
      {answer !== undefined && 'problem' in answer && (
        <Problem problem={answer.problem} onRetry={() => setAsked(asked + 1)} />
      )}
      {answer !== undefined && 'value' in answer && <Loaded call={answer.value} />}
    </section>
  )
}

function Loaded({ call }: { readonly call: RequestDetail }) {
  const [reveal, setReveal] = useState<{ readonly key: string } | undefined>(undefined)
  const { violations, outcomes, rules } = call
  const tabs = [
    { name: 'request', title: 'Request' },
    { name: 'reply', title: 'Reply' },
    { name: 'violations', title: 'Violations', count: call.violations_total },
    { name: 'changes', title: 'Changes', count: call.changes_total },
    { name: 'items', title: 'Items', count: outcomes.length },
    { name: 'rules', title: 'Rules met', count: rules.length },
  ]
  const named = route.value.query.get('tab')
  const current = tabs.find(({ name }) => name === named)?.name ?? 'request'
  const choose = (tab: string) => setQuery({ tab: tab === 'request' ? undefined : tab })
  const show = (key: string) => {
    choose('request')
    setReveal({ key })
  }
  return (
    <>
      <DetailHead call={call} />
      <Tabs label="Parts of the call" tabs={tabs} current={current} onChoose={choose} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and may hold nothing else that takes the focus. */}
      <div class="panel" role="tabpanel" tabIndex={0} id={tabPanel} aria-labelledby={`tab-${current}`}>
        {current === 'request' && (
          <MessagePanel
            label="Body of the request"
            message={call.request}
            marks={marksOf(violations)}
            elsewhere={violations.filter((violation) => !isInBody(violation))}
            reveal={reveal}
          />
        )}
        {current === 'reply' && <MessagePanel label="Body of the reply" message={call.reply} />}
        {current === 'violations' && <ViolationsPanel call={call} onShow={show} />}
        {current === 'changes' && <ChangesPanel changes={call.changes} total={call.changes_total} />}
        {current === 'items' && <OutcomesPanel outcomes={outcomes} />}
        {current === 'rules' && <RulesPanel rules={rules} />}
      </div>
    </>
  )
}
