import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import supertest from 'supertest'
import { expect, it, onTestFinished } from 'vitest'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))

/** Starts the program in a folder, where SIGUSR2 makes it write all that is in its memory, behind a collection. */
async function start(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const flags = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]
  const env = { PATH: process.env.PATH }
  const child = spawn(process.execPath, [...flags, cli, '--port', '0', '--seed', 'seed.yaml'], { cwd: folder, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.stdout.on('data', (line: Buffer) => resolve(/http:\S+/.exec(line.toString())?.[0] ?? ''))
  })
  return { child, url }
}

/** The texts of a heap snapshot, of which V8 keeps the first thousand characters each. */
async function memoryOf(child: ChildProcess, folder: string): Promise<string> {
  child.kill('SIGUSR2')
  await expect.poll(() => snapshotIn(folder) !== '', { timeout: 60_000, interval: 500 }).toBe(true)
  return snapshotIn(folder)
}

function snapshotIn(folder: string): string {
  const name = readdirSync(folder).find((each) => each.endsWith('.heapsnapshot'))
  const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8')
  return text.trimEnd().endsWith('}') ? text : ''
}

it.skipIf(process.platform === 'win32')(
  'keeps no token longer than loading takes, only its fingerprint',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstock-seed-'))
    const tokens = [
      'Canary-of-a-seed-8a1',
      'Canary-of-a-site-8a2',
      'Canary-of-a-put-8a3',
      'Canary-of-a-load-8a4',
      'Canary-of-a-call-8a5',
    ]
    const [ofSeed, ofSite, ofPut, ofLoad, ofCall = ''] = tokens
    const seed = (token?: string, site?: string) => ({
      joor: { accounts: { 'a-brand-with-a-long-name': { token, warehouses: ['A warehouse of the seed'] } } },
      ...(site !== undefined && { jirafe: { sites: { 'a-site-with-a-long-name': { token: site } } } }),
    })
    // JSON is YAML; a name beside a token is often a slice of the whole text.
    writeFileSync(join(folder, 'seed.yaml'), JSON.stringify(seed(ofSeed, ofSite)))
    const { child, url } = await start(folder)
    const call = { authorization: `OAuth2 ${Buffer.from(ofCall).toString('base64')}` }
    await supertest(url).put('/_backstock/seed').send(seed(ofLoad)).expect(200)
    await supertest(url).put('/_backstock/joor/accounts/another-long-name').send({ token: ofPut }).expect(201)
    await supertest(url)
      .post('/v2/bulk-inventory')
      .set(call)
      .send({ inventory_items: [{ warehouse: 'A warehouse of a call', upc: '1', inventory: 1 }] })
      .expect(200)
    // What regular expressions and parsers looked at last is in memory until they look at something else.
    for (let other = 0; other < 20; other++) await supertest(url).get('/_backstock/joor/accounts').expect(200)
    const memory = await memoryOf(child, folder)
    expect(memory).toContain('A warehouse of a call')
    expect(memory).toContain('another-long-name')
    expect(tokens.filter((token) => memory.includes(token))).toEqual([])
    expect(tokens.filter((token) => memory.includes(Buffer.from(token).toString('base64')))).toEqual([])
  },
  120_000,
)
