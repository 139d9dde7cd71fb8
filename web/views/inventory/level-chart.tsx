import type { Level } from '../../api/levels.js'

interface LevelChartProps {
  /** Newest first. */
  readonly history: readonly Level[]
  /** Pixels. */
  readonly width: number
  readonly height: number
}

const margin = 4

/** How a level went, as steps: it stays what it was until the next event. The same stands in a table or a text beside it. */
export function LevelChart({ history, width, height }: LevelChartProps) {
  const points = pointsOf(history)
  const last = points.at(-1)
  if (last === undefined || width < margin * 4) return null
  const times = points.map(({ at }) => at)
  // Zero is always seen, and a level that never was anything else stands on it.
  const units = [0, 1, ...points.map(({ level }) => level)]
  const x = scale(Math.min(...times), Math.max(...times), margin, width - margin * 2)
  const y = scale(Math.min(...units), Math.max(...units), height - margin, margin)
  const [first] = points
  // One event alone is a line across: the level has stood there ever since.
  const start = `M${first === last || first === undefined ? margin : x(first.at)} ${y(first?.level ?? 0)}`
  const steps = points.map(({ at, level }) => `H${x(at)}V${y(level)}`).join('')
  return (
    <svg class="level-chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path class="zero" d={`M0 ${y(0)}H${width}`} />
      <path class="steps" d={`${start}${steps}H${width - margin}`} />
      <circle class="now" cx={width - margin} cy={y(last.level)} r="3" />
    </svg>
  )
}

/** Oldest first; a level beyond what a number holds is drawn at its rounded place. */
function pointsOf(history: readonly Level[]) {
  return history
    .map(({ received_at, inventory_level }) => ({ at: Date.parse(received_at), level: Number(inventory_level) }))
    .filter(({ at, level }) => Number.isFinite(at) && Number.isFinite(level))
    .reverse()
}

function scale(least: number, most: number, from: number, to: number): (value: number) => number {
  const span = most - least
  return (value) => Math.round((span === 0 ? to : from + ((value - least) / span) * (to - from)) * 10) / 10
}
