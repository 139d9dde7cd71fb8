import { useState } from 'preact/hooks'
import { type Clock, type ClockChange, clearClock, readClock, setClock } from '../../api/clock.js'
import { refreshState } from '../../live/emulator-state.js'
import { useFresh } from '../../live/fresh.js'
import { Problem } from '../../parts/problem.js'
import { toast } from '../../parts/toast.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { TextField } from './field.js'
import { numberIn } from './number.js'
import { whose } from './whose.js'

const everyMs = 2_000
const steps = [
  [60, '1 minute'],
  [3_600, '1 hour'],
  [86_400, '1 day'],
] as const

/** What time it is for the scope, and how to change that. */
export function ClockPanel() {
  const query = scopeQuery(scope.value)
  const { value: clock, problem, reload } = useFresh(`clock?${query}`, everyMs, (stop) => readClock(query, stop))
  const [instant, setInstant] = useState('')
  const [seconds, setSeconds] = useState('')
  const [wrong, setWrong] = useState<{ readonly of: string; readonly says: string } | undefined>(undefined)
  const done = (says: string) => {
    setWrong(undefined)
    toast(says)
    reload()
    void refreshState()
  }
  const change = async (field: string, told: ClockChange, says: (now: Clock) => string) => {
    const answer = await setClock(scopeQuery(scope.peek()), told)
    if ('problem' in answer) setWrong({ of: field, says: answer.problem.detail })
    else done(says(answer.value))
  }
  const clear = async () => {
    const answer = await clearClock(scopeQuery(scope.peek()))
    if ('problem' in answer) setWrong({ of: 'instant', says: answer.problem.detail })
    else done('The clock runs by itself again.')
  }
  const advance = (by: number | string) =>
    change('seconds', { advance: by }, ({ now }) => `It is ${writeInstant(now)}.`)
  return (
    <section class="card" aria-labelledby="clock-title">
      <h2 id="clock-title">Clock for {whose(scope.value)}</h2>
      {problem !== undefined && <Problem problem={problem} onRetry={reload} />}
      {clock !== undefined && (
        <>
          <p class="now">
            <time dateTime={clock.now}>{writeInstant(clock.now)}</time>
            <span class="clock-state" data-frozen={clock.frozen}>
              {clock.frozen ? '❚❚ Frozen' : '▶ Running'}
            </span>
          </p>
          <p class="soft">{tellWhose(clock)}</p>
        </>
      )}
      <div class="actions">
        <button
          type="button"
          disabled={clock === undefined || clock.frozen}
          onClick={() => clock && change('instant', { freeze: clock.now }, () => 'The clock stands.')}
        >
          Freeze now
        </button>
        <button type="button" disabled={clock === undefined || !isOwn(clock)} onClick={() => void clear()}>
          Let it run again
        </button>
      </div>
      <fieldset>
        <legend>Go on by</legend>
        <div class="actions">
          {steps.map(([by, title]) => (
            <button key={by} type="button" onClick={() => void advance(by)}>
              + {title}
            </button>
          ))}
        </div>
        <form
          class="row"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void advance(numberIn(seconds))
          }}
        >
          <TextField
            label="Seconds"
            value={seconds}
            onChange={setSeconds}
            problem={wrong?.of === 'seconds' ? wrong.says : undefined}
            example="300"
            numeric
          />
          <button type="submit">Advance</button>
        </form>
      </fieldset>
      <fieldset>
        <legend>Set it</legend>
        <form
          class="row"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void change('instant', { freeze: instant }, ({ now }) => `The clock stands at ${writeInstant(now)}.`)
          }}
        >
          <TextField
            label="Instant"
            value={instant}
            onChange={setInstant}
            problem={wrong?.of === 'instant' ? wrong.says : undefined}
            hint="ISO 8601; UTC where no offset is given."
            example="2026-01-23T12:00:00Z"
          />
          <button type="submit">Freeze there</button>
          <button
            type="button"
            onClick={() =>
              void change('instant', { now: instant }, ({ now }) => `The clock runs on from ${writeInstant(now)}.`)
            }
          >
            Run from there
          </button>
        </form>
      </fieldset>
    </section>
  )
}

/** In UTC, as the wire has it: rate limits and dates of the vendors go by it. */
const writeInstant = (iso: string) => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')

/** Whether there is something to take away: everyone's clock is set for all. */
const isOwn = ({ set_for: setFor }: Clock) =>
  setFor === 'own' || (setFor === 'all' && scope.value.account === undefined && scope.value.site === undefined)

function tellWhose({ set_for: setFor }: Clock): string {
  if (setFor === null) return 'Real time.'
  if (setFor === 'own') return 'Set for it alone.'
  return scope.value.account === undefined && scope.value.site === undefined
    ? 'Set for everyone who has no clock of their own.'
    : 'Everyone’s, which was set.'
}
