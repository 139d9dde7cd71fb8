import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Coverage, coverageOf } from '../server/coverage/coverage.js'
import { readExercises } from '../server/coverage/exercises.js'
import { mergeCoverage } from '../server/coverage/merge.js'
import { Exercises } from '../server/coverage/run.js'
import type { Entry } from '../server/journal/entry.js'
import { Levels } from '../server/levels.js'
import { allRules } from '../server/rule-list.js'
import { defaultSettings } from '../server/settings.js'
import { commandIn } from './command.js'

const about = {
  table: readExercises(),
  settings: defaultSettings,
  levels: new Levels(),
  evidence: 'assumed' as const,
  to: { url: 'http://127.0.0.1:4350', declaredOnly: false, guarded: false },
  version: '0.0.0',
}
const rules = allRules.filter((_, index) => index % 7 === 0)

/** A call of a run, as far as coverage looks at it. */
const call = fc.record({
  operation: fc.constantFrom(
    'joor.bulk-inventory',
    'joor.style-inventory',
    'jirafe.batch',
    'jirafe.inventory',
    'unknown',
  ),
  met: fc.subarray(rules),
  broken: fc.subarray(rules),
  kind: fc.option(fc.constantFrom('error', 'close', 'partial'), { nil: undefined, freq: 4 }),
})
type Call = typeof call extends fc.Arbitrary<infer Value> ? Value : never
const run = fc.array(call, { maxLength: 5 })
const of = fc.constantFrom([], ['joor'], ['jirafe.batch', 'joor'])

function covered(calls: readonly Call[], asked: readonly string[] = []): Coverage {
  const exercises = new Exercises()
  for (const { operation, met, broken, kind } of calls) {
    const entry = {
      operation,
      rules: [...new Set([...met, ...broken])],
      broken: new Map(broken.map(({ id }) => [id, 1])),
      fault: kind === undefined ? null : { kind },
      status: 200,
    }
    // The rest of an entry is nothing to coverage.
    exercises.add(entry as unknown as Entry)
  }
  return coverageOf(exercises, { of: asked }, about)
}

describe('Joined coverage', () => {
  it('is that of one run with all of their calls', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), of, (runs, asked) => {
        const [first, ...others] = runs.map((calls) => covered(calls, asked))
        if (first === undefined) return
        expect(mergeCoverage([first, ...others])).toEqual(covered(runs.flat(), asked))
      }),
      { numRuns: 60 },
    )
  })

  it('is the same in any order, in any grouping, and of one run that run', () => {
    fc.assert(
      fc.property(run, run, run, (...runs) => {
        const [one, two, three] = [covered(runs[0]), covered(runs[1]), covered(runs[2])]
        const all = mergeCoverage([one, two, three])
        expect(mergeCoverage([three, one, two])).toEqual(all)
        expect(mergeCoverage([mergeCoverage([one, two]), three])).toEqual(all)
        expect(mergeCoverage([one])).toEqual(one)
        expect(mergeCoverage([all])).toEqual(all)
      }),
      { numRuns: 40 },
    )
  })

  it('of the same run twice has twice its calls and the same rules', () => {
    fc.assert(
      fc.property(run, (calls) => {
        const one = covered(calls)
        const twice = mergeCoverage([one, one])
        expect({ ...twice, operations: [], exercised: [], faults: [] }).toEqual({
          ...one,
          operations: [],
          exercised: [],
          faults: [],
        })
        expect(twice.exercised.map(({ kept }) => kept)).toEqual(one.exercised.map(({ kept }) => kept * 2))
      }),
      { numRuns: 40 },
    )
  })

  it('would not pass where a merge forgot what one run exercised', () => {
    const [first] = rules
    const calls: Call[] = [{ operation: 'joor.bulk-inventory', met: first ? [first] : [], broken: [], kind: undefined }]
    expect(covered(calls)).not.toEqual(covered([]))
  })
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-coverage-'))
})
afterEach(() => rm(folder, { recursive: true }))

const some = covered([{ operation: 'joor.bulk-inventory', met: rules.slice(0, 20), broken: [], kind: undefined }])

async function merge(files: Readonly<Record<string, unknown>>, ...words: string[]) {
  for (const [name, value] of Object.entries(files))
    await writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  return commandIn({ folder }, 'coverage', 'merge', ...Object.keys(files), ...words)
}

