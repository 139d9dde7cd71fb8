import { distance } from 'fastest-levenshtein'

/** The name that a person probably meant, as the tail of a sentence; nothing where no name is near enough. */
export function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearest(name, names)
  return meant === undefined ? '' : `; did you mean "${meant}"?`
}

const longest = 60

/** Case and separators weigh nothing. Two letters in the wrong order are two edits, so half of a short name may differ. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  // Nobody misspells a name at such length; a hostile one must not cost time.
  if (name.length > longest) return undefined
  let best: string | undefined
  let fewest = 4
  for (const candidate of names) {
    const edits = distance(plain(name), plain(candidate))
    if (edits >= fewest || edits > Math.max(plain(name).length, plain(candidate).length) / 2) continue
    best = candidate
    fewest = edits
  }
  return best
}

/** `report, enforce or off` */
export function writeChoice(values: readonly string[]): string {
  return values.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
