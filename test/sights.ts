import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import type { Stocked } from './stocked.js'

/** Something that the dashboard shows. What goes over all views goes over these rows. */
export interface Sight {
  /** The view's name in the address. */
  readonly view: string
  readonly name: string
  /** Which emulator: one with something of everything, one that nobody has called, or one that asks for a token. */
  readonly of?: 'empty' | 'locked'
  /** In the address behind `/_backstock/ui/`. */
  readonly path: string | ((stocked: Stocked) => string)
  /** What is opened there, a dialog or a tab. */
  readonly open?: (page: Page) => Promise<unknown>
  /** Is there when all is. */
  readonly shows: (page: Page) => Locator
  /** It stands over the page, and Escape leads out of it. */
  readonly isDialog?: true
  /** It is what docs/dashboard.md shows of the view. */
  readonly isPicture?: true
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()
const dialog = (page: Page) => page.locator('dialog[open]')
const text = (what: string | RegExp) => (page: Page) => page.getByText(what).first()
const row = (page: Page) => page.locator('.virtual-row').first()
const call = (tab: string) => ({
  view: 'requests',
  path: ({ calls }: Stocked) => `requests/${calls.broken}?tab=${tab}`,
})

export const sights: readonly Sight[] = [
  { view: 'requests', name: 'the list', path: 'requests', shows: row },
  {
    view: 'requests',
    name: 'a list without a match',
    path: 'requests?outcome=lost',
    shows: text('No call is what the filters ask for.'),
  },
  {
    view: 'requests',
    name: 'a filter that is none',
    path: 'requests?path=nowhere',
    shows: (page) => page.getByRole('alert'),
  },
  { view: 'requests', name: 'nothing yet', of: 'empty', path: 'requests', shows: text('No call has come yet.') },
  {
    view: 'requests',
    name: 'the question before the journal is emptied',
    path: 'requests',
    open: press('Clear …'),
    shows: dialog,
    isDialog: true,
  },
  { view: 'requests', name: 'the keys', path: 'requests', open: press('Keys'), shows: dialog, isDialog: true },
  { ...call('request'), name: 'a request with what it broke', shows: text('inventry_date'), isPicture: true },
  { ...call('reply'), name: 'a reply', shows: text('items_not_updated') },
  { ...call('violations'), name: 'violations', shows: text('joor.inventory.integer') },
  { ...call('changes'), name: 'changes', shows: text('available') },
  {
    ...call('items'),
    name: 'items',
    shows: (page) =>
      page
        .getByRole('tabpanel')
        .getByText(/not updated/)
        .first(),
  },
  { ...call('rules'), name: 'rules met', shows: text('documented') },
  { ...call('request'), name: 'a call repeated', open: press('Repeat'), shows: text('Repeated:') },
  {
    view: 'requests',
    name: 'a request in XML',
    path: ({ calls }) => `requests/${calls.xml}`,
    shows: text('inventory_items'),
  },
  {
    view: 'requests',
    name: 'a call that a fault met',
    path: ({ calls }) => `requests/${calls.failed}?tab=reply`,
    shows: text('Down for an hour'),
  },
  { view: 'requests', name: 'a call that is gone', path: 'requests/nothing', shows: (page) => page.getByRole('alert') },
  { view: 'requests', name: 'the way in', of: 'locked', path: 'requests', shows: text('Control token') },
  { view: 'requests', name: 'no view', path: 'nowhere', shows: text('There is no view nowhere.') },

  { view: 'inventory', name: 'accounts and sites', path: 'inventory', shows: row },
  {
    view: 'inventory',
    name: 'no account and no site',
    of: 'empty',
    path: 'inventory',
    shows: text(/There is no account/),
  },
  { view: 'inventory', name: 'a grid', path: 'inventory?account=brand', shows: text('12'), isPicture: true },
  { view: 'inventory', name: 'no position', path: 'inventory?account=outlet', shows: text(/position/) },
  {
    view: 'inventory',
    name: 'no match',
    path: 'inventory?account=brand&text=nothing',
    shows: text('Show all positions'),
  },
  { view: 'inventory', name: 'levels', path: 'inventory?site=shop', shows: row },
  {
    view: 'inventory',
    name: 'a level with its past',
    path: 'inventory/HAT-01?site=shop',
    shows: text(/The last \d+ states/),
  },
  { view: 'inventory', name: 'no level', path: 'inventory?site=bare', shows: text(/level/) },
  {
    view: 'inventory',
    name: 'the pending orders of a position',
    path: 'inventory?account=brand&warehouse=Los+Angeles',
    open: (page) => page.locator('[data-filled]').first().click(),
    shows: dialog,
    isDialog: true,
  },
  {
    view: 'inventory',
    name: 'an account to add',
    path: 'inventory',
    open: press(/^Add account/),
    shows: dialog,
    isDialog: true,
  },
  {
    view: 'inventory',
    name: 'a site to add',
    path: 'inventory',
    open: press(/^Add site/),
    shows: dialog,
    isDialog: true,
  },
  {
    view: 'inventory',
    name: 'a seed to load',
    path: 'inventory',
    open: press(/^Load seed/),
    shows: dialog,
    isDialog: true,
  },

  { view: 'contract', name: 'violations', path: 'contract', shows: text('joor.inventory.integer') },
  { view: 'contract', name: 'none', of: 'empty', path: 'contract', shows: text('No call broke a rule.') },
  {
    view: 'contract',
    name: 'the places of a rule',
    path: 'contract/violations/joor.inventory.integer',
    shows: text('All calls that broke it'),
  },
  {
    view: 'contract',
    name: 'the map',
    path: 'contract/coverage',
    shows: (page) => page.locator('.cell').first(),
    isPicture: true,
  },
  {
    view: 'contract',
    name: 'a rule that no call met',
    path: 'contract/coverage/joor.date.real',
    shows: text(/Copy/),
  },
  {
    view: 'contract',
    name: 'the map without a match',
    path: 'contract/coverage?find=zzz',
    shows: text('Clear the filters'),
  },

  { view: 'faults', name: 'what is armed', path: 'faults', shows: text('Down for an hour'), isPicture: true },
  { view: 'faults', name: 'nothing armed', of: 'empty', path: 'faults', shows: text(/Nothing is armed/) },
  { view: 'faults', name: 'of an account', path: 'faults?account=outlet', shows: text('Down for an hour') },
  {
    view: 'faults',
    name: 'the question before a snapshot is restored',
    path: 'faults',
    open: press(/^Restore/),
    shows: dialog,
    isDialog: true,
  },
  {
    view: 'faults',
    name: 'the question before all is disarmed',
    path: 'faults',
    open: press(/^Disarm all/),
    shows: dialog,
    isDialog: true,
  },
  {
    view: 'faults',
    name: 'a form that was refused',
    path: 'faults',
    open: async (page) => {
      await page.getByLabel('Times').fill('0')
      await press('Arm it')(page)
    },
    shows: text(/must be at least 1/),
  },

  { view: 'reference', name: 'what an API is', path: 'reference/jirafe', shows: (page) => page.getByRole('article') },
  {
    view: 'reference',
    name: 'an operation',
    path: 'reference/joor/postBulkInventory',
    shows: (page) => page.getByRole('article', { name: 'POST' }),
    isPicture: true,
  },
  {
    view: 'reference',
    name: 'an operation of the control plane',
    path: 'reference/control/armFaults',
    shows: (page) => page.getByRole('article', { name: 'PUT' }),
  },
  {
    view: 'reference',
    name: 'no such operation',
    path: 'reference/joor/nothing',
    shows: text('There is no operation nothing here.'),
  },
  { view: 'reference', name: 'no such API', path: 'reference/nothing', shows: text('There is no reference nothing.') },
]

/** The views that there are, from where they are listed; one that only says that it is to come has nothing to look at. */
export const views: readonly string[] = [
  ...readFileSync('web/views/views.ts', 'utf8').matchAll(/name: '(\w+)', title: '[^']*', show: (?!NotYet)\w/g),
].map(([, name = '']) => name)

/** Milliseconds that something may take to be there; long, for the machine may be busy with other tests. */
const patienceMs = 15_000

/** Goes to what a row names, and waits until it is there. */
export async function goTo(page: Page, sight: Sight, stocked: Stocked): Promise<void> {
  const path = typeof sight.path === 'string' ? sight.path : sight.path(stocked)
  await page.goto(`${stocked.emulator.url}/_backstock/ui/${path}`)
  await page.locator('main').waitFor()
  await sight.open?.(page)
  await sight.shows(page).waitFor({ timeout: patienceMs })
}
