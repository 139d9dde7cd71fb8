import { readFileSync } from 'node:fs'
import type { Page, Route } from 'playwright-core'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { kinds } from '../server/faults/fault.js'
import { dashboardForTests, isTooWide } from './dashboard.js'
import { bulk, items, startTestEmulator } from './emulator.js'
import { arm, armed } from './faults.js'

const show = dashboardForTests()
const stock = items({ warehouse: 'New York', upc: '1', inventory: 1 })
const get = async (emulator: Emulator, path: string) => (await supertest(emulator.url).get(`/_backstock/${path}`)).body
const declare = (emulator: Emulator, account: string, more: object = {}) =>
  supertest(emulator.url)
    .put(`/_backstock/joor/accounts/${account}`)
    .send({ token: account, ...more })
const form = (page: Page) => page.getByRole('form', { name: /^Arm a fault/ })
const armIt = (page: Page) => page.getByRole('button', { name: 'Arm it' }).click()
const list = (page: Page) => page.getByRole('list', { name: 'Armed faults' }).getByRole('listitem')
const error = (status: number, more: object = {}) => ({
  match: { vendor: 'joor' },
  ...more,
  fault: { kind: 'error', status },
})

/** What is filled in where a kind is not armed as it stands. */
const needed: Readonly<Record<string, readonly (readonly [label: string, value: string])[]>> = {
  latency: [['Milliseconds', '5']],
  slow_body: [['Bytes per second', '100']],
  partial: [['Indexes', '0, 2']],
}

