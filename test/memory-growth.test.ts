import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { faults, load, residentSize, seed, taken } from './memory-load.js'
import { tellMissing } from './missing-tools.js'
import { isFull, tell } from './proof.js'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))
const counts = isFull ? { few: 100_000, many: 1_000_000 } : { few: 4_000, many: 6_000 }
const withoutProc = 'There is no /proc here, so nobody tells how much memory a process has.'
const timeout = 3_600_000

/** A server as a process; it ends with the test. */
async function started(args: readonly string[]): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/\S+$/.exec(line)?.[0]
    if (url !== undefined) return { url, child }
  }
  throw new Error('It did not start.')
}

/** The least of some looks: a collection of garbage may be under way. */
async function settledSize({ pid }: ChildProcess): Promise<number> {
  if (pid === undefined) throw new Error('It has no pid.')
  const sizes: number[] = []
  for (let look = 0; look < 10; look++) {
    await pause(isFull ? 1_000 : 100)
    sizes.push(residentSize(pid))
  }
  return Math.min(...sizes)
}

/** What a server has in memory after few calls, and after many more of the same kinds. */
async function sizes(args: readonly string[], { few, many }: { readonly few: number; readonly many: number }) {
  const { url, child } = await started(args)
  const armed = await fetch(`${url}/_backstock/faults?account=faulty`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(faults),
  })
  expect(armed.status).toBe(200)
  const first = await load(url, 0, few)
  const afterFew = await settledSize(child)
  const then = await load(url, few, many - few)
  const afterMany = await settledSize(child)
  return { first, then, afterFew, afterMany, ratio: afterMany / afterFew }
}

describe('The memory of the emulator', () => {
  it('is after a million mixed calls what it was after a hundred thousand', { timeout }, async (context) => {
    if (!existsSync('/proc/self/status')) return tellMissing(withoutProc, context)
    const folder = mkdtempSync(join(tmpdir(), 'backstock-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'seed.json')
    writeFileSync(file, JSON.stringify(seed))
    const { first, then, afterFew, afterMany, ratio } = await sizes(
      [cli, '--port', '0', '--seed', file, '--anonymous-limit', String(taken)],
      counts,
    )
    const answered = [...then].sort(([one], [other]) => one - other).map((each) => each.join(' × '))
    const grown = `${afterFew.toFixed(1)} MiB after ${counts.few} calls, ${afterMany.toFixed(1)} MiB after ${counts.many}`
    tell('Memory', `${grown}: ${ratio.toFixed(3)}; replies by status: ${answered.join(', ')}`)
    for (const statuses of [first, then])
      expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 404, 415, 503]))
    // Of a few thousand calls the journal is not full yet, so nothing is promised.
    if (isFull) expect(ratio).toBeLessThanOrEqual(1.1)
  })

  it('would be seen to grow', { timeout }, async (context) => {
    if (!existsSync('/proc/self/status')) return tellMissing(withoutProc, context)
    const { ratio } = await sizes(['-e', leaking], { few: 500, many: 5_000 })
    expect(ratio).toBeGreaterThan(1.1)
  })
})

/** A server that keeps something of every call. */
const leaking = `
const kept = []
const server = require('node:http').createServer((request, response) => {
  kept.push('x'.repeat(20_000).split(''))
  request.resume().on('end', () => response.end('{}'))
})
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))
`
