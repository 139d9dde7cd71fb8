import type { Page } from 'playwright-core'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const openPage = browserForTests()

/** Opens a view, and holds every page to this: nothing fails in it, and nothing is against its policy. */
async function show(emulator: Emulator, path = 'requests', options: Parameters<typeof openPage>[1] = {}) {
  const page = await openPage('about:blank', options)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) wrong.push(message.text())
  })
  await page.goto(`${emulator.url}/_backstock/ui/${path}`)
  return { page, wrong }
}

const started = (options: EmulatorOptions = {}) => startTestEmulator(options)
const calls = (page: Page) => page.getByRole('grid', { name: 'Calls' }).locator('.virtual-row')
const live = (page: Page) => page.getByText('Live', { exact: true }).waitFor()
const good = { warehouse: 'New York', upc: '822508068753', inventory: 200 }
const bad = { warehouse: 'New York', upc: '822508068760', inventory: '1,000' }

const level = (emulator: Emulator, site: string, count: unknown) =>
  supertest(emulator.url)
    .post(`/v2/${site}/inventory`)
    .set('Authorization', 'Bearer site-token')
    .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: '8', inventory_level: count })

const newest = async (emulator: Emulator): Promise<string> =>
  (await supertest(emulator.url).get('/_backstock/requests?limit=1')).body.requests[0].id

