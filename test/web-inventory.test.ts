import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const open = browserForTests()

const shirt = (color: string, size: string, inventory: number, rest: object = {}) => ({
  ...{ warehouse: 'New York', style_number: 'SHIRT', style_identifier: 'SHIRT-1', color_code: color, size, inventory },
  ...rest,
})
const brand = {
  token: 'brand-token',
  positions: [
    shirt('RED', 'S', 12),
    shirt('RED', 'M', 0),
    shirt('BLUE', 'XL', 7),
    shirt('RED', 'S', 5, { warehouse: 'Los Angeles' }),
    shirt('RED', 'S', 3, { inventory_date: '2027-01-31' }),
    { style_identifier: 'CUSTOM', color_code: 'ANY', size: 'M', made_to_order: true },
    { warehouse: 'New York', upc: '822508068753', inventory: 4 },
  ],
  pending: [
    { warehouse: 'New York', style_identifier: 'SHIRT-1', color_code: 'RED', size: 'S', quantity: 2 },
    { warehouse: 'New York', upc: '822508068753', quantity: 1 },
  ],
}
const event = (code: string, level: number, minute: number) => ({
  product_code: code,
  inventory_level: level,
  timestamp: `2015-01-23T16:${String(minute).padStart(2, '0')}:00+0000`,
})
const seed = {
  joor: { accounts: { brand, empty: { token: 'empty-token' } } },
  jirafe: { sites: { shop: { token: 'shop-token', levels: [event('HAT', 9, 1)] }, bare: {} } },
}

type Options = Parameters<typeof open>[1]

async function opened(path: string, { with: given = seed, ...options }: { with?: object } & Options = {}) {
  const emulator = await startTestEmulator({ seed: given })
  const page = await open(`${emulator.url}/_backstock/ui/${path}`, options)
  const thrown: string[] = []
  page.on('pageerror', ({ message }) => thrown.push(message))
  return { emulator, page, thrown }
}

async function control(emulator: Emulator, path: string) {
  const { body } = await supertest(emulator.url).get(`/_backstock/${path}`)
  return body
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Styles and colors by size' })
const plain = (page: Page) => page.getByRole('grid', { name: 'Positions without a style' })
const row = (page: Page, name: string) => grid(page).getByRole('row').filter({ hasText: name })
const onOneLine = (texts: readonly string[]) => texts.map((text) => text.replaceAll(/\s+/g, ' ').trim())
/** The cells of a row in the order of its columns, as they are read. */
const cellsOf = async (page: Page, name: string) =>
  onOneLine(await row(page, name).first().getByRole('gridcell').allInnerTexts())
const rowNames = async (page: Page) => onOneLine(await grid(page).getByRole('rowheader').allInnerTexts())
const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)
/** Pixels by which the page itself could be scrolled to the side. */
const overhang = (page: Page) =>
  page.evaluate<number>(
    "Math.max(...['html', 'main'].map((name) => document.querySelector(name)).map((e) => e.scrollWidth - e.clientWidth))",
  )

