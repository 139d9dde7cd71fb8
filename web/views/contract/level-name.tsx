import type { Level } from '../../api/contract.js'

const names: Readonly<Record<Level, string>> = { error: 'error', warn: 'warning' }

/** How much a breach weighs: a word and a shape. */
export function LevelName({ level }: { readonly level: Level }) {
  return (
    <span class="level" data-level={level}>
      <span aria-hidden="true">{level === 'error' ? '✕' : '▲'}</span> {names[level]}
    </span>
  )
}
