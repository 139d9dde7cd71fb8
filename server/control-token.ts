/** What goes into a header as it is. A text that is none is never shown: it may be the token with a slip in it. */
export const controlTokenForm = 'one or more visible ASCII characters without blanks (what was given is not shown)'

export function isControlToken(text: unknown): text is string {
  return typeof text === 'string' && /^[!-~]+$/.test(text)
}
