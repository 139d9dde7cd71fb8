import type { BrowserContextOptions, Page } from 'playwright-core'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { bulk, items } from './emulator.js'
import { arm } from './faults.js'
import { hostileTexts } from './hostile-texts.js'
import { IsolatedWorld } from './isolated-world.js'
import { isFull } from './proof.js'
import { views } from './sights.js'

const openPage = browserForTests()

/** What an HTTP header can hold. */
const inHeader = hostileTexts.filter((text) => /^[\x20-\x7e]+$/.test(text))
const calls = { json: '', xml: '', query: '' }
let emulator: Emulator | undefined
let names: readonly string[] = []

const xmlText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const fields = (text: string) => ({ style_number: text, style_identifier: text, color_code: text, size: text })

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, journal: { bodyBytes: 4_000_000 } })
  const control = supertest(emulator.url)
  const token = { token: 'hostile-token' }
  await control.put('/_backstock/joor/accounts/hostile').send(token).expect(201)
  await control.put('/_backstock/jirafe/sites/hostile').send(token).expect(201)
  for (const text of hostileTexts) {
    await control
      .put(`/_backstock/joor/accounts/${encodeURIComponent(text)}`)
      .send({})
      .expect(201)
    await control
      .put(`/_backstock/jirafe/sites/${encodeURIComponent(text)}`)
      .send({})
      .expect(201)
    await control
      .post('/v2/hostile/inventory')
      .set('Authorization', 'Bearer hostile-token')
      .send({ product_code: text, inventory_level: 1, timestamp: '2026-01-23T16:35:38+0000' })
      .expect(200)
  }
  const stocked = hostileTexts.flatMap((text) => [
    { warehouse: text, ...fields(text), inventory: 1, [text]: text },
    { warehouse: 'New York', upc: text, inventory: 1 },
  ])
  const idOf = (reply: supertest.Response) => reply.headers['backstock-request-id'] ?? ''
  const headers = Object.fromEntries(inHeader.map((text, index) => [`x-hostile-${index}`, text]))
  const broken = hostileTexts.map((text) => ({
    warehouse: 'New York',
    upc: '1',
    inventory: text,
    inventory_date: text,
  }))
  calls.json = idOf(await bulk(emulator, items(...stocked, ...broken), token).set(headers))
  const element = (name: string, text: string) => `<${name}>${xmlText(text)}</${name}>`
  const xml = hostileTexts.map(
    (text) =>
      `<inventory_item>${element('warehouse', text)}${element('upc', text)}<inventory>2</inventory></inventory_item>`,
  )
  const body = `<inventory_items>${xml.join('')}</inventory_items>`
  calls.xml = idOf(await bulk(emulator, body, { ...token, type: 'application/xml' }))
  const query = inHeader.map((text) => `${encodeURIComponent(text)}=${encodeURIComponent(text)}`).join('&')
  calls.query = idOf(await bulk(emulator, items({ upc: '1', inventory: 1 }), { ...token, query: `?${query}` }))
  const messages = hostileTexts.map((text) => ({
    match: { vendor: 'joor' },
    fault: { kind: 'error', status: 503, message: text.slice(0, 1_000) },
  }))
  await arm(emulator, messages, '?account=hostile')
  const { body: listed } = await control.get('/_backstock/joor/accounts')
  names = listed.accounts.map(({ account }: { account: string }) => account)
})
afterAll(() => emulator?.close())

/** Opens a page on which everything that runs, asks elsewhere or offends the policy is written down. */
async function watched(options: BrowserContextOptions = {}) {
  const page = await openPage('about:blank', options)
  page.setDefaultTimeout(15_000)
  const wrong: string[] = []
  await page.exposeFunction('canary', () => wrong.push('a script ran'))
  await page.exposeFunction('tellOffence', (told: string) => wrong.push(`the policy was offended: ${told}`))
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => tellOffence(event.violatedDirective + ' ' + event.blockedURI))",
  )
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => wrong.push(`an error: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) wrong.push(`the console: ${message.text()}`)
  })
  page.on('popup', (popup) => wrong.push(`a window: ${popup.url()}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    const isOurs = emulator !== undefined && url.origin === emulator.url && url.pathname.startsWith('/_backstock/')
    const isFile = ['image', 'media', 'font', 'script', 'stylesheet', 'other'].includes(request.resourceType())
    if (!isOurs || (isFile && !url.pathname.startsWith('/_backstock/ui/assets/')))
      wrong.push(`asked for ${request.url()}`)
  })
  return { page, wrong }
}

