const steering = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** What came over the wire must not steer the terminal: control and bidirectional characters are shown by their code. */
export function printable(text: string): string {
  return text.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same of a text with tabs, which a terminal only takes for room. */
export function printableBetweenTabs(text: string): string {
  return text.split('\t').map(printable).join('\t')
}
