import { startTestEmulator } from '../emulator.js'
import { seededRandom } from '../strict-store.js'
import type { Failure } from './body-fuzz.js'
import { type FormatName, readCorpus, type Sample } from './corpus.js'
import { dialects } from './dialects.js'
import { keptBodies } from './kept.js'
import { mutated, oneOf } from './mutations.js'

// The table has exactly these names; Object.keys cannot say so.
export const formats = Object.keys(dialects) as readonly FormatName[]

/** Those that once were found first, then as many as are asked for; they follow from a seed. */
export async function samplesOf(format: FormatName, most: number, seed: number): Promise<Iterable<Sample>> {
  return drawn(format, most, seed, (await readCorpus(seed))[format])
}

function* drawn(format: FormatName, most: number, seed: number, samples: readonly Sample[]): Generator<Sample> {
  yield* keptBodies(format)
  const random = seededRandom(seed)
  const bodies = samples.map(({ body }) => body)
  const { queries } = dialects[format]
  for (let made = 0; made < most; made++) {
    const body = mutated(format === 'JOOR XML' ? 'xml' : 'json', random, bodies)
    yield { path: oneOf(random, samples).path + oneOf(random, queries), body }
  }
}

/** Two that know the same, and what the first of them logs. */
export async function twins() {
  const log: string[] = []
  const known = {
    clock: () => new Date('2024-05-01T12:00:00Z'),
    settings: { rate_limit: 'off' },
    seed: {
      joor: { accounts: { fuzzed: { token: 'fuzzed' }, bystander: { token: 'bystander' } } },
      jirafe: { sites: { fuzzed: { token: 'fuzzed' }, bystander: { token: 'bystander' } } },
    },
  } as const
  const emulator = await startTestEmulator({ ...known, log: (line) => log.push(line) })
  const twin = await startTestEmulator(known)
  return { emulator, twin, log }
}

/** What one has to know to keep a body: a line for test/fuzz/kept.json. */
export const told = (format: FormatName) => (failure: Failure) => {
  const { sample, what } = failure
  return JSON.stringify({
    format,
    path: sample.path,
    base64: sample.body.toString('base64'),
    found: what.slice(0, 500),
  })
}
