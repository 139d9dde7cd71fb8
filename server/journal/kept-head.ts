import { bareRecord } from '../bare-record.js'
import { isOtherCredential } from '../credentials.js'
import type { Head } from '../operation.js'
import { redactDeep, redacted, redactTarget } from '../redaction.js'

/** The target of a call without the secrets. */
export const keptTarget = ({ sentTarget }: Head, secrets: readonly string[]): string =>
  sentTarget.read(ofTarget).without(secrets)

/** The headers of a call without the secrets. */
export const keptHeaders = ({ sentHeaders }: Head, secrets: readonly string[]): Readonly<Record<string, string>> =>
  sentHeaders.read(ofHeaders).without(secrets)

/** What is kept of something that a connection sends with each call: found once for the same secrets, kept once for all. */
class Kept<Value, Safe> {
  readonly #value: Value
  readonly #keep: (value: Value, secrets: readonly string[]) => Safe
  #last: { readonly secrets: readonly string[]; readonly safe: Safe } | undefined

  constructor(value: Value, keep: (value: Value, secrets: readonly string[]) => Safe) {
    this.#value = value
    this.#keep = keep
  }

  without(secrets: readonly string[]): Safe {
    if (this.#last?.secrets !== secrets) this.#last = { secrets, safe: this.#keep(this.#value, secrets) }
    return this.#last.safe
  }
}

const ofTarget = (target: string) => new Kept(target, redactTarget)
const ofHeaders = (headers: Head['headers']) => new Kept(headers, keepHeaders)

function keepHeaders(headers: Head['headers'], secrets: readonly string[]): Readonly<Record<string, string>> {
  const kept = bareRecord<string>()
  for (const name in headers) kept[name] = keepHeader(name, headers[name] ?? '', secrets)
  return kept
}

function keepHeader(name: string, value: string, secrets: readonly string[]): string {
  // Its scheme says what was wrong with it.
  return isOtherCredential(name) ? redacted : redactDeep(value, secrets)
}
