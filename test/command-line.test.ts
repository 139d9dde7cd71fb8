import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))
const examples = fileURLToPath(new URL('../contracts/seeds/examples.yaml', import.meta.url))
const { version }: { version: string } = createRequire(import.meta.url)('#package')

type Program = ChildProcessByStdio<null, Readable, Readable>
type Variables = Readonly<Record<string, string>>

let folder: string
let running: Program[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-cli-'))
})
afterEach(async () => {
  for (const program of running) program.kill('SIGKILL')
  running = []
  await rm(folder, { recursive: true })
})

function launch(args: readonly string[], env: Variables = {}): Program {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('BACKSTOCK_'))
  const program = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(program)
  return program
}

async function run(args: readonly string[], env: Variables = {}) {
  const program = launch(args, env)
  const closed = once(program, 'close')
  const [stdout, stderr] = await Promise.all([text(program.stdout), text(program.stderr)])
  const [code] = await closed
  return { code, stdout, stderr }
}

/** Starts the emulator and waits until it says that it is ready. */
async function start(args: readonly string[], env: Variables = {}) {
  const program = launch(args, env)
  let stdout = ''
  let stderr = ''
  program.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  program.stdout.setEncoding('utf8')
  const closed = once(program, 'close')
  const ready = new Promise<string>((resolve, reject) => {
    program.stdout.on('data', (chunk: string) => {
      stdout += chunk
      if (stdout.includes('\n')) resolve(stdout)
    })
    program.once('close', () => reject(new Error(`it ended before it was ready: ${stderr}`)))
  })
  const line = await ready
  const url = /http:[^"\s]+/.exec(line)?.[0] ?? ''
  const ended = async () => {
    const [code, signal] = await closed
    return { code, signal, stdout, stderr }
  }
  return { program, line, url, ended }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const { port, close } = await listen()
  await close()
  return port
}

async function listen(body = '') {
  const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A server on a port has this kind of address.
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { port, url: `http://127.0.0.1:${port}`, close }
}

function isHealthy(url: string): Promise<boolean> {
  return fetch(new URL('/_backstock/health', url)).then(
    ({ ok }) => ok,
    () => false,
  )
}

describe('backstock', () => {
  test.each([
    ['without a verb', ['--port', '0']],
    ['with the verb start', ['start', '--port', '0']],
  ])('%s says in one line on stdout when it is ready', async (_, args) => {
    const { program, line, url, ended } = await start(args)
    expect(line).toMatch(/^Backstock is ready on http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(await isHealthy(url)).toBe(true)
    program.kill('SIGTERM')
    expect(await ended()).toMatchObject({ code: 0, stdout: line })
  })

  test('says it as JSON where that is asked for', async () => {
    const { program, line, url } = await start(['--port', '0', '--log-format', 'json'])
    expect(JSON.parse(line)).toEqual({ event: 'ready', url, pid: program.pid, version })
    expect(line.startsWith('{"event":"ready","url":"')).toBe(true)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly at %s, with a connection open', async (signal) => {
    const { program, url, ended } = await start(['--port', '0'])
    await (await fetch(new URL('/_backstock/health', url))).text()
    program.kill(signal)
    expect(await ended()).toMatchObject({ code: 0, signal: null })
  })

  test('is not kept by replies whose client is gone', async () => {
    const { url, program, ended } = await start(['--port', '0'])
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    const call = (body: string) =>
      `POST /v2/bulk-inventory HTTP/1.1\r\nHost: shop\r\nAuthorization: OAuth2 dG9rZW4=\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const item = (note: string) => JSON.stringify({ inventory_items: [{ upc: '1', inventory: 1, note }] })
    // The second reply waits behind the first, of which nobody reads more than the machine takes.
    socket.pause().write(call(item('n'.repeat(15_000_000))) + call(item('')))
    const journalled = async () => (await fetch(new URL('/_backstock/requests', url))).text()
    await expect.poll(async () => (await journalled()).split('joor.bulk-inventory').length).toBe(3)
    socket.resetAndDestroy()
    program.kill('SIGTERM')
    expect(await ended()).toMatchObject({ code: 0, signal: null })
  }, 20_000)

  test('ends cleanly although it is told so again and again', async () => {
    const { url, program, ended } = await start(['--port', '0'])
    // A call under way keeps it from being gone before the last signal comes.
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST /v2/shop/cart HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer token\r\n')
    socket.write('Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toContain('100 Continue')
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) program.kill(signal)
    await expect.poll(() => isHealthy(url), { timeout: 10_000 }).toBe(false)
    socket.destroy()
    expect(await ended()).toMatchObject({ code: 0, signal: null })
  })

  test('goes on when nobody reads its output any more', async () => {
    const port = await freePort()
    const program = launch(['--port', String(port)])
    program.stdout.destroy()
    await expect.poll(() => isHealthy(`http://127.0.0.1:${port}`), { timeout: 4_000 }).toBe(true)
    program.kill('SIGTERM')
    expect(await once(program, 'exit')).toEqual([0, null])
  })

  test('takes its options from the config file of the folder, the environment and the command line', async () => {
    await writeFile(join(folder, 'backstock.config.yaml'), 'port: 1\nlog_format: json\nseed: seed.json\n')
    await writeFile(join(folder, 'seed.json'), '{"joor":{"accounts":{"brand":{}}}}')
    const { url, line } = await start(['--port', '0'], { BACKSTOCK_LOG_FORMAT: 'text' })
    expect(line).toMatch(/^Backstock is ready on /)
    const response = await fetch(new URL('/_backstock/joor/accounts', url))
    expect(await response.json()).toMatchObject({ accounts: [{ account: 'brand', declared: true }] })
  })
})

describe('backstock refuses in one sentence on stderr, without a stack,', () => {
  test.each([
    ['a misspelt option', ['--prot', '0'], {}, 2, "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    ['a misspelt verb', ['strat'], {}, 2, `error: unknown command 'strat'; did you mean "start"?\n`],
    ['an option without its value', ['--port'], {}, 2, "error: option '--port <n>' argument missing\n"],
    ['a bad value', ['--port', 'x'], {}, 2, '--port: must be an integer from 0 to 65535, not "x"\n'],
    [
      'a bad variable',
      [],
      { BACKSTOCK_PROT: '1' },
      2,
      'BACKSTOCK_PROT: unknown variable; did you mean BACKSTOCK_PORT?\n',
    ],
    [
      'a config file that is not there',
      ['--config', '/missing.yaml'],
      {},
      2,
      'cannot read /missing.yaml: there is no such file\n',
    ],
    [
      'a seed that is not there',
      ['--port', '0', '--seed', '/missing.yaml'],
      {},
      2,
      'cannot read /missing.yaml: there is no such file\n',
    ],
    [
      'an option as JSON where that is asked for',
      ['--log-format', 'json', '--port', 'x'],
      {},
      2,
      '{"event":"log","message":"--port: must be an integer from 0 to 65535, not \\"x\\""}\n',
    ],
    ['a log id that is missing', ['why'], {}, 2, "error: missing required argument 'log_id'\n"],
    [
      'another option of why',
      ['why', 'x', '--josn'],
      {},
      2,
      "error: unknown option '--josn'\n(Did you mean --json?)\n",
    ],
    [
      'a misspelt filter',
      ['requests', '--stauts', '1'],
      {},
      2,
      "error: unknown option '--stauts'\n(Did you mean --status?)\n",
    ],
    [
      'a misspelt verb of a group',
      ['snapshot', 'sav', 'x'],
      {},
      2,
      `error: unknown command 'sav'; did you mean "save"?\n`,
    ],
    [
      'a limit that is none',
      ['state', '--limit', '0'],
      {},
      2,
      "error: option '--limit <n>' argument '0' is invalid. Right is a number from 1 on.\n",
    ],
    ['a site that is not named', ['levels'], {}, 2, "error: required option '--site <id>' not specified\n"],
    [
      'two forms at once',
      ['state', '--json', '--csv'],
      {},
      2,
      "error: option '--json' cannot be used with option '--csv'\n",
    ],
    [
      'two scopes at once',
      ['reset', '--account', 'a', '--site', 'b'],
      {},
      2,
      "error: option '--account <name>' cannot be used with option '--site <id>'\n",
    ],
    [
      'a filter beside an id',
      ['requests', 'x', '--status', '200'],
      {},
      2,
      'error: --status is for a list of calls; an id names one call\n',
    ],
    [
      'an address that is none',
      ['why', 'x', '--url', 'localhost'],
      {},
      2,
      '"localhost" is not the address of an emulator; one looks like http://127.0.0.1:4350\n',
    ],
  ])('%s', async (_, args, env: Variables, code, stderr) => {
    expect(await run(args, env)).toEqual({ code, stdout: '', stderr })
  })

  test('a bad seed, with file, line and column', async () => {
    await writeFile(join(folder, 'seed.yaml'), 'joor:\n  acounts: {}\n')
    expect(await run(['--port', '0', '--seed', 'seed.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'seed.yaml:2:3: joor.acounts: unknown field; did you mean "accounts"? known here: accounts\n',
    })
  })

  test('a port that is taken', async () => {
    const { port, close } = await listen()
    const { code, stdout, stderr } = await run(['--port', String(port)])
    await close()
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^.*${port}.*\n$`))
  })

  test('a host that is none', async () => {
    // No name server is asked for a name that none can have.
    const { code, stdout, stderr } = await run(['--port', '0', '--host', 'no such host'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^.*no such host.*\n$/)
  })

  test('a data file that is damaged', async () => {
    await writeFile(join(folder, 'data.json'), '{"backst')
    const { code, stdout, stderr } = await run(['--port', '0', '--data', 'data.json'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^.*data\.json.*\n$/)
  })
})

describe('backstock tells about itself', () => {
  test('its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.each([
    ['all', ['--help'], ['Usage: backstock ', '--port <n>', 'BACKSTOCK_PORT', 'why [options] <log_id>', 'Examples:']],
    ['all, by the verb', ['help'], ['Usage: backstock ', 'Examples:']],
    ['start', ['help', 'start'], ['Usage: backstock start', '--journal-body-bytes <n>', '(default:']],
    ['exec', ['exec', '--help'], ['backstock exec [options] -- <command> [arguments...]', '--fail-on', '(default: 0,']],
    ...(['requests', 'state', 'levels', 'reset', 'snapshot', 'fault'] as const).map(
      (verb): [string, string[], string[]] => [
        verb,
        [verb, '--help'],
        [`Usage: backstock ${verb}`, 'Examples:', `  backstock ${verb}`],
      ],
    ),
    ['a verb of a group', ['fault', 'arm', '--help'], ['Usage: backstock fault arm', '--retry-after', 'Examples:']],
    ['why', ['why', '--help'], ['Usage: backstock why', '--url <url>', 'BACKSTOCK_URL']],
  ])('help for %s', async (_, args, parts) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const part of parts) expect(stdout).toContain(part)
  })
})

describe('backstock why', () => {
  test('says of each item of a call why it was updated or not', async () => {
    const { url } = await start(['--port', '0', '--seed', examples])
    const reply = await fetch(new URL('/v2/bulk-inventory', url), {
      method: 'POST',
      headers: { authorization: `OAuth2 ${btoa('examples-token')}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        inventory_items: [
          { warehouse: 'New York', upc: '822508068753', inventory: 200 },
          { warehouse: 'Boston', upc: '822508068753', inventory: 1 },
        ],
      }),
    })
    const { response }: { response: { log_id: string } } = JSON.parse(await reply.text())
    const id = response.log_id

    const told = await run(['why', id, '--url', url])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toMatch(new RegExp(`^log ${id}: request .* account examples .* status 200, code 0\n`))
    expect(told.stdout).toMatch(/^item 0: updated \(New York, IMMEDIATE, .*upc 822508068753/m)
    expect(told.stdout).toMatch(/^item 1: not updated.*Boston/m)
    expect(told.stdout).toMatch(/^ {2}rule joor\.[a-z_.0-9]+, (documented|assumed): [A-Z]/m)

    const json = await run(['why', id, '--json'], { BACKSTOCK_URL: `${url}/` })
    expect(JSON.parse(json.stdout)).toMatchObject({
      log_id: id,
      items: [{ outcome: 'updated' }, { outcome: 'not_updated' }],
    })

    expect(await run(['why', 'nobody', '--url', url])).toEqual({
      code: 1,
      stdout: '',
      stderr: `the emulator at ${url} knows no call with the log id nobody; its journal forgets the oldest calls\n`,
    })
  })

  test('says so where nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    expect(await run(['why', 'x', '--url', url])).toEqual({
      code: 1,
      stdout: '',
      stderr: `no emulator answers at ${url} (ECONNREFUSED); start one with "backstock", or name its address with --url\n`,
    })
  })

  describe('asked at an address where', () => {
    const log = {
      log_id: 'x',
      request: 'r',
      at: '2015-01-23T00:00:00.000Z',
      account: 'brand',
      status: 400,
      code: '1',
      comment: 'no items',
    }
    const item = { index: 0, outcome: 'not_updated', reason: 'not \u001b[31mred\u202e', rule: null, position: null }

    test.each([
      ['a page is served', '<html>', 1, '', 'what answers at URL is not Backstock\n'],
      ['another API is served', '{}', 1, '', 'what answers at URL does not answer as Backstock does: status 200\n'],
      [
        'a call was refused as a whole',
        JSON.stringify({ ...log, items: [] }),
        0,
        'log x: request r of account brand at 2015-01-23T00:00:00.000Z, status 400, code 1\ncomment: no items\n',
        '',
      ],
      [
        'an item would steer the terminal',
        JSON.stringify({ ...log, comment: '', items: [item] }),
        0,
        'log x: request r of account brand at 2015-01-23T00:00:00.000Z, status 400, code 1\nitem 0: not updated: not \\u001b[31mred\\u202e\n',
        '',
      ],
    ])('%s', async (_, body, code, stdout, stderr) => {
      const { url, close } = await listen(body)
      const told = await run(['why', 'x', '--url', url])
      await close()
      expect(told).toEqual({ code, stdout, stderr: stderr.replace('URL', url) })
    })
  })
})
