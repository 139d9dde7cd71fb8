import { describe, expect, it } from 'vitest'
import type { Coverage } from '../server/coverage/coverage.js'
import { type BrokenOnPage, writeHtml } from '../server/coverage/html.js'
import { writeMarkdown } from '../server/coverage/markdown.js'
import { type FaultKind, kinds } from '../server/faults/fault.js'
import { commandIn } from './command.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const hostile = `</code></pre><script>alert(1)</script><img src=x onerror=alert(1)> "&amp;' \u202e\u0007\ud800 javascript:`

/** A document in which every text is as bad as it can be. */
const hostileCoverage: Coverage = {
  of: [hostile],
  evidence: 'assumed',
  percentage: 50,
  rules: { testable: 2, exercised: 1, kept: 0, broken: 1 },
  operations: [{ operation: hostile, calls: 1, testable: 2, exercised: 1, percentage: 50, not_exercised: [hostile] }],
  exercised: [
    {
      rule: hostile,
      statement: hostile,
      evidence: 'assumed',
      source: hostile,
      operations: [hostile],
      kept: 0,
      broken: 1,
    },
  ],
  gaps: [
    {
      rule: hostile,
      statement: hostile,
      evidence: 'assumed',
      source: hostile,
      breach: 'refuse call',
      breaks: true,
      operation: hostile,
      case: hostile,
      request: hostile,
    },
  ],
  faults: (Object.keys(kinds) as FaultKind[]).map((kind) => ({ kind, calls: 0 })),
  version: hostile,
}
const broken: BrokenOnPage = {
  rule: hostile,
  statement: hostile,
  level: hostile,
  count: 1,
  requests: [hostile],
  seen: hostile,
  right: hostile,
}

/** What is wrong with a page, in words. */
function faultsOf(page: string): readonly string[] {
  const body = page.replace(/<style>.*?<\/style>/s, '')
  const faults: [boolean, string][] = [
    [/<(?:script|iframe|object|embed|base|form|img|link)\b/i.test(page), 'has an element that loads or runs something'],
    [/\s(?:src|href|on\w+|style)\s*=/i.test(withoutTexts(body)), 'has an attribute that loads or runs something'],
    [/url\(|@import/i.test(page), 'has a style that loads something'],
    [/[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n]|\p{Cs}/u.test(page), 'has characters that turn or hide texts'],
    [!page.includes("default-src 'none'") && !page.includes('default-src &#39;none&#39;'), 'has no policy'],
    [!/<html lang="en">/.test(page) || !/<title>[^<]+<\/title>/.test(page), 'has no language or title'],
    [!/name="viewport"/.test(page) || !/prefers-color-scheme: dark/.test(page), 'is not for every screen'],
    [count(page, /<table\b/g) !== count(page, /<table\b[^>]*><caption>[^<]/g), 'has a table without a caption'],
    [count(page, /<th\b/g) !== count(page, /<th scope="(?:col|row)"/g), 'has a head without its scope'],
    [count(page, /<h1\b/g) !== 1 || /<h[3-6]\b/.test(page), 'has headings that skip a level'],
    [unbalanced(body).length > 0, `has elements that are not closed: ${unbalanced(body).join()}`],
  ]
  return faults.filter(([isWrong]) => isWrong).map(([, fault]) => fault)
}

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length
const withoutTexts = (page: string) => page.replaceAll(/>[^<]*</g, '><')

/** Elements whose end is missing or in the wrong place. */
function unbalanced(page: string): readonly string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [, end, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (name === 'meta') continue
    if (end === '') open.push(name)
    else if (open.pop() !== name) wrong.push(name)
  }
  return [...wrong, ...open]
}

async function realCoverage() {
  const emulator = await startTestEmulator()
  await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: '5' }))
  return emulator.coverage()
}

describe('The HTML page', () => {
  it('needs nothing else, runs nothing, and can be read by everybody', async () => {
    const page = writeHtml(await realCoverage(), [broken])
    expect(faultsOf(page)).toEqual([])
    expect(count(page, /<table\b/g)).toBe(4)
    expect(count(page, /<details>/g)).toBeGreaterThan(60)
  })

  it('shows every text as a text', () => {
    const page = writeHtml(hostileCoverage, [broken, { ...broken, level: 'error' }])
    expect(faultsOf(page)).toEqual([])
    expect(count(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)).toBeGreaterThan(10)
  })

  it('has the broken rules only where they are given', async () => {
    const coverage = await realCoverage()
    expect(writeHtml(coverage)).not.toContain('Broken rules')
    expect(writeHtml(coverage, [])).toMatch(/Broken rules<\/h2><p>None\./)
  })

  it.each([
    ['a script', (page: string) => page.replace('</main>', '<script>1</script></main>'), 'loads or runs'],
    ['an image', (page: string) => page.replace('</main>', '<img src="x"></main>'), 'loads or runs'],
    ['a handler', (page: string) => page.replace('<main>', '<main onclick="x()">'), 'attribute'],
    ['a font from elsewhere', (page: string) => page.replace('<style>', '<style>@import "x";'), 'style'],
    ['no caption', (page: string) => page.replace(/<caption>.*?<\/caption>/, ''), 'caption'],
    ['a head without its scope', (page: string) => page.replace(' scope="col"', ''), 'scope'],
    ['a skipped heading', (page: string) => page.replace('</main>', '<h4>x</h4></main>'), 'headings'],
    ['an open element', (page: string) => page.replace('</details>', ''), 'not closed'],
    ['a text that turns', (page: string) => page.replace('</main>', '\u202e</main>'), 'turn or hide'],
  ])('would not pass with %s', async (_what, spoil, told) => {
    const page = writeHtml(await realCoverage())
    expect(spoil(page)).not.toBe(page)
    expect(faultsOf(spoil(page)).join()).toContain(told)
  })
})

describe('The Markdown text', () => {
  it('obeys no text: no HTML, no table cell, no fence ends early', () => {
    const text = writeMarkdown({
      ...hostileCoverage,
      gaps: hostileCoverage.gaps.map((gap) => ({
        ...gap,
        statement: 'a|b `c` *d* <e> @f\n# g',
        request: 'x\n```\n# y',
      })),
    })
    expect(text).toContain('| a\\|b \\`c\\` \\*d\\* &lt;e&gt; &#64;f \\# g |')
    expect(text).toContain('````sh\nx\n```\n# y\n````')
    const outside = text.replaceAll(/^(`{3,})sh\n.*?^\1$/gms, '').replaceAll(/`[^`\n]*`/g, '')
    expect([...outside.matchAll(/<(\/?\w+)/g)].map(([, name]) => name)).toEqual([
      'details',
      'summary',
      '/summary',
      '/details',
    ])
  })
})

