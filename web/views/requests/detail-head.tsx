import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/call.js'
import { type Repeated, type RequestDetail, repeatRequest } from '../../api/requests.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Status } from '../../parts/status.js'
import { Time } from '../../parts/time.js'
import { Link } from '../../routing/link.js'
import { addressOf, route } from '../../routing/route.js'
import { FaultNotice } from './fault-notice.js'
import { Items } from './items.js'
import { RepeatResult } from './repeat-result.js'

/** The call in a line, and what can be done with it. */
export function DetailHead({ call }: { readonly call: RequestDetail }) {
  const [repeated, setRepeated] = useState<Answer<Repeated> | undefined>(undefined)
  const [isRepeating, setRepeating] = useState(false)
  const repeat = async () => {
    setRepeating(true)
    setRepeated(await repeatRequest(call.id))
    setRepeating(false)
  }
  return (
    <header class="detail-head">
      <div class="detail-title">
        <h2>
          <b>{call.method}</b> <span class="wire">{call.path}</span>
        </h2>
        <Link class="close" to={addressOf('requests', [], route.value.query)} title="Escape">
          <span class="wide-only">Close</span>
          <span class="narrow-only">Back to the list</span>
        </Link>
      </div>
      <dl class="facts">
        <Fact name="Status">
          <Status status={call.status} />
        </Fact>
        <Fact name="At">
          <Time at={call.at} withDate />
        </Fact>
        <Fact name="Operation">{call.operation}</Fact>
        {(call.account ?? call.site) !== undefined && (
          <Fact name={call.account === undefined ? 'Site' : 'Account'}>{call.account ?? call.site}</Fact>
        )}
        <Fact name="Items">
          <Items items={call.items} />
        </Fact>
        <Fact name="Took">{call.ms} ms</Fact>
        <Fact name="Id">
          <code>{call.id}</code>
        </Fact>
      </dl>
      <div class="actions">
        {call.curl === null ? (
          <span class="soft">No command sends the same: its body was cut, or holds a NUL.</span>
        ) : (
          <CopyButton text={call.curl}>Copy as curl</CopyButton>
        )}
        <button type="button" onClick={repeat} disabled={isRepeating}>
          Repeat
        </button>
        <CopyButton text={location.href}>Copy the link</CopyButton>
      </div>
      <FaultNotice fault={call.fault} />
      {repeated !== undefined && <RepeatResult answer={repeated} onClose={() => setRepeated(undefined)} />}
    </header>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
