import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startEmulator } from '../server/emulator.js'
import { readCases } from '../server/verify/cases.js'
import { runHere, runThere } from '../server/verify/run.js'
import { defaultVariables } from '../server/verify/variables.js'
import { command, commandIn } from './command.js'
import { type Reply, startPlanted } from './drift.js'
import { items, oauth2, startTestEmulator } from './emulator.js'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-proxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const same = (reply: Reply) => reply
const otherCode = (reply: Reply) => ({ ...reply, body: String(reply.body).replace('"code":"0"', '"code":"2"') })

/** Runs the verb until `work` has done with it: the exit code, and what it said. */
async function proxied(words: readonly string[], work: (url: string) => Promise<void>) {
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const working = { done: Promise.resolve() }
  const print = (line: string) => {
    const [url] = /http:[^\s"]+/.exec(line) ?? []
    if (url !== undefined) working.done = work(url).finally(stop)
  }
  const ended = await commandIn({ stopped, print }, 'proxy', '--port', '0', ...words)
  await working.done
  return { ...ended, lines: ended.complained.split('\n') }
}

const call =
  (body: unknown = items({ warehouse: 'New York', upc: '1', inventory: 5 }), token = 'a-secret-token') =>
  (url: string) =>
    fetch(`${url}/v2/bulk-inventory`, {
      method: 'POST',
      headers: {
        Authorization: oauth2(token),
        'Content-Type': 'application/json',
        Cookie: `t=${token}`,
        'X-Note': token,
      },
      body: JSON.stringify(body),
    }).then(() => undefined)
const nothing = async () => {}

describe('backstock proxy', () => {
  it('tells each call, and all of them at its end', async () => {
    const { code, lines } = await proxied(['--joor', await startPlanted(same)], call())
    expect(lines.slice(1)).toEqual([
      'same       POST /v2/bulk-inventory 200',
      'Backstock: 1 call passed on: 1 same, 0 different, 0 could not be told',
    ])
    expect(code).toBe(0)
  })

  it('tells where a reply differs, and which rules that touches with their evidence and source', async () => {
    const joor = await startPlanted(otherCode)
    const { code, lines } = await proxied(['--joor', joor], async (url) => {
      await call()(url)
      await call()(url)
    })
    expect(lines.slice(1, 4)).toEqual([
      'different  POST /v2/bulk-inventory 200',
      '  /response/code: "2"; here "0"',
      '    joor.reply.shape, documented',
    ])
    expect(lines.slice(-4)).toEqual([
      'Backstock: 2 calls passed on: 0 same, 2 different, 0 could not be told',
      '      2  /response/code',
      expect.stringMatching(/^ {9}rule joor\.reply\.shape, documented: The reply has response, /),
      expect.stringMatching(/^ {9}source: JOOR API documentation/),
    ])
    expect(code).toBe(0)
  })

  it.each([
    ['different', otherCode, undefined, 1],
    ['different', same, undefined, 0],
    ['unknown', (reply: Reply) => ({ ...reply, status: 503 }), undefined, 1],
    ['violations', same, items({ warehouse: 'New York', upc: '1', inventory: -5 }), 1],
    ['violations,errors', same, undefined, 0],
  ])('fails on %s where that is asked', async (what, plant, body, code) => {
    const words = ['--joor', await startPlanted(plant), '--fail-on', what]
    const ended = await proxied(words, call(body))
    expect(ended.code).toBe(code)
    expect(ended.complained.includes(`as --fail-on ${what} says`)).toBe(code === 1)
  })

  it('fails where nothing was compared and somebody counts on it', async () => {
    const joor = await startPlanted(same)
    for (const [words, work, code] of [
      [[], nothing, 0],
      [['--fail-on', 'different'], nothing, 1],
      [['--record', join(newFolder(), 'a.yaml')], nothing, 1],
      [['--record', join(newFolder(), 'a.yaml')], call(), 0],
    ] as const) {
      const ended = await proxied(['--joor', joor, ...words], work)
      expect([ended.code, ended.complained.includes('nothing was compared')], words.join(' ')).toEqual([
        code,
        code === 1,
      ])
    }
  })

  it('shows no token of a call, wherever it stands, nor what would steer the terminal', async () => {
    const token = 'a-secret-token'
    const joor = await startPlanted((reply) => ({
      ...reply,
      body: String(reply.body)
        .replace('"inventory":5', '"inventory":"\\u001b[2J"')
        .replace('"comment":""', `"comment":"${token}"`),
    }))
    for (const format of ['text', 'json']) {
      const { complained } = await proxied(['--joor', joor, '--log-format', format], async (url) => {
        await call(items({ warehouse: token, upc: '1', inventory: 5 }))(url)
        await fetch(`${url}/v2/bulk-inventory?access_token=${token}`, { headers: { Authorization: oauth2(token) } })
        await fetch(`${url}/v2/shop/inventory?token=${token}`, { headers: { Authorization: `Bearer ${token}` } })
      })
      expect(complained).toContain('«token»')
      expect(complained).toContain('/items_updated/0/0/inventory')
      expect(complained).not.toContain(token)
      expect(complained).not.toContain(Buffer.from(token).toString('base64'))
      expect(complained).not.toContain('\u001b')
    }
  })

  it('says how often it could not be told, and why', async () => {
    const { lines } = await proxied(
      ['--joor', await startPlanted((reply) => ({ ...reply, status: 503 }))],
      async (url) => {
        await call()(url)
        await call()(url)
      },
    )
    expect(lines.at(-1)).toMatch(/^ {6}2 {2}could not be told: the real API was out of order or out of reach \(503\)/)
  })

  it('says everything as JSON where that is asked', async () => {
    const { complained } = await proxied(
      ['--joor', await startPlanted(otherCode), '--log-format', 'json'],
      async () => {},
    )
    expect(JSON.parse(complained.split('\n').at(-1) ?? '')).toMatchObject({ event: 'summary', same: 0, different: 0 })
  })

  it.each([
    [[], 'name a real API or sandbox by --joor URL or --jirafe URL'],
    [['--joor', 'sandbox'], '--joor sandbox is not the address of a server'],
    [['--jirafe', 'https://me:x@127.0.0.1/'], 'is not the address of a server'],
    [['--joor', 'http://127.0.0.1:1', '--fail-on', 'diferent'], 'did you mean "different"?'],
    [['--joor', 'http://127.0.0.1:1', '--record', 'a.json'], 'its name must end in .yaml or .yml'],
    [['--joor', 'http://127.0.0.1:1', '--record', '/no/such/a.yaml'], 'it cannot be written'],
  ])('refuses %j by name', async (words, told) => {
    const { code, complained } = await command('proxy', '--port', '0', ...words)
    expect(complained).toContain(told)
    expect(code).toBe(2)
  })

  it('is never its own real API', async () => {
    const taken = await startPlanted(same)
    const { port } = new URL(taken)
    const { code, complained } = await command('proxy', '--port', port, '--joor', taken)
    // Taken or not, it does not go on.
    expect(complained).toMatch(/is taken|is this proxy itself/)
    expect(code).toBeGreaterThan(1)
  })

  it('takes no file that is there, and leaves none where it could not begin', async () => {
    const folder = newFolder()
    const file = join(folder, 'a.yaml')
    writeFileSync(file, 'mine\n')
    const refused = await command('proxy', '--port', '0', '--joor', 'http://127.0.0.1:1', '--record', file)
    expect(refused.complained).toContain('there is such a file already; name another, or remove it first')
    expect(refused.code).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('mine\n')
    const other = join(folder, 'b.yaml')
    const wrong = await command(
      'proxy',
      '--port',
      '0',
      '--joor',
      'http://127.0.0.1:1',
      '--record',
      other,
      '--seed',
      'no.yaml',
    )
    expect(wrong.code).toBe(2)
    expect(existsSync(other)).toBe(false)
  })
})

describe('A recording', () => {
  const recordOf = async (
    plant: (reply: Reply) => Reply,
    work: (url: string) => Promise<void>,
    ...words: readonly string[]
  ) => {
    const file = join(newFolder(), 'monday.yaml')
    const joor = await startPlanted(plant)
    const ended = await proxied(['--joor', joor, '--jirafe', joor, '--record', file, ...words], work)
    return { ...ended, file, text: readFileSync(file, 'utf8') }
  }
  /** What becomes of its cases on an emulator of their own. */
  const replayed = async (file: string) => {
    const cases = await readCases(file, defaultVariables)
    const outcomes = []
    for (const each of cases) outcomes.push(await runHere(each, 'examples', startEmulator))
    return outcomes.map(({ verdict, faults }) => [verdict, faults.join('\n')])
  }
  const passed = (count: number) => Array(count).fill(['passed', ''])

  it('replays on the emulator and on another server, and holds no token', async () => {
    const token = 'a-secret-token'
    const { text, file, code } = await recordOf(same, async (url) => {
      await call()(url)
      await call(items({ warehouse: token, upc: '1', inventory: 5 }))(url)
      await call({ inventory_items: [] })(url)
      await fetch(`${url}/v2/my-shop/inventory`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: '{"product_code":null}',
      })
      await fetch(`${url}/v2/bulk-inventory`, { method: 'POST' })
    })
    expect(code).toBe(0)
    expect(text).not.toContain(token)
    expect(text).not.toContain(Buffer.from(token).toString('base64'))
    expect(text).not.toMatch(/Cookie|X-Note|my-shop/)
    expect(text).toContain('Authorization: OAuth2 {{joor_base64}}')
    expect(text).toContain('{{uuid}}')
    expect(parse(text)).toHaveLength(5)
    expect(await replayed(file)).toEqual(passed(5))
    const target = await startTestEmulator()
    const to = {
      url: target.url,
      joorToken: 'other',
      jirafeToken: 'another',
      jirafeSite: 'zz',
      allowDestructive: false,
    }
    for (const each of await readCases(file, { ...defaultVariables, site: 'zz' }))
      expect(await runThere(each, to)).toMatchObject({ verdict: 'passed', faults: [] })
  })

  it('of another reply is red on the emulator, and tells where', async () => {
    const { file } = await recordOf(otherCode, call())
    expect(await replayed(file)).toEqual([['failed', expect.stringContaining('response.code is "0", not "2"')]])
  })

  it('takes along what the account was given, once', async () => {
    const sizes = [{ size: 'S', upc: '1' }]
    const colors = [{ color_code: 'C', style_color_id: 7, sizes }]
    const style = { style_number: 'A', style_identifier: 'A1', style_id: 12, colors }
    const seed = join(newFolder(), 'seed.yaml')
    writeFileSync(
      seed,
      JSON.stringify({
        joor: { accounts: { acme: { token: 'a-secret-token', warehouses: ['New York'], styles: [style] } } },
      }),
    )
    const refuses = (reply: Reply) => ({
      ...reply,
      body: String(reply.body).replace(
        /"items_updated":(\[\[.*\]\]),"items_not_updated":\[\]/,
        '"items_updated":[],"items_not_updated":$1',
      ),
    })
    const work = async (url: string) => {
      for (let times = 0; times < 2; times++) await call(items({ warehouse: 'New York', upc: '1', inventory: 5 }))(url)
      await call(items({ warehouse: 'Boston', upc: '1', inventory: 5 }))(url)
    }
    // The real API knows no such warehouse, and neither does the account.
    const { text, file } = await recordOf(
      (reply) => (String(reply.body).includes('Boston') ? refuses(reply) : reply),
      work,
      '--seed',
      seed,
    )
    expect(text.match(/given: &given-1/g)).toHaveLength(1)
    expect(text.match(/given: \*given-1/g)).toHaveLength(2)
    expect(await replayed(file)).toEqual(passed(3))
  })

  it('says what is not in it, and is none where nothing was compared', async () => {
    const { code, text, file } = await recordOf((reply) => ({ ...reply, status: 503 }), call())
    expect(code).toBe(1)
    expect(text).toMatch(/^# exchange 1: POST of joor\.bulk-inventory, not recorded: the real API was out of order/m)
    const { code: verified, complained } = await command('verify', '--cases', file)
    expect(verified).toBe(2)
    expect(complained).toContain('monday.yaml')
  })
})