describe('The stock of an account', () => {
  it('stands as a grid: warehouse and date, styles in their colors, and a column for each size', async () => {
    const { page, thrown } = await opened('inventory?account=brand')
    await row(page, 'BLUE').waitFor()
    expect(await grid(page).getByRole('columnheader').allInnerTexts()).toEqual(['Style and color', 'S', 'M', 'XL'])
    expect(await rowNames(page)).toEqual([
      'Made to order, in every warehouse',
      'CUSTOM ANY',
      'Los Angeles IMMEDIATE',
      'SHIRT RED · SHIRT-1',
      'New York 2027-01-31',
      'SHIRT RED · SHIRT-1',
      'New York IMMEDIATE',
      'SHIRT BLUE · SHIRT-1',
      'SHIRT RED · SHIRT-1',
    ])
    expect(await cellsOf(page, 'BLUE')).toEqual(['', '', '7'])
    expect(thrown).toEqual([])
  })

  it('tells what is sold out from what is made to order by words and shapes, with pending orders beside', async () => {
    const { page } = await opened('inventory?account=brand&warehouse=New+York&inventory_date=IMMEDIATE')
    await row(page, 'RED').waitFor()
    await row(page, 'RED').getByText('2 pending').waitFor()
    expect(await cellsOf(page, 'RED')).toEqual(['12 2 pending', '0 sold out', ''])
    expect(await cellsOf(page, 'CUSTOM')).toEqual(['', 'made to order', ''])
    expect(await row(page, 'RED').locator('circle').count()).toBe(1)
    expect(await row(page, 'CUSTOM').locator('circle').count()).toBe(0)
    expect(await row(page, 'CUSTOM').locator('.shape path').count()).toBe(1)
    expect(await row(page, 'BLUE').locator('.shape').count()).toBe(0)
  })

  it('lists beside the grid what names no style, and nothing of it in the grid', async () => {
    const { page } = await opened('inventory?account=brand')
    const cells = plain(page).getByRole('gridcell')
    await plain(page).getByText('1 pending').waitFor()
    expect(await cells.allInnerTexts()).toEqual(['822508068753', 'New York\nIMMEDIATE', '4\n1 pending'])
    expect(await grid(page).getByText('822508068753').count()).toBe(0)
    expect(await plain(page).getByText('SHIRT').count()).toBe(0)
  })

  it('is chosen by warehouse, date and text, which stand in the address and outlive a reload', async () => {
    const { page } = await opened('inventory?account=brand')
    await row(page, 'BLUE').waitFor()
    await page.getByLabel('Warehouse').selectOption('New York')
    await page.getByLabel('Date').selectOption('2027-01-31')
    await row(page, 'BLUE').waitFor({ state: 'detached' })
    expect(await page.getByLabel('Date').locator('option').allInnerTexts()).toEqual([
      'All dates',
      'IMMEDIATE',
      '2027-01-31',
    ])
    expect(queryOf(page)).toEqual({ account: 'brand', warehouse: 'New York', inventory_date: '2027-01-31' })
    // What is made to order has no warehouse: it is so in each.
    const chosen = ['Made to order, in every warehouse', 'CUSTOM ANY', 'New York 2027-01-31', 'SHIRT RED · SHIRT-1']
    await expect.poll(() => rowNames(page)).toEqual(chosen)
    await page.reload()
    await row(page, 'RED').waitFor()
    expect(await rowNames(page)).toEqual(chosen)

    await page.getByLabel('Style, UPC or code').fill('hirt-1')
    await page.keyboard.press('Enter')
    await row(page, 'CUSTOM').waitFor({ state: 'detached' })
    expect(queryOf(page)).toMatchObject({ text: 'hirt-1' })
    await expect.poll(() => rowNames(page)).toEqual(['New York 2027-01-31', 'SHIRT RED · SHIRT-1'])
    await page.getByLabel('Style, UPC or code').fill('no such thing')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Show all positions' }).click()
    await row(page, 'BLUE').waitFor()
    expect(queryOf(page)).toEqual({ account: 'brand' })
  })

  it('finds a UPC by a part of it', async () => {
    const { page } = await opened('inventory?account=brand&text=68753')
    await plain(page).getByText('822508068753').waitFor()
    expect(await grid(page).count()).toBe(0)
  })

  it('says what to do where there is none', async () => {
    const { emulator, page } = await opened('inventory?account=empty')
    await page.getByRole('heading', { name: 'empty has no positions yet.' }).waitFor()
    expect(await page.locator('pre').innerText()).toContain(`curl -X POST '${emulator.url}/v2/bulk-inventory'`)
  })

  it('shows what a call changes, and stays where it was', async () => {
    const { emulator, page } = await opened('inventory?account=brand')
    await row(page, 'BLUE').waitFor()
    await page.getByText('Live').waitFor()
    await bulk(emulator, items(shirt('BLUE', 'XL', 77), shirt('GREEN', 'L', 8)), { token: 'brand-token' })
    await row(page, 'GREEN').waitFor()
    expect(await cellsOf(page, 'BLUE')).toEqual(['', '', '', '77'])
    expect(await grid(page).getByRole('columnheader').allInnerTexts()).toContain('L')
    await bulk(emulator, items(shirt('BLUE', 'XL', 1)), { token: 'brand-token', query: '?overwrite=1' })
    await row(page, 'GREEN').waitFor({ state: 'detached' })
    expect(await cellsOf(page, 'BLUE')).toEqual(['', '', '', '1'])
  })

  it('is shown as text whatever a client calls it', async () => {
    const name = '<img src=x onerror="document.title=\'hit\'">'
    const positions = [shirt(name, name, 1, { warehouse: name, style_identifier: name }), { upc: name, inventory: 2 }]
    const { page } = await opened('inventory?account=brand', {
      with: { joor: { accounts: { brand: { positions, pending: [{ upc: name, quantity: 1 }] } } } },
    })
    await plain(page).getByText(name, { exact: true }).waitFor()
    expect(await grid(page).getByText(name).count()).toBeGreaterThan(2)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('Inventory · Backstock')
  })
})

