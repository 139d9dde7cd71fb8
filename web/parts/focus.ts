/**
 * Focuses what `find` gives: at once where it is there to be focused, so that the next key goes to it; otherwise once
 * the change of state made just before is drawn.
 */
export function focusOn(find: () => HTMLElement | null): void {
  const found = find()
  found?.focus()
  if (found === null || document.activeElement !== found) onceDrawn(() => find()?.focus())
}

/** What a change of state brings is in the page only then. */
export const onceDrawn = (act: () => void) => requestAnimationFrame(() => requestAnimationFrame(act))
