import { Shape, standingWords } from './units.js'

interface LegendProps {
  readonly items: number
  readonly isWhole: boolean
  /** They were looked through for a text, and not all of them are shown. */
  readonly isSearch: boolean
}

/** What the shapes mean, and how much of the listing was looked at. */
export function Legend({ items, isWhole, isSearch }: LegendProps) {
  return (
    <div class="legend">
      {(['made', 'out', 'below'] as const).map((standing) => (
        <span key={standing}>
          <Shape standing={standing} /> {standingWords[standing]}
        </span>
      ))}
      <span class="legend-count">
        {isSearch && 'looked through '}
        {items.toLocaleString('en')} {items === 1 ? 'position' : 'positions'}
        {!isWhole && ', more below'}
      </span>
    </div>
  )
}
