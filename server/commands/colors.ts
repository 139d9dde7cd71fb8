import { styleText } from 'node:util'
import type { Outside } from './outside.js'

/** Green went well, yellow went in part, red did not, cyan happened on purpose; dim and bold are order, not meaning. */
export type Color = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold'

/** Whether what is printed takes colours: FORCE_COLOR says so against everything, as Node itself has it. */
export function wantsColor({ FORCE_COLOR: force, NO_COLOR, TERM }: Outside['env'], isTerminal: boolean): boolean {
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTerminal && !NO_COLOR && TERM !== 'dumb'
}

/** The text in a colour, where colours are taken. */
export function paint(text: string, color: Color | undefined, { colored }: Outside): string {
  if (!colored || color === undefined || text === '') return text
  // Whether colours are wanted is decided already; newer versions of Node would look at stdout once more.
  return styleText(color, text, { validateStream: false })
}
