import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseStringPromise } from 'xml2js'
import { joor } from '../contracts/rules/joor.js'
import type { BrokenRule, Example } from '../server/journal/broken-rule.js'
import { formats } from '../server/report/formats.js'
import type { Report } from '../server/report/report.js'
import { tellMissing } from './missing-tools.js'

/** Microsoft's own, from its package @microsoft/sarif-multitool-linux 5.7.0; only its white space is ours. */
const schema = JSON.parse(readFileSync('test/schemas/sarif-2.1.0.json', 'utf8'))
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

const hostile = 'a\u0000\ud800 "quoted" <b>&amp;</b> ]]> | `code` \\ *x* [l](http://a) @all\r\nnext\tline % , :'
const integer = joor['inventory.integer']
const repeated = joor['item.repeated_json']

const inCall = (seen: string, pointer = '/inventory_items/0/inventory'): Example => ({
  source: { request: 'request-1' },
  at: { pointer, line: 3, column: 5 },
  seen,
  right: 'an integer such as 26',
})
const inFile = (file: string, line: number, column: number, seen = 'many'): Example => ({
  ...inCall(seen),
  source: { file },
  at: { pointer: '/inventory_items/0/inventory', line, column },
})
const ofCalls = (more: Partial<BrokenRule> = {}): BrokenRule => ({
  rule: integer,
  level: 'error',
  count: 7,
  calls: 2,
  requests: ['request-1', 'request-2'],
  examples: [inCall('many'), inCall('few', '/inventory_items/4/inventory')],
  ...more,
})
const ofFiles = (...examples: readonly Example[]): BrokenRule =>
  ofCalls({ count: examples.length, calls: 1, requests: [], examples })
const report = (...broken: readonly BrokenRule[]): Report => ({ broken, kept: [joor['date.forms']], version: '1.2.3' })

const samples: readonly (readonly [what: string, report: Report])[] = [
  ['nothing at all', { broken: [], kept: [], version: '1.2.3' }],
  ['kept rules only', report()],
  ['calls', report(ofCalls(), ofCalls({ rule: repeated, level: 'warn', examples: [inCall('upc')] }))],
  ['files', report(ofFiles(inFile('a b/ü.json', 1, 1), inFile('/tmp/c#d?.xml', 2, 7)))],
  [
    'hostile texts',
    report(ofCalls({ examples: [inCall(hostile)] }), { ...ofFiles(inFile(hostile, 1, 1, hostile)), rule: repeated }),
  ],
  ['the call as a whole', report(ofCalls({ examples: [inCall('x', '')] }))],
]

