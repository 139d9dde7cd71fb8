import { Connector } from './connector.js'
import type { Outcome, Report } from './report.js'
import type { Page, Stock } from './rows.js'
import { TimeoutEnds, TimeoutKept } from './time-outs.js'

export class NoRetry extends Connector {
  override readonly attempts = 1
}

/** What waits to be sent is kept in a table that adds up, and a page that is to be sent again is added to itself. */
export class RetryAdds extends Connector {
  override postAgain(page: Page, query: string): Promise<Outcome<Stock>> {
    return super.postAgain(
      page.map((row) => ({ ...row, inventory: row.inventory + row.inventory })),
      query,
    )
  }
}

/** What waits to be sent is kept in a list, and a page that is to be sent again is put behind itself. */
export class RetryRepeats extends Connector {
  override postAgain(page: Page, query: string): Promise<Outcome<Stock>> {
    return super.postAgain([...page, ...page], query)
  }
}

export class OverwriteByPage extends Connector {
  override replace(rows: Page): Promise<Report<Stock>> {
    return this.sendPages(this.pagesOf(rows), '?overwrite=1')
  }
}

/** What looks like a full load to the connector is one of what has changed. */
export class OverwriteAlways extends Connector {
  override send(rows: Page): Promise<Report<Stock>> {
    return this.replace(rows)
  }
}

/** A reply of 200 is read no further. */
export class NotUpdatedIgnored extends Connector {
  override async call<Row>(...[place, path, init]: Parameters<Connector['call']>): Promise<Outcome<Row>> {
    return super.call<Row>(place, path, init, async () => [])
  }
}

/** Only what was sent is reported. */
export class NotUpdatedDropped extends Connector {
  override async sendPage(page: Page, query: string): Promise<Report<Stock>> {
    return { ...(await super.sendPage(page, query)), notUpdated: [] }
  }
}

export class TimeoutFails extends TimeoutEnds {
  override async sendPage(page: Page, query: string): Promise<Report<Stock>> {
    const { unknown, ...report } = await super.sendPage(page, query)
    return { ...report, failed: [...report.failed, ...unknown], unknown: [] }
  }
}

export class TimeoutSentLast extends TimeoutKept {
  override send(rows: Page): Promise<Report<Stock>> {
    return this.sendPages([...this.pagesOf(rows), ...this.release()], '')
  }
}
