import { type Agent, request } from 'node:http'
import type { Dialect, Headers } from './dialects.js'

export interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** One call; it is a POST where it has a body. */
export function send(
  agent: Agent,
  url: string,
  path: string,
  headers: Headers,
  body: Buffer | undefined,
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  const length = body === undefined ? {} : { 'Content-Length': body.length }
  const method = body === undefined ? 'GET' : 'POST'
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path, method, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/**
 * Tells whether an emulator still does what is right. It knows accounts or sites `fuzzed`, which hostile calls may have
 * touched, and `bystander`; of both there is a twin in an emulator that gets right calls only.
 */
export class Witness {
  readonly #agent: Agent
  readonly #dialect: Dialect
  readonly #url: string
  readonly #twin: string
  #level = 1

  constructor(agent: Agent, dialect: Dialect, { url, twin }: { readonly url: string; readonly twin: string }) {
    this.#agent = agent
    this.#dialect = dialect
    this.#url = url
    this.#twin = twin
  }

  /** What is wrong; undefined where nothing is. `fuzzed` is empty afterwards but for one right call. */
  async complaint(): Promise<string | undefined> {
    const level = ++this.#level
    const { status, text } = await this.#good(this.#url, 'fuzzed', level)
    const shown = await this.shown('fuzzed')
    if (status !== 200 || !this.#dialect.isThere(level).test(shown))
      return `A right call is answered ${status}: ${text}, and what stands is ${shown}`
    const here = await this.#pass(this.#url, level)
    const there = await this.#pass(this.#twin, level)
    return here === there ? undefined : `The twin shows ${there}, and this ${here}`
  }

  /** What the control plane shows of an account or site. */
  async shown(name: string, url = this.#url): Promise<string> {
    const parts: string[] = []
    for (const path of this.#dialect.shows(name)) {
      const { status, text } = await send(this.#agent, url, path, {}, undefined)
      if (status !== 200) throw new Error(`${path} is answered ${status}: ${text}`)
      parts.push(text)
    }
    return parts.join('\n')
  }

  /** The same right calls for both; what they are answered and what stands then, without the ids. */
  async #pass(url: string, level: number): Promise<string> {
    const told = [
      await this.shown('bystander', url),
      await this.#good(url, 'bystander', level),
      await send(this.#agent, url, `/_backstock/reset?${this.#dialect.scope}=fuzzed`, {}, Buffer.alloc(0)),
      await this.#good(url, 'fuzzed', level),
      await this.shown('fuzzed', url),
      await this.shown('bystander', url),
    ]
    return JSON.stringify(told).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
  }

  #good(url: string, name: string, level: number): Promise<Reply> {
    const { path, headers, body } = this.#dialect.good(name, level)
    return send(this.#agent, url, path, headers, Buffer.from(body))
  }
}
