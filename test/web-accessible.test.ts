import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { IsolatedWorld } from './isolated-world.js'
import { isFull } from './proof.js'
import { goTo, type Sight, sights, views } from './sights.js'
import { type Stocked, startStocked } from './stocked.js'

const openPage = browserForTests()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const stocked: Partial<Record<'full' | 'empty' | 'locked', Stocked>> = {}
const calls = { broken: '', xml: '', failed: '' }
beforeAll(async () => {
  stocked.full = await startStocked()
  stocked.empty = { emulator: await startEmulator({ port: 0 }), calls }
  stocked.locked = { emulator: await startEmulator({ port: 0, controlToken: 'control-token' }), calls }
})
afterAll(() => Promise.all(Object.values(stocked).map(({ emulator }) => emulator.close())))

async function show(page: Page, sight: Sight): Promise<void> {
  const found = stocked[sight.of ?? 'full']
  if (found === undefined) throw new Error('No emulator runs.')
  await goTo(page, sight, found)
}

interface Finding {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe-core has against a page, a line for each rule: its id, how often, and the first place. */
async function against(page: Page): Promise<readonly string[]> {
  const world = await IsolatedWorld.of(page)
  await world.value(`${axe}; undefined`)
  const runOnly = JSON.stringify({ type: 'tag', values: tags })
  const findings = await world.value<readonly Finding[]>(
    `axe.run(document, { runOnly: ${runOnly}, resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  )
  const headings = await page.getByRole('heading', { level: 1 }).allInnerTexts()
  return [
    ...findings.map(
      ({ id, nodes }) => `${id}, ${nodes.length}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
    ),
    // What a page is about is said once; axe-core is content with several.
    ...(headings.length === 1 ? [] : [`headings of the first level: ${headings.join(', ')}`]),
  ]
}

/**
 * Light as wide as a desk and dark as narrow as a phone, the sights of a view by turns; in the long form each of them in both
 * widths and both colours.
 */
const looks = (['light', 'dark'] as const).flatMap((colorScheme, turn) =>
  [1400, 390]
    .filter((_, index) => isFull || index === turn)
    .map((width) => ({ colorScheme, width, turn, viewport: { width, height: 900 } })),
)
const rows = views.flatMap((view) => looks.map((look) => [view, look.colorScheme, look.width, look] as const))

describe('axe-core finds nothing against WCAG 2.2 AA or its best practices', () => {
  it('in any view, for each has its rows', () => {
    for (const view of views) expect(sights.filter((sight) => sight.view === view).length).toBeGreaterThan(1)
    expect(views).toContain('requests')
  })

  it.each(rows)(
    'in the view %s, %s, at %i pixels',
    async (view, _scheme, _width, look) => {
      const page = await openPage('about:blank', look)
      page.setDefaultTimeout(10_000)
      const found: string[] = []
      const own = sights.filter((sight) => sight.view === view)
      for (const sight of own.filter((_, index) => isFull || index % 2 === look.turn)) {
        await show(page, sight)
        for (const line of await against(page)) found.push(`${sight.name}: ${line}`)
      }
      expect(found).toEqual([])
    },
    180_000,
  )

  it('in the menu of a phone and in the filters that fold there', async () => {
    const page = await openPage('about:blank', { viewport: { width: 390, height: 900 } })
    await show(page, {
      view: 'requests',
      name: '',
      path: 'requests',
      shows: (each) => each.locator('.virtual-row').first(),
    })
    for (const name of ['Menu', 'Filters']) {
      await page.getByRole('button', { name, exact: true }).click()
      expect(await against(page)).toEqual([])
    }
  }, 60_000)
})

describe('A planted fault', () => {
  const planted: readonly (readonly [what: string, rule: string, script: string])[] = [
    ['an image without a text', 'image-alt', "add('img', {})"],
    ['grey on grey', 'color-contrast', "add('p', { color: '#999', background: '#bbb' }).textContent = 'Faint'"],
    ['a button without a name', 'button-name', "add('button', {})"],
    ['a field without a name', 'label', "add('input', {})"],
    [
      'targets too small for a finger',
      'target-size',
      "for (const each of 'ab') add('button', { width: '9px', height: '9px', minHeight: '0', padding: '0' }).ariaLabel = each",
    ],
  ]
  it.each(planted)(
    'is caught: %s',
    async (_what, rule, script) => {
      const page = await openPage('about:blank')
      await show(page, {
        view: 'requests',
        name: '',
        of: 'empty',
        path: 'requests',
        shows: (each) => each.getByText('No call has'),
      })
      const world = await IsolatedWorld.of(page)
      expect(await against(page)).toEqual([])
      const add = `const add = (name, style) => {
      const element = document.createElement(name)
      Object.assign(element.style, style)
      document.querySelector('main').append(element)
      return element
    };`
      await world.value(`{ ${add} ${script} }`)
      expect((await against(page)).map((line) => line.slice(0, line.indexOf(',')))).toContain(rule)
    },
    60_000,
  )
})
