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
  it.for(everyExample())('comes to its rules: %s', async ([, shown], context) => {
    if (!hasCurl) return tellMissing('curl is not there, so no ready request was run.', context)
    const { request, open } = await openAfter(shown)
    if (request === null) expect(examples[shown.case]?.calls[shown.call]).toBeUndefined()
    expect(open).toEqual([])
  })

  it('is missing only where no shell sends what shows the rule', () => {
    const missing = everyExample().filter(([, { case: name, call }]) => examples[name]?.calls[call] === undefined)
    expect([...new Set(missing.map(([, { case: name }]) => name))].sort()).toEqual([
      'clients/curl: what curl announces by Expect is refused by its head alone, and the connection is closed',
      'jirafe/batch: a batch of 100,000 events is taken, and one more event is answered 413',
      'jirafe/batch: a batch of more than 10 MB is answered 413, by its declared size alone',
      'jirafe/types: one call is told at most 100,000 messages beside the first of its event',
    ])
  })

  it.for<readonly [string, (request: string) => string]>([
    ['of another body', (request) => request.replace(/--data-raw '[^']*'/, "--data-raw '{}'")],
    ['to another path', (request) => request.replaceAll('/v2/', '/v3/')],
    ['that is not sent', () => 'true'],
  ])('would not come to its rule if it were one %s', async ([, spoil], context) => {
    if (!hasCurl) return tellMissing('curl is not there, so no ready request was run.', context)
    const pairs = [['joor.date.forms', 'joor.bulk-inventory']] as const
    const { open } = await openAfter({ ...dated(), pairs }, spoil)
    expect(open).toEqual(['joor.date.forms of joor.bulk-inventory'])
  })

  it.for(['joor.date.forms', 'jirafe.inventory.zero'])(
    'declares its account or site where only declared ones are let in: %s',
    async (rule, context) => {
      if (!hasCurl) return tellMissing('curl is not there, so no ready request was run.', context)
      const [operation = ''] = Object.keys(table[rule] ?? {})
      const [exercise] = table[rule]?.[operation] ?? []
      if (exercise === undefined) throw new Error(`${rule} has no example`)
      const pairs = [[rule, operation]] as const
      const { request, open } = await openAfter({ ...exercise, under: ['auth=enforce'], pairs })
      expect(request).toMatch(/^curl -X PUT '[^']+\/_backstock\/(?:joor\/accounts|jirafe\/sites)\/example-/)
      expect(open).toEqual([])
    },
  )
})

function dated(): Exercise {
  const [exercise] = table['joor.date.forms']?.['joor.bulk-inventory'] ?? []
  if (exercise === undefined) throw new Error('joor.date.forms has no example')
  return exercise
}
