import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { buildImage } from './stages.js'

// Builds the image of the Dockerfile upon a base, and does with it what its users will.

const [base, place] = process.argv.slice(2)
const image = buildImage(base, place)
const [user] = image.user.split(':')
const seeds = join(image.root, 'seed')
const started = []
process.on('exit', endAll)

assert.notEqual(Number(user), 0, 'the image runs as root')
assert.deepEqual(image.volumes, ['/data'])
const names = readdirSync(image.root, { recursive: true }).map((path) => path.split('/').at(-1))
// Its own test: what is looked for is in the base.
const unwanted = /^(?:npm|npx|yarn|yarnpkg|pnpm|corepack|sh|dash|bash|apt|apt-get|dpkg|perl)$/
assert.ok(
  readdirSync(join(base, 'usr/local/bin')).some((name) => unwanted.test(name)),
  'the base has no npm',
)
assert.deepEqual(
  names.filter((name) => unwanted.test(name)),
  [],
  'the image has what it is to do without',
)
told('has no shell and no package manager, and is not root')

cpSync('contracts/seeds/examples.yaml', join(seeds, '10-examples.yaml'))
writeFileSync(join(seeds, '20-shop.json'), '{"jirafe":{"sites":{"shop":{}}}}')
writeFileSync(join(seeds, 'backstock.config.yaml'), 'settings: { contract: enforce }\n')
const first = await start()
assert.equal(await healthOf(first), 0)
assert.equal(ask(first, 'http://127.0.0.1:4350/_backstock/health').status, 200)
// As a service of compose, as the machine around a container, and as a stranger's name.
assert.equal(ask(first, 'http://backstock:4350/_backstock/health').status, 200)
assert.equal(ask(first, 'http://host.docker.internal:4350/_backstock/health').status, 200)
assert.equal(ask(first, 'http://stranger.test:4350/_backstock/health').status, 421)
assert.deepEqual(
  JSON.parse(ask(first, 'http://127.0.0.1:4350/_backstock/joor/accounts').body).accounts.map(({ account }) => account),
  ['examples'],
)
assert.ok(ask(first, 'http://127.0.0.1:4350/_backstock/jirafe/sites').body.includes('"shop"'))
const call = ['-H', `Authorization: OAuth2 ${btoa('kept-token')}`, '-H', 'Content-Type: application/json', '-d']
const item = (inventory) => JSON.stringify({ inventory_items: [{ warehouse: 'A', upc: '1', inventory }] })
assert.equal(ask(first, 'http://backstock:4350/v2/bulk-inventory', ...call, item(7)).status, 200)
assert.equal(
  ask(first, 'http://backstock:4350/v2/bulk-inventory', ...call, item('7')).body.includes('"items_updated":[]'),
  true,
  'the config file in /seed is not read',
)
told('starts as its user, is healthy, has both seeds and the config file, and answers by the names that lead to it')

await stop(first)
told('ends with 0 at SIGTERM, as process 1')
const again = await start()
assert.equal(await healthOf(again), 0)
assert.ok(ask(again, 'http://127.0.0.1:4350/_backstock/joor/accounts').body.includes('"token-'), '/data was not kept')
// The lock that it leaves names a process 1, as that of the next start is.
signal(again, 'KILL')
await again.ended
const third = await start()
await stop(third)
told('keeps its state in /data, across an end by SIGKILL too')

writeFileSync(join(seeds, '30-bad.yaml'), 'joor: { accounts: { brand: { warehouse: [A] } } }\n')
const refused = await start(false)
assert.equal((await refused.ended).code, 2)
assert.match(refused.said(), /^30-bad\.yaml:1:|\/seed\/30-bad\.yaml:1:/m)
assert.match(refused.said(), /did you mean "warehouses"/)
assert.notEqual(await healthOf(undefined), 0)
rmSync(join(seeds, '30-bad.yaml'))
told('ends with 2 for a bad seed, and says file, line and reason')

// It speaks to a database by the package that is installed beside it; here there is none, and the settings of the image stay.
const { BACKSTOCK_DATA } = image.env
Object.assign(image.env, { BACKSTOCK_DATABASE: 'postgres://backstock@127.0.0.1:1/backstock', BACKSTOCK_DATA: '' })
const alone = await start(false)
assert.equal((await alone.ended).code, 4)
assert.match(alone.said(), /connect ECONNREFUSED 127\.0\.0\.1:1/)
delete image.env.BACKSTOCK_DATABASE
Object.assign(image.env, { BACKSTOCK_DATA })
told('has what speaks to a database')

// Platforms that choose the user themselves give it the group 0.
rmSync(join(image.root, 'data'), { recursive: true })
mkdirSync(join(image.root, 'data'))
chmodSync(join(image.root, 'data'), 0o775)
chownSync(join(image.root, 'data'), Number(user), 0)
const other = await start(true, '1234:0')
assert.equal(await healthOf(other), 0)
await stop(other)
told('runs as a user of the platform’s choice')

function told(what) {
  console.log(`image: ${what}`)
}

/** What a container gives: namespaces of its own, /proc and /dev, the image's variables and nothing of ours. */
function inside(command, as = image.user) {
  const variables = Object.entries(image.env).map(([name, value]) => `${name}=${value}`)
  return ['chroot', `--userspec=${as}`, image.root, '/usr/bin/env', '-i', '-C', image.folder, ...variables, ...command]
}

async function start(ready = true, as = image.user) {
  const script =
    'ip link set lo up; mkdir -p "$0/proc" "$0/dev"; mount -t proc proc "$0/proc"; mount --bind /dev "$0/dev"; exec "$@"'
  const child = spawn(
    'unshare',
    [
      '--mount',
      '--pid',
      '--net',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      script,
      image.root,
      ...inside(image.entrypoint, as),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  started.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  child.said = () => said
  child.ended = new Promise((resolve) => child.once('close', (code, by) => resolve({ code, by })))
  const gone = child.ended.then(() => true)
  while (ready && !said.includes('Backstock is ready')) {
    const over = await Promise.race([gone, later(50)])
    assert.ok(!over, `it did not start:\n${said}`)
  }
  return child
}

/** Process 1 of the namespace, as it is called outside; its end is that of all in it. */
function numberOf(child) {
  const { stdout } = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
  return stdout.trim().split('\n')[0]
}

function endAll() {
  for (const child of started) if (child.exitCode === null) signal(child, 'KILL')
}

function signal(child, name) {
  spawnSync('kill', [`-${name}`, numberOf(child)])
}

async function stop(child) {
  signal(child, 'TERM')
  const { code } = await child.ended
  assert.equal(code, 0, `it did not end well:\n${child.said()}`)
}

/** What the image's own HEALTHCHECK says, in the container, or in an empty one. */
async function healthOf(child) {
  const around = child === undefined ? ['unshare', '--net'] : ['nsenter', '--target', numberOf(child), '--net', '--pid']
  const [program, ...words] = [...around, ...inside(image.health)]
  return spawnSync(program, words, { stdio: 'ignore' }).status
}

function ask(child, url, ...words) {
  const { host } = new URL(url)
  const { stdout } = spawnSync(
    'nsenter',
    [
      '--target',
      numberOf(child),
      '--net',
      'curl',
      '-s',
      '--connect-to',
      `${host}:127.0.0.1:4350`,
      '-w',
      '\n%{http_code}',
      ...words,
      url,
    ],
    { encoding: 'utf8' },
  )
  const at = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) }
}
