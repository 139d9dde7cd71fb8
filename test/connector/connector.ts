import { bodyIn, type Format, notUpdatedIn, types } from './formats.js'
import { type Outcome, type Report, reportOf, together } from './report.js'
import type { Level, Page, Stock } from './rows.js'

/** Where one vendor is, and how its caller is let in. */
export interface Place {
  readonly baseUrl: string
  readonly authorization: string
}

export interface Clock {
  /** In milliseconds. */
  sleep(ms: number): Promise<void>
  /** Aborted after so many milliseconds. */
  timeout(ms: number): AbortSignal
}

export interface Options {
  readonly joor: Place
  readonly jirafe: Place & { readonly name: string }
  readonly format: Format
  /** Items of one call. */
  readonly pageSize: number
  readonly clock: Clock
}

/** Keeps two vendors informed of the stock of a shop. */
export class Connector {
  readonly options: Options
  readonly attempts: number = 4
  /** How long a reply may take, in milliseconds. */
  readonly patience: number = 30_000

  constructor(options: Options) {
    this.options = options
  }

  /** Sends rows page by page; what no row names stays as it is. */
  send(rows: readonly Stock[]): Promise<Report<Stock>> {
    return this.sendPages(this.pagesOf(rows), '')
  }

  /** Replaces all stock. One call: of several each would clear what the one before has sent. */
  replace(rows: readonly Stock[]): Promise<Report<Stock>> {
    return this.sendPages([rows], '?overwrite=1')
  }

  async sendLevels(levels: readonly Level[], at: Date): Promise<Report<Level>> {
    return reportOf(levels, await this.patiently(() => this.postLevels(levels, at)))
  }

  pagesOf(rows: readonly Stock[]): readonly Page[] {
    const { pageSize } = this.options
    return Array.from({ length: Math.ceil(rows.length / pageSize) }, (_, n) =>
      rows.slice(n * pageSize, (n + 1) * pageSize),
    )
  }

  async sendPages(pages: readonly Page[], query: string): Promise<Report<Stock>> {
    const reports: Report<Stock>[] = []
    for (const page of pages) reports.push(await this.sendPage(page, query))
    return together(reports)
  }

  async sendPage(page: Page, query: string): Promise<Report<Stock>> {
    return reportOf(
      page,
      await this.patiently((attempt) => (attempt === 1 ? this.post(page, query) : this.postAgain(page, query))),
    )
  }

  /** An item sets its position: sent once more it changes nothing. */
  postAgain(page: Page, query: string): Promise<Outcome<Stock>> {
    return this.post(page, query)
  }

  async post(page: Page, query: string, method = 'POST'): Promise<Outcome<Stock>> {
    const { joor, format } = this.options
    const type = types[format]
    const headers = { 'content-type': type, accept: type }
    const read = async (text: string) => {
      const left = await notUpdatedIn(format, text)
      return page.filter(({ warehouse, upc }) => left.some((row) => row.warehouse === warehouse && row.upc === upc))
    }
    return this.call(joor, `/v2/bulk-inventory${query}`, { method, headers, body: bodyIn(format, page) }, read)
  }

  postLevels(levels: readonly Level[], at: Date): Promise<Outcome<Level>> {
    const { jirafe } = this.options
    const timestamp = at.toISOString()
    const events = levels.map(({ code, level }) => ({ timestamp, product_code: code, inventory_level: level }))
    const body = JSON.stringify({ 'product.inventory': events })
    const read = async (text: string) => {
      const replies: { success: boolean }[] = JSON.parse(text)['product.inventory']
      return levels.filter((_level, index) => replies[index]?.success !== true)
    }
    const headers = { 'content-type': 'application/json' }
    return this.call(jirafe, `/v2/${jirafe.name}/batch`, { method: 'POST', headers, body }, read)
  }

  /** Again and again, ever later, as long as the outcome is open. */
  async patiently<Row>(call: (attempt: number) => Promise<Outcome<Row>>): Promise<Outcome<Row>> {
    let outcome = await call(1)
    for (let attempt = 2; attempt <= this.attempts && this.isOpen(outcome); attempt++) {
      const asked = outcome.kind === 'later' ? outcome.ms : 0
      await this.options.clock.sleep(Math.max(asked, 1_000 * 2 ** (attempt - 2)))
      outcome = await call(attempt)
    }
    return outcome
  }

  isOpen({ kind }: Outcome<unknown>): boolean {
    return kind === 'later' || kind === 'lost'
  }

  async call<Row>(
    { baseUrl, authorization }: Place,
    path: string,
    init: { readonly method: string; readonly headers: Record<string, string>; readonly body: string },
    readNotUpdated: (text: string) => Promise<readonly Row[]>,
  ): Promise<Outcome<Row>> {
    const signal = this.options.clock.timeout(this.patience)
    try {
      const headers = { ...init.headers, authorization }
      const response = await fetch(`${baseUrl}${path}`, { ...init, headers, signal })
      const text = await response.text()
      if (response.status === 429 || response.status === 503)
        return { kind: 'later', ms: 1_000 * (Number(response.headers.get('retry-after')) || 0) }
      return response.ok ? { kind: 'taken', notUpdated: await readNotUpdated(text) } : { kind: 'refused' }
    } catch {
      return { kind: 'lost', timedOut: signal.aborted }
    }
  }
}
