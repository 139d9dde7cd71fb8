import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { IsolatedWorld } from './isolated-world.js'
import { isFull, ofEach } from './proof.js'
import { goTo, sights } from './sights.js'
import { type Stocked, startStocked } from './stocked.js'

const openPage = browserForTests()
const stocked: Partial<Record<'full' | 'empty' | 'locked', Stocked>> = {}
const calls = { broken: '', xml: '', failed: '' }
beforeAll(async () => {
  stocked.full = await startStocked()
  stocked.empty = { emulator: await startEmulator({ port: 0 }), calls }
  stocked.locked = { emulator: await startEmulator({ port: 0, controlToken: 'control-token' }), calls }
})
afterAll(() => Promise.all(Object.values(stocked).map(({ emulator }) => emulator.close())))

/** More stops than any view has. */
const most = 250

/** What the walk asks of a page; `__walk` is a name of the tests' own world, which the page does not have. */
const walker = `globalThis.__walk = (() => {
  const modal = () => document.querySelector('dialog:modal')
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0
  const named = (e) => (e.ariaLabel || e.innerText || e.labels?.[0]?.innerText || e.placeholder || e.id || '').trim().replace(/\\s+/g, ' ').slice(0, 50)
  const told = (e) => e.localName + (e.role ? '[' + e.role + ']' : '') + ' "' + named(e) + '"'
  const natural = 'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"])'
  const numbers = new Map()
  const numberOf = (e) => numbers.get(e) ?? numbers.set(e, numbers.size + 1).get(e)
  const composite = '[role=grid], [role=tree], [role=tablist], .map, .operation-list'
  return {
    pressable: () =>
      [...(modal() ?? document).querySelectorAll(natural + ', [data-pressed]')]
        .filter((e) => seen(e) && !e.disabled)
        .map((e) => ({ id: numberOf(e), told: told(e), within: e.closest(composite) ? numberOf(e.closest(composite)) : 0 })),
    here: () => {
      const e = document.activeElement
      if (e === null || e === document.body || e === document.documentElement) return null
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(e)
      const ringed = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\\)$/.test(outlineColor)
      const { left, top, right, bottom } = e.getBoundingClientRect()
      // Of what is larger than the window, the part that is in it.
      const box = { left: Math.max(0, left), top: Math.max(0, top) }
      box.width = Math.min(innerWidth, right) - box.left
      box.height = Math.min(innerHeight, bottom) - box.top
      const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]]
      const bare = points.some(([x, y]) => {
        const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)
        return e.contains(hit)
      })
      return { id: numberOf(e), told: told(e), within: e.closest(composite) ? numberOf(e.closest(composite)) : 0, ringed, bare }
    },
  }
})(); undefined`

interface Pressable {
  readonly id: number
  readonly told: string
  /** The list, tree, map or row of tabs that it stands in, within which the arrows move; 0 for none. */
  readonly within: number
}
interface Stop extends Pressable {
  /** The browser draws a ring of at least two pixels around it. */
  readonly ringed: boolean
  /** It is not hidden behind anything, and within the window. */
  readonly bare: boolean
}

/** Walks a page by Tab from its beginning to its end, and back; what is wrong on the way, a line each. */
async function walk(page: Page): Promise<readonly string[]> {
  const world = await IsolatedWorld.of(page)
  await world.markPressed()
  await world.value(walker)
  const here = () => world.value<Stop | null>('__walk.here()')
  const pressable = await world.value<readonly Pressable[]>('__walk.pressable()')
  const wrong: string[] = []
  // Wherever the focus is to begin with, behind the end of the page is its beginning.
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab')
    if ((await here()) === null) break
  }
  const stops = await tabs(page, 'Tab', here)
  if (stops.length >= most) wrong.push(`There is no end to it: ${stops.slice(-3).map(({ told }) => told)}`)
  const reached = new Set(stops.map(({ id }) => id))
  const composites = new Set(stops.map(({ within }) => within).filter((id) => id > 0))
  for (const { told, ringed, bare } of stops) {
    if (!ringed) wrong.push(`The focus is not seen on ${told}.`)
    if (!bare) wrong.push(`${told} is out of sight when it has the focus.`)
  }
  for (const { id, told, within } of pressable)
    if (!reached.has(id) && !composites.has(within)) wrong.push(`No key leads to ${told}.`)
  const back = await tabs(page, 'Shift+Tab', here)
  const missed = stops.filter(({ id }) => !back.some((stop) => stop.id === id))
  if (missed.length > 1) wrong.push(`The way back misses ${missed.map(({ told }) => told)}.`)
  return wrong
}

/** The stops of a key: from where it comes into the page to where it leaves it, or is where it began. */
async function tabs(page: Page, key: string, here: () => Promise<Stop | null>): Promise<readonly Stop[]> {
  const stops: Stop[] = []
  while (stops.length < most) {
    await page.keyboard.press(key)
    const stop = await here()
    if (stop === null || stops.some(({ id }) => id === stop.id)) break
    stops.push(stop)
  }
  return stops
}

/** In each view the first sight of each kind. */
const walked = ofEach('web-keyboard', sights, ({ view, of, isDialog }) => `${view} ${of} ${isDialog}`)

/** Each at one width, by turns; in the long form at both. */
const looks = [1400, 390].flatMap((width, turn) =>
  walked
    .filter((_, index) => isFull || index % 2 === turn)
    .map((sight) => [sight.view, sight.name, width, sight] as const),
)