/** Elements and attributes that nobody but a hostile text would bring into the dashboard. */
const foreign = `[...document.body.querySelectorAll('*')].flatMap((element) => [
  ...(element.matches('script, iframe, object, embed, base, meta, link, form[action], img, video, marquee, math, body *:is(style)') ? [element.localName] : []),
  ...[...element.attributes].filter(({ name, value }) => name.startsWith('on') || (/^(href|src|action)$/.test(name) && !/^(\\/_backstock\\/|#|data:image)/.test(value))).map(({ name, value }) => element.localName + ' ' + name + '=' + value),
])`

/** All text that is seen, while every list is scrolled from its beginning to its end; white space is one blank. */
const allText = `(async () => {
  const root = document.querySelector('dialog[open]') ?? document.body
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))
  let text = ''
  const read = () => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) if (walker.currentNode.parentElement.checkVisibility()) text += walker.currentNode.data
    text += ' '
  }
  read()
  for (const element of root.querySelectorAll('*')) {
    if (element.scrollHeight <= element.clientHeight + 4 || getComputedStyle(element).overflowY === 'visible' || element.clientHeight < 60) continue
    for (let top = 0; top < element.scrollHeight; top += element.clientHeight * 0.8) {
      element.scrollTop = top
      await frames()
      read()
    }
  }
  return text.replace(/\\s+/g, ' ')
})()`

