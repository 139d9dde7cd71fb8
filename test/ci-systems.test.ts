import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { validateWorkflow } from '@action-validator/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startOptions } from '../server/config/config.js'
import { startEmulator } from '../server/emulator.js'
import { formatNames } from '../server/report/formats.js'
import { blocksOf } from './docs-blocks.js'

const run = promisify(execFile)
const text = readFileSync('docs/ci-systems.md', 'utf8')
const blocks = blocksOf(text)
const of = (language: string) => blocks.filter((block) => block.language === language).map((block) => block.text)
const dockerfile = readFileSync('Dockerfile', 'utf8')
const action = parse(readFileSync('action.yml', 'utf8'))

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-in-ci-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A project with the command where npm puts it. */
function project(): string {
  const folder = temporary()
  const bin = join(folder, 'node_modules', '.bin', 'backstock')
  mkdirSync(dirname(bin), { recursive: true })
  const command = `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/server/cli.js')}" "$@"\n`
  writeFileSync(bin, command, { mode: 0o755 })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  return folder
}

const inShell = (script: string, folder: string) =>
  run('sh', ['-ec', script], { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 })

/** Words of the recipes that an image would not answer to. */
function strangeIn(recipe: string): readonly string[] {
  const paths = [...recipe.matchAll(/["'](\/[\w/.-]+)["']/g)].map(([, path = '']) => path)
  const ports = [...recipe.matchAll(/\b(\d{4})\b/g)].map(([, port = '']) => port)
  const images = [...recipe.matchAll(/["'](backstock[:\w.-]*)["']/g)].map(([, image = '']) => image)
  return [
    ...paths.filter((path) => path !== '/_backstock/ready' && !dockerfile.includes(`${path}\n`)),
    ...ports.filter((port) => !dockerfile.includes(`EXPOSE ${port}\n`)),
    ...images.filter((image) => image !== 'backstock:local'),
  ]
}

describe('The page about CI systems and containers', { timeout: 120_000 }, () => {
  it('has a script that starts, waits, asks and stops', async () => {
    const [script = ''] = of('sh')
    const folder = project()
    await inShell(script, folder)
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(read('reply.json')).toContain('"code":"0"')
    expect(read('violations.md')).toContain('joor.item.integer_type')
    expect(read('coverage.md')).toContain('%')
    const port = /:(\d+)$/m.exec(read('backstock.log'))?.[1]
    await expect.poll(() => fetch(`http://127.0.0.1:${port}`).catch(() => 'gone')).toBe('gone')
    expect(of('sh')).toHaveLength(1)
  })

  it('has workflows by their schema, with inputs that the action has', () => {
    const workflows = of('yaml').filter((block) => block.includes('runs-on'))
    expect(workflows).toHaveLength(2)
    for (const workflow of workflows) {
      expect(validateWorkflow(workflow).errors, workflow).toEqual([])
      expect(validateWorkflow(workflow.replace('runs-on', 'run-on')).errors).not.toEqual([])
      for (const step of parse(workflow).jobs.test.steps)
        if (String(step.uses).includes('/backstock@'))
          for (const name of Object.keys(step.with)) expect(action.inputs).toHaveProperty([name])
    }
    const rows = [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)
    expect(rows.filter((name) => name !== 'HEALTHCHECK')).toEqual(Object.keys(action.inputs))
  })

  it('has a file for GitLab with the job, its service by name, and a report', () => {
    const [gitlab = ''] = of('yaml').filter((block) => block.includes('after_script'))
    const { services, variables, artifacts, after_script } = parse(gitlab).test
    expect(variables).toEqual({
      JOOR_BASE_URL: `http://${services[0].alias}:4350`,
      JIRAFE_BASE_URL: `http://${services[0].alias}:4350`,
    })
    expect(after_script[0]).toContain(`> ${artifacts.reports.junit}`)
  })

  it('asks the control plane for what it answers', async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const asked = [...text.matchAll(/\/_backstock\/[\w/]+(?:\?[\w=&]+)?/g)].map(([path]) => path)
    expect(asked.length).toBeGreaterThan(5)
    for (const path of asked) expect((await fetch(emulator.url + path)).status, path).toBe(200)
    for (const [, format] of text.matchAll(/violations\?format=(\w+)/g)) expect(formatNames).toContain(format)
  })

  it('names variables of the emulator, and places of the image', () => {
    const known = [...startOptions.map(({ env }) => env), 'BACKSTOCK_URL']
    for (const [name] of text.matchAll(/\bBACKSTOCK_\w+/g)) expect(known).toContain(name)
    for (const language of ['ts', 'java', 'python']) {
      expect(of(language)).toHaveLength(1)
      expect(strangeIn(of(language)[0] ?? '')).toEqual([])
    }
    expect(strangeIn(`image("backstock:latest").port(8080).path("/seeds")`)).toEqual([
      '/seeds',
      '8080',
      'backstock:latest',
    ])
    expect(of('python')[0]).toContain('Backstock is ready')
  })

  it('has recipes that their languages can read', async () => {
    const folder = temporary()
    writeFileSync(join(folder, 'recipe.mjs'), of('ts')[0] ?? '')
    await run(process.execPath, ['--check', join(folder, 'recipe.mjs')])
    writeFileSync(join(folder, 'recipe.py'), of('python')[0] ?? '')
    await run('python3', ['-c', 'import ast,sys; ast.parse(open(sys.argv[1]).read())', join(folder, 'recipe.py')])
  })
})
