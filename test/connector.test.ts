import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Format, formats } from './connector/formats.js'
import { planted, right, variants } from './connector/variants.js'
import { isFull } from './proof.js'
import { type Results, run } from './runner-projects.js'

/** Scenarios of the connector's suite, each with what it says where it fails. */
type Failures = Readonly<Record<string, string>>

const pageLost = 'sends a page again that was lost on its way'
const replyLost = 'sends a page again whose reply was lost'
const overwriteLost = 'replaces all stock also where its reply was lost'
const asked = 'waits as long as it is asked to'
const down = 'waits longer from time to time where the vendor is down'
const late = 'reports what became of a page whose reply comes late'
const newer = 'leaves newer stock alone after a reply that came late'
const position = (row: number, warehouse: string, upc: string) =>
  `row ${row} {"warehouse":"${warehouse}","inventory_date":"IMMEDIATE","sku":{"upc":"${upc}"}}`
const all = (scenarios: readonly string[], says: string): Failures =>
  Object.fromEntries(scenarios.map((scenario) => [scenario, says]))

const missing = `${position(3, 'New York', 'c')}: nothing stands there, expected {"available":28}`
const doubled = `${position(3, 'New York', 'c')}: expected {"available":28}, seen {"available":56}`
const repeated = (index: number) =>
  `joor.inventory.same_position (assumed) at /inventory_items/${index}: Two items of one call mean different positions`
const neverRetried = 'joor.conduct.retry_payload (assumed) at /inventory_items/0: What is sent again after a lost reply'
const wiped = `${position(6, 'New York', 'old')}: nothing stands there, expected {"available":9}`

/** What each bug fails, and nothing else: the first is the one that docs/from-a-test.md shows. */
const caught: Readonly<Record<string, Failures>> = {
  'no-retry': {
    [replyLost]: '2 calls with {"command":{"/inventory_items/*/upc":"c"}} expected within 0 ms, 1 came (fail).',
    ...all([pageLost, asked], missing),
    [down]: `${position(1, 'New York', 'a')}: expected {"available":26}, seen {"available":3}`,
    [newer]: neverRetried,
    'sends levels again where Jirafe was down':
      '{"code":"a","revision":null,"effective_date":null}: nothing stands there, expected {"inventory_level":31}',
  },
  'retry-adds': {
    ...all([replyLost, pageLost, asked], doubled),
    [down]: `${position(1, 'New York', 'a')}: expected {"available":26}, seen {"available":52}`,
    [overwriteLost]: `${position(1, 'New York', 'a')}: expected {"available":26}, seen {"available":52}`,
    [late]: '26 of a in New York: reported as sent; it was 3 before and is 52 now',
  },
  'retry-repeats': {
    ...all([replyLost, pageLost, asked, down, late, newer], repeated(2)),
    [overwriteLost]: repeated(5),
  },
  'overwrite-by-page': {
    'replaces all stock': '26 of a in New York: cleared by call 2, POST /v2/bulk-inventory?overwrite=1',
    [overwriteLost]: '26 of a in New York: cleared by call 3, POST /v2/bulk-inventory?overwrite=1',
  },
  'overwrite-always': {
    'sends the table, and leaves what it does not name':
      '9 of old in New York: cleared by call 1, POST /v2/bulk-inventory?overwrite=1',
    ...all([pageLost, replyLost, asked, down, newer], wiped),
  },
  'not-updated-ignored': {
    'reports what is not updated': '27 of b in New York: reported as sent; it was nothing before and is nothing now',
    'reports the levels that Jirafe refuses': 'the levels that Jirafe refused, as they are reported: expected []',
  },
  'not-updated-dropped': {
    'reports what is not updated': '27 of b in New York: not reported; it was nothing before and is nothing now',
  },
  'timeout-fails': {
    [late]: '26 of a in New York: reported as failed; it was 3 before and is 26 now',
    [newer]: neverRetried,
  },
  'timeout-sent-last': {
    [newer]: `${position(1, 'New York', 'a')}: expected {"available":24}, seen {"available":26}`,
  },
}

/** The formats of the bug and the near miss in this place: in the short form one, by turns. */
const formatsOf = (place: number): readonly Format[] =>
  formats.filter((_, index) => isFull || index === place % formats.length)

/** Which connectors run in which format: the right one in each. */
const matrix: readonly (readonly [name: string, format: Format])[] = [
  ...formats.map((format) => [right.name, format] as const),
  ...planted.flatMap(({ bug, nearMiss }, place) =>
    formatsOf(place).flatMap((format) => [bug, nearMiss].map(({ name }) => [name, format] as const)),
  ),
]

