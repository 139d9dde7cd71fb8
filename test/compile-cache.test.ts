import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const cli = resolve('dist/server/cli.js')
/** Node 20 has none. */
const hasCache = 'enableCompileCache' in module

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-cache-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Runs the program with nothing in its environment but this. */
function version(env: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, '--version'], { env, encoding: 'utf8' })
  return { status, isVersion: /^\d+\.\d+\.\d+\n$/.test(stdout), stderr }
}

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
const well = { status: 0, isVersion: true, stderr: '' }

describe('What Node compiled', () => {
  it('is kept in a folder of its own in the user’s cache, where Node keeps any', () => {
    const folder = emptyFolder()
    expect(version({ XDG_CACHE_HOME: folder })).toEqual(well)
    expect(readdirSync(folder)).toEqual(hasCache ? ['backstock'] : [])
    const files = filesIn(folder).length
    expect(version({ XDG_CACHE_HOME: folder })).toEqual(well)
    expect(filesIn(folder)).toHaveLength(files)
  })

  it('is kept below the home of who names no folder for caches, or none that is one', () => {
    for (const env of [{}, { XDG_CACHE_HOME: '' }, { XDG_CACHE_HOME: 'beside' }]) {
      const HOME = emptyFolder()
      expect(version({ ...env, HOME })).toEqual(well)
      expect(filesIn(HOME).slice(0, 2).sort()).toEqual(hasCache ? ['.cache', join('.cache', 'backstock')] : [])
    }
  })

  it('is kept nowhere where Node is told so', () => {
    const folder = emptyFolder()
    expect(version({ XDG_CACHE_HOME: folder, NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(well)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is kept in the folder that Node is told of', () => {
    const [told, usual] = [emptyFolder(), emptyFolder()]
    expect(version({ XDG_CACHE_HOME: usual, NODE_COMPILE_CACHE: told })).toEqual(well)
    expect(readdirSync(usual)).toEqual([])
    expect(readdirSync(told).length > 0).toBe(hasCache)
  })

  it('is done without where nothing can be written', () => {
    const file = join(emptyFolder(), 'file')
    writeFileSync(file, '')
    expect(version({ XDG_CACHE_HOME: join(file, 'below') })).toEqual(well)
  })
})
