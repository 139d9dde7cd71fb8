import type { RuleState } from './rule-states.js'

/** The shape of a state: a full square with a tick or a cross, an empty one, or a dash where there is nothing to meet. */
export function Glyph({ state }: { readonly state: RuleState }) {
  return (
    <svg class="glyph" data-state={state} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {state !== 'never' && <rect class="box" x="1" y="1" width="12" height="12" rx="2" />}
      {state === 'kept' && <path class="mark" d="M4 7.2 6.2 9.5 10.2 4.8" />}
      {state === 'broken' && <path class="mark" d="M4.5 4.5 9.5 9.5M9.5 4.5 4.5 9.5" />}
      {state === 'never' && <path class="dash" d="M3 7H11" />}
    </svg>
  )
}
