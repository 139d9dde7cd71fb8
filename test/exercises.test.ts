import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exampleSite, exerciseUnder, isCovered, readExercises, unusual } from '../server/coverage/exercises.js'
import { startEmulator } from '../server/emulator.js'
import { allRules } from '../server/rule-list.js'
import { defaultSettings } from '../server/settings.js'
import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { Gathering, writeExercises } from '../server/verify/exercises.js'

const cases = await readCases(shippedCases, { ...defaultVariables, site: exampleSite })
const covered = new Set(allRules.filter(isCovered).map(({ id }) => id))
const gathering = (of: readonly Case[]) => new Gathering(of, exampleSite, startEmulator, (rule) => covered.has(rule))
const written = readFileSync('contracts/exercises.json', 'utf8')

// Every case is run, some of them with 100,000 events.
describe('The table of what calls come to', { timeout: 300_000 }, () => {
  it('is what the contract cases show; npm run exercises writes it anew', async () => {
    // What settings keep from happening takes thrice the time to find out; .ci/full does.
    expect(writeExercises(await gathering(cases).gather(readExercises()))).toBe(written)
  })

  it('has every rule of the vendors', () => {
    const known = new Set(Object.keys(readExercises().rules))
    const failing = ['jirafe.reply.unknown', 'jirafe.reply.unknown_message', 'joor.reply.failure']
    expect([...covered].filter((id) => !known.has(id)).sort()).toEqual(failing)
    expect([...known].filter((id) => !covered.has(id))).toEqual([])
  })

  it('says what only some settings bring, and what they keep from happening', async () => {
    const few = cases.filter(({ file }) => /^joor\/(?:overwrite|pending)$/.test(file))
    const { rules } = await gathering(few).gather()
    const of = (rule: string) => rules[rule]?.['joor.bulk-inventory']?.map(({ under, never }) => ({ under, never }))
    expect(of('joor.overwrite.account')).toEqual([{ under: ['overwrite_scope=account'], never: undefined }])
    expect(of('joor.overwrite.warehouses')).toEqual([{ under: undefined, never: ['overwrite_scope=account'] }])
    expect(of('joor.pending.deducted')).toEqual([{ under: undefined, never: undefined }])
  })

  it('would not be the same without one of the cases', async () => {
    const few = cases.filter(({ file }) => file === 'joor/overwrite')
    const [all, less] = await Promise.all([few, few.slice(1)].map((of) => gathering(of).gather(readExercises())))
    expect(all).not.toEqual(less)
  })
})

describe('A way to a rule', () => {
  const under = (settings: object, ...exercises: Parameters<typeof exerciseUnder>[0]) =>
    exerciseUnder(exercises, { ...defaultSettings, ...settings })?.call

  it('is there under the settings that it takes, and gone under those that keep calls from it', () => {
    const usual = { case: 'a', call: 0, never: ['overwrite_scope=account'] }
    const bent = { case: 'b', call: 1, under: ['rate_limit=CREDITS/SECONDS'] }
    expect(under({}, usual, bent)).toBe(0)
    expect(under({ overwrite_scope: 'account' }, usual, bent)).toBeUndefined()
    expect(under({ overwrite_scope: 'account', rate_limit: '7/8' }, usual, bent)).toBe(1)
    expect(under({ contract: 'off' }, usual, bent)).toBeUndefined()
  })

  it('takes any credits for the same setting', () => {
    expect(unusual({ rate_limit: '9/60', auth: 'open', partial_code: '1' })).toEqual([
      'rate_limit=CREDITS/SECONDS',
      'partial_code=1',
    ])
  })
})
