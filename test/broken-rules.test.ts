import { describe, expect, it } from 'vitest'
import { joor } from '../contracts/rules/joor.js'
import type { Breach } from '../server/findings.js'
import { BrokenRules } from '../server/journal/broken-rules.js'
import { reportOf } from '../server/report/report.js'
import { entry } from './journal-entries.js'

const integer = joor['inventory.integer']
const negative = joor['inventory.negative']
const breach = (rule: Breach['rule'], seen = 'x'): Breach => ({
  ...{ rule, level: 'error', at: { pointer: '/a' }, seen, right: '1' },
})
const call = (id: string, breaches: readonly Breach[], more: { counts?: number; conduct?: Breach[] } = {}) => {
  const ids = [...new Set(breaches.map(({ rule }) => rule.id))]
  const broken = new Map(
    ids.map((each) => [each, more.counts ?? breaches.filter(({ rule }) => rule.id === each).length]),
  )
  const rules = breaches.map(({ rule }) => rule)
  return { entry: entry({ id, breaches, broken, rules, conduct: more.conduct ?? [] }) }
}
const sums = (rules: BrokenRules, scope?: `joor:${string}`) =>
  rules.of(scope).broken.map(({ rule, count, calls, requests }) => [rule.id, count, calls, requests])

describe('What clients broke', () => {
  it('is counted by place and by call, and keeps the first three places', () => {
    const rules = new BrokenRules()
    rules.add('joor:a', call('1', [breach(integer, 'one'), breach(integer, 'two'), breach(negative)], { counts: 50 }))
    rules.add('joor:a', call('2', [breach(integer, 'three'), breach(integer, 'four')]))
    expect(sums(rules)).toEqual([
      [integer.id, 52, 2, ['1', '2']],
      [negative.id, 50, 1, ['1']],
    ])
    const [first] = rules.of('joor:a').broken
    expect(first?.examples.map(({ seen, source }) => [seen, source])).toEqual([
      ['one', { request: '1' }],
      ['two', { request: '1' }],
      ['three', { request: '2' }],
    ])
  })

  it('has what several calls show together, and what is wrong because nothing came', () => {
    const rules = new BrokenRules()
    rules.add('joor:a', call('1', [], { conduct: [breach(negative)] }))
    expect(sums(rules)).toEqual([[negative.id, 1, 1, ['1']]])
    const open = [{ breach: breach(integer), request: '0' }]
    expect(rules.of('joor:a', open).broken.map(({ rule }) => rule.id)).toEqual([negative.id, integer.id])
    // It is asked for each time anew.
    expect(sums(rules)).toHaveLength(1)
  })

  it('follows an account that is renamed, in the order of the calls', () => {
    const rules = new BrokenRules()
    rules.add('joor:old', call('1', [breach(integer)]))
    rules.add('joor:new', call('2', [breach(integer)]))
    rules.add('joor:old', call('3', [breach(integer)]))
    rules.rename('joor:old', 'joor:new')
    expect(sums(rules, 'joor:old')).toEqual([])
    expect(sums(rules, 'joor:new')).toEqual([[integer.id, 3, 3, ['1', '2', '3']]])
    expect(sums(rules)).toEqual(sums(rules, 'joor:new'))
  })

  it('is bounded: the accounts that broke something longest ago are told with all only', () => {
    const rules = new BrokenRules({ scopes: 2, rules: 3 })
    for (const name of ['a', 'b', 'c']) rules.add(`joor:${name}`, call(name, [breach(integer)]))
    expect(sums(rules, 'joor:a')).toEqual([])
    expect(sums(rules, 'joor:c')).toEqual([[integer.id, 1, 1, ['c']]])
    expect(sums(rules)).toEqual([[integer.id, 3, 3, ['a', 'b', 'c']]])
    // A third and a fourth rule of the two that are left are one too many.
    rules.add('joor:c', call('d', [breach(negative)]))
    rules.add('joor:c', call('e', [breach(joor['item.empty'])]))
    expect(sums(rules, 'joor:b')).toEqual([])
    expect(sums(rules).map(([, count]) => count)).toEqual([3, 1, 1])
    rules.clear(undefined)
    expect(sums(rules)).toEqual([])
  })

  it('never shows a rule as kept that somebody broke, or that does not count', () => {
    const rules = new BrokenRules()
    rules.add('joor:a', call('1', [breach(integer)]))
    rules.add('joor:a', { entry: entry({ rules: [integer, negative, joor['item.empty']] }) })
    const report = reportOf(rules.of(undefined), (rule) => rule !== negative, '1')
    expect(report.kept).toEqual([joor['item.empty']])
    expect(report.broken.map(({ rule }) => rule)).toEqual([integer])
  })
})
