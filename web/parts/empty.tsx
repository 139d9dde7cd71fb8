import type { ComponentChildren } from 'preact'

/** What stands where nothing is to be shown: why that is so, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}