describe('The grid by the keyboard', () => {
  /** The cell that the keys are at: its column, counted from 1, and what it says. */
  const at = async (page: Page) => {
    const id = await page.locator(':focus').getAttribute('aria-activedescendant')
    const cell = page.locator(`[id="${id}"]`)
    if ((await cell.count()) !== 1) return 'nowhere'
    const text = (await cell.innerText()).replaceAll(/\s+/g, ' ')
    return `${await cell.getAttribute('aria-colindex')} ${text}`.trim()
  }

  it('is one stop of the tab key; arrows, Home and End move between its cells', async () => {
    const { page } = await opened('inventory?account=brand&warehouse=New+York&inventory_date=IMMEDIATE&text=SHIRT')
    await row(page, 'RED').getByText('2 pending').waitFor()
    await page.getByRole('button', { name: 'Download CSV' }).focus()
    await page.keyboard.press('Tab')
    const steps: (readonly [string, string])[] = [
      ['ArrowDown', '1 New York IMMEDIATE'],
      ['ArrowDown', '1 SHIRT BLUE · SHIRT-1'],
      ['ArrowDown', '1 SHIRT RED · SHIRT-1'],
      ['ArrowDown', '1 SHIRT RED · SHIRT-1'],
      ['ArrowRight', '2 12 2 pending'],
      ['ArrowRight', '3 0 sold out'],
      ['End', '4'],
      ['ArrowUp', '4 7'],
      ['Home', '1 SHIRT BLUE · SHIRT-1'],
      ['Control+End', '4'],
      ['Control+Home', '1 New York IMMEDIATE'],
      ['PageDown', '1 SHIRT RED · SHIRT-1'],
    ]
    for (const [key, cell] of steps) {
      await page.keyboard.press(key)
      await expect.poll(() => at(page), { message: key }).toBe(cell)
    }
  })

  it('opens a cell by Enter; the dialog keeps the keys, closes by Escape, and gives them back', async () => {
    const { emulator, page } = await opened('inventory?account=brand&text=SHIRT&warehouse=Los+Angeles')
    await row(page, 'RED').waitFor()
    await grid(page).focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
    const dialog = page.getByRole('dialog', { name: 'Pending orders of a position' })
    await dialog.waitFor()
    expect(await dialog.innerText()).toContain('Los Angeles')
    for (let press = 0; press < 8; press++) {
      await page.keyboard.press('Tab')
      // The tab key may lead to the browser's own keys and back; to nothing else of the page.
      expect(await page.locator(':focus').count()).toBe(await dialog.locator(':focus').count())
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await grid(page).and(page.locator(':focus')).count()).toBe(1)
    expect((await control(emulator, 'joor/accounts/brand')).pending).toHaveLength(2)
  })
})

