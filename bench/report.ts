import type { Figure, Spread, Unit } from './figures.js'
import { goalOn, goals, isMet } from './goals.js'
import { majorOf } from './machine.js'

export interface Results {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memory_gb: number
    readonly node: string
    readonly commit: string
    readonly rounds: number
    readonly seconds: number
    readonly at: string
  }
  readonly figures: readonly Figure[]
}

/** The results as a table of Markdown. */
export function tableOf({ machine, figures }: Results): string {
  const { cpu, cores, memory_gb, node, commit, rounds, seconds, at } = machine
  return [
    `${cpu}, ${cores} cores, ${memory_gb} GB; Node ${node.replace('v', '')}; commit ${commit}; ${at}; ${rounds} rounds of ${seconds} s.`,
    'Median (least to most). The right-hand column is reported, never asserted.',
    '',
    '| | goal | measured | | by CPU time | beside it |',
    '|---|---|---|---|---|---|',
    ...figures.map((figure) => rowOf(figure, majorOf(node))),
  ].join('\n')
}

function rowOf(figure: Figure, node: number): string {
  const { name, unit, value, byCpu } = figure
  const cells = [
    name,
    goalText(figure),
    told(value, unit),
    verdictOf(figure, node),
    byCpu === undefined ? '' : told(byCpu, unit),
    figure.beside.map(({ says, ...each }) => `${says} ${told(each.value, each.unit)}`).join('; '),
  ]
  return `| ${cells.join(' | ')} |`
}

function goalText({ name, unit }: Figure): string {
  const goal = goals.get(name)
  if (goal === undefined) return ''
  const where = goal.node === undefined ? '' : ` (Node ${goal.node})`
  return `${goal.direction === 'at least' ? '≥' : '≤'} ${write(goal.figure, unit)}${where}`
}

export function verdictOf(figure: Figure, node: number): string {
  const goal = goalOn(node, figure)
  return goal === undefined ? '' : isMet(goal, figure.value) ? 'met' : '**not met**'
}

const told = ({ min, median, max }: Spread, unit: Unit) =>
  min === max ? write(median, unit) : `${write(median, unit)} (${write(min, unit)} to ${write(max, unit)})`

function write(figure: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return `${(figure * 100).toFixed(1)} %`
    case 'times':
      return `${figure.toFixed(2)} ×`
    case '/s':
      return `${figure >= 100 ? Math.round(figure) : figure.toFixed(2)}/s`
    case 'us':
      return figure >= 1_000 ? write(figure / 1_000, 'ms') : `${figure.toFixed(1)} µs`
    default:
      return `${figure.toFixed(figure < 10 ? 2 : 1)} ${unit}`
  }
}
