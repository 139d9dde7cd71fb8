import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))

/** A connector of two calls and its test, in the way that is asked for. */
const suite = `
const [way] = process.argv.slice(2)
const attempts = way === 'careful' ? 3 : 1
async function post(rows) {
  const response = await fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', { method: 'POST',
    headers: { authorization: 'OAuth2 ' + btoa('token-' + (way === 'random' ? Math.random() : 1)), 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: rows }) })
  if (response.status === 429) return rows
  const body = await response.text()
  if (way === 'strict' && !body.startsWith('{"response":{"comment":')) throw new Error('unexpected reply: ' + body)
  return JSON.parse(body).items_not_updated.flat()
}
async function send(rows) {
  let left = rows
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++)
    left = await post(left).catch((error) => { if (way === 'strict') throw error; return left })
  if (left.length > 0 && way !== 'blind') throw new Error('not sent: ' + JSON.stringify(left))
}
const stock = way === 'random-stock' ? Math.floor(Math.random() * 1e9) : 1
await send([{ warehouse: 'NY', upc: '1', inventory: stock }, { warehouse: 'NY', upc: '2', inventory: 2 }])
await send([{ warehouse: 'NY', upc: '3', inventory: 3 }])
if (way === 'red') throw new Error('it fails as it is')
console.log('the suite has run')
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-mutate-'))
  await writeFile(join(folder, 'suite.mjs'), suite)
})
afterAll(() => rm(folder, { recursive: true }))

async function run(way: string, ...options: readonly string[]) {
  const own = Object.entries(process.env).filter(([name]) => !/^BACKSTOCK_|_BASE_URL$|^npm_/.test(name))
  const words = [cli, 'exec', ...options, '--', process.execPath, 'suite.mjs', way]
  const program = spawn(process.execPath, words, { cwd: folder, env: Object.fromEntries(own) })
  onTestFinished(() => void program.kill('SIGKILL'))
  program.stdin.end()
  const ended = once(program, 'exit')
  const [stdout, stderr] = await Promise.all([text(program.stdout), text(program.stderr)])
  const [code] = await ended
  return { code, stdout, stderr, verdicts: verdictsIn(stderr) }
}

/** Names by the verdict on them. */
function verdictsIn(told: string): Readonly<Record<string, readonly string[]>> {
  const verdicts: Record<string, string[]> = {}
  for (const [, verdict = '', name = ''] of told.matchAll(/^ {2}(not tried|[A-Za-z]+) +([a-z_.]+) /gm)) {
    verdicts[verdict] ??= []
    verdicts[verdict].push(name)
  }
  return verdicts
}

const legal = ['extra_field', 'key_order', 'white_space', 'latency', 'header_case']
const jirafe = ['reply_lost', 'event_refused'].flatMap((name) => [`jirafe.${name}.once`, `jirafe.${name}.lasting`])
const joor = (way: string) => ['reply_lost', 'item_not_updated', 'rate_limited'].map((name) => `joor.${name}.${way}`)

describe('A run that is repeated with variations', () => {
  it('finds nothing missed of a suite that recovers, and of what lasts takes notice', async () => {
    const { code, stdout, stderr, verdicts } = await run('careful', '--mutate')
    expect(verdicts).toEqual({
      survived: legal,
      recovered: joor('once'),
      noticed: joor('lasting'),
      'not tried': jirafe,
    })
    expect(code).toBe(0)
    expect(stdout).toBe('the suite has run\n')
    expect(stderr).toContain('Backstock: 5 survived, 3 recovered, 3 noticed, 4 not tried\n')
  })

  it('finds what a suite misses that believes in everything', async () => {
    const { code, verdicts } = await run('blind', '--mutate', 'joor.*')
    expect(verdicts).toEqual({
      // The call took effect, so what stands is what should.
      recovered: ['joor.reply_lost.once'],
      MISSED: [...joor('once').slice(1), ...joor('lasting')].sort(byTable),
    })
    expect(code).toBe(1)
  })

  it('counts a suite that fails for a single loss as one that notices', async () => {
    const { code, verdicts } = await run('brittle', '--mutate=joor.*.once', '--mutate', 'jirafe.*')
    expect(verdicts).toEqual({ noticed: joor('once'), 'not tried': jirafe })
    expect(code).toBe(0)
  })

  it('fails a suite that does not bear what the vendor may do, and shows what it said', async () => {
    const { code, stderr, verdicts } = await run('strict', '--mutate', 'key_order,header_case')
    expect(verdicts).toEqual({ FAILED: ['key_order'], survived: ['header_case'] })
    expect(stderr).toContain('      | Error: unexpected reply: {"items_not_updated"')
    expect(code).toBe(1)
  })

  it('does not say that a run recovered where even plain runs differ', async () => {
    const { code, stderr, verdicts } = await run('random-stock', '--mutate', 'joor.reply_lost.*')
    expect(stderr).toContain('two plain runs left different stock behind')
    expect(verdicts).toEqual({ noticed: ['joor.reply_lost.once', 'joor.reply_lost.lasting'] })
    expect(code).toBe(0)
    const blind = await run('blind', '--mutate', 'joor.reply_lost.once')
    expect(blind.stderr).not.toContain('different stock')
  })

  it('knows the stock again under another token', async () => {
    expect((await run('random', '--mutate', 'header_case')).stderr).not.toContain('different stock')
  })

  it('says all of it as JSON where that is asked for', async () => {
    const { stderr } = await run('careful', '--log-format', 'json', '--mutate', 'latency,jirafe.*.once')
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.slice(1)).toEqual([
      { event: 'mutation', variations: 3, comparable: true },
      { event: 'variation', name: 'latency', kind: 'legal', verdict: 'survived', calls: 2, ended: 'exit 0' },
      ...['jirafe.reply_lost.once', 'jirafe.event_refused.once'].map((name) => ({
        ...{ event: 'variation', name, kind: 'once', verdict: 'not tried', calls: 0, ended: 'not run' },
      })),
      { event: 'verdict', survived: 1, not_tried: 2 },
    ])
  })
})

describe('No variation is tried', () => {
  it('with a run that fails as it is', async () => {
    const { code, stderr, verdicts } = await run('red', '--mutate')
    expect(stderr).toContain('Backstock: no variation was tried: the run fails as it is\n')
    expect([code, verdicts]).toEqual([1, {}])
  })

  it.each([
    [
      'a name that none has',
      ['--mutate', 'key_oder'],
      '--mutate: no variation is called "key_oder"; did you mean "key_order"?',
    ],
    [
      'a pattern that means none',
      ['--mutate', 'acme.*'],
      '--mutate: no variation is called "acme.*"; known: extra_field, ',
    ],
    ['a data file', ['--mutate', '--data', 'stock.json'], 'data: with --mutate every run begins with the seed'],
  ])('for %s, and nothing is run', async (_, options, says) => {
    const { code, stdout, stderr } = await run('careful', ...options)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(says)
  })
})

/** In the order of the table: of each the one before the other. */
function byTable(one: string, other: string): number {
  const order = joor('once').flatMap((name) => [name, name.replace(/once$/, 'lasting')])
  return order.indexOf(one) - order.indexOf(other)
}