describe('SARIF', () => {
  const sarif = (of: Report) => JSON.parse(formats.sarif.write(of))

  it.each(samples)('is valid by its official schema: %s', (_what, of) => {
    const log = sarif(of)
    validate(log)
    expect(validate.errors ?? []).toEqual([])
    expect(log.runs).toHaveLength(1)
  })

  it.each([
    ['a level that there is not', (log: ReturnType<typeof sarif>) => (log.runs[0].results[0].level = 'warn')],
    ['a result without a message', (log: ReturnType<typeof sarif>) => delete log.runs[0].results[0].message],
    ['a line 0', (log: ReturnType<typeof sarif>) => setLine(log, 0)],
  ])('would not pass with %s', (_what, spoil) => {
    const log = sarif(report(ofFiles(inFile('a.json', 1, 1))))
    spoil(log)
    expect(validate(log)).toBe(false)
  })

  const setLine = (log: ReturnType<typeof sarif>, line: number) => {
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = line
  }

  it('names the tool, and every rule with its source, evidence and level', () => {
    const [run] = sarif(report(ofCalls({ level: 'warn' }), ofCalls({ rule: repeated, level: 'error' }))).runs
    const { name, version, rules } = run.tool.driver
    expect([name, version]).toEqual(['Backstock', '1.2.3'])
    expect(rules).toMatchObject([
      { id: integer.id, shortDescription: { text: integer.says }, defaultConfiguration: { level: 'error' } },
      { id: repeated.id, defaultConfiguration: { level: 'warning' } },
    ])
    for (const part of [integer.source, integer.evidence]) expect(rules[0].help.text).toContain(part)
    const told = run.results.map((result: { ruleId: string; level: string }) => [result.ruleId, result.level])
    expect(told).toEqual([
      [integer.id, 'warning'],
      [repeated.id, 'error'],
    ])
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex].id).toBe(ruleId)
  })

  it('points into files by line and column, one result for each place', () => {
    const [run] = sarif(report(ofFiles(inFile('a b/ü.json', 3, 5), inFile('C:\\x\\y.json', 4, 6)))).runs
    expect(run.columnKind).toBe('utf16CodeUnits')
    const places = run.results.map(
      ({ locations }: { locations: { physicalLocation: unknown }[] }) => locations[0]?.physicalLocation,
    )
    expect(places).toEqual([
      { artifactLocation: { uri: 'a%20b/%C3%BC.json' }, region: { startLine: 3, startColumn: 5 } },
      { artifactLocation: { uri: 'file:///C:/x/y.json' }, region: { startLine: 4, startColumn: 6 } },
    ])
  })

  it('names the request and the place in it of calls, which have no file', () => {
    const [run] = sarif(report(ofCalls())).runs
    const [result, ...others] = run.results
    expect(others).toEqual([])
    expect(result).toMatchObject({
      occurrenceCount: 7,
      locations: [
        { logicalLocations: [{ fullyQualifiedName: 'request request-1 /inventory_items/0/inventory', kind: 'value' }] },
      ],
      properties: { requests: ['request-1', 'request-2'] },
    })
    expect(JSON.stringify(result)).not.toContain('physicalLocation')
  })

  it('has fingerprints that tell places of one file apart, and calls of one mistake not', () => {
    const prints = (of: Report) =>
      sarif(of).runs[0].results.map((result: { partialFingerprints: object }) => result.partialFingerprints)
    const [one, other] = prints(report(ofFiles(inFile('a.json', 1, 1), inFile('a.json', 2, 1))))
    expect(one).not.toEqual(other)
    const moved = prints(report(ofCalls({ examples: [inCall('few', '/inventory_items/9/inventory')] })))
    expect(moved).toEqual(prints(report(ofCalls())))
  })
})

describe('JUnit', () => {
  interface Suite {
    readonly $: Record<string, string>
    readonly testcase?: readonly Record<string, unknown>[]
  }
  const suitesOf = async (of: Report): Promise<readonly Suite[]> =>
    (await parseStringPromise(formats.junit.write(of))).testsuites.testsuite

  it.each(samples)('is read by xml2js, and counts what it holds: %s', async (_what, of) => {
    for (const { $, testcase = [] } of await suitesOf(of)) {
      expect(Number($.tests)).toBe(testcase.length)
      expect(Number($.failures)).toBe(testcase.filter((each) => 'failure' in each).length)
    }
  })

  const script = [
    'import sys, json, xml.etree.ElementTree as E',
    'root = E.fromstring(sys.stdin.buffer.read())',
    'cases = [[c.get("classname"), c.get("name"), [e.tag for e in c], [e.get("message") for e in c]] for c in root.iter("testcase")]',
    'print(json.dumps([root.tag, root.get("tests"), root.get("failures"), cases]))',
  ].join('\n')
  const hasPython = (() => {
    try {
      return execFileSync('python3', ['--version']).length > 0
    } catch {
      return false
    }
  })()
  const noPython = 'There is no python3 to read JUnit by another parser.'
  const readByPython = (xml: string): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const child = execFile('python3', ['-c', script], (error, out) =>
        error ? reject(error) : resolve(JSON.parse(out)),
      )
      child.stdin?.end(xml)
    })

  it.for(samples)('is read by Python’s parser: %s', async ([, of], context) => {
    if (!hasPython) return tellMissing(noPython, context)
    expect(await readByPython(formats.junit.write(of))).toHaveLength(4)
  })

  it('fails a rule that is an error, passes one that is a warning with what was seen, and one that was kept', async (context) => {
    if (!hasPython) return tellMissing(noPython, context)
    const of = report(ofCalls(), ofCalls({ rule: repeated, level: 'warn' }))
    const xml = formats.junit.write(of)
    expect(await readByPython(xml)).toEqual([
      'testsuites',
      '3',
      '1',
      [
        ['joor.inventory', integer.id, ['failure'], ['many. Right is: an integer such as 26.']],
        ['joor.item', repeated.id, ['system-out'], [null]],
        ['joor.date', 'joor.date.forms', [], []],
      ],
    ])
    expect(xml).toContain('Broken 7 times in 2 calls')
  })

  it('keeps every character that XML can hold, in attributes too', async () => {
    const [suite] = await suitesOf(report(ofCalls({ examples: [inCall(hostile)] })))
    const [{ failure } = {}] = suite?.testcase ?? []
    const [{ $, _ }] = failure as [{ $: { message: string }; _: string }] // As xml2js gives an element.
    const held = hostile.replace('\u0000\ud800', '\ufffd\ufffd')
    // A parser gives a carriage return back only where it was escaped.
    expect($.message).toContain(held)
    expect(_).toContain(held)
  })

  it('would not be read where it is not well-formed', async () => {
    await expect(parseStringPromise(formats.junit.write(report()).replace('</testsuites>', ''))).rejects.toThrow()
  })
})

