import { type Answer, call } from './call.js'

export interface Loaded {
  readonly accounts: number
  readonly sites: number
}

/** Loads the content of a seed, as it is. */
export const loadSeed = (seed: Blob): Promise<Answer<Loaded>> => call('PUT', 'seed', { body: seed })