describe('The form that arms a fault', () => {
  it('has every kind that the control plane tells of, each with its own fields, and arms it', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    const offered = await form(page).getByLabel('What goes wrong').locator('option').allInnerTexts()
    expect(offered).toEqual(Object.keys(kinds).map((kind) => kind.replaceAll('_', ' ')))
    for (const [index, kind] of Object.keys(kinds).entries()) {
      await form(page).getByLabel('What goes wrong').selectOption(kind)
      for (const [label, value] of needed[kind] ?? []) await form(page).getByLabel(label).fill(value)
      await armIt(page)
      await expect.poll(async () => (await armed(emulator)).length, { message: kind }).toBe(index + 1)
    }
    const faults = await armed(emulator)
    expect(faults.map(({ fault }: { fault: { kind: string } }) => fault.kind)).toEqual(Object.keys(kinds))
    expect(faults[0]).toEqual({ match: {}, times: 1, after: 0, fault: { kind: 'error', status: 503 }, hits: 0 })
    expect(faults.at(-1).fault).toEqual({ kind: 'partial', items: { index: [0, 2] } })
  }, 60_000)

  it('offers the errors of the calls that are meant, and sends what was chosen', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    const { operations } = await get(emulator, 'faults/kinds')
    const errorsOf = (name: string): readonly { status: number; error_type: string; message: string }[] =>
      operations.find(({ operation }: { operation: string }) => operation === name).errors
    const meant = errorsOf('jirafe.batch').findLast(({ error_type, message }) => error_type !== null && message !== '')
    await form(page).getByLabel('Calls').selectOption('jirafe.batch')
    await form(page).getByLabel('Status').selectOption(String(meant?.status))
    await form(page).getByLabel('error_type').selectOption(String(meant?.error_type))
    await form(page).getByLabel('Message').fill('<b>no</b>')
    await form(page).getByLabel('Times').fill('')
    await form(page).getByLabel('After', { exact: true }).fill('2')
    await armIt(page)
    await page.getByText('Armed error for everyone.').waitFor()
    expect(await armed(emulator)).toMatchObject([
      {
        match: { operation: 'jirafe.batch' },
        times: null,
        after: 2,
        fault: { status: meant?.status, error_type: meant?.error_type, message: '<b>no</b>' },
      },
    ])
    await list(page).getByText('<b>no</b>').waitFor()
    await form(page).getByLabel('Calls').selectOption('joor.bulk-inventory')
    expect(await form(page).getByLabel('error_type').count()).toBe(0)
    const statuses = new Set(errorsOf('joor.bulk-inventory').map(({ status }) => String(status)))
    expect(await form(page).getByLabel('Status').locator('option').allInnerTexts()).toEqual([...statuses].sort())
  }, 60_000)

  it.each([
    ['Times', '0', 'must be at least 1, not 0'],
    ['After', 'two', 'must be an integer, not "two"'],
    ['Milliseconds', '-5', 'must be at least 0, not -5'],
    ['Milliseconds', '', '"ms" is missing'],
  ])(
    'says beside %s what the emulator has against %o, and arms nothing',
    async (label, value, message) => {
      const emulator = await startTestEmulator()
      const page = await show(emulator, 'faults')
      await form(page).getByLabel('What goes wrong').selectOption('latency')
      await form(page).getByLabel('Milliseconds').fill('5')
      await form(page).getByLabel(label, { exact: true }).fill(value)
      await armIt(page)
      const field = page.locator('.form-field').filter({ has: page.getByLabel(label, { exact: true }) })
      await field.getByText(message).waitFor()
      expect(await field.locator('input').getAttribute('aria-invalid')).toBe('true')
      const said = await field.locator('input').getAttribute('aria-describedby')
      expect(await page.locator(`[id="${said}"]`).innerText()).toContain(message)
      expect(await page.locator('.wrong').count()).toBe(1)
      expect(await armed(emulator)).toEqual([])
      await field.locator('input').fill('7')
      await armIt(page)
      await expect.poll(async () => (await armed(emulator)).length).toBe(1)
    },
    60_000,
  )

  it('takes the rest of a match as JSON, and says beside it what is wrong there', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    await form(page).getByLabel('What goes wrong').selectOption('reset')
    await page.getByText('Only calls that have …').click()
    const more = page.getByLabel('More of the match, as JSON')
    for (const [text, message] of [
      ['{"metod": "PUT"}', 'unknown field; did you mean "method"?'],
      ['[1]', 'is no JSON object.'],
      ['{"path": "/nowhere"}', 'no such call has this path'],
    ] as const) {
      await more.fill(text)
      await armIt(page)
      await page.locator('.form-field').filter({ has: more }).getByText(message).waitFor()
    }
    expect(await armed(emulator)).toEqual([])
    await more.fill('{"command": {"/inventory_items/0/upc": "7"}}')
    await armIt(page)
    await page.getByText('Armed reset for everyone.').waitFor()
    expect(await armed(emulator)).toMatchObject([{ match: { command: { '/inventory_items/0/upc': '7' } } }])
  }, 60_000)

  it('arms for the account in the header alone', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand')
    const page = await show(emulator, 'faults?account=brand')
    await form(page).getByLabel('Calls').selectOption('joor.bulk-inventory')
    expect(await form(page).getByLabel('Calls').innerText()).not.toContain('jirafe')
    await armIt(page)
    await page.getByText('Armed error for account brand.').waitFor()
    expect(await armed(emulator, '?account=brand')).toHaveLength(1)
    expect((await bulk(emulator, stock, { token: 'other' })).status).toBe(200)
    expect((await bulk(emulator, stock, { token: 'brand' })).status).toBe(503)
  }, 60_000)
})

