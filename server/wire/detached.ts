/**
 * The same text without the whole body behind it: a slice keeps what it was cut from in memory, and what is stored
 * outlives its call. Below thirteen characters V8 copies anyway.
 */
export function detached(slice: string): string {
  return slice.length < 13 ? slice : Buffer.from(slice, 'utf16le').toString('utf16le')
}
