import type { Position } from '../../api/stock.js'
import './units.css'

/** How a position stands: what tells the states apart is a word and a shape. */
export type Standing = 'there' | 'out' | 'below' | 'made'

export function standingOf({ made_to_order, available }: Position): Standing {
  if (made_to_order) return 'made'
  const units = available ?? 0
  return units > 0 ? 'there' : units < 0 ? 'below' : 'out'
}

export const standingWords = { out: 'sold out', below: 'below 0', made: 'made to order' } as const

/** What is available of a position, and beside it what is on pending orders. */
export function Units({ position, pending }: { readonly position: Position; readonly pending: number }) {
  const standing = standingOf(position)
  return (
    <span class="units" data-standing={standing}>
      <span class="units-line">
        {standing !== 'there' && <Shape standing={standing} />}
        {standing !== 'made' && <b>{String(position.available)}</b>}{' '}
        {standing !== 'there' && <span class="standing">{standingWords[standing]}</span>}
      </span>{' '}
      {pending !== 0 && <span class="pending">{pending} pending</span>}
    </span>
  )
}

/** A ring where nothing is left, a bar where less than nothing is, and a diamond where it is made when it is ordered. */
export function Shape({ standing }: { readonly standing: Exclude<Standing, 'there'> }) {
  return (
    <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {standing === 'out' && <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.5" />}
      {standing === 'below' && <rect x="1" y="4.5" width="10" height="3" fill="currentColor" />}
      {standing === 'made' && <path d="M6 0.5 11.5 6 6 11.5 0.5 6Z" fill="currentColor" />}
    </svg>
  )
}