describe('The list of calls', () => {
  it('shows each as it comes, newest first, with what it came to', async () => {
    const emulator = await started()
    await bulk(emulator, items(good, bad))
    const { page, wrong } = await show(emulator)
    await live(page)
    await calls(page).first().waitFor()
    expect(await calls(page).count()).toBe(1)
    await level(emulator, 'my-site', 4)
    await page.getByText('/v2/my-site/inventory').waitFor()
    const texts = await calls(page).allInnerTexts()
    expect(texts).toHaveLength(2)
    expect(texts[0]).toMatch(/POST \/v2\/my-site\/inventory\s+jirafe\.inventory\s+my-site\s+200\s+1 of 1\s+0/)
    expect(texts[1]).toMatch(/POST \/v2\/bulk-inventory\s+joor\.bulk-inventory\s+token-\w{8}\s+200\s+1 of 2\s+▲ 1/)
    expect(wrong).toEqual([])
  }, 60_000)

  it('has its filters in the address: what they leave out is not shown, and the address shows the same again', async () => {
    const emulator = await started()
    await bulk(emulator, items(bad))
    await level(emulator, 'my-site', 4)
    const { page } = await show(emulator)
    await page.getByLabel('vendor').selectOption('joor')
    await page.getByRole('button', { name: 'With violations' }).click()
    await page.getByText('jirafe.inventory').waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?vendor=joor&violations=true')
    await bulk(emulator, items(good))
    await level(emulator, 'my-site', null)
    await bulk(emulator, items(bad, bad))
    await expect.poll(() => calls(page).count()).toBe(2)
    await page.reload()
    await expect.poll(() => calls(page).count()).toBe(2)
    for (const text of await calls(page).allInnerTexts()) expect(text).toMatch(/joor\.bulk-inventory.*▲ [12]/s)
  }, 60_000)

  it('says what is wrong with a filter, in the words of the emulator', async () => {
    const emulator = await started()
    const { page } = await show(emulator, 'requests?path=nowhere')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toMatch(/path/)
  }, 60_000)

  it('is about one account or site where the header names it, in every view', async () => {
    const emulator = await started()
    await bulk(emulator, items(good), { token: 'one' })
    await bulk(emulator, items(good), { token: 'two' })
    await level(emulator, 'my-site', 4)
    const { page } = await show(emulator)
    await expect.poll(() => calls(page).count()).toBe(3)
    await page.getByLabel('Account or site').selectOption('site:my-site')
    await expect.poll(() => calls(page).count()).toBe(1)
    await page.getByRole('link', { name: 'Inventory' }).click()
    expect(page.url()).toMatch(/\/ui\/inventory\?site=my-site$/)
  }, 60_000)

  it('stands still while it is paused, counts what comes, and shows it when it goes on', async () => {
    const emulator = await started()
    await bulk(emulator, items(good))
    const { page } = await show(emulator)
    await live(page)
    await calls(page).first().waitFor()
    await page.keyboard.press('p')
    await bulk(emulator, items(good))
    await bulk(emulator, items(good))
    await page.getByRole('button', { name: 'Resume (2 new)' }).waitFor()
    expect(await calls(page).count()).toBe(1)
    await page.getByRole('button', { name: /Resume/ }).click()
    await expect.poll(() => calls(page).count()).toBe(3)
  }, 60_000)

  it('is moved through by keys, a row being opened by Enter and left by Escape', async () => {
    const emulator = await started()
    for (const token of ['one', 'two', 'three']) await bulk(emulator, items(good), { token })
    const { page } = await show(emulator)
    await calls(page).nth(2).waitFor()
    await page.getByRole('grid', { name: 'Calls' }).focus()
    for (const key of ['End', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    await page.waitForURL(`**/requests/${body.requests[1].id}`)
    await page.getByRole('tab', { name: 'Request' }).waitFor()
    await page.keyboard.press('Escape')
    await page.waitForURL('**/ui/requests')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').innerText()).toContain('pause or resume the list')
  }, 60_000)

  it('shows what was missed when the emulator is back, and what is gone no more', async () => {
    const emulator = await started()
    await bulk(emulator, items(good), { token: 'before' })
    const { page } = await show(emulator)
    await calls(page).first().waitFor()
    const port = Number(new URL(emulator.url).port)
    await emulator.close()
    await page.getByText('Not connected').waitFor()
    const again = await started({ port })
    await level(again, 'after', 4)
    await page.getByText('/v2/after/inventory').waitFor()
    await live(page)
    await expect.poll(() => calls(page).count()).toBe(1)
  }, 60_000)

  it('holds 100,000 calls, of which only those in sight are in the page', async () => {
    const emulator = await started()
    const { page } = await show(emulator)
    const line = { at: '2026-01-23T12:00:00.000Z', vendor: 'joor', operation: 'joor.bulk-inventory', account: 'brand' }
    const rest = { method: 'POST', path: '/v2/bulk-inventory', status: 200, items: null, violations: 0, ms: 1 }
    const requests = Array.from({ length: 100_000 }, (_, index) => ({
      id: `call-${index}`,
      ...line,
      ...rest,
      ms: index,
    }))
    await page.route('**/_backstock/requests?*', (route) => route.fulfill({ json: { requests, next: null } }))
    await page.reload()
    await calls(page).first().waitFor()
    const grid = page.getByRole('grid', { name: 'Calls' })
    expect(await grid.getAttribute('aria-rowcount')).toBe('100001')
    expect(await calls(page).count()).toBeLessThan(100)
    await grid.focus()
    await page.keyboard.press('End')
    await page.getByText('99999', { exact: true }).waitFor()
    expect(await calls(page).last().getAttribute('aria-rowindex')).toBe('100001')
    expect(await calls(page).count()).toBeLessThan(100)
  }, 60_000)

  it('is empty at first, with two commands that lead to this very emulator', async () => {
    const emulator = await started()
    const { page } = await show(emulator)
    await page.getByText('No call has come yet.').waitFor()
    const commands = await page.locator('.example pre').allInnerTexts()
    expect(commands).toHaveLength(2)
    for (const command of commands) expect(command).toContain(`curl -s ${emulator.url}/v2/`)
  }, 60_000)

  it('is emptied when its journal is, but not before somebody is sure', async () => {
    const emulator = await started()
    await bulk(emulator, items(good))
    const { page } = await show(emulator)
    await calls(page).first().waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await newest(emulator)).toBeDefined()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('button', { name: 'Empty it' }).click()
    await page.getByText('No call has come yet.').waitFor()
    expect((await supertest(emulator.url).get('/_backstock/requests')).body.requests).toEqual([])
  }, 60_000)
})

describe('A call in detail', () => {
  it('shows what it broke at its place in the body, in JSON and in XML', async () => {
    const emulator = await started()
    await bulk(emulator, items(good, bad))
    const { page, wrong } = await show(emulator, `requests/${await newest(emulator)}`)
    const rows = page.getByRole('tree', { name: 'Body of the request' }).locator('.virtual-row')
    await rows.first().waitFor()
    const texts = await rows.allInnerTexts()
    const at = texts.findIndex((text) => text.includes('"1,000"'))
    expect(texts[at + 1]).toContain('joor.inventory.integer: 1,000. Right is')
    expect(texts.filter((text) => text.includes('joor.')).length).toBe(1)

    const xml =
      '<inventory_items><inventory_item><warehouse>A</warehouse><upc>1</upc><inventory>x1</inventory></inventory_item></inventory_items>'
    await bulk(emulator, xml, { type: 'application/xml' })
    await page.goto(`${emulator.url}/_backstock/ui/requests/${await newest(emulator)}`)
    await rows.first().waitFor()
    const lines = await rows.allInnerTexts()
    const place = lines.findIndex((text) => text.includes('<inventory>x1</inventory>'))
    expect(lines[place + 1]).toContain('joor.inventory.integer: x1')
    expect(wrong).toEqual([])
  }, 60_000)

  it('leads from a violation, with its evidence and source, to its place', async () => {
    const emulator = await started()
    await bulk(emulator, items(...Array(200).fill(good), bad))
    const { page } = await show(emulator, `requests/${await newest(emulator)}?tab=violations`)
    await page.getByText('JOOR API documentation').first().waitFor()
    expect(await page.locator('.told .evidence').first().innerText()).toBe('documented')
    await page.getByRole('button', { name: '/inventory_items/200/inventory' }).click()
    await page.locator('.body-mark').waitFor()
    await expect.poll(() => page.locator('.body-mark').isVisible()).toBe(true)
    expect(await page.locator('.body-mark').innerText()).toContain('1,000')
  }, 60_000)

  it('shows each changed row before and after, and nothing of what stayed', async () => {
    const emulator = await started()
    await bulk(emulator, items({ ...good, inventory: 200 }))
    await bulk(emulator, items({ ...good, inventory: 180 }))
    const { page } = await show(emulator, `requests/${await newest(emulator)}?tab=changes`)
    const rows = page.getByRole('grid', { name: 'Changed rows' }).locator('.virtual-row')
    await rows.first().waitFor()
    expect((await rows.allInnerTexts()).map((text) => text.split(/\s*\n\s*/))).toEqual([
      ['Set: New York · IMMEDIATE · upc 822508068753'],
      ['available', '200', '180'],
      ['incoming', '200', '180'],
    ])
  }, 60_000)

  it('names the fault that spoke, the items and the rules it met', async () => {
    const emulator = await started()
    await supertest(emulator.url)
      .put('/_backstock/faults')
      .send([{ times: 2, fault: { kind: 'error', status: 503 } }])
    await bulk(emulator, items(good))
    const failed = await newest(emulator)
    const { page } = await show(emulator, `requests/${failed}`)
    await page.getByText('A fault spoke about this call: error.').waitFor()
    await page.getByText('1 fault armed').waitFor()
    await bulk(emulator, items(good))
    await page.getByText('1 fault armed').waitFor({ state: 'detached' })
    await bulk(emulator, items(good, bad))
    await page.goto(`${emulator.url}/_backstock/ui/requests/${await newest(emulator)}?tab=items`)
    const outcomes = page.getByRole('grid', { name: 'Items of the call' }).locator('.virtual-row')
    await outcomes.first().waitFor()
    expect(await outcomes.allInnerTexts()).toEqual([
      expect.stringMatching(/0\s+✓ updated/),
      expect.stringMatching(/1\s+✕ not updated\s+inventory: 1,000/),
    ])
    await page.getByRole('tab', { name: 'Rules met' }).click()
    await page.getByText('joor.inventory.integer', { exact: true }).waitFor()
  }, 60_000)

  it('is repeated inside the emulator, with the result beside it, and copied as a command without the token', async () => {
    const emulator = await started()
    await bulk(emulator, items(good), { token: 'secret-token' })
    const id = await newest(emulator)
    const { page } = await show(emulator, `requests/${id}`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: emulator.url })
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).toMatch(/^curl /)
    expect(copied).toContain('$BACKSTOCK_TOKEN')
    await page.getByRole('button', { name: 'Repeat' }).click()
    await page.getByText('Repeated:').waitFor()
    expect(await page.locator('.repeat-result pre').innerText()).toContain('"items_updated"')
    await page.getByRole('link', { name: 'Open the repeated call' }).click()
    await page.waitForURL((url) => !url.pathname.includes(id))
    for (const text of [copied, await page.content()])
      for (const secret of ['secret-token', oauth2('secret-token').slice(7)]) expect(text).not.toContain(secret)
  }, 60_000)

  it('folds and unfolds tens of thousands of lines, of which only those in sight are in the page', async () => {
    const emulator = await started({ journal: { bodyBytes: 4_000_000 } })
    await bulk(emulator, items(...Array(12_000).fill(good)))
    const { page } = await show(emulator, `requests/${await newest(emulator)}`)
    const tree = page.getByRole('tree', { name: 'Body of the request' })
    const rows = tree.locator('.virtual-row')
    await rows.first().waitFor()
    await tree.focus()
    await page.keyboard.press('End')
    await page.getByText('60004', { exact: true }).waitFor()
    expect(await rows.count()).toBeLessThan(120)
    await page.getByRole('button', { name: 'Fold', exact: true }).click()
    await tree.focus()
    await page.keyboard.press('Home')
    await expect.poll(async () => (await rows.allInnerTexts())[1]).toMatch(/"inventory_items": \[\s*… 60001 lines/)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await expect.poll(async () => (await rows.allInnerTexts())[2]).toMatch(/\{\s*… 4 lines/)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.getByText('"warehouse"').waitFor()
    expect(await rows.count()).toBeLessThan(120)
    await page.getByRole('button', { name: 'As sent' }).click()
    await page.getByText('{"inventory_items":[{"warehouse"').first().waitFor()
  }, 60_000)

  it('takes the place of the list on a phone, which is found again where it was left', async () => {
    const emulator = await started()
    for (let index = 0; index < 60; index++) await bulk(emulator, items(good))
    const { page } = await show(emulator, 'requests', { viewport: { width: 390, height: 800 } })
    await calls(page).first().waitFor()
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    await page.getByRole('grid', { name: 'Calls' }).focus()
    for (const key of ['End', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
    await page.waitForURL(`**/requests/${body.requests[58].id}`)
    expect(await calls(page).count()).toBe(0)
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await calls(page).first().waitFor()
    await expect.poll(() => page.locator('.virtual-row[data-active]').getAttribute('aria-rowindex')).toBe('60')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  }, 60_000)
})

describe('Where there is a control token', () => {
  it('it is asked for once, in the place of every view, and a wrong one lets nobody in', async () => {
    const emulator = await started({ controlToken: 'control-token' })
    await bulk(emulator, items(good))
    const { page } = await show(emulator)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('Control token').fill('another')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await calls(page).count()).toBe(0)
    await page.getByLabel('Control token').fill('control-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await calls(page).first().waitFor()
    await live(page)
    await page.reload()
    await calls(page).first().waitFor()
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.content()).not.toContain('control-token')
  }, 60_000)
})

describe('What the wire brings', () => {
  it('is shown as text, and none of it is run', async () => {
    const emulator = await started()
    const payloads = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)</script>',
      'javascript:alert(1)',
      '</pre><svg onload=alert(1)>',
    ]
    const texts = payloads.map((upc) => ({ warehouse: upc, upc: '1', inventory: upc }))
    await bulk(emulator, items(...texts))
    const { page, wrong } = await show(emulator, `requests/${await newest(emulator)}`)
    page.on('dialog', (dialog) => {
      wrong.push(dialog.message())
      void dialog.dismiss()
    })
    for (const tab of ['Request', 'Reply', 'Violations', 'Items']) {
      await page.getByRole('tab', { name: tab }).click()
      const panel = page.getByRole('tabpanel')
      await expect.poll(() => panel.innerText()).toContain('onerror=alert(1)>')
    }
    expect(await page.locator('img, iframe, main script, main svg[onload]').count()).toBe(0)
    expect(wrong).toEqual([])
  }, 60_000)
})