describe('The armed faults', () => {
  it('show their hits as calls come, and when they are spent', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503, { times: 2 }), { ...error(500), after: 9 }])
    const page = await show(emulator, 'faults')
    await expect.poll(() => list(page).first().innerText()).toContain('0 of 2 hits')
    await bulk(emulator, stock)
    await expect.poll(() => list(page).first().innerText()).toContain('1 of 2 hits')
    await bulk(emulator, stock)
    await expect.poll(() => list(page).first().innerText()).toContain('2 of 2 hits · spent')
    expect(await list(page).nth(1).innerText()).toContain('0 hits')
  }, 60_000)

  it('are disarmed one by one, and the others keep their hits', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand')
    await arm(emulator, [error(503, { times: 1 }), error(500), error(400)])
    await arm(emulator, [error(405)], '?account=brand')
    await bulk(emulator, stock)
    const page = await show(emulator, 'faults')
    await list(page).filter({ hasText: 'status 500' }).getByRole('button', { name: 'Disarm' }).click()
    await expect.poll(() => list(page).count()).toBe(3)
    expect(await armed(emulator)).toMatchObject([
      { fault: { status: 503 }, hits: 1 },
      { fault: { status: 400 } },
      { account: 'brand', fault: { status: 405 } },
    ])
    await list(page).filter({ hasText: 'account brand' }).getByRole('button', { name: 'Disarm' }).click()
    await expect.poll(() => list(page).count()).toBe(2)
    expect(await armed(emulator, '?account=brand')).toEqual([])
  }, 60_000)

  it('are not taken one for the other where the list has changed meanwhile', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503), error(500)])
    const page = await show(emulator, 'faults')
    await list(page).first().waitFor()
    // The page learns of it only when it asks next.
    const changed = async (route: Route) => {
      await arm(emulator, [error(500), error(400)])
      await route.continue()
    }
    await page.route('**/_backstock/faults', changed, { times: 1 })
    await list(page).filter({ hasText: 'status 503' }).getByRole('button', { name: 'Disarm' }).click()
    await page.getByText('What is armed has changed meanwhile').waitFor()
    expect(await armed(emulator)).toHaveLength(2)
  }, 60_000)

  it('are all disarmed after a question, those of the scope and of no other', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand')
    await arm(emulator, [error(503)])
    await arm(emulator, [error(500), error(400)], '?account=brand')
    const page = await show(emulator, 'faults?account=brand')
    await expect.poll(() => list(page).count()).toBe(3)
    await page.getByRole('button', { name: 'Disarm all of account brand …' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await armed(emulator)).toHaveLength(3)
    await page.getByRole('button', { name: 'Disarm all of account brand …' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disarm' }).click()
    await expect.poll(() => list(page).count()).toBe(1)
    expect(await armed(emulator)).toMatchObject([{ fault: { status: 503 } }])
  }, 60_000)
})

describe('The clock', () => {
  const clockOf = (emulator: Emulator, query = '') => get(emulator, `clock${query}`)

  it('is frozen, advanced, set and let run again', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    const panel = page.getByRole('region', { name: /^Clock/ })
    await panel.getByText('Running').waitFor()
    await panel.getByRole('button', { name: 'Freeze now' }).click()
    await panel.getByText('Frozen').waitFor()
    expect(await clockOf(emulator)).toMatchObject({ frozen: true })
    await panel.getByLabel('Instant').fill('2026-01-23T12:00:00+02:00')
    await panel.getByRole('button', { name: 'Freeze there' }).click()
    await panel.getByText('2026-01-23 10:00:00 UTC').waitFor()
    await panel.getByRole('button', { name: '+ 1 hour' }).click()
    await panel.getByText('2026-01-23 11:00:00 UTC').waitFor()
    await panel.getByLabel('Seconds').fill('90')
    await panel.getByRole('button', { name: 'Advance' }).click()
    await panel.getByText('2026-01-23 11:01:30 UTC').waitFor()
    expect(await clockOf(emulator)).toMatchObject({ now: '2026-01-23T11:01:30.000Z', frozen: true })
    await panel.getByLabel('Instant').fill('2030-05-06T00:00:00Z')
    await panel.getByRole('button', { name: 'Run from there' }).click()
    await panel.getByText('Running').waitFor()
    expect((await clockOf(emulator)).now).toMatch(/^2030-05-06T00:00/)
    await panel.getByRole('button', { name: 'Let it run again' }).click()
    await panel.getByText('Real time.').waitFor()
    expect(await clockOf(emulator)).toMatchObject({ frozen: false, set_for: null })
  }, 60_000)

  it.each([
    ['Instant', 'tomorrow', 'Freeze there', 'freeze is "tomorrow". Right is an instant in ISO 8601'],
    ['Seconds', '-1', 'Advance', 'advance: must be at least 0, not -1'],
    ['Seconds', 'soon', 'Advance', 'advance: must be a number, not "soon"'],
  ])(
    'says beside %s what the emulator has against %s, and stays as it is',
    async (label, value, act, message) => {
      const emulator = await startTestEmulator()
      const page = await show(emulator, 'faults')
      const panel = page.getByRole('region', { name: /^Clock/ })
      await panel.getByLabel(label).fill(value)
      await panel.getByRole('button', { name: act }).click()
      const field = page.locator('.form-field').filter({ has: page.getByLabel(label, { exact: true }) })
      await field.getByText(message).waitFor()
      expect(await clockOf(emulator)).toMatchObject({ frozen: false, set_for: null })
    },
    60_000,
  )

  it('of one account is set for it alone', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand')
    const page = await show(emulator, 'faults?account=brand')
    const panel = page.getByRole('region', { name: 'Clock for account brand' })
    await panel.getByRole('button', { name: 'Freeze now' }).click()
    await panel.getByText('Set for it alone.').waitFor()
    expect(await clockOf(emulator, '?account=brand')).toMatchObject({ frozen: true, set_for: 'own' })
    expect(await clockOf(emulator)).toMatchObject({ frozen: false, set_for: null })
  }, 60_000)
})

