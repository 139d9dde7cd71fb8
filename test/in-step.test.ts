import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { mock } from 'node:test'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RequestBody } from '../server/http/body.js'
import { InStep } from '../server/http/in-step.js'
import { usualLimits } from '../server/limits.js'
import { HungUp } from '../server/operation.js'
import { itemsInOneGo } from '../server/slices.js'

const run = promisify(execFile)
/** As it is packed: what runs the tests would give modules of its own. */
const builtEmulator = new URL('../dist/server/emulator.js', import.meta.url).href

describe('Calls in step', () => {
  it('go on together, once all that came in in a turn is read', async () => {
    const turns: (() => void)[] = []
    const step = new InStep((run) => turns.push(run))
    const told: string[] = []
    const go = async (name: string) => {
      const company = step.join()
      await step.next()
      told.push(`${name} served`)
      if (company.size > 1) await step.next()
      told.push(`${name} answered`)
    }
    const calls = [go('one'), go('two')]
    await Promise.resolve()
    expect([turns.length, told]).toEqual([1, []])
    turns.shift()?.()
    await Promise.resolve()
    expect(told).toEqual(['one served', 'two served'])
    // It came in while those two were served, and alone.
    const late = go('three')
    expect(turns).toHaveLength(1)
    turns.shift()?.()
    await Promise.all([...calls, late])
    expect(told.slice(2).filter((text) => /one|two/.test(text))).toEqual(['one answered', 'two answered'])
    expect(told.indexOf('two answered')).toBeLessThan(told.indexOf('three served'))
    expect(told.at(-1)).toBe('three answered')
    expect(turns).toEqual([])
  })
})

describe('The turn of the machine', () => {
  it('comes also where a test has stopped the timers before it loads the emulator', async () => {
    vi.resetModules()
    mock.timers.enable({ apis: ['setImmediate', 'setTimeout', 'setInterval'] })
    onTestFinished(() => mock.timers.reset())
    const { machineSoon } = await import('../server/timers.js')
    let stands = true
    setImmediate(() => {
      stands = false
    })
    await new Promise<void>((resolve) => machineSoon(resolve))
    expect(stands).toBe(true)
  })

  it('comes for a large call and a data file as well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-stopped-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const items = `Array.from({ length: ${2 * itemsInOneGo + 1} }, (_, n) => ({ warehouse: 'W', upc: String(n), inventory: 1 }))`
    const program = [
      "import { mock } from 'node:test'",
      "mock.timers.enable({ apis: ['setImmediate', 'setTimeout', 'setInterval'] })",
      `const { startEmulator } = await import(${JSON.stringify(builtEmulator)})`,
      `const emulator = await startEmulator({ port: 0, data: ${JSON.stringify(join(folder, 'data.json'))} })`,
      "const headers = { authorization: 'OAuth2 YQ==', 'content-type': 'application/json' }",
      `const body = JSON.stringify({ inventory_items: ${items}, note: 'x'.repeat(2 ** 21) })`,
      "const url = emulator.url + '/v2/bulk-inventory'",
      "const reply = await (await fetch(url, { method: 'POST', headers, body })).json()",
      'process.stdout.write(String(reply.items_updated[0].length))',
      'process.exit()',
    ]
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program.join('\n')], {
      timeout: 20_000,
    })
    expect(stdout).toBe(String(2 * itemsInOneGo + 1))
  })
})

/** A request that has arrived whole, its body in two parts. */
function arrivedWhole(): Readable & { complete: boolean; headers: Record<string, never>; httpVersion: string } {
  const request = new Readable({ read() {} })
  request.push('{"inventory')
  request.push('_level":1}')
  request.push(null)
  return Object.assign(request, { complete: true, headers: {}, httpVersion: '1.1' })
}

const bodyOf = (request: ReturnType<typeof arrivedWhole>) =>
  new RequestBody(request, { writeContinue: () => {} }, usualLimits)

describe('A body that is there when the call has its turn', () => {
  it('is read at once, and counts although its client goes meanwhile', async () => {
    const request = arrivedWhole()
    const body = bodyOf(request)
    request.destroy()
    expect(await body.text(1_000)).toBe('{"inventory_level":1}')
    expect(body.received()).toEqual({ text: '{"inventory_level":1}', bytes: 21, faithful: true })
  })

  it('is read to its end, also where it comes in parts, as Node 26 gives it', async () => {
    const parts = ['{"inventory', '_level":1}'].map((part) => Buffer.from(part))
    const request = Object.assign(arrivedWhole(), { read: () => parts.shift() ?? null })
    expect(await bodyOf(request).text(1_000)).toBe('{"inventory_level":1}')
  })

  it("is nobody's where the client was gone before, and too much beyond the limit", async () => {
    const gone = arrivedWhole()
    gone.destroy()
    await expect(bodyOf(gone).text(1_000)).rejects.toBeInstanceOf(HungUp)
    expect(await bodyOf(arrivedWhole()).text(20)).toEqual({ fault: 'too large' })
    expect(await bodyOf(arrivedWhole()).text(21)).toBe('{"inventory_level":1}')
  })
})
