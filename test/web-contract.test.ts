import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { dashboardForTests, focused, isTooWide } from './dashboard.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const show = dashboardForTests()
const control = async (emulator: Emulator, path: string) =>
  (await supertest(emulator.url).get(`/_backstock/${path}`)).body

const good = { warehouse: 'New York', upc: '822508068753', inventory: 200 }
const many = { warehouse: 'New York', upc: '822508068760', inventory: 'many' }
const spring = { warehouse: 'New York', upc: '822508068777', inventory: 1, inventory_date: '1/2/03' }
const level = (emulator: Emulator, site: string) =>
  supertest(emulator.url).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer t').send({ product_code: 'a' })

describe('The violations', () => {
  it('are summed up by rule, with statement, evidence, source and level, and grow as calls come', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'contract')
    await page.getByText('No call broke a rule.').waitFor()
    await bulk(emulator, items(good, many))
    const rows = page.getByRole('list', { name: 'Broken rules' }).getByRole('listitem')
    await rows.first().waitFor()
    await bulk(emulator, items(many, { ...many, upc: '2' }))
    await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining('3 times in 2 calls')])
    const { rules } = await control(emulator, 'violations')
    const text = await rows.first().innerText()
    for (const part of [rules[0].rule, rules[0].statement, rules[0].evidence, rules[0].source, 'error'])
      expect(text).toContain(part)
    expect(text).not.toContain('warning')
  }, 60_000)

  it('open to the places, newest first, each a link to its call', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(many))
    const last = await bulk(emulator, items(good, spring, many))
    const page = await show(emulator, 'contract')
    await page.getByRole('link', { name: 'joor.inventory.integer' }).click()
    const places = page.getByRole('list', { name: 'Places' }).getByRole('listitem')
    await expect.poll(() => places.count()).toBe(2)
    const texts = await places.allInnerTexts()
    expect(texts[0]).toMatch(/\/inventory_items\/2\/inventory, line 1, column \d+/)
    expect(texts[1]).toContain('/inventory_items/0/inventory, line 1')
    expect(texts.join()).not.toContain('1/2/03')
    await places.first().getByRole('link').click()
    const id = last.headers['backstock-request-id']
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/_backstock/ui/requests/${id}`)
    await page.goBack()
    await page.getByRole('link', { name: 'All calls that broke it' }).click()
    expect(new URL(page.url()).search).toBe('?violations=joor.inventory.integer')
  }, 60_000)

  it('are those of the account or site in the header, and of no other', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'one' })
    await bulk(emulator, items(many), { token: 'one' })
    await bulk(emulator, items(spring), { token: 'two' })
    await level(emulator, 'shop')
    const page = await show(emulator, 'contract?account=brand')
    const rows = page.getByRole('list', { name: 'Broken rules' }).getByRole('listitem')
    await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining('joor.inventory.integer')])
    await page.getByLabel('Account or site').selectOption('site:shop')
    await expect.poll(async () => (await rows.allInnerTexts()).every((text) => text.startsWith('jirafe.'))).toBe(true)
    await page.getByLabel('Account or site').selectOption('')
    await page.getByText('joor.date.forms').waitFor()
  }, 60_000)

  it('show hostile texts as text', async () => {
    const emulator = await startTestEmulator()
    const hostile = '<img src=x onerror=document.title="owned">'
    await bulk(emulator, items({ ...good, inventory: hostile }))
    const page = await show(emulator, 'contract/violations/joor.inventory.integer')
    await page.getByText(hostile).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).not.toBe('owned')
  }, 60_000)
})

describe('The map of the rule book', () => {
  it('has a cell for each rule, whose state is that which the control plane tells', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(good, many))
    const page = await show(emulator, 'contract/coverage')
    await page.locator('.cell').first().waitFor()
    const { rules } = await control(emulator, 'rules')
    const { exercised, gaps, percentage } = await control(emulator, 'coverage?of=joor&of=jirafe')
    expect(await page.locator('.cell').count()).toBe(rules.length)
    const states = async (state: string) => page.locator(`.cell[data-state="${state}"]`).count()
    expect((await states('kept')) + (await states('broken'))).toBe(exercised.length)
    expect(await states('broken')).toBe(1)
    expect(await states('open')).toBe(gaps.length)
    expect(await states('never')).toBe(rules.length - exercised.length - gaps.length)
    expect(await page.locator('.percentage').innerText()).toBe(`${percentage} %`)
    // In words as well, not by colour and shape alone.
    const broken = page.locator('.cell[data-state="broken"]')
    expect(await broken.textContent()).toBe('integer met and broken, documented')
  }, 60_000)

  it('fills as calls come', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'contract/coverage')
    await page.locator('.cell').first().waitFor()
    expect(await page.locator('.cell[data-state="kept"]').count()).toBe(0)
    await bulk(emulator, items(good))
    await expect.poll(() => page.locator('.cell[data-state="kept"]').count()).toBeGreaterThan(20)
  }, 60_000)

  it('is filtered by vendor, evidence, state and words, which stand in the address', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(good))
    const page = await show(emulator, 'contract/coverage')
    await page.locator('.cell').first().waitFor()
    await page.getByRole('combobox', { name: 'Vendor' }).selectOption('joor')
    await page.getByRole('combobox', { name: 'Evidence' }).selectOption('documented')
    await page.getByRole('combobox', { name: 'State' }).selectOption('open')
    const cells = page.locator('.cell')
    const { gaps } = await control(emulator, 'coverage?of=joor&evidence=documented')
    await expect.poll(() => cells.count()).toBe(gaps.length)
    await page.getByLabel('Find a rule').fill('warehouse')
    await expect
      .poll(() => new URL(page.url()).search)
      .toBe('?vendor=joor&evidence=documented&state=open&find=warehouse')
    await expect.poll(() => cells.count()).toBeLessThan(gaps.length)
    const shown = await cells.count()
    await page.reload()
    await expect.poll(() => cells.count()).toBe(shown)
    await page.getByLabel('Find a rule').fill('no rule has this')
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    const { rules } = await control(emulator, 'rules')
    await expect.poll(() => cells.count()).toBe(rules.length)
  }, 60_000)

  it('by operation tells what one has not met that another has, with a request of its own', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(good))
    const page = await show(emulator, 'contract/coverage?group=operation&find=joor.auth.required')
    const group = page.getByRole('region', { name: /^style-inventory/ })
    await group.locator('.cell').waitFor()
    expect(await group.locator('.cell').getAttribute('data-state')).toBe('open')
    const called = page.getByRole('region', { name: /^bulk-inventory, 1 call/ })
    expect(await called.locator('.cell').getAttribute('data-state')).toBe('kept')
    await group.locator('.cell').click()
    await page.getByText('A call of joor.style-inventory').waitFor()
    expect(await page.getByRole('region', { name: 'Commands' }).innerText()).toContain('/v2/style-number/')
  }, 60_000)

  it('opens what a rule says, and a request to copy that covers it when it is sent', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'contract/coverage')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('region', { name: /^date/ }).getByRole('link', { name: 'forms not met' }).click()
    const { rules } = await control(emulator, 'rules')
    const told = rules.find(({ rule }: { rule: string }) => rule === 'joor.date.forms')
    const detail = page.getByRole('region', { name: 'joor.date.forms' })
    for (const text of [told.statement, told.source, told.evidence]) await detail.getByText(text).first().waitFor()
    await page.getByRole('button', { name: 'Copy a request that covers this' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    await promisify(execFile)('sh', ['-c', copied])
    await page.locator('.cell[aria-current]:not([data-state="open"])').waitFor()
    await detail.getByText(/met and (kept|broken) by 1 call of joor\.bulk-inventory/).waitFor()
    expect((await control(emulator, 'coverage')).exercised.map(({ rule }: { rule: string }) => rule)).toContain(
      'joor.date.forms',
    )
  }, 60_000)

  it.each([
    ['joor.conduct.single_calls', 'Only several calls together show it.'],
    ['joor.call.anonymous_limit', 'It is a limit of this emulator and not of the vendor'],
    ['joor.rate.limit', 'As the emulator is set, no call can come to it.'],
  ])(
    'says why no call can come to %s',
    async (rule, why) => {
      const emulator = await startTestEmulator()
      const page = await show(emulator, `contract/coverage/${rule}`)
      await page.getByText(why).waitFor()
      expect(await page.getByRole('button', { name: /Copy a request/ }).count()).toBe(0)
    },
    60_000,
  )

  it('is one stop of the tab key, moved through by arrows, opened by Enter and closed by Escape', async () => {
    const emulator = await startTestEmulator()
    // So wide that each section has one line.
    const page = await show(emulator, 'contract/coverage', { viewport: { width: 2400, height: 900 } })
    await page.locator('.cell').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toMatch(/^post_and_put/)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toMatch(/^refusal/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'joor.auth.refusal' }).waitFor()
    expect(await focused(page)).toBe('joor.auth.refusal')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'joor.auth.refusal' }).waitFor({ state: 'detached' })
    expect(await page.locator('.cell[tabindex="0"]').count()).toBe(1)
    expect(await page.locator('.cell[tabindex="0"]').textContent()).toMatch(/^refusal/)
  }, 60_000)

  it.each([390, 900, 1440])(
    'needs no moving sideways at %d pixels, and a rule can be closed there',
    async (width) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items(good, many))
      const page = await show(emulator, 'contract/coverage', { viewport: { width, height: 800 } })
      await page.locator('.cell').first().waitFor()
      expect(await isTooWide(page)).toBe(false)
      await page.locator('.cell').first().click()
      await page.getByRole('heading', { name: 'joor.call.post_and_put' }).waitFor()
      expect(await isTooWide(page)).toBe(false)
      await page.getByRole('link', { name: 'Close' }).click()
      await page.locator('.cell').first().waitFor()
      expect(new URL(page.url()).pathname).toBe('/_backstock/ui/contract/coverage')
    },
    60_000,
  )

  it('says that there is no such rule where the address names none', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'contract/coverage/joor.nonsense')
    await page.getByText('There is no such rule.').waitFor()
  }, 60_000)
})
