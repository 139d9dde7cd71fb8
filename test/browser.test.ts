import { chromium } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { browserForTests, launch } from './browser.js'

// Where there is no browser it says so.
browserForTests()

it('The browser of the tests leaves off all that Playwright leaves off, and more', async () => {
  const server = await chromium.launchServer(launch)
  onTestFinished(() => server.close())
  const switches = server.process().spawnargs.filter((each) => each.startsWith('--disable-features='))
  const [theirs = [], ...ours] = switches.map((each) => each.slice(each.indexOf('=') + 1).split(','))
  expect(theirs.length).toBeGreaterThan(5)
  // Chromium goes by the last of them.
  expect(ours).toHaveLength(1)
  expect(theirs.filter((feature) => ours[0]?.includes(feature) !== true)).toEqual([])
  expect(ours[0]?.length).toBeGreaterThan(theirs.length)
})
