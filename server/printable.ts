const steering = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** What came over the wire must not steer the terminal: control and bidirectional characters are shown by their code. */
export function printable(text: string): string {
  return text.replace(steering, written)
}

/** The same of a text with tabs, which a terminal only takes for room. */
export function printableBetweenTabs(text: string): string {
  return text.split('\t').map(printable).join('\t')
}

/** The same of a text of several lines, such as a stack. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** What no reader sees, or some take for the end of a line: the joiners of emoji as well, and blanks that are none. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** A value as JSON that is one line in every reader and shows all that is in it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(hidden, written)
}

/** Unit by unit, as JSON has it too. */
function written(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}
