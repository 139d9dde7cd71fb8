import { describe, expect, it } from 'vitest'
import { jirafe } from '../contracts/rules/jirafe.js'
import { hold, unproved } from './conduct.js'
import { jirafeCases } from './conduct-jirafe-cases.js'

const rules = Object.values(jirafe).flatMap(({ id, breach }) => (breach === 'conduct' ? [id] : []))

describe('At Jirafe', () => {
  it.each(
    jirafeCases.map((each) => [each.rule, each.breaks === undefined ? 'kept' : 'broken', each.says, each] as const),
  )('%s is %s: %s', async (_rule, _what, _says, each) => {
    await hold(each)
  })
})

describe('The cases', () => {
  it('break every rule of conduct, and keep it', () => {
    expect(rules.length).toBeGreaterThan(7)
    expect(unproved(rules, jirafeCases)).toEqual([])
  })
})
