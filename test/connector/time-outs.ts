import { Connector } from './connector.js'
import type { Outcome, Report } from './report.js'
import type { Page, Stock } from './rows.js'

/** What timed out is not sent again at once. */
export abstract class TimeoutEnds extends Connector {
  override isOpen(outcome: Outcome<unknown>): boolean {
    return super.isOpen(outcome) && !(outcome.kind === 'lost' && outcome.timedOut)
  }
}

/** What nothing is known of is kept for the next run. */
export abstract class TimeoutKept extends TimeoutEnds {
  #kept: Page = []

  override async sendPage(page: Page, query: string): Promise<Report<Stock>> {
    const report = await super.sendPage(page, query)
    this.#kept = [...this.#kept, ...report.unknown]
    return report
  }

  /** Nothing is kept any more. */
  release(): readonly Page[] {
    const pages = this.pagesOf(this.#kept)
    this.#kept = []
    return pages
  }
}
