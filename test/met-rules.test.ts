import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Findings } from '../server/findings.js'
import { allRules } from '../server/rule-list.js'

/** What a call has met once these rules were decided for it. */
function metBy(rules: typeof allRules) {
  const findings = new Findings('report')
  findings.appliesAll(rules)
  return findings.met
}

const someRules = fc.array(fc.constantFrom(...allRules), { maxLength: 60 })

describe('The rules that a call met', () => {
  it('are told once each, in the order in which they were met', () => {
    fc.assert(
      fc.property(someRules, (rules) => {
        expect(metBy(rules)).toEqual([...new Set(rules)])
      }),
    )
  })

  it('are one list for all calls that met the same in the same order, and for no others', () => {
    const [one, two, three] = allRules
    if (one === undefined || two === undefined || three === undefined) throw new Error('There are too few rules.')
    expect(metBy([one, two, one, three])).toBe(metBy([one, two, three]))
    expect(metBy([two, one, three])).not.toBe(metBy([one, two, three]))
    expect(metBy([one, two])).not.toBe(metBy([one, two, three]))
  })

  it('stay what they are while the same findings go on, and begin anew once all is forgotten', () => {
    const [one, two] = allRules
    if (one === undefined || two === undefined) throw new Error('There are too few rules.')
    const findings = new Findings('report')
    findings.applies(one)
    const before = findings.met
    findings.applies(two)
    expect(before).toEqual([one])
    findings.forget()
    expect(findings.met).toEqual([])
  })

  it('are told as well when calls have met them in more ways than are known at a time', () => {
    const [last, ...others] = allRules
    if (last === undefined) throw new Error('There are no rules.')
    // Each way is as long as there are rules, so a few dozen of them are more than are known.
    for (let turn = 0; turn < 40; turn++) {
      const way = [...others.slice(turn), ...others.slice(0, turn), last]
      expect(metBy(way)).toEqual(way)
    }
  })
})
