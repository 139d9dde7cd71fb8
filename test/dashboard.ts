import type { Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'

/** Opens a view of the built dashboard, and ends the test wrong where a script fails or the page's policy is offended. */
export function dashboardForTests(): (
  emulator: Emulator,
  path: string,
  options?: Parameters<ReturnType<typeof browserForTests>>[1],
) => Promise<Page> {
  const openPage = browserForTests()
  return async (emulator, path, options = {}) => {
    const page = await openPage('about:blank', options)
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) wrong.push(message.text())
    })
    onTestFinished(() => {
      if (wrong.length > 0) throw new Error(`The page failed: ${wrong.join('\n')}`)
    })
    await page.goto(`${emulator.url}/_backstock/ui/${path}`)
    await page.getByText('Live', { exact: true }).waitFor()
    return page
  }
}

/** Whether the page is wider than the screen, so that it has to be moved sideways to be read. */
export const isTooWide = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')

/** What the keyboard is on. */
export const focused = (page: Page) => page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""')
