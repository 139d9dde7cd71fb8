import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examplesOf, settled } from './docs-blocks.js'
import { isStart, outputOf } from './docs-reader.js'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'backstock-package-'))
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const examples = examplesOf(readFileSync('README.md', 'utf8'))
  .filter((example) => !isStart(example))
  .slice(0, 2)

describe('the packed package in an empty folder', () => {
  beforeAll(async () => {
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder])
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const tarball = resolve(folder, packed.stdout.trim())
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: folder })
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('tells its version', async () => {
    const { stdout } = await run('npx', ['backstock', '--version'], { cwd: folder })
    expect(stdout.trim()).toBe(version)
  })

  it('starts on a free port, answers the two calls of the README, and stops', async () => {
    expect(examples).toHaveLength(2)
    // The program itself, not npx: the shell that npx puts between does not pass signals on.
    const child = spawn(process.execPath, [join(folder, 'node_modules/backstock/dist/server/cli.js'), '--port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number | null>((done) => child.once('exit', done))
    const lines: string[] = []
    const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
    await new Promise((ready) => output.once('line', ready))
    const url = /^Backstock is ready on (http:\/\/127\.0\.0\.1:\d+)$/.exec(lines[0] ?? '')?.[1]
    expect(url).toBeDefined()
    for (const example of examples) {
      expect(settled(await outputOf(example, url ?? '', folder))).toBe(settled(example.reply ?? ''))
    }
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(lines).toHaveLength(1)
  })

  it('has the library, its types and the shipped seed', async () => {
    const program = `import { startEmulator } from 'backstock'
const emulator = await startEmulator({ port: 0, seed: 'node_modules/backstock/contracts/seeds/examples.yaml' })
console.log((await (await fetch(emulator.url + '/_backstock/joor/accounts')).json()).accounts[0].account)
await emulator.close()`
    writeFileSync(join(folder, 'program.mjs'), program)
    const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder })
    expect(stdout).toBe('examples\n')
    expect(readFileSync(join(folder, 'node_modules/backstock/dist/server/emulator.d.ts'), 'utf8')).toContain(
      'startEmulator',
    )
  })

  it('has the client, and helpers that need no runner but their own', async () => {
    const program = `import { startEmulator } from 'backstock'
import { connect } from 'backstock/client'
import { test } from 'node:test'
import { useBackstock } from 'backstock/node-test'
const emulator = await startEmulator({ port: 0 })
const backstock = await connect(emulator)
const { name, positions } = await backstock.joor.account({ positions: [{ warehouse: 'A', upc: '1', inventory: 3 }] })
console.log((await positions())[0].available, (await backstock.joor.accounts())[0].account === name)
await emulator.close()
test('has an account', async (t) => console.log(await (await useBackstock(t)).account.positions()))`
    writeFileSync(join(folder, 'client.mjs'), program)
    const { stdout } = await run(process.execPath, ['client.mjs'], { cwd: folder })
    expect(stdout).toContain('3 true\n')
    for (const line of ['[]', '# pass 1']) expect(stdout.split('\n')).toContain(line)
    for (const name of ['client', 'runners/vitest', 'runners/jest', 'runners/node-test', 'runners/msw'])
      expect(readFileSync(join(folder, `node_modules/backstock/dist/client/${name}.d.ts`), 'utf8')).toContain('export')
  })

  it('has handlers for MSW, where that is installed beside it', async () => {
    const beside = join(folder, 'node_modules/msw')
    symlinkSync(resolve('node_modules/msw'), beside)
    const program = `import { setupServer } from 'msw/node'
import { createBackstock } from 'backstock/msw'
const backstock = createBackstock()
const server = setupServer(...backstock.handlers)
server.listen({ onUnhandledRequest: 'error' })
console.log((await fetch('https://event.jirafe.com/v2/shop/site_check', { headers: { Authorization: 'Bearer a' } })).status)
console.log((await (await backstock.connect()).jirafe.sites()).length)
server.close()
await backstock.close()`
    writeFileSync(join(folder, 'handlers.mjs'), program)
    const { stdout } = await run(process.execPath, ['handlers.mjs'], { cwd: folder })
    rmSync(beside)
    expect(stdout).toBe('200\n1\n')
  })

  it('brings nothing that only its own tests and benchmarks need', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'])
    const [{ files }] = JSON.parse(stdout)
    const paths: string[] = files.map(({ path }: { path: string }) => path)
    expect(paths.filter((path) => /^(test|bench|dist\/bench|dist\/test|\.ci)\//.test(path))).toEqual([])
    expect(paths).toContain('dist/server/cli.js')
    expect(paths).toContain('dist/web/index.html')
    for (const name of ['joor', 'jirafe', 'control']) expect(paths).toContain(`contracts/openapi/${name}.json`)
  })

  it('installs nothing beside itself, and brings the licences of what is in it', async () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['backstock'])
    const licences = readFileSync(join(folder, 'node_modules/backstock/dist/THIRD-PARTY.txt'), 'utf8')
    for (const name of ['ajv', 'commander', 'express', 'saxes', 'yaml'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: (?:MIT|ISC)$`, 'm'))
  })
})
