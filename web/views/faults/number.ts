/** The number that a text is, and the text itself where it is none: then the emulator says what is wrong with it. */
export function numberIn(text: string): number | string {
  const trimmed = text.trim()
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed
}
