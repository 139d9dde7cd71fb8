import { readFileSync } from 'node:fs'
import type { FormatName, Sample } from './corpus.js'
import type { RawRequest } from './raw-requests.js'

/** What something was wrong with once, each with a sentence that says what. */
interface Kept {
  readonly bodies: readonly { readonly format: FormatName; readonly path: string; readonly base64: string }[]
  readonly requests: readonly {
    readonly kind: string
    readonly base64: readonly string[]
    readonly ending: RawRequest['ending']
    readonly smuggles?: true
  }[]
}

const kept: Kept = JSON.parse(readFileSync(new URL('kept.json', import.meta.url), 'utf8'))

/** The bodies of a format that were found once; they are always sent first. */
export function keptBodies(format: FormatName): readonly Sample[] {
  return kept.bodies
    .filter((each) => each.format === format)
    .map(({ path, base64 }) => ({ path, body: Buffer.from(base64, 'base64') }))
}

/** The same of raw requests. */
export function keptRequests(): readonly RawRequest[] {
  return kept.requests.map(({ base64, ...each }) => ({
    ...each,
    parts: base64.map((part) => Buffer.from(part, 'base64')),
  }))
}