/** How a text may be shown: as it is, as JSON, XML or a URL has it, and with what nobody could see written out. */
function forms(text: string): readonly string[] {
  const escaped = (each: string) =>
    each.replaceAll(
      /[\u200b-\u202e\u2066-\u2069\ufeff]/g,
      (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const plain = [text, JSON.stringify(text).slice(1, -1)]
  const all = [...plain, ...plain.map(escaped), xmlText(text), encodeURIComponent(text)]
  // Of a long text the beginning is shown, and how much more there is.
  return all.map((each) => each.slice(0, 60).replaceAll(/\s+/g, ' ').trim())
}

const missingIn = (shown: string, texts: readonly string[]) =>
  texts.filter((text) => !forms(text).some((form) => shown.includes(form)))

interface Place {
  readonly view: string
  readonly what: string
  readonly path: () => string
  /** What stands there; all of them unless it says so. */
  readonly texts?: () => readonly string[]
  readonly open?: (page: Page) => Promise<unknown>
}
const tab = (what: string, id: () => string, name: string, rest: Partial<Place> = {}): Place => ({
  ...{ view: 'requests', what, path: () => `requests/${id()}?tab=${name}` },
  ...rest,
})
const json = () => calls.json

/** Where the wire's texts stand. A further view is rows of this. */
const places: readonly Place[] = [
  tab('a body in JSON', json, 'request'),
  tab('its headers', json, 'request', {
    texts: () => inHeader,
    open: (page) =>
      page
        .getByText(/^Headers/)
        .first()
        .click(),
  }),
  tab('its reply', json, 'reply'),
  // Of one call and rule the journal keeps the first places.
  tab('what it broke', json, 'violations', { texts: () => hostileTexts.slice(0, 15) }),
  tab('what it changed', json, 'changes'),
  tab('its items', json, 'items'),
  tab('the rules it met', json, 'rules', { texts: () => [] }),
  tab('a body in XML', () => calls.xml, 'request'),
  tab('a reply in XML', () => calls.xml, 'reply'),
  tab('parameters of the query', () => calls.query, 'violations', { texts: () => inHeader.slice(0, 15) }),
  { view: 'requests', what: 'the list', path: () => 'requests', texts: () => [] },
  { view: 'inventory', what: 'accounts and sites', path: () => 'inventory', texts: () => names },
  { view: 'inventory', what: 'the grid', path: () => 'inventory?account=hostile' },
  { view: 'inventory', what: 'codes', path: () => 'inventory?site=hostile' },
  { view: 'contract', what: 'violations', path: () => 'contract', texts: () => [] },
  {
    view: 'contract',
    what: 'the places of a rule',
    path: () => 'contract/violations/joor.inventory.integer',
    texts: () => hostileTexts.slice(0, 15),
  },
  { view: 'contract', what: 'the map', path: () => 'contract/coverage', texts: () => [] },
  { view: 'reference', what: 'the documents', path: () => 'reference/joor?account=hostile', texts: () => [] },
  { view: 'faults', what: 'messages of faults', path: () => 'faults?account=hostile' },
]

/** Addresses of the dashboard that end in what somebody typed. */
const addresses = [
  ...['requests?path=', 'requests/', '', 'inventory?account=', 'inventory?site=', 'inventory/'],
  ...['contract?find=', 'contract/coverage/', 'faults?account=', 'reference/'],
]

describe('Hostile texts', () => {
  it('are at least fifty, no two alike, and every view has a place for them', () => {
    expect(new Set(hostileTexts).size).toBe(hostileTexts.length)
    expect(hostileTexts.length).toBeGreaterThanOrEqual(50)
    expect(names.filter((name) => hostileTexts.includes(name))).toHaveLength(hostileTexts.length)
    for (const view of views) expect(places.map((place) => place.view)).toContain(view)
  })

  it.each(places)(
    'are text and nothing else: $view, $what',
    async ({ path, texts = () => hostileTexts, open }) => {
      const { page, wrong } = await watched()
      await page.goto(`${emulator?.url}/_backstock/ui/${path()}`)
      await page.getByText('Live', { exact: true }).waitFor()
      await open?.(page)
      await expect
        .poll(async () => missingIn(await (await IsolatedWorld.of(page)).value<string>(allText), texts()), {
          timeout: 30_000,
        })
        .toEqual([])
      expect(await (await IsolatedWorld.of(page)).value(foreign)).toEqual([])
      expect(await page.title()).toMatch(/^(Requests|Inventory|Contract|Reference|Faults & time) · Backstock$/)
      expect(wrong).toEqual([])
    },
    90_000,
  )

  it.each([...addresses.entries()])(
    'in the address are text as well: %i, %s',
    async (index, path) => {
      const { page, wrong } = await watched()
      // Every second text in one of the addresses, and in the long form each in all.
      for (const text of hostileTexts.filter((_, at) => isFull || at % (2 * addresses.length) === 2 * index)) {
        await page.goto(`${emulator?.url}/_backstock/ui/${path}${encodeURIComponent(text)}`)
        await page.getByRole('heading', { level: 1 }).or(page.getByText('There is no view')).first().waitFor()
      }
      expect(await (await IsolatedWorld.of(page)).value(foreign)).toEqual([])
      expect(wrong).toEqual([])
    },
    120_000,
  )

  it('as names of snapshots are refused in words, which are text', async () => {
    const { page, wrong } = await watched()
    await page.goto(`${emulator?.url}/_backstock/ui/faults`)
    const card = page.locator('.card').filter({ hasText: 'Snapshots of' })
    // Every fourth of them, and in the long form all.
    for (const text of hostileTexts.filter((_, at) => isFull || at % 4 === 0)) {
      await card.getByLabel('Name').fill(text)
      await card.getByRole('button', { name: 'Take a snapshot' }).click()
      await card.locator('.wrong').waitFor()
    }
    expect(await (await IsolatedWorld.of(page)).value(foreign)).toEqual([])
    expect(wrong).toEqual([])
  }, 60_000)
})

describe('A planted fault', () => {
  const planted = async (policy: Record<string, string>) => {
    const { page, wrong } = await watched()
    const loud = hostileTexts.filter((text) => !/<base|<meta|<noscript|-->|<title|textarea/i.test(text))
    await page.route('http://planted.test/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: policy,
        body: `<title>Planted</title>${loud.map((text) => `<div>${text}</div>`).join('')}`,
      }),
    )
    await page.goto('http://planted.test/').catch(() => undefined)
    await page.waitForTimeout(1_000)
    return { page, wrong }
  }

  it('is caught: a page that takes the texts for markup', async () => {
    const { page, wrong } = await planted({})
    expect(wrong.filter((line) => line === 'a script ran').length).toBeGreaterThan(5)
    expect(wrong.filter((line) => line.includes('canary.test')).length).toBeGreaterThan(2)
    const found = await (await IsolatedWorld.of(page)).value<readonly string[]>(foreign)
    for (const each of ['script', 'iframe', 'img', 'img onerror=canary()', 'a href=javascript:canary()'])
      expect(found).toContain(each)
  }, 30_000)

  it('is caught: the same under a policy that stops it', async () => {
    const { wrong } = await planted({ 'content-security-policy': "default-src 'none'" })
    expect(wrong).not.toContain('a script ran')
    expect(wrong.filter((line) => line.startsWith('the policy was offended')).length).toBeGreaterThan(5)
  }, 30_000)

  it('is caught: a text that is not there, or not seen', async () => {
    const { page } = await watched()
    await page.setContent('<p>&lt;script&gt;canary()&lt;/script&gt;</p><p hidden>javascript:canary()</p>')
    const text = await (await IsolatedWorld.of(page)).value<string>(allText)
    expect(missingIn(text, ['<script>canary()</script>', 'javascript:canary()'])).toEqual(['javascript:canary()'])
  }, 30_000)
})
