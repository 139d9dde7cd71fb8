import { effect, signal } from '@preact/signals'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const kept = 'backstock-theme'

export const theme = signal<Theme>(themes.find((each) => each === read()) ?? 'system')

/** Follows the switch; the system's own choice needs nothing. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    keep(theme.value)
  })
}

// A browser may refuse to keep anything; then the switch lasts as long as the page.
function read(): string | null {
  try {
    return localStorage.getItem(kept)
  } catch {
    return null
  }
}

function keep(value: Theme): void {
  try {
    localStorage.setItem(kept, value)
  } catch {}
}