/** Results by the full names of the tests: the connector, its format, and the scenario. */
function readFullNames(report: string): Results {
  const files: readonly { readonly assertionResults: readonly Result[] }[] = JSON.parse(
    report.slice(report.indexOf('{"num')),
  ).testResults
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  return new Map(
    tests
      .filter(({ status }) => ['passed', 'failed'].includes(status))
      .map(({ fullName, failureMessages: failures }) => [fullName, failures.length === 0 ? null : failures.join('\n')]),
  )
}

interface Result {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/** What its page tells of it. */
function printTable(): string {
  const rows = planted.map(({ bug, nearMiss }) => {
    const [first] = Object.entries(caught[bug.name] ?? {})
    return `| ${bug.says} | ${first?.[0]} | \`${first?.[1]}\` | ${nearMiss.says} |`
  })
  return ['| planted | fails the test | which says | and this passes |', '|---|---|---|---|', ...rows].join('\n')
}

/** The table of one section, whose heading is given. */
function tableIn(markdown: string, heading: string): string | undefined {
  const section = markdown.split(/^(?=## )/m).find((each) => each.startsWith(`## ${heading}\n`))
  return section?.match(/(?:^\|.*\|$\n?)+/m)?.[0].trimEnd()
}

describe("A connector's suite", () => {
  let results: Results

  /** Of one connector by scenario: null where it passed. */
  const resultsOf = (name: string, format: string): Results => {
    const start = `${name} in ${format} `
    return new Map(
      [...results].flatMap(([fullName, failure]) =>
        fullName.startsWith(start) ? [[fullName.slice(start.length), failure] as const] : [],
      ),
    )
  }
  const failuresOf = (name: string, format: string) =>
    new Map([...resultsOf(name, format)].filter(([, failure]) => failure !== null))
  const scenarios = () => [...resultsOf(right.name, 'json').keys()]

  // All connectors in one run of the real runner: starting it takes longer than most of the tests.
  beforeAll(async () => {
    const config = resolve('test/connector/vitest.config.ts')
    const command = [process.execPath, resolve('node_modules/vitest/vitest.mjs'), 'run', '--reporter=json']
    const names = matrix.map(([name, format]) => `${name} in ${format}`).join('|')
    const chosen = ['--config', config, '--testNamePattern', `^(?:${names}) `]
    const runner = { command: [...command, ...chosen], read: readFullNames, timeout: 400_000 }
    results = (await run(runner, '.')).results
  }, 420_000)

  it('runs every scenario with every connector, in both formats or in the short form in one by turns', () => {
    expect(scenarios()).toHaveLength(12)
    for (const [name, format] of matrix) expect([...resultsOf(name, format).keys()]).toEqual(scenarios())
    expect(variants).toHaveLength(1 + 2 * planted.length)
    expect(matrix).toHaveLength(formats.length + (isFull ? 2 : 1) * 2 * planted.length)
    expect(results.size).toBe(matrix.length * scenarios().length)
  })

  describe.each(formats)('in %s', (format) => {
    const own = planted.filter((_, place) => formatsOf(place).includes(format))

    it('passes with the right connector', () => {
      expect(failuresOf(right.name, format)).toEqual(new Map())
    })

    it.each(own.map(({ nearMiss }) => [nearMiss.name, nearMiss.says]))('passes with %s, which %s', (name) => {
      expect(failuresOf(name, format)).toEqual(new Map())
    })

    it.each(own.map(({ bug }) => [bug.name, bug.says]))('fails with %s, which %s, and says why', (name) => {
      const failures = failuresOf(name, format)
      const expected = Object.entries(caught[name] ?? {})
      expect(expected.length).toBeGreaterThan(0)
      expect([...failures.keys()].sort()).toEqual(expected.map(([scenario]) => scenario).sort())
      for (const [scenario, says] of expected) expect(failures.get(scenario)).toContain(says)
    })
  })

  it('has no scenario that nothing can fail', () => {
    const failed = new Set(Object.values(caught).flatMap((failures) => Object.keys(failures)))
    expect(scenarios().filter((scenario) => !failed.has(scenario))).toEqual([])
  })

  it('is what its page tells of', () => {
    const page = readFileSync('docs/from-a-test.md', 'utf8')
    expect(tableIn(page, 'What it catches')).toBe(printTable())
    expect(page).toContain(`a suite of ${scenarios().length} tests`)
  })
})