describe('Everything that a pointer can press', () => {
  it.each(looks)(
    '%s: %s, at %s: is reached by keys, with a focus that is seen and goes on',
    async (_view, _name, width, sight) => {
      const found = stocked[sight.of ?? 'full']
      if (found === undefined) throw new Error('No emulator runs.')
      const page = await openPage('about:blank', { viewport: { width, height: 900 } })
      await goTo(page, sight, found)
      expect(await walk(page)).toEqual([])
    },
    60_000,
  )
})

/** Within a list, a tree, a map or a row of tabs the arrows move: what they come to, Enter opens and Escape leaves. */
const within: readonly (readonly [
  what: string,
  sight: string,
  inside: string,
  keys: string,
  to: RegExp,
  out: RegExp,
])[] = [
  [
    'the list of calls',
    'the list',
    '[role=grid]',
    'End ArrowUp PageUp Home ArrowDown Enter',
    /requests\/[\w-]{36}$/,
    /ui\/requests$/,
  ],
  [
    'the tabs of a call',
    'a request with what it broke',
    '[role=tab][tabindex="0"]',
    'ArrowRight ArrowRight ArrowLeft',
    /tab=reply/,
    /ui\/requests/,
  ],
  [
    'accounts and sites',
    'accounts and sites',
    '[role=grid]',
    'ArrowDown ArrowDown Enter',
    /inventory\?account=outlet/,
    /inventory/,
  ],
  ['levels', 'levels', '[role=grid]', 'ArrowDown Enter', /inventory\/HAT-01\?site=shop/, /inventory/],
  [
    'the operations of an API',
    'what an API is',
    '.operation-list a[tabindex="0"]',
    'End ArrowUp Home ArrowDown Enter',
    /reference\/jirafe\/\w+$/,
    /reference/,
  ],
  [
    'the map of the rules',
    'the map',
    '.cell[tabindex="0"]',
    'End ArrowUp Home ArrowDown ArrowRight ArrowLeft Enter',
    /contract\/coverage\/joor\./,
    /contract\/coverage$/,
  ],
]

describe('By keys alone one moves', () => {
  it.each(within)(
    'in %s, in and out',
    async (_what, name, inside, keys, to, out) => {
      const sight = sights.find((each) => each.name === name)
      if (sight === undefined || stocked.full === undefined) throw new Error(`There is no sight "${name}".`)
      const page = await openPage('about:blank')
      await goTo(page, sight, stocked.full)
      await page.locator(inside).first().focus()
      for (const key of keys.split(' ')) await page.keyboard.press(key)
      await page.waitForURL(to)
      await page.keyboard.press('Escape')
      await page.waitForURL(out)
    },
    60_000,
  )

  it('from fold to fold of a body', async () => {
    const sight = sights.find((each) => each.name === 'a request with what it broke')
    if (sight === undefined || stocked.full === undefined) throw new Error('There is no such sight.')
    const page = await openPage('about:blank')
    await goTo(page, sight, stocked.full)
    const rows = page.getByRole('tree').locator('.virtual-row')
    const before = await rows.count()
    await page.getByRole('tree').focus()
    for (const key of ['Home', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key)
    await expect.poll(() => rows.count()).toBeLessThan(before)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => rows.count()).toBe(before)
  }, 60_000)

  it.each(sights.filter(({ isDialog }) => isDialog === true))(
    'out of $name, to where it was opened',
    async (sight) => {
      if (stocked.full === undefined) throw new Error('No emulator runs.')
      const page = await openPage('about:blank')
      await goTo(page, sight, stocked.full)
      expect(await page.evaluate<boolean>("document.activeElement.closest('dialog') !== null")).toBe(true)
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
      await expect.poll(() => page.evaluate<boolean>('document.activeElement === document.body')).toBe(false)
    },
    60_000,
  )
})

describe('A planted fault', () => {
  it.each([
    [
      'what listens to a click and takes no focus',
      "add('div').textContent = 'Planted'",
      'No key leads to div "Planted".',
    ],
    [
      'a focus that is not seen',
      "add('button').style.outline = 'none'; document.querySelector('main').lastChild.textContent = 'Planted'",
      'The focus is not seen on button "Planted".',
    ],
    [
      'what has the focus out of sight',
      "Object.assign(add('button').style, { position: 'fixed', left: '-99px', top: '0', width: '9px' })",
      'button "" is out of sight when it has the focus.',
    ],
    [
      'a trap',
      "const trap = add('input'); trap.onkeydown = (event) => { if (event.key === 'Tab') event.preventDefault() }",
      'No key leads to a "Backstock".',
    ],
  ])(
    'is caught: %s',
    async (_what, script, says) => {
      const page = await openPage('about:blank')
      const [sight] = sights.filter(({ of }) => of === 'empty')
      if (sight === undefined || stocked.empty === undefined) throw new Error('There is nothing to plant it in.')
      await goTo(page, sight, stocked.empty)
      // By a script of the page itself: the browser tells of its listeners, and not of those of other worlds.
      await page.evaluate(`{
      const add = (name) => {
        const element = document.createElement(name)
        element.addEventListener('click', () => {})
        document.querySelector('main').append(element)
        return element
      }
      ${script}
    }; undefined`)
      expect((await walk(page)).join('\n')).toContain(says)
    },
    60_000,
  )
})
