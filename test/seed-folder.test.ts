import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SeedError } from '../server/documents/seed.js'
import { readSeedAt } from '../server/documents/seed-folder.js'
import { startEmulator } from '../server/emulator.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-seeds-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

const read = () => readSeedAt(folder, () => [])

async function refusal(): Promise<readonly string[]> {
  const error: unknown = await read().catch((thrown: unknown) => thrown)
  if (!(error instanceof SeedError)) throw new Error(`the folder was not refused: ${error}`)
  return error.message.replaceAll(join(folder, '/'), '').split('\n')
}

const account = (name: string, token: string, warehouse = 'A') =>
  JSON.stringify({ joor: { accounts: { [name]: { token, warehouses: [warehouse] } } } })

describe('a folder of seeds', () => {
  it('is read file by file, YAML and JSON, in the order of the names', async () => {
    await lay({
      '20-shop.yaml': 'jirafe: { sites: { shop: {} } }',
      '10-brand.json': account('brand', 'b'),
      '15-other.yml': 'joor: { accounts: { other: { token: o } } }',
    })
    const { joor, jirafe } = await read()
    expect(Object.keys(joor?.accounts ?? {})).toEqual(['brand', 'other'])
    expect(jirafe?.sites).toEqual({ shop: {} })
  })

  it('gives an account to the last file that names it, whole', async () => {
    await lay({
      'a.json': account('brand', 'first', 'A'),
      'b.yaml': 'joor: { accounts: { brand: { warehouses: [B] } } }',
    })
    expect((await read()).joor?.accounts).toEqual({ brand: { warehouses: ['B'] } })
  })

  it('may be empty', async () => {
    expect(await read()).toEqual({ joor: { accounts: {} }, jirafe: { sites: {} } })
  })

  it('passes over style lists, config files, hidden files and folders, and follows links', async () => {
    await lay({
      'styles.csv': 'style_number,style_identifier,color_code,size\nS,I,C,1\n',
      'brand.yaml': 'joor: { accounts: { brand: { styles_file: styles.csv } } }',
      'backstock.config.yaml': 'port: 5000',
      '.brand.yaml.swp': 'not a seed',
      '..data/linked.yaml': 'jirafe: { sites: { linked: {} } }',
      'more/stock.yaml': 'not: a seed',
    })
    await symlink(join('..data', 'linked.yaml'), join(folder, 'linked.yaml'))
    const { joor, jirafe } = await read()
    expect(joor?.accounts?.brand?.styles).toHaveLength(1)
    expect(Object.keys(jirafe?.sites ?? {})).toEqual(['linked'])
  })

  it('tells what is wrong with each file', async () => {
    await lay({ 'a.yaml': 'jor: {}', 'b.json': '{', 'c.ymal': '', 'd.yaml': 'jirafe: {}' })
    const lines = await refusal()
    expect(lines[0]).toBe('a.yaml:1:1: jor: unknown field; did you mean "joor"? known here: joor, jirafe')
    expect(lines[1]).toMatch(/^b\.json:1:2: /)
    expect(lines[2]).toBe('cannot read c.ymal: its name must end in .yaml, .yml or .json')
    expect(lines).toHaveLength(3)
  })

  it('refuses a token that accounts of two files share, but not one that was replaced', async () => {
    await lay({ 'a.json': account('brand', 'same'), 'b.json': account('other', 'same') })
    expect(await refusal()).toEqual([
      'b.json: joor.accounts: the token of "other" is that of "brand" already; give each its own',
    ])
    await lay({ 'c.json': account('brand', 'another') })
    expect(Object.keys((await read()).joor?.accounts ?? {})).toEqual(['brand', 'other'])
  })

  it('is what an emulator starts with and goes back to', async () => {
    await lay({ 'a.json': account('brand', 'a'), 'b.yaml': 'jirafe: { sites: { shop: {} } }' })
    const emulator = await startEmulator({ port: 0, seed: folder })
    try {
      expect(await emulator.reset()).toEqual({ accounts: 1, sites: 1 })
    } finally {
      await emulator.close()
    }
  })

  it('stops a start where a row means nothing, and tells the place', async () => {
    await lay({ 'a.yaml': 'joor:\n  accounts:\n    brand:\n      positions:\n        - { upc: "1", inventory: many }' })
    const error: unknown = await startEmulator({ port: 0, seed: folder }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SeedError)
    expect(String(error)).toContain(`${join(folder, 'a.yaml')}:5:`)
  })
})
