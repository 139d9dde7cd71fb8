import { Agent } from 'node:http'
import type { FormatName, Sample } from './corpus.js'
import { type Dialect, dialects } from './dialects.js'
import { send, Witness } from './witness.js'

/** A body that something is wrong with, and what. */
export interface Failure {
  readonly sample: Sample
  readonly what: string
}

/** So many failures are enough to look at. */
const enough = 5
/** So many bodies go in between two looks at whether all is well. */
const group = 50

/** Sends bodies over one connection that is kept alive, each judged by its reply and by what stands before and after. */
export class BodyFuzz {
  readonly counts = { bodies: 0, refused: 0, taken: 0, counted: 0 }
  readonly failures: Failure[] = []
  readonly #dialect: Dialect
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #witness: Witness
  #state: string | undefined

  constructor(format: FormatName, url: string, twin: string) {
    this.#dialect = dialects[format]
    this.#url = url
    this.#witness = new Witness(this.#agent, this.#dialect, { url, twin })
  }

  async run(samples: Iterable<Sample>): Promise<void> {
    let sent: Sample[] = []
    for (const sample of samples) {
      sent.push(sample)
      const what = await this.#judge(sample).catch((error: unknown) => String(error))
      this.counts.bodies++
      if (what !== undefined) this.failures.push({ sample, what })
      if (what === undefined && sent.length < group) continue
      await this.#settle(sent)
      sent = []
      if (this.failures.length >= enough) break
    }
    if (sent.length > 0) await this.#settle(sent)
    this.#agent.destroy()
  }

  /** What is wrong with the reply to a body, or with the state behind it; undefined where nothing is. */
  async #judge({ path, body }: Sample): Promise<string | undefined> {
    const { headers, statuses } = this.#dialect
    const before = this.#state ?? (await this.#witness.shown('fuzzed'))
    const reply = await send(this.#agent, this.#url, path, headers, body)
    const after = await this.#witness.shown('fuzzed')
    this.#state = after
    if (!statuses.includes(reply.status)) return `It is answered ${reply.status}: ${reply.text}`
    const { told, sent } = await this.#dialect.read(body, reply.text, reply.status, reply.type)
    if (told === undefined) this.counts.refused++
    else this.counts.taken++
    if ((told === undefined || told.updated === 0) && before !== after)
      return `Nothing of it is told to have taken effect, and the state is another: ${after}`
    if (told === undefined || sent === undefined) return undefined
    this.counts.counted++
    const answered = told.updated + told.notUpdated
    return answered === sent ? undefined : `${sent} items were sent and ${answered} are told of.`
  }

  /** Any of the bodies that were sent may be to blame for what is wrong now; the last is named. */
  async #settle(sent: readonly Sample[]): Promise<void> {
    const what = await this.#witness.complaint().catch((error: unknown) => String(error))
    this.#state = undefined
    const sample = sent.at(-1)
    if (what !== undefined && sample !== undefined)
      this.failures.push({ sample, what: `After ${sent.length}: ${what}` })
  }
}
