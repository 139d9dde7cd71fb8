/** A text as one word of a command line: single quotes keep every character but themselves. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Keeps curl from reading brackets as patterns and dots as steps. */
export function flagsFor(target: string): readonly string[] {
  const [way = ''] = target.split('?')
  return [/[[\]{}]/.test(target) ? '--globoff' : '', /\/\.\.?(?:\/|$)/.test(way) ? '--path-as-is' : ''].filter(Boolean)
}

export const methodFlag = (method: string) => (method === 'HEAD' ? '--head' : `-X ${method}`)

/** A header for curl, which leaves one out whose name has a colon and nothing behind it. */
export const headerFlag = (name: string, value: string) => (value === '' ? `${name};` : `${name}: ${value}`)
