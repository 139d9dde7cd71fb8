import { armedFaults, clock } from '../live/emulator-state.js'
import { connection } from '../live/request-feed.js'
import { Time } from '../parts/time.js'
import { Link } from '../routing/link.js'
import { addressInScope } from '../routing/scope.js'

const told = { connecting: 'Connecting', live: 'Live', lost: 'Not connected' } as const

/** Whether what is shown is of now. */
export function ConnectionState() {
  return (
    <span class="connection" data-state={connection.value} role="status">
      <span class="dot" aria-hidden="true" />
      {told[connection.value]}
    </span>
  )
}

/** What makes the emulator behave as it would not by itself: easily forgotten, so it is always in sight. */
export function Interference() {
  const count = armedFaults.value.length
  const isFrozen = clock.value?.frozen === true
  return (
    <>
      {isFrozen && clock.value !== undefined && (
        <Link class="flag" to={addressInScope('faults')} title="The clock stands still">
          Frozen at <Time at={clock.value.now} withDate />
        </Link>
      )}
      {count > 0 && (
        <Link class="flag" to={addressInScope('faults')} title="Calls that they match go wrong on purpose">
          {count} {count === 1 ? 'fault' : 'faults'} armed
        </Link>
      )}
    </>
  )
}
