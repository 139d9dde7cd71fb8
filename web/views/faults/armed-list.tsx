import { useState } from 'preact/hooks'
import { type ArmedFault, disarmFault, disarmFaults, listFaults } from '../../api/faults.js'
import { refreshState } from '../../live/emulator-state.js'
import { confirm } from '../../parts/confirm.js'
import { toast } from '../../parts/toast.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { isSame, whose } from './whose.js'

const step = 100

interface ArmedListProps {
  /** Of all scopes. */
  readonly faults: readonly ArmedFault[]
  readonly reload: () => void
}

/** What is armed for the scope, with everyone's, which means its calls as well; and how often each was met. */
export function ArmedList({ faults, reload }: ArmedListProps) {
  const [most, setMost] = useState(step)
  const isAll = isSame(scope.value, {})
  const rows = placed(faults).filter(({ fault }) => isAll || isOf(fault, scope.value) || isOf(fault, {}))
  const own = rows.filter(({ fault }) => isAll || isOf(fault, scope.value))
  const after = () => {
    reload()
    void refreshState()
  }
  if (rows.length === 0)
    return <p class="soft">Nothing is armed{isAll ? '' : ` for ${whose(scope.value)}`}: calls are answered as ever.</p>
  return (
    <>
      <ul class="armed" aria-label="Armed faults">
        {rows.slice(0, most).map(({ fault, place }) => (
          <li key={`${whose(fault)} ${place}`} data-spent={isSpent(fault)}>
            <div>
              <p>
                <b>{String(fault.fault.kind).replaceAll('_', ' ')}</b>{' '}
                <code>{writeMembers(fault.fault, ['kind'])}</code>
              </p>
              <p class="soft">
                for {whose(fault)}: {writeMatch(fault)}
              </p>
            </div>
            <Hits fault={fault} />
            <button
              type="button"
              aria-label={`Disarm ${String(fault.fault.kind)} for ${whose(fault)}: ${writeMatch(fault)}`}
              onClick={() => void disarmOne(fault, place, after)}
            >
              Disarm
            </button>
          </li>
        ))}
      </ul>
      <div class="actions">
        {rows.length > most && (
          <button type="button" onClick={() => setMost(most + step)}>
            Show more ({rows.length - most} left)
          </button>
        )}
        {own.length > 0 && (
          <button type="button" onClick={() => void disarmAll(own.length, after)}>
            Disarm all {isAll ? '' : `of ${whose(scope.value)} `}…
          </button>
        )}
      </div>
    </>
  )
}

function Hits({ fault }: { readonly fault: ArmedFault }) {
  const { hits, times } = fault
  return (
    <p class="hits">
      <b>{hits}</b> {times === null ? (hits === 1 ? 'hit' : 'hits') : `of ${times} ${times === 1 ? 'hit' : 'hits'}`}
      {isSpent(fault) && <span class="soft"> · spent</span>}
    </p>
  )
}

const isOf = (fault: ArmedFault, of: { readonly account?: string; readonly site?: string }) => isSame(fault, of)
const isSpent = ({ hits, times }: ArmedFault) => times !== null && hits >= times

/** Each with its place in the list of its own scope. */
function placed(faults: readonly ArmedFault[]) {
  const counts = new Map<string, number>()
  return faults.map((fault) => {
    const place = counts.get(whose(fault)) ?? 0
    counts.set(whose(fault), place + 1)
    return { fault, place }
  })
}

function writeMatch({ match, after }: ArmedFault): string {
  const calls = Object.keys(match).length === 0 ? 'all calls' : writeMembers(match)
  return after === 0 ? calls : `${calls}, after ${after}`
}

function writeMembers(members: Readonly<Record<string, unknown>>, without: readonly string[] = []): string {
  return Object.entries(members)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

const scopeOf = ({ account, site }: ArmedFault) =>
  account !== undefined ? { account } : site !== undefined ? { site } : {}
const sentence = ({ match, times, after, fault }: ArmedFault) => JSON.stringify([match, times, after, fault])

async function disarmOne(seen: ArmedFault, place: number, after: () => void): Promise<void> {
  const of = scopeOf(seen)
  // Somebody else may have disarmed one before it meanwhile: places move up.
  const now = await listFaults(scopeQuery(of))
  if ('problem' in now) return toast(now.problem.detail, 'failed')
  const standing = now.value.faults.filter((fault) => isOf(fault, of))[place]
  if (standing === undefined || sentence(standing) !== sentence(seen)) {
    toast('What is armed has changed meanwhile; this is how it stands now.', 'failed')
    return after()
  }
  const answer = await disarmFault(scopeQuery(of), place)
  if ('problem' in answer) toast(answer.problem.detail, 'failed')
  else toast(`Disarmed ${String(seen.fault.kind)} for ${whose(seen)}.`)
  after()
}

async function disarmAll(count: number, after: () => void): Promise<void> {
  const of = scope.peek()
  const isSure = await confirm({
    title: isSame(of, {}) ? 'Disarm everything?' : `Disarm all of ${whose(of)}?`,
    text: `${count} ${count === 1 ? 'fault is' : 'faults are'} taken away with ${count === 1 ? 'its' : 'their'} hits${isSame(of, {}) ? ', those of every account and site too' : ''}. A test that relies on ${count === 1 ? 'it' : 'them'} will not meet ${count === 1 ? 'it' : 'them'} any more.`,
    act: 'Disarm',
  })
  if (!isSure) return
  const answer = await disarmFaults(scopeQuery(of))
  if ('problem' in answer) toast(answer.problem.detail, 'failed')
  else toast(`Nothing is armed any more for ${whose(of)}.`)
  after()
}
