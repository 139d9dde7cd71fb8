import { describe, expect, it } from 'vitest'
import { joor } from '../contracts/rules/joor.js'
import { hold, unproved } from './conduct.js'
import { joorCases } from './conduct-joor-cases.js'

const rules = Object.values(joor).flatMap(({ id, breach }) => (breach === 'conduct' ? [id] : []))

describe.each(['json', 'xml'] as const)('With rows in %s', (form) => {
  it.each(
    joorCases.map((each) => [each.rule, each.breaks === undefined ? 'kept' : 'broken', each.says, each] as const),
  )('%s is %s: %s', async (_rule, _what, _says, each) => {
    await hold(each, form)
  })
})

describe('The cases', () => {
  it('break every rule of conduct, and keep it', () => {
    expect(rules.length).toBeGreaterThan(10)
    expect(unproved(rules, joorCases)).toEqual([])
  })

  it('would show a rule that none of them breaks, or none keeps', () => {
    expect(unproved(['a', 'b', 'c'], [{ rule: 'a', breaks: [] }, { rule: 'b' }])).toEqual([
      'a is never kept',
      'b is never broken',
      'c is never broken',
      'c is never kept',
    ])
  })

  it.each([
    ['that is not broken', { rule: 'joor.conduct.same_level', says: '', breaks: [], run: async () => {} }],
    [
      'that is broken',
      { rule: 'joor.conduct.token_in_url', says: '', run: (shop) => shop.send([], { query: '?token=x' }) },
    ],
    [
      'that says otherwise',
      {
        rule: 'joor.conduct.token_in_url',
        says: '',
        breaks: ['another parameter'],
        run: (shop) => shop.send([], { query: '?token=x' }),
      },
    ],
  ] satisfies [string, Parameters<typeof hold>[0]][])('would show a rule %s', async (_what, planted) => {
    await expect(hold(planted)).rejects.toThrow()
  })
})
