import type { Evidence as Grade } from '../api/evidence.js'
import './evidence.css'

const meaning: Readonly<Record<Grade, string>> = {
  documented: 'The vendor’s own documentation says so',
  recorded: 'A recorded exchange with the vendor shows it',
  observed: 'Somebody observed it',
  assumed: 'Nobody knows: our reading',
}
/** What a grade means, without a full stop. */
export const meaningOf = (grade: Grade) => meaning[grade]

/** How many of four bars stand: the shape tells the grade where colours do not. */
const bars: Readonly<Record<Grade, number>> = { documented: 4, recorded: 3, observed: 2, assumed: 1 }

/** On what a statement rests, as a word and as a shape. */
export function Evidence({ grade }: { readonly grade: Grade }) {
  return (
    <span class="evidence" data-grade={grade} title={meaning[grade]}>
      <EvidenceBars grade={grade} />
      {grade}
    </span>
  )
}

/** The shape alone, where there is no room for the word; what stands around it tells it in words. */
export function EvidenceBars({ grade }: { readonly grade: Grade }) {
  return (
    <svg class="evidence-bars" data-grade={grade} viewBox="0 0 14 10" width="14" height="10" aria-hidden="true">
      {[0, 1, 2, 3].map((bar) => (
        <rect
          key={bar}
          class={bar < bars[grade] ? 'stands' : 'lacks'}
          x={bar * 3.5 + 0.5}
          y={7 - bar * 2}
          width="2"
          height={2.5 + bar * 2}
        />
      ))}
    </svg>
  )
}
