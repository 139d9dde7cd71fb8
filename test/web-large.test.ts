import type { CDPSession, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { bulk, items, startTestEmulator } from './emulator.js'
import { isFull } from './proof.js'

const openPage = browserForTests()
const many = isFull ? 100_000 : 20_000
/** A list that is drawn as a whole: long enough to take far longer than what is the most. */
const drawn = isFull ? many : 50_000

/** A list of the dashboard that may be of any length. A further view is a row of these. */
interface List {
  readonly what: string
  /** An emulator that holds `count` of it. */
  readonly start: (count: number) => Promise<Emulator>
  readonly path: (emulator: Emulator, count: number, page: Page) => Promise<string>
  readonly scroller: string
  /** What the last row says. */
  readonly last: (count: number) => string | undefined
  /** The field that chooses among the rows, what is typed there, and how many rows are left. */
  readonly filter?: { readonly label: string; readonly text: (count: number) => string; readonly row: string }
}

const line = (index: number) => ({
  ...{ id: `call-${index}`, at: '2026-01-23T12:00:00.000Z', vendor: 'joor', operation: 'joor.bulk-inventory' },
  ...{
    account: 'brand',
    method: 'POST',
    path: '/v2/bulk-inventory',
    status: 200,
    items: null,
    violations: 0,
    ms: index,
  },
})

/** Of calls the journal keeps fewer for one account: the page is told of them as its emulator would. */
async function feed(page: Page, count: number): Promise<void> {
  await page.route('**/_backstock/requests?*', (route) => {
    const query = new URL(route.request().url()).searchParams
    const from = Number(query.get('cursor') ?? 0)
    const to = Math.min(count, from + Number(query.get('limit')))
    const isChosen = query.get('path') !== null
    const requests = isChosen ? [line(count - 1)] : Array.from({ length: to - from }, (_, index) => line(from + index))
    return route.fulfill({ json: { requests, next: isChosen || to === count ? null : String(to) } })
  })
}

const sizes = ['XS', 'S', 'M', 'L', 'XL']
const position = (index: number) => ({
  ...{
    warehouse: 'New York',
    style_number: `STYLE-${String(Math.floor(index / 5)).padStart(6, '0')}`,
    color_code: 'RED',
  },
  ...{
    style_identifier: `STYLE-${String(Math.floor(index / 5)).padStart(6, '0')}`,
    size: sizes[index % 5],
    inventory: index,
  },
})
const upc = (index: number) => ({ warehouse: 'New York', upc: String(100_000_000_000 + index), inventory: index })
const withPositions = (of: (index: number) => Record<string, unknown>) => (count: number) => {
  const positions = Array.from({ length: count }, (_, index) => of(index))
  return startTestEmulator({ seed: { joor: { accounts: { brand: { token: 'brand-token', positions } } } } })
}

const lists: readonly List[] = [
  {
    what: 'calls',
    start: () => startTestEmulator(),
    path: async (_emulator, count, page) => {
      await feed(page, count)
      return 'requests'
    },
    scroller: '[role=grid]',
    last: (count) => String(count - 1),
    filter: { label: 'Path', text: () => '/v2/bulk-inventory', row: '.virtual-row' },
  },
  {
    what: 'positions of styles',
    start: withPositions(position),
    path: async () => 'inventory?account=brand',
    scroller: '.stock-grid',
    last: (count) => `STYLE-${String(count / 5 - 1).padStart(6, '0')}`,
    filter: {
      label: 'Style, UPC or code',
      text: (count) => `E-${String(count / 5 - 1).padStart(6, '0')}`,
      row: '.grid-row',
    },
  },
  {
    what: 'positions of UPCs',
    start: withPositions(upc),
    path: async () => 'inventory?account=brand',
    scroller: '.plain-list',
    last: (count) => String(100_000_000_000 + count - 1),
    filter: {
      label: 'Style, UPC or code',
      text: (count) => String(100_000_000_000 + count - 1).slice(2),
      row: '.plain-row',
    },
  },
  {
    what: 'lines of a body',
    start: () => startTestEmulator({ journal: { bodyBytes: 8_000_000 } }),
    path: async (emulator, count) => {
      // Five lines for each item.
      const reply = await bulk(emulator, items(...Array.from({ length: count / 10 }, (_, index) => upc(index))))
      return `requests/${reply.headers['backstock-request-id']}`
    },
    scroller: '[role=tree]',
    last: (count) => String((count / 10) * 5 + 4),
  },
]

/** What a list costs the page: at most, while it is opened and scrolled from its beginning to its end. */
interface Cost {
  readonly elements: number
  /** Of the path that was asked most often. */
  readonly calls: number
  /** Bytes more than when it was opened, after what nobody needs was cleared away. */
  readonly growth: number
  /**
   * Milliseconds of the third of the longest tasks, as often as the machine's own unit of work: one may have had to wait for
   * whatever else the machine does.
   */
  readonly longest: number
  readonly isEndSeen: boolean
}

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

const longTasks = `globalThis.tasks = []; new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.tasks.push(duration)
}).observe({ type: 'longtask', buffered: true })`

/**
 * What this browser takes, now and here, to lay out a plain page of 2,000 rows: by it tasks are measured, for no number of
 * milliseconds holds on every machine.
 */
async function unitOfWork(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now()
      const list = document.createElement('div')
      for (let index = 0; index < 2_000; index++) list.append(Object.assign(document.createElement('p'), { textContent: 'Row ' + index }))
      document.body.append(list)
      list.getBoundingClientRect()
      list.remove()
      return performance.now() - started
    })
    return times.sort((one, other) => one - other)[2]
  })()`)
}

/** Scrolls in steps of some ten rows, then to the end; more may be loaded meanwhile. */
const scroll = (selector: string, last: string | undefined) => `(async () => {
  const find = () => document.querySelector(${JSON.stringify(selector)})
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  let elements = 0
  const look = () => { elements = Math.max(elements, document.querySelectorAll('*').length) }
  for (let step = 0; step < 60; step++) {
    find().scrollTop += 400
    await frame()
    look()
  }
  const isEnd = () => ${last === undefined ? 'true' : `find().textContent.includes(${JSON.stringify(last)})`}
  for (let tries = 0; tries < 4000 && !isEnd(); tries++) {
    find().scrollTop = find().scrollHeight
    await frame()
    look()
    if (tries % 20 === 19) await new Promise((done) => setTimeout(done, 100))
  }
  return { elements, isEndSeen: isEnd() }
})()`

async function costOf(
  page: Page,
  { scroller, last }: Pick<List, 'scroller'> & { readonly last: string | undefined },
): Promise<Cost> {
  const session = await page.context().newCDPSession(page)
  const asked = new Map<string, number>()
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1)
  })
  const unit = await unitOfWork(page)
  const before = await heap(session)
  await page.evaluate(longTasks)
  const { elements, isEndSeen } = await page.evaluate<Pick<Cost, 'elements' | 'isEndSeen'>>(scroll(scroller, last))
  const tasks = await page.evaluate<readonly number[]>('globalThis.tasks.sort((one, other) => other - one)')
  const growth = (await heap(session)) - before
  const longest = (tasks[2] ?? 0) / Math.max(unit, await unitOfWork(page))
  return { elements, calls: Math.max(0, ...asked.values()), growth, longest, isEndSeen }
}

const most = {
  /** The header and the filters have some hundred, a row has ten. */
  elements: 2_500,
  /** Pages of the list, and what is asked of the same path by time. */
  calls: 20 + (many * 3) / 1_000,
  /** Two kilobytes for each row that a page may keep. */
  growth: 2_000 * many,
  /** The longest tasks are of laying out fewer plain rows than half of what there is. */
  longest: many / 4_000,
}

function tooMuch(cost: Cost): readonly string[] {
  return (['elements', 'calls', 'growth', 'longest'] as const).flatMap((name) =>
    cost[name] <= most[name] ? [] : [`${name}: ${cost[name]}, and ${most[name]} is the most`],
  )
}

describe('However long they are', () => {
  it.each(lists)(
    '$what are scrolled to the end and chosen among, and a page holds few of them',
    async (list) => {
      const emulator = await list.start(many)
      const page = await openPage('about:blank')
      const path = await list.path(emulator, many, page)
      await page.goto(`${emulator.url}/_backstock/ui/${path}`)
      await page.locator(list.scroller).waitFor()
      const cost = await costOf(page, { scroller: list.scroller, last: list.last(many) })
      expect(cost.isEndSeen).toBe(true)
      expect(tooMuch(cost)).toEqual([])
      if (list.filter === undefined) return
      const { label, text, row } = list.filter
      await page.getByLabel(label).fill(text(many))
      await page.keyboard.press('Enter')
      await expect.poll(() => page.locator(row).count(), { timeout: 20_000 }).toBeLessThanOrEqual(4)
      await page.locator(row).last().waitFor()
    },
    120_000,
  )
})

describe('A planted fault', () => {
  it('is caught: a list of which all rows are in the page', async () => {
    const page = await openPage('about:blank')
    await page.setContent('<div id="all" style="height: 600px; overflow: auto"></div>')
    // Drawn anew with each step, as a view does that keeps no window.
    await page.evaluate(`(() => {
      const all = document.getElementById('all')
      const draw = () => all.replaceChildren(...Array.from({ length: ${drawn} }, (_, index) =>
        Object.assign(document.createElement('p'), { textContent: 'Row ' + index })))
      draw()
      let left = 3
      all.addEventListener('scroll', () => left-- > 0 && draw())
    })()`)
    const cost = await costOf(page, { scroller: '#all', last: `Row ${drawn - 1}` })
    expect(tooMuch(cost).map((told) => told.replace(/:.*/, ''))).toEqual(['elements', 'longest'])
  }, 120_000)

  it('is caught: a page that keeps what it threw away, and asks for each row', async () => {
    const page = await openPage('about:blank')
    await page.route('http://planted.test/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<div id="all" style="height: 600px; overflow: auto"><p style="height: 90000px">',
      }),
    )
    await page.goto('http://planted.test/')
    await page.evaluate(`(() => {
      const kept = globalThis.kept = []
      document.getElementById('all').addEventListener('scroll', () => {
        for (let index = 0; index < 10; index++) void fetch('/row')
        kept.push(Array.from({ length: ${3 * many} }, (_, index) => ({ index })))
      })
    })()`)
    const cost = await costOf(page, { scroller: '#all', last: undefined })
    expect(tooMuch(cost).map((told) => told.replace(/:.*/, ''))).toEqual(expect.arrayContaining(['calls', 'growth']))
  }, 120_000)
})
