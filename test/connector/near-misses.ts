import { Connector } from './connector.js'
import { type Outcome, type Report, together } from './report.js'
import type { Page, Stock } from './rows.js'
import { TimeoutKept } from './time-outs.js'

/** A page that got no reply is sent again behind all others. */
export class RetryLast extends Connector {
  override isOpen({ kind }: Outcome<unknown>): boolean {
    return kind === 'later'
  }

  override async sendPages(pages: readonly Page[], query: string): Promise<Report<Stock>> {
    const { unknown, ...report } = await super.sendPages(pages, query)
    if (unknown.length === 0) return { ...report, unknown }
    await this.options.clock.sleep(1_000)
    const lost = pages.filter((page) => page.some((row) => unknown.includes(row)))
    return together([{ ...report, unknown: [] }, await super.sendPages(lost, query)])
  }
}

export class RetryByPut extends Connector {
  override postAgain(page: Page, query: string): Promise<Outcome<Stock>> {
    return this.post(page, query, 'PUT')
  }
}

/** A smaller call may get through; an overwrite stays whole. */
export class RetryInHalves extends Connector {
  override async postAgain(page: Page, query: string): Promise<Outcome<Stock>> {
    if (query !== '' || page.length < 2) return super.postAgain(page, query)
    const middle = Math.ceil(page.length / 2)
    const first = await this.post(page.slice(0, middle), query)
    if (first.kind !== 'taken') return first
    const second = await this.post(page.slice(middle), query)
    if (second.kind !== 'taken') return second
    return { kind: 'taken', notUpdated: [...first.notUpdated, ...second.notUpdated] }
  }
}

export class OverwriteByWarehouse extends Connector {
  override replace(rows: Page): Promise<Report<Stock>> {
    const warehouses = [...new Set(rows.map(({ warehouse }) => warehouse))]
    const pages = warehouses.map((each) => rows.filter(({ warehouse }) => warehouse === each))
    return this.sendPages(pages, '?overwrite=1')
  }
}

export class PagesOfOne extends Connector {
  override pagesOf(rows: Page): readonly Page[] {
    return rows.map((row) => [row])
  }
}

/** What was not updated is sent once more, and then reported. */
export class NotUpdatedAgain extends Connector {
  override async sendPage(page: Page, query: string): Promise<Report<Stock>> {
    const report = await super.sendPage(page, query)
    if (report.notUpdated.length === 0) return report
    // An overwrite of these alone would clear the others.
    const again = await super.sendPage(report.notUpdated, '')
    return together([{ ...report, notUpdated: [] }, again])
  }
}

/** What was not updated is reported by warehouse, whatever its place in the table was. */
export class NotUpdatedSorted extends Connector {
  override async sendPages(pages: readonly Page[], query: string): Promise<Report<Stock>> {
    const report = await super.sendPages(pages, query)
    return { ...report, notUpdated: report.notUpdated.toSorted((a, b) => (a.warehouse < b.warehouse ? -1 : 1)) }
  }
}

export class Awaits extends Connector {
  override readonly patience = 3_600_000
}

/** The next run's own rows come behind it, and count. */
export class TimeoutSentFirst extends TimeoutKept {
  override send(rows: Page): Promise<Report<Stock>> {
    return this.sendPages([...this.release(), ...this.pagesOf(rows)], '')
  }
}