describe('GitHub’s annotations', () => {
  const lines = (of: Report) => formats.github.write(of).split('\n').slice(0, -1)

  it('name file, line and column, or the request', () => {
    expect(lines(report(ofFiles(inFile('a.json', 3, 5))))).toEqual([
      `::error file=a.json,line=3,col=5,title=${integer.id}::many. Right is: an integer such as 26.`,
    ])
    const [first, ...others] = lines(report(ofCalls({ level: 'warn' })))
    expect(others).toEqual([])
    expect(first).toMatch(/^::warning title=joor\.inventory\.integer::many\. Right is: an integer such as 26\.%0A/)
    expect(first).toContain('7 times in 2 calls, first at /inventory_items/0/inventory, request request-1')
  })

  it('escape what would end a property, a line or the message', () => {
    const [line = ''] = lines(report(ofFiles(inFile('a:b,c%\n.json', 1, 1, '50%\r\n::error::x'))))
    expect(line).toBe(
      `::error file=a%3Ab%2Cc%25%0A.json,line=1,col=1,title=${integer.id}::50%25%0D%0A::error::x. Right is: an integer such as 26.`,
    )
  })

  it('are at most ten of a kind, and the last says how many more there are', () => {
    const files = (level: BrokenRule['level'], count: number): BrokenRule => ({
      ...ofFiles(...Array.from({ length: count }, (_, index) => inFile('a.json', index + 1, 1))),
      level,
    })
    const told = lines(report(files('error', 12), files('warn', 11)))
    const of = (kind: string) => told.filter((line) => line.startsWith(`::${kind} `))
    expect([of('error').length, of('warning').length]).toEqual([10, 10])
    expect(of('error').filter((line) => line.includes('more'))).toEqual([
      expect.stringMatching(/%0Aand 2 more errors$/),
    ])
    expect(of('warning').at(-1)).toMatch(/%0Aand 1 more warning$/)
    expect(lines(report(files('error', 10))).join('')).not.toContain('more')
  })
})

describe('Markdown', () => {
  it('is a table, worst first as the report is', () => {
    const text = formats.markdown.write(
      report(ofCalls(), ofCalls({ rule: repeated, level: 'warn', count: 1, calls: 1 })),
    )
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    expect(text).toMatch(/^\*\*2 rules broken\*\* \(7 errors and 1 warning\), 1 rule kept\.\n/)
    expect(rows.map((row) => row.split(' | ').slice(0, 3))).toEqual([
      ['| level', 'rule', 'count'],
      ['| error', expect.stringContaining(integer.id), '7 in 2 calls'],
      ['| warn', expect.stringContaining(repeated.id), '1 in 1 call'],
    ])
  })

  it('escapes all that would be markup, and stays in its cell', () => {
    const text = formats.markdown.write(report(ofCalls({ examples: [inCall(hostile)] })))
    const row = text.split('\n').find((line) => line.startsWith('| error')) ?? ''
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7)
    expect(row).toContain('a\\\\u0000')
    for (const raw of [' `code`', '<b>', '@all', '[l](', '*x*', '&amp;</b>', '://']) expect(row).not.toContain(raw)
    for (const safe of ['\\`code\\`', '&lt;b&gt;&amp;amp;', '&#64;all', '\\\\ \\*x\\*', '\\|'])
      expect(row).toContain(safe)
  })

  it('says that nothing was broken', () => {
    expect(formats.markdown.write(report())).toBe('**No rule broken**, 1 rule kept.\n')
  })
})
