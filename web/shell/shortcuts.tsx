import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/** A key that does something while nobody types: its name as shown, and what it does. */
export interface Shortcut {
  readonly key: string
  readonly says: string
  readonly act: () => void
}

const registered = signal<readonly Shortcut[]>([])
const isListShown = signal(false)

/** The keys of lists, which the lists themselves take. */
const always: readonly Omit<Shortcut, 'act'>[] = [
  { key: '↑ ↓', says: 'move between rows' },
  { key: 'Home End', says: 'first and last row' },
  { key: 'PgUp PgDn', says: 'a page of rows' },
  { key: 'Enter', says: 'open the row' },
  { key: '← →', says: 'fold and unfold' },
]

/** Shortcuts that stand as long as the component that names them. `shortcuts` is made once, outside or by useMemo. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    registered.value = [...registered.peek(), ...shortcuts]
    return () => {
      registered.value = registered.peek().filter((each) => !shortcuts.includes(each))
    }
  }, [shortcuts])
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (document.querySelector('dialog[open]') !== null) return
  if (event.key === '?') isListShown.value = true
  else {
    const shortcut = registered.peek().find(({ key }) => key === event.key)
    if (shortcut === undefined) return
    shortcut.act()
  }
  event.preventDefault()
}

/** Listens for the keys, and lists them under `?`. */
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
  useEffect(() => {
    if (isListShown.value) dialog.current?.showModal()
  }, [isListShown.value])
  if (!isListShown.value) return null
  const listed = [...registered.value, { key: '?', says: 'this list' }, ...always]
  const close = () => {
    isListShown.value = false
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts-title" onClose={close}>
      <h2 id="shortcuts-title">Keys</h2>
      <dl class="keys">
        {listed.map(({ key, says }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <div class="actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  )
}

export const showShortcuts = () => {
  isListShown.value = true
}