describe('Snapshots', () => {
  const available = async (emulator: Emulator) =>
    (await get(emulator, 'joor/accounts/brand/positions')).positions.map(
      (each: { available: number }) => each.available,
    )

  it('are taken, downloaded, restored and deleted, what is lost being asked for first', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand', { positions: [{ upc: '1', inventory: 7 }] })
    const page = await show(emulator, 'faults?account=brand')
    const panel = page.getByRole('region', { name: 'Snapshots of account brand' })
    const dialog = page.getByRole('dialog')
    await panel.getByLabel('Name').fill('before-import')
    await panel.getByRole('button', { name: 'Take a snapshot' }).click()
    await panel.getByRole('listitem').waitFor()
    expect((await get(emulator, 'snapshots?account=brand')).snapshots).toMatchObject([{ name: 'before-import' }])
    expect((await get(emulator, 'snapshots')).snapshots).toEqual([])

    await bulk(emulator, items({ upc: '1', inventory: 3 }), { token: 'brand' })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('link', { name: 'Download before-import' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('before-import.json')
    expect(readFileSync(await download.path(), 'utf8').trim()).toBe(
      (await supertest(emulator.url).get('/_backstock/snapshots/before-import?account=brand')).text.trim(),
    )

    await panel.getByRole('button', { name: 'Restore before-import …' }).click()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await available(emulator)).toEqual([3])
    await panel.getByRole('button', { name: 'Restore before-import …' }).click()
    await dialog.getByRole('button', { name: 'Restore it' }).click()
    await page.getByText(/^Back to before-import/).waitFor()
    expect(await available(emulator)).toEqual([7])

    await bulk(emulator, items({ upc: '1', inventory: 4 }), { token: 'brand' })
    await panel.getByLabel('Name').fill('before-import')
    await panel.getByRole('button', { name: 'Take a snapshot' }).click()
    await dialog.getByText('Replace the snapshot before-import?').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await panel.getByRole('button', { name: 'Restore before-import …' }).click()
    await dialog.getByRole('button', { name: 'Restore it' }).click()
    await expect.poll(() => available(emulator)).toEqual([7])

    await panel.getByRole('button', { name: 'Delete before-import …' }).click()
    await dialog.getByRole('button', { name: 'Delete it' }).click()
    await panel.getByText('None is kept yet.').waitFor()
    expect((await get(emulator, 'snapshots?account=brand')).snapshots).toEqual([])
    expect(await available(emulator)).toEqual([7])
  }, 60_000)

  it('have names that the emulator takes: what it says stands beside the name', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    const panel = page.getByRole('region', { name: 'Snapshots of everything' })
    await panel.getByLabel('Name').fill('../etc')
    await panel.getByRole('button', { name: 'Take a snapshot' }).click()
    await panel.getByText('cannot be that of a file').waitFor()
    expect((await get(emulator, 'snapshots')).snapshots).toEqual([])
  }, 60_000)
})

