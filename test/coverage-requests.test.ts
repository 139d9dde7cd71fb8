import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Coverage } from '../server/coverage/coverage.js'
import { type Exercise, readExercises } from '../server/coverage/exercises.js'
import { startEmulator } from '../server/emulator.js'
import type { Settings } from '../server/settings.js'
import { tellMissing } from './missing-tools.js'

const run = promisify(execFile)
const { rules: table, examples } = readExercises()

/** What one call of one case shows: rules by the operations whose calls come to them. */
interface Shown extends Exercise {
  readonly pairs: readonly (readonly [rule: string, operation: string])[]
}

/** Each call of a case that is an example of something, once: only names differ in its requests. */
function everyExample(): readonly (readonly [name: string, shown: Shown])[] {
  const found = new Map<string, Shown>()
  for (const [rule, operations] of Object.entries(table))
    for (const [operation, exercises] of Object.entries(operations))
      for (const exercise of exercises) {
        const { case: name, call, under = [] } = exercise
        const key = `${name}, call ${call + 1}${under.length > 0 ? `, under ${under.join()}` : ''}`
        found.set(key, { ...exercise, pairs: [...(found.get(key)?.pairs ?? []), [rule, operation]] })
      }
  return [...found]
}

/** `rate_limit=CREDITS/SECONDS` stands for any such value. */
function settingsOf({ under = [] }: Exercise): Partial<Settings> {
  const pairs = under.map((each) => each.replace('CREDITS/SECONDS', '9/60').split('='))
  // They are settings that cases were run with.
  return Object.fromEntries(pairs) as Partial<Settings>
}

const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

async function coverageOf(url: string, operation: string): Promise<Coverage> {
  // The emulator's own document, which its golden file holds.
  return (await (await fetch(`${url}/_backstock/coverage?of=${operation}`)).json()) as Coverage
}

/** Which of the pairs an emulator shows as gaps still; each request is run before that, unless it is to be left out. */
async function openAfter(shown: Shown, spoil: (request: string) => string = (request) => request) {
  const [[rule, operation] = ['', '']] = shown.pairs
  const emulator = await startEmulator({ port: 0, settings: settingsOf(shown) })
  try {
    const gap = (await coverageOf(emulator.url, operation)).gaps.find((each) => each.rule === rule)
    if (gap === undefined) throw new Error(`${rule} is no gap of ${operation} before any call`)
    if (gap.request === null) return { request: null, open: [] }
    await run('sh', ['-c', spoil(gap.request)])
    const open: string[] = []
    for (const [each, of] of shown.pairs) {
      const { exercised } = await coverageOf(emulator.url, of)
      if (!exercised.some((told) => told.rule === each && told.operations.includes(of))) open.push(`${each} of ${of}`)
    }
    return { request: gap.request, open }
  } finally {
    await emulator.close()
  }
}

describe('A ready request', () => {
  it.each(everyExample())('comes to its rules: %s', async (_name, shown) => {
    if (!hasCurl) return void tellMissing('curl is not there, so no ready request was run.', expect.getState() as never)
    const { request, open } = await openAfter(shown)
    if (request === null) expect(examples[shown.case]?.calls[shown.call]).toBeUndefined()
    expect(open).toEqual([])
  })
})
