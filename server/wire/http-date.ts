let last = { second: Number.NaN, text: '' }

/** `Sun, 22 Nov 2026 13:00:00 GMT`; calls of the same second share it. */
export function writeHttpDate(at: Date): string {
  const second = Math.floor(at.getTime() / 1_000)
  if (second !== last.second) last = { second, text: at.toUTCString() }
  return last.text
}