describe('Pending orders', () => {
  const quantities = async (emulator: Emulator) =>
    (await control(emulator, 'joor/accounts/brand')).pending.map(({ quantity }: { quantity: number }) => quantity)
  const cell = (page: Page, text: string) => row(page, 'RED').getByRole('gridcell').filter({ hasText: text })

  it('of a position are changed in its cell; those of others stay', async () => {
    const { emulator, page } = await opened('inventory?account=brand&warehouse=New+York&inventory_date=IMMEDIATE')
    await cell(page, '2 pending').click()
    const field = page.getByLabel('Pending units')
    expect(await field.inputValue()).toBe('2')
    // Somebody else adds a row meanwhile.
    const more = { warehouse: 'Los Angeles', upc: '1', quantity: 30 }
    await supertest(emulator.url)
      .put('/_backstock/joor/accounts/brand/pending')
      .send([...brand.pending, more])
      .expect(200)
    await field.fill('5')
    await page.keyboard.press('Enter')
    await cell(page, '5 pending').waitFor()
    expect((await control(emulator, 'joor/accounts/brand')).pending).toEqual([
      { warehouse: 'New York', inventory_date: 'IMMEDIATE', upc: '822508068753', quantity: 1 },
      { ...more, inventory_date: 'IMMEDIATE' },
      expect.objectContaining({ warehouse: 'New York', style_identifier: 'SHIRT-1', size: 'S', quantity: 5 }),
    ])
    // It is what the emulator deducts from the next call.
    await bulk(emulator, items(shirt('RED', 'S', 20)), { token: 'brand-token', query: '?dec_pending=1' })
    await cell(page, '15').waitFor()
  })

  it('of a position are taken away by an empty field, or by 0', async () => {
    for (const nothing of ['', '0']) {
      const { emulator, page } = await opened('inventory?account=brand&warehouse=New+York&inventory_date=IMMEDIATE')
      await cell(page, '2 pending').click()
      await page.getByLabel('Pending units').fill(nothing)
      await page.getByRole('button', { name: 'Save' }).click()
      await cell(page, '2 pending').waitFor({ state: 'detached' })
      expect(await quantities(emulator)).toEqual([1])
    }
  })

  it.each(['-3', '1.5', 'many'])('of %s are refused beside the field, in the words of the emulator', async (text) => {
    const { emulator, page } = await opened('inventory?account=brand&warehouse=New+York&inventory_date=IMMEDIATE')
    await cell(page, '0 sold out').click()
    const field = page.getByLabel('Pending units')
    await field.fill(text)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain('quantity')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    const told = await field.getAttribute('aria-describedby')
    expect(told?.split(' ')).toContain(await page.getByRole('alert').getAttribute('id'))
    expect(await quantities(emulator)).toEqual([2, 1])
    await field.fill('8')
    await page.keyboard.press('Enter')
    await cell(page, '8 pending').waitFor()
    expect(await quantities(emulator)).toEqual([2, 1, 8])
  })

  it('name a SKU by integers of any length, which keep their digits', async () => {
    const styles = [
      {
        ...{ style_number: 'N1', style_identifier: 'I1', style_id: 707901 },
        colors: [{ color_code: 'RED', style_color_id: '12345678901234567890', sizes: [{ size: 'S', upc: '0123' }] }],
      },
    ]
    const positions = [{ warehouse: 'New York', upc: '0123', inventory: 4 }]
    const { emulator, page } = await opened('inventory?account=brand', {
      with: { joor: { accounts: { brand: { styles, positions } } } },
    })
    await cell(page, '4').click()
    await page.getByText('12345678901234567890').waitFor()
    await page.getByLabel('Pending units').fill('3')
    await page.keyboard.press('Enter')
    await cell(page, '3 pending').waitFor()
    const { text } = await supertest(emulator.url).get('/_backstock/joor/accounts/brand')
    expect(text.match(/"style_color_id":12345678901234567890/g)).toHaveLength(2)
  })
})

