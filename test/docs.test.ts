import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { printTables, tableMarks } from '../server/rule-tables.js'
import { settingForms, settingValues } from '../server/settings.js'
import { blocksOf, examplesOf, fragmentsOf, unfollowed } from './docs-blocks.js'
import { differences, pagesOfDatabase } from './docs-reader.js'

const readme = readFileSync('README.md', 'utf8')
const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const all = pages.map(({ text }) => text).join('\n')
/** What a page of a database says is done where there is one: test/replicas-docs.test.ts. */
const withoutServer = pages.filter(({ path }) => !pagesOfDatabase.includes(path))

/** One section of a text, its heading included. */
function sectionOf(markdown: string, heading: string): string {
  return markdown.split(/^(?=## )/m).find((section) => section.startsWith(`## ${heading}`)) ?? ''
}
const promises = readFileSync('docs/promises.md', 'utf8')

/** Rows of the table of promises, its head left out. */
const rowsOf = (page: string) =>
  page
    .split('\n')
    .filter((line) => /^\| [^|]* \|/.test(line))
    .slice(1)

/** Promises that name no command, or one that runs nothing. */
function unshown(page: string): readonly string[] {
  return rowsOf(page).filter((row) => {
    const commands = [...row.matchAll(/`((?:PROOF=full )?(?:npm|npx|bash) [^`]*)`/g)].map(([, command = '']) => command)
    return commands.length === 0 || !commands.every(runsSomething)
  })
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'))
const suites = readdirSync('test').filter((name) => name.endsWith('.test.ts'))

function runsSomething(command: string): boolean {
  const [, script, filters, file] =
    /^(?:PROOF=full )?(?:npm run (\S+)(?: -- .+)?|npx vitest run --config test\/vitest\.config\.ts (.+)|bash (\S+))$/.exec(
      command,
    ) ?? []
  if (script !== undefined) return script in scripts
  if (file !== undefined) return existsSync(file)
  return filters?.split(' ').every((filter) => suites.some((suite) => suite.includes(filter))) ?? false
}

const start = '```sh\nnpx backstock\n```\n'
const speaks = (reply: string) =>
  `${start}\`\`\`sh\ncurl -s http://127.0.0.1:4350/_backstock/health\n\`\`\`\n\n\`\`\`json\n${reply}\n\`\`\`\n`

/** Texts that are right, and what is found once something in them is wrong. */
const planted = [
  {
    says: 'a wrong reply of a start',
    text: `${start}\n\`\`\`text\nBackstock is ready on http://127.0.0.1:4350\n\`\`\`\n`,
    ...{ right: 'is ready', wrong: 'was ready', count: 1 },
  },
  { says: 'a wrong reply', text: speaks('{"status":"ok"}'), right: '"ok"', wrong: '"no"', count: 1 },
  { says: 'a wrong command', text: speaks('{"status":"ok"}'), right: 'health', wrong: 'ready?x=1', count: 1 },
  { says: 'a page without a start', text: speaks('{"status":"ok"}'), right: start, wrong: '', count: 1 },
  {
    says: 'a start that fails',
    text: speaks('{"status":"ok"}'),
    right: 'npx backstock',
    wrong: 'npx backstock --x',
    count: 2,
  },
  { says: 'a silent command that fails', text: '```sh\ntrue\n```\n', right: 'true', wrong: 'false', count: 1 },
  {
    says: 'a file that says something else',
    text: '```js\n// one.js\nconsole.log(1)\n```\n```sh\nnode one.js\n```\n```text\n1\n```\n',
    ...{ right: 'log(1)', wrong: 'log(2)', count: 1 },
  },
  {
    says: 'a test of its own that passes and should not',
    // Up to the tests of Vitest.
    text: readFileSync('docs/from-a-test.md', 'utf8').split('Tests of `test.concurrent`', 1).join(''),
    ...{ right: "inventory: '26' }])\n})", wrong: 'inventory: 26 }])\n})', count: 1 },
  },
]

const timeout = 300_000

// Commands start processes, and a process takes a second or more: so the pages are read side by side.
describe.concurrent('Who does what a page says', () => {
  it.for(withoutServer)('gets the replies that it prints: $path', { timeout }, async ({ text }, { expect }) => {
    expect(await differences(text)).toEqual([])
  })

  it.for(planted)('would not get them with $says', { timeout }, async ({ text, right, wrong, count }, { expect }) => {
    expect(text).toContain(right)
    expect(await differences(text.replace(right, wrong))).toHaveLength(count)
  })
})

describe('Every block of a page', () => {
  it.each(pages)('is a command, the reply to one, or a file that one needs: $path', ({ text }) => {
    expect(unfollowed(text)).toEqual([])
  })

  it.each([
    ['a command by another name', '```bash\nfalse\n```\n'],
    ['a command of no language', '```\nfalse\n```\n'],
    ['a command within a list', '- first\n\n  ```console\n  false\n  ```\n'],
    ['a command that nobody closes', '```sh\nfalse\n'],
    ['a command between tildes', '~~~shell\nfalse\n~~~\n'],
    ['a reply to nothing', '```sh\ntrue\n```\nSo:\n```text\nyes\n```\n'],
    ['a program without a path', '```js\nconsole.log(1)\n```\n'],
    ['a file that nothing needs', '```js\n// one.js\n```\n'],
  ])('is found where it is none: %s', (_says, text) => {
    expect(unfollowed(text)).toHaveLength(1)
  })

  it('would not read as YAML where it is broken', () => {
    const [fragment = ''] = fragmentsOf('```yaml\na: [1\n```\n')
    expect(() => parse(fragment)).toThrow()
  })

  it('is run where it is a command, wherever it stands', () => {
    const text = '- one\n\n  ```sh\n  false\n  ```\n\n~~~sh\nfalse\n~~~\n'
    expect(unfollowed(text)).toEqual([])
    expect(examplesOf(text).map(({ command }) => command.trim())).toEqual(['false', 'false'])
  })

  it.each(pages)('reads as what it says it is: $path', ({ text }) => {
    for (const fragment of fragmentsOf(text)) expect(parse(fragment)).toBeTypeOf('object')
  })
})

/** Commands of the texts that are no pages, which nothing runs. */
const unrun = (path: string) =>
  examplesOf(readFileSync(path, 'utf8'))
    .flatMap(({ command }) => command.trim().split('\n'))
    .filter((line) => path !== 'bench/README.md' || !/^npm (?:install|run bench)/.test(line))

describe('The texts', () => {
  it.each(['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md'])(
    'show no command that nothing runs, but for those of the bench, which take an idle machine: %s',
    (path) => expect(unrun(path)).toEqual([]),
  )

  it('begin with the two commands of a fresh machine', () => {
    expect(blocksOf(readme)[0]).toMatchObject({ language: 'sh', text: 'npm ci\nnpm start\n' })
  })

  it('name for each promise a command that shows it', () => {
    expect(unshown(promises)).toEqual([])
    expect(rowsOf(promises).length).toBeGreaterThan(10)
    for (const [right, wrong] of [
      ['npm run test:faults', 'npm run test:fault'],
      ['guard-matrix', 'guard-matrices'],
      ['.ci/offline', '.ci/online'],
      ['`npm run bench -- --only data-file`', 'the benchmark'],
    ] as const)
      expect(unshown(promises.replace(right, wrong)), wrong).toHaveLength(1)
  })

  it('have the tables that the code prints, each once', () => {
    expect(printTables(all)).toBe(all)
    expect(printTables(all.replace(/^\| JOOR \| \d+/m, '| JOOR | 7'))).toBe(all)
    for (const mark of tableMarks) expect(all.split(mark), mark).toHaveLength(2)
  })

  it('name every setting with its values, the default first', () => {
    const rows = [...sectionOf(all, 'Settings').matchAll(/^\| `(\w+)` \| (`[^|]+`) \|/gm)].map(([, name, values]) => [
      name,
      values,
    ])
    const right = Object.entries(settingValues.all).map(([name, values]) => [
      name,
      [...values, ...(settingForms[name] === undefined ? [] : [settingForms[name].name])]
        .map((value) => `\`${value}\``)
        .join(', '),
    ])
    expect(rows).toEqual(right)
  })
})
