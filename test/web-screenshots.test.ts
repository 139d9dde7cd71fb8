import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserForTests } from './browser.js'
import { goTo, sights, views } from './sights.js'
import { type Stocked, startStocked } from './stocked.js'

/**
 * The pictures of the README and of docs/dashboard.md. `npm run screenshots` writes them; every other run makes them anew and holds those that
 * are there against what it sees: fonts and edges differ from machine to machine, what is shown does not.
 */
const folder = 'docs/screenshots'
const isWriting = process.env.SCREENSHOTS === 'write'
const mostBytes = 150_000
const size = { width: 1280, height: 720 }

const openPage = browserForTests()
let stocked: Stocked | undefined
beforeAll(async () => {
  stocked = await startStocked()
})
afterAll(() => stocked?.emulator.close())

const shown = sights.filter(({ isPicture }) => isPicture === true)
const pictures = shown.flatMap((sight) =>
  (['light', 'dark'] as const).map((scheme) => [sight.view, scheme, sight] as const),
)
const mostCaptures = 5
/** Two in turn: when the second begins, the first has been handed to the screen. Pages behind others draw none. */
async function framesDrawn(page: Page): Promise<void> {
  await page.bringToFront()
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
}

/**
 * In WebP, which takes a third of what a PNG of small text takes. Chromium cannot capture a page that it has not drawn yet,
 * which a new one is for a while: a page may be loaded before it is seen.
 */
async function photograph(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page)
  for (let captures = 1; ; captures += 1) {
    await framesDrawn(page)
    try {
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 90 })
      return Buffer.from(data, 'base64')
    } catch (error) {
      const isTooEarly = error instanceof Error && error.message.includes('Unable to capture screenshot')
      if (!isTooEarly || captures === mostCaptures) throw error
    }
  }
}

const fileOf = (view: string, scheme: string) => `${view}-${scheme}.webp`

/** What a browser sees of a picture: its size, how many colours, and the part that the commonest of them takes. */
interface Seen {
  readonly width: number
  readonly height: number
  readonly colours: number
  readonly commonest: number
}

const look = (page: Page, picture: Buffer): Promise<Seen> =>
  page.evaluate<Seen>(`(async () => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(picture.toString('base64'))}), (each) => each.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }))
    const { width, height } = bitmap
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const counts = new Map()
    for (const pixel of new Uint32Array(context.getImageData(0, 0, width, height).data.buffer))
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
    return { width, height, colours: counts.size, commonest: Math.max(...counts.values()) / (width * height) }
  })()`)

/** A page of text has hundreds of colours at the edges of its letters, and is not of one colour nearly everywhere. */
const isBlank = ({ colours, commonest }: Seen) => colours < 50 || commonest > 0.985

describe('The screenshots of the dashboard', () => {
  it('are one of each view, light and dark', () => {
    expect(shown.map(({ view }) => view).sort()).toEqual([...views].sort())
  })

  it.each(pictures)(
    'show %s, %s',
    async (view, colorScheme, sight) => {
      if (stocked === undefined) throw new Error('No emulator runs.')
      const page = await openPage('about:blank', { colorScheme, viewport: size, timezoneId: 'UTC', locale: 'en-US' })
      await goTo(page, sight, stocked)
      await page.getByText('Live', { exact: true }).waitFor()
      const picture = await photograph(page)
      const judge = await openPage('about:blank')
      const seen = await look(judge, picture)
      expect(seen).toMatchObject(size)
      expect(isBlank(seen)).toBe(false)
      expect(picture.byteLength).toBeLessThanOrEqual(mostBytes)
      const file = join(folder, fileOf(view, colorScheme))
      if (isWriting) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(file, picture)
      }
      const kept = readFileSync(file)
      expect(kept.byteLength).toBeLessThanOrEqual(mostBytes)
      const before = await look(judge, kept)
      expect(before).toMatchObject(size)
      expect(isBlank(before)).toBe(false)
      // Light is not shown for dark, nor a page of little for one of much.
      expect(Math.abs(before.commonest - seen.commonest)).toBeLessThan(0.15)
    },
    60_000,
  )

  it('are those that their page names, each with a text, two of them in the README, and no part of the package', () => {
    const readme = readFileSync('README.md', 'utf8')
    const page = readFileSync('docs/dashboard.md', 'utf8')
    const namesIn = (text: string) => [...text.matchAll(/screenshots\/([\w.-]+)/g)].map(([, name]) => name)
    const named = namesIn(page)
    expect(new Set(namesIn(readme)).size).toBe(2)
    expect(named).toEqual(expect.arrayContaining(namesIn(readme)))
    const there = existsSync(folder) ? readdirSync(folder) : []
    expect([...new Set(named)].sort()).toEqual(there.sort())
    expect(there.sort()).toEqual(pictures.map(([view, scheme]) => fileOf(view, scheme)).sort())
    for (const [image] of (readme + page).matchAll(/<img [^>]*screenshots[^>]*>/g))
      expect(image).toMatch(/alt="[^"]{20,}"/)
    expect(readme + page).not.toMatch(/!\[\]\(/)
    const { files } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(files.filter((name: string) => name.startsWith('docs'))).toEqual([])
    for (const name of there) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(mostBytes)
  })
})

describe('A planted fault', () => {
  it('is caught: a page that shows nothing', async () => {
    const page = await openPage('about:blank', { viewport: size })
    expect(isBlank(await look(page, await photograph(page)))).toBe(true)
  }, 30_000)
})
