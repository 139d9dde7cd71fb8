import { describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../client/client.js'
import { startEmulator } from '../server/emulator.js'
import { projectOf, run, runners, type Written } from './runner-projects.js'

const vain: Written = {
  name: 'arms a fault in vain',
  body: "await account.arm({ times: 1, fault: { kind: 'error', status: 503 } })",
}
const tests: readonly Written[] = [
  {
    name: 'keeps to the rules',
    body: `
      assert.deepEqual(await account.positions(), [])
      assert.equal((await send(account, 5)).status, 200)
      assert.equal((await account.positions()).length, 1)
      assert.deepEqual(await site.levels(), [])`,
  },
  { name: 'breaks an assumed rule', body: "await send(account, '7')" },
  { name: 'breaks a documented rule', body: "await send(account, 'many')" },
  { name: 'breaks a rule in a fork', body: "await send(await account.fork(), '7')" },
  {
    name: 'breaks a rule in an account that it declares',
    body: "await send(await backstock.joor.account({ warehouses: ['Berlin'] }), 1)",
  },
  {
    name: 'breaks a rule of the other vendor',
    body: `
      const url = site.baseUrl + '/v2/' + site.name + '/inventory'
      await fetch(url, { method: 'POST', headers: { authorization: site.authorization }, body: '{}' })`,
  },
  vain,
  {
    name: 'meets the fault that it arms',
    body: `
      await account.arm({ times: 1, fault: { kind: 'error', status: 503 } })
      assert.equal((await send(account, 5)).status, 503)`,
  },
  { name: 'removes its account itself', body: 'await account.remove()' },
  { name: 'keeps to the rules as the last', body: 'assert.deepEqual(await account.requests(), [])' },
]
const fails = (names: Iterable<string>, failing: ReadonlyMap<string, string | null>) => ({
  asked: [...names],
  seen: [...failing].filter(([, message]) => message !== null).map(([name]) => name),
})

// Each starts a runner and an emulator of its own.
describe.each(runners.map((runner) => [runner.name, runner] as const))('%s', { timeout: 90_000 }, (_name, runner) => {
  it('fails exactly the tests whose calls broke rules, or whose faults nobody met, and says why', async () => {
    const { code, results } = await run(runner, projectOf(runner.write(tests, '{}')))
    expect(code).not.toBe(0)
    expect([...results.keys()].sort()).toEqual(tests.map(({ name }) => name).sort())
    const failing = tests
      .map(({ name }) => name)
      .filter((name) => name.startsWith('breaks') || name.endsWith('in vain'))
    const { asked, seen } = fails(failing, results)
    expect(seen.sort()).toEqual(asked.sort())
    const told = (name: string) => results.get(name) ?? ''
    for (const part of [
      'Calls of this test broke rules',
      'joor.item.integer_type',
      '/inventory_items/0/inventory',
      'Right is',
    ])
      expect(told('breaks an assumed rule')).toContain(part)
    expect(told('breaks an assumed rule')).not.toContain('many')
    expect(told('breaks a rule in a fork')).toContain('joor.item.integer_type')
    expect(told('breaks a rule of the other vendor')).toContain('jirafe.')
    expect(told('arms a fault in vain')).toContain('Faults were armed and never met')
    expect(told('arms a fault in vain')).toContain('503')
  })

  it('judges by documented rules alone where it is told to', async () => {
    const { results } = await run(
      runner,
      projectOf(runner.write(tests.slice(1, 3).concat(vain), "{ violations: 'documented' }")),
    )
    expect(results.get('breaks a documented rule')).toContain('documented')
    expect(results.get('breaks an assumed rule')).toBeNull()
    expect(results.get('arms a fault in vain')).not.toBeNull()
  })

  it('judges nothing where both are switched off, and still fails what fails by itself', async () => {
    const own = { name: 'fails by itself', body: "assert.equal(1, 2, 'its own words')" }
    const text = runner.write([...tests, own], '{ violations: false, unusedFaults: false }')
    const { code, results } = await run(runner, projectOf(text))
    expect(code).not.toBe(0)
    expect(results.size).toBe(tests.length + 1)
    expect(fails([own.name], results)).toEqual({ asked: [own.name], seen: [own.name] })
    expect(results.get(own.name)).toContain('its own words')
  })

  it('uses the emulator that BACKSTOCK_URL names, and leaves nothing there but calls', async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const right = tests.filter(({ name }) => !name.startsWith('breaks') && !name.endsWith('in vain'))
    const { code } = await run(runner, projectOf(runner.write(right, '{}')), emulator.url)
    expect(code).toBe(0)
    const backstock = await connect(emulator)
    expect(await backstock.requests()).toHaveLength(2)
    expect(await backstock.joor.accounts()).toEqual([])
    expect(await backstock.jirafe.sites()).toEqual([])
    expect(await backstock.faults()).toEqual([])
  })

  it('says so where nobody answers, instead of starting an emulator', async () => {
    const { code, results } = await run(runner, projectOf(runner.write(tests.slice(0, 1), '{}')), 'http://127.0.0.1:9')
    expect(code).not.toBe(0)
    expect(results.get('keeps to the rules')).toContain('There is no Backstock at http://127.0.0.1:9')
  })
})

describe('Tests that run at the same time', { timeout: 90_000 }, () => {
  const inVitest = (text: string) => text.replaceAll(/^test\(/gm, 'test.concurrent(')
  const inNodeTest = (text: string) =>
    `import { describe } from 'node:test'\n${text.replace(/^test\(/m, "describe('all', { concurrency: true }, () => {\ntest(")}})`
  const changed = new Map([
    ['vitest', inVitest],
    ['node-test', inNodeTest],
  ])
  const able = runners.flatMap((runner) => {
    const change = changed.get(runner.name)
    return change === undefined ? [] : [[runner.name, runner, change] as const]
  })

  it.each(able)('have an account each, and each its own failure, with %s', async (_name, runner, change) => {
    // Each waits until all have sent: what is mixed up shows.
    const together = (n: number): Written => ({
      name: `sends ${n}`,
      body: `
        await send(account, ${n === 3 ? "'3'" : n})
        globalThis.sent = (globalThis.sent ?? 0) + 1
        for (let turn = 0; turn < 1000 && globalThis.sent < 5; turn++) await new Promise((done) => setTimeout(done, 5))
        assert.equal(globalThis.sent, 5, 'they do not run at the same time')
        assert.deepEqual((await account.positions()).map(({ available }) => available), [${n}])`,
    })
    const { results } = await run(runner, projectOf(change(runner.write([1, 2, 3, 4, 5].map(together), '{}'))))
    results.delete('all')
    expect(results.size).toBe(5)
    expect(fails(['sends 3'], results)).toEqual({ asked: ['sends 3'], seen: ['sends 3'] })
  })
})
