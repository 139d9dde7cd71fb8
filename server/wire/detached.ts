/**
 * The same text without the whole body behind it: a slice keeps what it was cut from in memory, and what is stored
 * outlives its call. A text that was put together is written out before it is cut, and the cut holds on to no more than
 * that. Below thirteen characters V8 copies anyway.
 */
export function detached(slice: string): string {
  return slice.length < 13 ? slice : ` ${slice}`.slice(1)
}