describe('backstock coverage merge', () => {
  it('prints the sum as JSON, Markdown or HTML, or writes it to a file', async () => {
    const files = { 'a.json': some, 'b.json': covered([]) }
    const { code, printed, complained } = await merge(files)
    expect([code, complained]).toEqual([0, ''])
    expect(JSON.parse(printed.join('\n'))).toEqual(some)
    expect((await merge(files, '--format', 'markdown')).printed.join('\n')).toContain('## Coverage of the rules')
    expect((await merge(files, '--format', 'html')).printed[0]).toBe('<!doctype html>')
    expect((await merge(files, '--output', 'all.json')).printed).toEqual([])
    expect((await merge({ 'c.json': covered([]) }, 'all.json')).code).toBe(0)
    expect((await merge({ 'c.json': covered([]) }, '--output', 'a/folder/all.json')).code).toBe(0)
    expect((await merge({ 'c.json': covered([]) }, 'a/folder/all.json')).code).toBe(0)
    const failed = await merge({ 'a.json': some }, '--output', '.')
    expect([failed.code, failed.printed]).toEqual([2, []])
    expect(failed.complained).toMatch(/^cannot write \S+: it is a directory$/)
  })

  it('fails below what is wanted, and says what is missing', async () => {
    const { percentage } = some
    expect((await merge({ 'a.json': some }, '--min-coverage', String(percentage))).code).toBe(0)
    const { code, complained } = await merge({ 'a.json': some }, '--min-coverage', '62.5')
    expect(code).toBe(1)
    expect(complained).toContain(`${percentage} %`)
    expect(complained).toContain('--min-coverage wants 62.5 %; the worst gaps:')
    for (const { rule } of some.gaps.slice(0, 3)) expect(complained).toContain(`  ${rule}: `)
    expect(complained.split('\n')).toHaveLength(4)
    expect((await merge({ 'none.json': covered([]) }, '--min-coverage', '0')).code).toBe(1)
  })

  const changed = (change: object) => ({ ...some, ...change })
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /b\.json:1:2: /],
    ['another document', { rules: [] }, /b\.json:1:1: "of" is missing/],
    ['a list', [some], /b\.json:1:1: must be an object/],
    [
      'another version',
      changed({ version: '9.9.9' }),
      /b\.json:\d+:\d+: version: was written by "9\.9\.9"; this is Backstock 0\.0\.0/,
    ],
    ['another version of another shape', { version: '9.9.9', sum: 1 }, /b\.json:2:\d+: version: was written by/],
    ['an unknown field', changed({ sum: 1 }), /b\.json:\d+:\d+: sum: unknown field/],
    [
      'a count below nothing',
      changed({ faults: [{ kind: 'error', calls: -1 }] }),
      /faults\[0\]\.calls: must be at least 0/,
    ],
    [
      'a fraction of a call',
      changed({ faults: [{ kind: 'error', calls: 0.5 }] }),
      /faults\[0\]\.calls: must be an integer/,
    ],
    ['a fault that is none', changed({ faults: [{ kind: 'fire', calls: 1 }] }), /there is no fault fire/],
    [
      'a rule that is none',
      changed({ gaps: [{ ...some.gaps[0], rule: 'joor.date.made_up' }] }),
      /gaps\[0\]\.rule: there is no rule joor\.date\.made_up/,
    ],
    [
      'an operation that is not listed',
      changed({ operations: [] }),
      /exercised\[0\]\.operations\[0\]: joor\.bulk-inventory is not among the operations/,
    ],
    ['another question', covered([], ['joor']), /b\.json:\d+:\d+: of: is \["joor"\], and that of .*a\.json is \[\]/],
    [
      'another evidence',
      changed({ evidence: 'recorded' }),
      /evidence: is "recorded", and that of .*a\.json is "assumed"/,
    ],
  ])('refuses %s by name and place', async (_what, document, told) => {
    const { code, printed, complained } = await merge({ 'a.json': some, 'b.json': document })
    expect([code, printed]).toEqual([2, []])
    expect(complained).toMatch(told)
    expect(complained).toContain(join(folder, 'b.json'))
  })

  it('refuses a file that is not there, and one that is named twice', async () => {
    expect((await merge({ 'a.json': some }, 'nowhere.json')).complained).toContain(
      'nowhere.json: there is no such file',
    )
    const twice = await merge({ 'a.json': some }, './a.json')
    expect([twice.code, twice.complained]).toEqual([2, expect.stringContaining('a.json is named twice')])
  })

  it.each(['101', '-1', 'eighty', '', '80%', '1e1'])('refuses --min-coverage %j', async (percentage) => {
    await expect(merge({ 'a.json': some }, `--min-coverage=${percentage}`)).rejects.toThrow(/percentage from 0 to 100/)
  })
})