describe('An account or a site', () => {
  it('is added with a token that is made, and shown once', async () => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByLabel('Name').fill('second')
    await page.getByLabel('Warehouses').fill('New York\n\n Los Angeles ')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'The token of second' })
    const token = await dialog.locator('pre').innerText()
    await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: 6 }), { token })
    await page.getByRole('button', { name: 'Done' }).click()
    await plain(page).getByText('6', { exact: true }).waitFor()
    expect(queryOf(page)).toEqual({ account: 'second' })
    expect(await control(emulator, 'joor/accounts/second')).toMatchObject({
      declared: true,
      warehouses: ['New York', 'Los Angeles'],
    })
    expect(await page.content()).not.toContain(token)
  })

  it('is added with a token of its own', async () => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: 'Add site' }).click()
    await page.getByLabel('ID').fill('north/1')
    await page.getByLabel('Token').fill('north-token')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'north/1 has no levels yet.' }).waitFor()
    expect(queryOf(page)).toEqual({ site: 'north/1' })
    expect((await control(emulator, 'jirafe/sites')).sites).toContainEqual(
      expect.objectContaining({ site: 'north/1', declared: true }),
    )
  })

  it.each([
    ['Add account', 'Name', 'brand', 'joor/accounts/brand/positions', 'positions', 7],
    ['Add site', 'ID', 'shop', 'jirafe/sites/shop/levels', 'levels', 1],
  ])('that is there already is not replaced: %s', async (button, field, name, path, list, count) => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: button }).click()
    await page.getByLabel(field).fill(name)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').innerText()).toContain(`${name} already`)
    expect(await page.getByLabel(field).getAttribute('aria-invalid')).toBe('true')
    expect((await control(emulator, path))[list]).toHaveLength(count)
  })

  it.each([
    ['a name that is kept for undeclared tokens', 'Name', 'token-0123abcd', 'own', 'token-0123abcd'],
    ["another account's token", 'Token', 'second', 'brand-token', 'account brand'],
  ])('with %s is refused beside the field', async (_what, field, name, token, says) => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Token').fill(token)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').innerText()).toContain(says)
    expect(await page.getByLabel(field).getAttribute('aria-invalid')).toBe('true')
    expect((await control(emulator, 'joor/accounts')).accounts).toHaveLength(2)
  })

  it('is chosen among those there are', async () => {
    const { page } = await opened('inventory')
    await page.getByRole('gridcell', { name: 'shop' }).click()
    await page.getByRole('heading', { name: 'shop' }).waitFor()
    expect(queryOf(page)).toEqual({ site: 'shop' })
  })

  it('where there is none, the page says how to get one', async () => {
    const { page } = await opened('inventory', { with: {} })
    await page.getByRole('heading', { name: 'There is no account and no site yet.' }).waitFor()
    expect(await page.getByRole('grid').count()).toBe(0)
  })
})

describe('A seed', () => {
  const given = { joor: { accounts: { third: { positions: [{ upc: '33', inventory: 33 }] } } } }

  it('is loaded as pasted; what it does not name stays', async () => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: 'Load seed' }).click()
    await page.getByLabel('Or its content').fill(JSON.stringify(given))
    await page.getByRole('button', { name: 'Load', exact: true }).click()
    await page.getByText('Loaded: 1 account and 0 sites.').waitFor()
    await page.getByRole('gridcell', { name: 'third' }).waitFor()
    expect((await control(emulator, 'joor/accounts/third/positions')).positions).toMatchObject([{ available: 33 }])
    expect((await control(emulator, 'joor/accounts/brand/positions')).positions).toHaveLength(7)
  })

  it('is loaded from a file, and shows in the account that is looked at', async () => {
    const { page } = await opened('inventory?account=brand')
    await row(page, 'BLUE').waitFor()
    const other = { joor: { accounts: { brand: { positions: [shirt('GOLD', 'S', 1)] } } } }
    await page.getByRole('button', { name: 'Load seed' }).click()
    await page.getByLabel('A file').setInputFiles({
      ...{ name: 'seed.json', mimeType: 'application/json' },
      buffer: Buffer.from(JSON.stringify(other)),
    })
    await page.getByRole('button', { name: 'Load', exact: true }).click()
    await row(page, 'GOLD').waitFor()
    expect(await row(page, 'BLUE').count()).toBe(0)
    expect(await page.getByText('pending').count()).toBe(0)
  })

  it.each([
    ['that is no JSON', 'joor: {}', 'no JSON'],
    ['with an unknown field', '{"joor":{"accounts":{"brand":{"stock":[]}}}}', 'stock'],
    ['that names a file', '{"joor":{"accounts":{"brand":{"styles_file":"a.csv"}}}}', 'seed file only'],
  ])('%s is refused beside the field, and nothing of it is loaded', async (_what, text, says) => {
    const { emulator, page } = await opened('inventory')
    await page.getByRole('button', { name: 'Load seed' }).click()
    await page.getByLabel('Or its content').fill(text)
    await page.getByRole('button', { name: 'Load', exact: true }).click()
    expect(await page.getByRole('alert').innerText()).toContain(says)
    expect((await control(emulator, 'joor/accounts/brand/positions')).positions).toHaveLength(7)
  })
})

