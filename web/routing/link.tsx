import type { ComponentChildren } from 'preact'
import { go } from './route.js'

interface LinkProps {
  readonly to: string
  readonly class?: string
  readonly current?: boolean
  readonly title?: string
  /** -1 in lists that are one stop of the tab key. */
  readonly tabIndex?: number
  readonly onFocus?: () => void
  readonly children: ComponentChildren
}

/** A link between views. With a modifier, or another button, the browser does what it does with links. */
export function Link({ to, current = false, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(to)
  }
  return (
    <a href={to} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  )
}
