import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Message, publint } from 'publint'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)

interface Packed {
  readonly filename: string
  readonly integrity: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs what was built, without building it anew: other tests run it meanwhile. */
async function pack(): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { maxBuffer: 1e8 })
  return JSON.parse(stdout)[0]
}

const megabyte = 1_000_000
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']

/** The licence of each package in the list of what was bundled. */
function licencesOf(list: string): ReadonlyMap<string, string> {
  const heads = list.split(`\n${'-'.repeat(80)}\n`).map((notice) => notice.trim().split('\n', 1)[0] ?? '')
  return new Map(
    heads.map((head) => {
      const [, name, licence] = /^(\S+) \d+\.\d+\.\d+\S*: (.+)$/.exec(head) ?? []
      if (name === undefined || licence === undefined)
        throw new Error(`The list of licences has ${JSON.stringify(head)}.`)
      return [name, licence]
    }),
  )
}

const strangers = (list: string) => [...licencesOf(list)].filter(([, licence]) => !allowed.includes(licence))

/**
 * The files behind #later are read by our own bundle alone, by `require`; that two of Ajv's say they were modules is
 * what Ajv's other files ask them for.
 */
const meant = ({ code, path }: Message) =>
  code === 'CJS_WITH_ESMODULE_DEFAULT_EXPORT' && path.join(' ') === 'imports #later/*'

async function lint(folder: string): Promise<readonly Message[]> {
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: 'npm' })
  return messages.filter((message) => !meant(message))
}

describe('what is packed', { timeout: 120_000 }, () => {
  let packed: Packed
  beforeAll(async () => {
    packed = await pack()
  })

  it('is what is listed; npm run packed writes the list anew', async () => {
    // What the dashboard's files are named after is their content.
    const named = packed.files.map(({ path }) => path.replace(/^(dist\/web\/assets\/\w+)-[\w-]{8}\./, '$1-*.'))
    const list = named.map((path) => `${path}\n`).sort()
    await expect(list.join('')).toMatchFileSnapshot('packed.txt')
    for (const path of ['LICENSE', 'README.md', 'package.json', 'dist/THIRD-PARTY.txt'])
      expect(list).toContain(`${path}\n`)
    for (const path of list) expect(path).not.toMatch(/(?:^|\/)(?:\.env|\.npmrc|node_modules|test|bench|\.ci)(?:\/|$)/)
  })

  it('is the same each time', async () => {
    expect((await pack()).integrity).toBe(packed.integrity)
  })

  it('takes 1.5 MB packed at most', () => {
    expect(packed.size).toBeLessThanOrEqual(1.5 * megabyte)
  })

  it('is one package of 105 at most, and 20 MB on disk at most', () => {
    const manifest: Readonly<Record<string, unknown>> = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const name of ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'])
      expect(manifest[name]).toBeUndefined()
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(name)
    expect(packed.unpackedSize).toBeLessThanOrEqual(20 * megabyte)
  })

  it('has licences that anybody may pass on', () => {
    const list = readFileSync('dist/THIRD-PARTY.txt', 'utf8')
    expect(licencesOf(list).size).toBeGreaterThan(20)
    expect(strangers(list)).toEqual([])
    expect(strangers(list.replace(/^ajv (\S+): MIT$/m, 'ajv $1: GPL-3.0-only'))).toEqual([['ajv', 'GPL-3.0-only']])
  })

  it('is a package by publint, which finds what is wrong', async () => {
    expect(await lint('.')).toEqual([])
    const place = mkdtempSync(join(tmpdir(), 'backstock-publint-'))
    onTestFinished(() => rmSync(place, { recursive: true }))
    for (const name of ['dist', 'schemas', 'contracts']) cpSync(name, join(place, name), { recursive: true })
    const manifest = readFileSync('package.json', 'utf8').replace(/"prepack": ".*",/, '')
    writeFileSync(join(place, 'package.json'), manifest.replace('./dist/client/client.js', './dist/client/gone.js'))
    expect((await lint(place)).map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST')
  })

  it('has the types that its entries have, by are-the-types-wrong, which finds what is wrong', async () => {
    const place = mkdtempSync(join(tmpdir(), 'backstock-attw-'))
    onTestFinished(() => rmSync(place, { recursive: true }))
    const judge = (file: string) =>
      run('npx', ['attw', file, '--profile', 'esm-only', '--format', 'json']).then(
        () => 'right',
        ({ stdout }: { stdout: string }) => stdout,
      )
    const tarball = async (folder: string) => {
      const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', place], {
        cwd: folder,
      })
      return join(place, stdout.trim())
    }
    expect(await judge(await tarball('.'))).toBe('right')
    const planted = join(place, 'planted')
    for (const name of ['dist', 'schemas', 'contracts']) cpSync(name, join(planted, name), { recursive: true })
    writeFileSync(
      join(planted, 'package.json'),
      readFileSync('package.json', 'utf8').replace('./dist/client/client.d.ts', './dist/client/gone.d.ts'),
    )
    expect(await judge(await tarball(planted))).toContain('"kind": "FallbackCondition"')
  })
})