describe('A CSV file', () => {
  it('has every position of what is chosen, over all pages, and the names of the columns once', async () => {
    const positions = Array.from({ length: 2_300 }, (_, index) => ({
      ...{ warehouse: index < 2_200 ? 'New York' : 'Los Angeles' },
      ...{ upc: `u${index}`, inventory: index },
    }))
    const { page } = await opened('inventory?account=brand&warehouse=New+York', {
      with: { joor: { accounts: { brand: { positions } } } },
      acceptDownloads: true,
    })
    await plain(page).getByText('u0', { exact: true }).waitFor()
    const begun = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download CSV' }).click()
    const download = await begun
    expect(download.suggestedFilename()).toBe('positions-brand-New_York.csv')
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(2_201)
    expect(lines[0]).toMatch(/^warehouse,inventory_date,upc,/)
    expect(new Set(lines.slice(1).map((line) => line.split(',')[2])).size).toBe(2_200)
    expect(lines.filter((line) => line.includes('Los Angeles'))).toEqual([])
  })
})

describe('The levels of a site', () => {
  const send = (emulator: Emulator, code: string, level: number, minute: number) =>
    supertest(emulator.url)
      .put('/v2/shop/inventory')
      .set('Authorization', 'Bearer shop-token')
      .send(event(code, level, minute))
      .expect(200)
  const list = (page: Page) => page.getByRole('grid', { name: 'Levels' })

  it('stand with their past as a line, which a call goes on with', async () => {
    const { emulator, page, thrown } = await opened('inventory?site=shop')
    await list(page).getByText('HAT').waitFor()
    await page.getByText('Live').waitFor()
    await send(emulator, 'HAT', 4, 2)
    await send(emulator, 'COAT', 1, 3)
    await list(page).getByText('COAT').waitFor()
    const hat = list(page).getByRole('row').filter({ hasText: 'HAT' })
    await expect.poll(() => hat.locator('.level-units').innerText()).toBe('4')
    await expect.poll(() => hat.getByText('2 states').count()).toBe(1)
    const steps = (await hat.locator('path.steps').getAttribute('d')) ?? ''
    expect(steps.match(/V/g)).toHaveLength(2)
    expect(thrown).toEqual([])
  })

  it('are shown in detail with a chart, and with a table that says the same', async () => {
    const { emulator, page } = await opened('inventory?site=shop')
    for (const [index, level] of [4, 0, 25].entries()) await send(emulator, 'HAT', level, index + 2)
    await list(page).getByText('HAT').click()
    const table = page.getByRole('table', { name: /^The last 4 states/ })
    await table.waitFor()
    expect(new URL(page.url()).pathname).toBe('/_backstock/ui/inventory/HAT')
    const levels = await table.locator('tbody tr td:nth-child(2)').allInnerTexts()
    expect(levels).toEqual(['25', '0', '4', '9'])
    await send(emulator, 'HAT', 3, 9)
    await page.getByRole('table', { name: /^The last 5 states/ }).waitFor()
    await page.getByRole('link', { name: 'Close' }).click()
    await table.waitFor({ state: 'detached' })
  })

  it('are found by a part of their code', async () => {
    const { emulator, page } = await opened('inventory?site=shop&text=oa')
    await send(emulator, 'COAT', 1, 3)
    await list(page).getByText('COAT').waitFor()
    expect(await list(page).getByText('HAT').count()).toBe(0)
  })
})

