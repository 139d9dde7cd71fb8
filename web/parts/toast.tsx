import { signal } from '@preact/signals'
import './toast.css'

const shownMs = 6_000

interface Toast {
  readonly number: number
  readonly text: string
  readonly kind: 'done' | 'failed'
}

const toasts = signal<readonly Toast[]>([])
let last = 0

/** Tells in a line what an act came to; it goes away by itself, so it tells nothing that has to be kept. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  const number = ++last
  toasts.value = [...toasts.value.slice(-3), { number, text, kind }]
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each.number !== number)
  }, shownMs)
}

/** Stands once in the page, always: only a region that was there before is read out when something comes into it. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ number, text, kind }) => (
        <p key={number} data-kind={kind}>
          {text}
        </p>
      ))}
    </div>
  )
}
