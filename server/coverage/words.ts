import { didYouMean } from '../suggestion.js'
import { knownCoverage } from './coverage.js'
import { readExercises } from './exercises.js'

/** Why coverage cannot be asked of a vendor or operation, and what would be right; undefined where it can. */
export function wrongCoverageOf(word: string): string | undefined {
  const known = knownCoverage(readExercises())
  if (known.includes(word)) return undefined
  return `must be joor, jirafe or an operation, not ${JSON.stringify(word)}${didYouMean(word, known) || `; known: ${known.join(', ')}`}`
}
