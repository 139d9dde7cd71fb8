import { accessSync, constants } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest'
import { tellMissing } from './missing-tools.js'

const program = '/usr/bin/chromium'
const isThere = (() => {
  try {
    accessSync(program, constants.X_OK)
    return true
  } catch {
    return false
  }
})()

/** Pages of the browser's own that Chromium loads behind the address bar of every window, which nobody here sees. */
const pagesOfItsOwn = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup']

/** A process that waits for a next page: each test has a window of its own, which would start one and use none. */
const spareProcess = 'SpareRendererForSitePerProcess'

/** What Playwright switches off. Chromium goes by the last list alone, so what is switched off here has to repeat it. */
const offByPlaywright = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...[
    'HttpsFirstBalancedModeAutoEnable',
    'LensOverlay',
    'MediaRouter',
    'PaintHolding',
    'ThirdPartyStoragePartitioning',
  ],
  ...[
    'AvoidCorsURLLoaderRestartOnRedirect',
    'TcpPortRandomizationWin',
    'OptimizationHints',
    'NetworkTimeServiceQuerying',
  ],
  ...['AimEnabled', 'PreconnectToSearch', 'msForceBrowserSignIn', 'msEdgeUpdateLaunchServicesPreferredVersion'],
]

const args = [
  // In containers there is no user namespace to be had, and little of /dev/shm.
  ...['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP *.test 127.0.0.1'],
  // With them a page for a test takes three times as long.
  `--disable-features=${[...offByPlaywright, ...pagesOfItsOwn, spareProcess].join(',')}`,
]

/** How every browser of the tests is started. */
export const launch = { executablePath: program, args, timeout: 60_000 }

/**
 * A real browser for the tests of one file: the machine's Chromium, which takes every name under .test for this machine.
 * The function opens a page in a profile of its own, which goes with the test.
 */
export function browserForTests(): (url: string, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (!isThere) return
    browser = await chromium.launch(launch)
  }, 90_000)
  afterAll(() => browser?.close())

  beforeEach((context) => {
    if (!isThere) tellMissing(`There is no ${program}; "apt-get install chromium" brings it.`, context)
  })

  return async (url, options = {}) => {
    if (browser === undefined) throw new Error('No browser runs.')
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(url)
    return page
  }
}
