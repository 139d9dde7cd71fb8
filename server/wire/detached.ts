/**
 * The same text without the whole body behind it: a slice keeps what it was cut from in memory, and what is stored
 * outlives its call. A text that was put together is written out before it is cut, and the cut holds on to no more than
 * that. Below thirteen characters V8 copies anyway.
 */
export function detached(slice: string): string {
  return slice.length < 13 ? slice : ` ${slice}`.slice(1)
}

/**
 * The same text in one piece. What was put together V8 keeps as a tree of its parts until a character of it is read: of a
 * UUID these are twenty, for each call that the journal or conduct remembers.
 */
export function inOnePiece(text: string): string {
  // A look of which nothing depends would be left out by the compiler.
  return text.charCodeAt(0) > 0 ? text : detached(text)
}