describe('A fork', () => {
  it('has the same state under its own name, and its token is told once', async () => {
    const emulator = await startTestEmulator()
    await declare(emulator, 'brand', { positions: [{ upc: '1', inventory: 7 }] })
    const page = await show(emulator, 'faults')
    const panel = page.getByRole('region', { name: 'Fork' })
    await panel.getByLabel('Name of the fork').fill('brand-2')
    await panel.getByRole('button', { name: 'Fork it' }).click()
    const token = await panel.locator('.made code').innerText()
    await bulk(emulator, items({ upc: '1', inventory: 3 }), { token })
    const of = async (account: string) =>
      (await get(emulator, `joor/accounts/${account}/positions`)).positions[0].available
    expect([await of('brand'), await of('brand-2')]).toEqual([7, 3])
    await page.reload()
    await panel.waitFor()
    expect(await page.content()).not.toContain(token)
    await panel.getByLabel('Name of the fork').fill('brand-2')
    await panel.getByRole('button', { name: 'Fork it' }).click()
    await panel.getByText('There is a').waitFor()
    expect((await get(emulator, 'joor/accounts')).accounts).toHaveLength(2)
  }, 60_000)

  it('is that of the site in the header', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/jirafe/sites/shop').send({ token: 't' })
    const page = await show(emulator, 'faults?site=shop')
    const panel = page.getByRole('region', { name: 'Fork' })
    await panel.getByLabel('Name of the fork').fill('shop-2')
    await panel.getByLabel('Token of the fork').fill('own')
    await panel.getByRole('button', { name: 'Fork it' }).click()
    await panel.getByRole('link', { name: 'shop-2' }).waitFor()
    expect(await panel.locator('.made code').count()).toBe(0)
    expect((await get(emulator, 'jirafe/sites')).sites.map(({ site }: { site: string }) => site)).toEqual([
      'shop',
      'shop-2',
    ])
  }, 60_000)
})

describe('Ids', () => {
  it('follow from a seed, and are made random again', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    const panel = page.getByRole('region', { name: /^Ids/ })
    await panel.getByText('Log and request ids are random.').waitFor()
    await panel.getByLabel('Seed').fill('one')
    await panel.getByRole('button', { name: 'Begin anew' }).click()
    await panel.getByText('seed: must be an integer, not "one"').waitFor()
    await panel.getByLabel('Seed').fill('42')
    await panel.getByRole('button', { name: 'Begin anew' }).click()
    await panel.getByText('follow from the seed 42').waitFor()
    expect(await get(emulator, 'ids')).toMatchObject({ seed: 42 })
    await panel.getByRole('button', { name: 'Make them random' }).click()
    await panel.getByText('Log and request ids are random.').waitFor()
    expect(await get(emulator, 'ids')).toEqual({ seed: null, set_for: null })
  }, 60_000)
})

describe('The view', () => {
  it.each([390, 900, 1440])(
    'needs no moving sideways at %d pixels',
    async (width) => {
      const emulator = await startTestEmulator()
      await arm(emulator, [error(503, { match: { vendor: 'joor', headers: { 'x-a': 'a'.repeat(300) } } })])
      const page = await show(emulator, 'faults', { viewport: { width, height: 800 } })
      await list(page).waitFor()
      await form(page).waitFor()
      expect(await isTooWide(page)).toBe(false)
    },
    60_000,
  )

  it('is worked by keys alone: a fault is armed and disarmed', async () => {
    const emulator = await startTestEmulator()
    const page = await show(emulator, 'faults')
    await form(page).getByLabel('What goes wrong').focus()
    await page.keyboard.type('close')
    await form(page).getByLabel('Times').focus()
    await page.keyboard.press('Enter')
    await list(page).waitFor()
    expect(await armed(emulator)).toMatchObject([{ fault: { kind: 'close' } }])
    await list(page).getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByText('Nothing is armed').waitFor()
    expect(await armed(emulator)).toEqual([])
  }, 60_000)

  it('says of every control what it is', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503)])
    const page = await show(emulator, 'faults')
    await list(page).waitFor()
    const nameless = await page.evaluate<number>(
      `[...document.querySelectorAll('input, select, textarea')].filter((each) => each.labels.length === 0).length`,
    )
    expect(nameless).toBe(0)
    const buttons = await page.getByRole('button').count()
    expect(await page.getByRole('button', { name: /\S/ }).count()).toBe(buttons)
  }, 60_000)
})