describe('backstock coverage', () => {
  it('prints a table, the worst gaps first, within the window', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: '5' }))
    const { gaps, percentage } = await emulator.coverage()
    const { code, printed } = await commandIn({ columns: () => 80 }, 'coverage', '--url', emulator.url)
    expect(code).toBe(0)
    expect(printed[0]).toContain(`${percentage} %, `)
    const rows = printed.slice(3, 3 + gaps.length)
    expect(rows.map((row) => row.split(' ')[0])).toEqual(gaps.map(({ rule }) => rule))
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80)
  })

  it('prints the JSON, Markdown and HTML that the emulator answers, in the scope and of what is asked', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: 1 }))
    const words = ['--url', emulator.url, '--of', 'joor', '--of', 'jirafe.batch', '--evidence', 'recorded']
    const query = 'of=joor&of=jirafe.batch&evidence=recorded'
    for (const format of ['json', 'markdown', 'html']) {
      const { printed } = await commandIn({}, 'coverage', '--format', format, ...words)
      const answer = await (await fetch(`${emulator.url}/_backstock/coverage?${query}&format=${format}`)).text()
      expect(`${printed.join('\n')}\n`).toBe(answer)
    }
    const { printed } = await commandIn({}, 'coverage', '--account', 'nobody', '--url', emulator.url)
    expect(printed).toEqual(['no call was decided, so that nothing is known'])
  })

  it.each([
    [['--of', 'joor.bulkinventory'], 2, 'did you mean "joor.bulk-inventory"?'],
    [['--url', 'http://127.0.0.1:1'], 1, 'no emulator answers'],
  ])('says what is wrong: %j', async (words, code, told) => {
    const emulator = await startTestEmulator()
    const ended = await commandIn({ env: { BACKSTOCK_URL: emulator.url } }, 'coverage', ...words)
    expect(ended.code).toBe(code)
    expect(ended.complained).toContain(told)
  })
})