describe('A hundred thousand positions', () => {
  const sizes = ['XS', 'S', 'M', 'L', 'XL']
  const positions = Array.from({ length: 100_000 }, (_, index) => ({
    ...{
      warehouse: index < 50_000 ? 'A' : 'B',
      style_identifier: `S${String(index % 50_000)
        .padStart(6, '0')
        .slice(0, 5)}`,
    },
    ...{ color_code: index % 10 < 5 ? 'RED' : 'BLUE', size: sizes[index % 5], inventory: index % 7 },
  }))
  const large = { joor: { accounts: { brand: { token: 'brand-token', positions } } } }

  it('are asked for as somebody comes near them; a part of them is in the document, and in memory', async () => {
    const { emulator, page, thrown } = await opened('inventory?account=brand', { with: large })
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/positions')) asked.push(request.url())
    })
    await page.reload()
    await row(page, 'S00000').first().waitFor()
    expect(asked.length).toBeLessThan(3)
    expect(await page.getByLabel('Warehouse').locator('option').allInnerTexts()).toEqual(['All warehouses', 'A', 'B'])

    const rowsInPage = () => page.locator('.grid-row').count()
    const kept = () => page.locator('.grid-row[data-kind="gone"]').count()
    let most = 0
    const scrollTo = (top: number) =>
      grid(page).evaluate((element, to) => {
        element.scrollTop = to
      }, top)
    const height = () => grid(page).evaluate((element) => element.scrollHeight)
    while (asked.length < 70) {
      const before = asked.length
      // The page that was asked for may come after its list was measured.
      await expect
        .poll(async () => {
          await scrollTo(await height())
          return asked.length
        })
        .toBeGreaterThan(before)
      most = Math.max(most, await rowsInPage())
    }
    expect(most).toBeLessThan(80)
    // The first pages were let go of; they are asked for again where somebody comes back.
    await expect.poll(kept).toBe(0)
    const before = asked.length
    await scrollTo(0)
    await row(page, 'S00000').first().waitFor()
    expect(asked.length).toBeGreaterThan(before)
    expect(await cellsOf(page, 'S00000')).toEqual(['5', '6', '0 sold out', '1', '2'])

    // A call is seen though it changes one of so many, and asks for the few pages in sight alone.
    const quiet = asked.length
    const item = { warehouse: 'A', style_identifier: 'S00000', color_code: 'RED', size: 'XS', inventory: 4321 }
    await bulk(emulator, items(item), { token: 'brand-token' })
    await grid(page).getByText('4321').waitFor()
    expect(asked.length - quiet).toBeLessThan(8)
    expect(thrown).toEqual([])
  }, 120_000)

  it('are looked through for a text, and the last of them is found', async () => {
    const { page } = await opened('inventory?account=brand&text=s04999', { with: large })
    await expect
      .poll(() => rowNames(page), { timeout: 60_000 })
      .toEqual(['A IMMEDIATE', 'S04999 BLUE', 'S04999 RED', 'B IMMEDIATE', 'S04999 BLUE', 'S04999 RED'])
  }, 120_000)
})

describe('On a phone', () => {
  it.each([
    'inventory',
    'inventory?account=brand',
    'inventory?account=empty',
    'inventory?site=shop',
    'inventory/HAT?site=shop',
  ])('%s keeps to the width of the page', async (path) => {
    const { page } = await opened(path, { viewport: { width: 320, height: 640 } })
    await page.getByText('Live').waitFor()
    await page.locator('[role=grid], .empty, table').first().waitFor()
    expect(await overhang(page)).toBe(0)
    // What is too wide would be told.
    await page.locator('main').evaluate((element) => element.insertAdjacentText('beforeend', 'wide'.repeat(500)))
    expect(await overhang(page)).toBeGreaterThan(500)
  })

  it('sizes scroll within the grid, whose names of rows stay in sight', async () => {
    const { page } = await opened('inventory?account=brand', { viewport: { width: 320, height: 700 } })
    await row(page, 'BLUE').waitFor()
    await grid(page).evaluate((element) => {
      element.scrollLeft = 1_000
    })
    await row(page, 'BLUE').getByText('7', { exact: true }).waitFor()
    const box = await row(page, 'BLUE').getByRole('rowheader').boundingBox()
    expect(box?.x).toBe(0)
    expect(await overhang(page)).toBe(0)
  })

  it('shows the grid, or what names no style', async () => {
    const { page } = await opened('inventory?account=brand', { viewport: { width: 390, height: 700 } })
    await row(page, 'BLUE').waitFor()
    expect(await plain(page).count()).toBe(0)
    await page.getByRole('button', { name: 'Without a style' }).click()
    await plain(page).getByText('822508068753').waitFor()
    expect(await grid(page).count()).toBe(0)
  })
})
