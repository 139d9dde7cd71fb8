import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Rule } from '../contracts/rules/book.js'
import { endpoints } from '../contracts/rules/endpoints.js'
import { jirafe } from '../contracts/rules/jirafe.js'
import { joor } from '../contracts/rules/joor.js'
import { allRules, books as listed } from '../server/rule-list.js'
import { groupOf } from '../server/rule-tables.js'

const books = { joor, jirafe }
const rules: readonly Rule[] = Object.values(books).flatMap((book) => Object.values(book))
const evidences = ['documented', 'recorded', 'observed', 'assumed']
const consequences = ['refuse item', 'report item', 'refuse call', 'report call', 'conduct', 'decides']

/** What is wrong with a row, in words. */
function faultsOf({ id, says, evidence, source, breach }: Rule): readonly string[] {
  const faults: [boolean, string][] = [
    [/^(?:joor|jirafe)\.[a-z_]+\.[a-z0-9_]+$/.test(id), 'has no name of the form vendor.topic.name'],
    [/^\S.*\s.{8,}\.$/s.test(says), 'is no full sentence'],
    [evidences.includes(evidence), 'has no grade of evidence'],
    [source.trim().length >= 10, 'has no source'],
    [evidence === 'assumed' || !source.startsWith('our reading'), 'has evidence and source that contradict'],
    [consequences.includes(breach), 'has no consequence'],
  ]
  return faults.filter(([isRight]) => !isRight).map(([, fault]) => `${id} ${fault}`)
}

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index)
}

/** Rows that no code names: `joor['date.forms']`, in full, so that a search finds them. */
function unnamed(vendor: string, rows: readonly string[], code: string): readonly string[] {
  return rows.filter((name) => !code.includes(`${vendor}['${name}']`)).map((name) => `${vendor}.${name}`)
}

function readServer(): string {
  const server = fileURLToPath(new URL('../server', import.meta.url))
  const files = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return files.map((path) => readFileSync(join(server, path), 'utf8')).join('\n')
}

describe('The rule book', () => {
  it('has rules of both vendors', () => {
    expect(Object.keys(joor).length).toBeGreaterThan(50)
    expect(Object.keys(jirafe).length).toBeGreaterThan(20)
  })

  it('is listed whole: a book that is not would be neither shown nor proved', () => {
    const folder = fileURLToPath(new URL('../contracts/rules', import.meta.url))
    const files = readdirSync(folder).filter((name) => name !== 'book.ts' && name !== 'endpoints.ts')
    const listed = new Set(allRules.map(({ id }) => `${id.slice(0, id.indexOf('.'))}.ts`))
    expect([...listed].sort()).toEqual(files.sort())
    expect(allRules).toEqual(rules)
  })

  it('has no rule that speaks of no call, and no call of rules that there are not', () => {
    const groups = ({ vendor, rules }: (typeof listed)[number]) => rules.map((rule) => `${vendor} ${groupOf(rule)}`)
    const spokenOf = endpoints.flatMap((endpoint) => endpoint.groups.map((group) => `${endpoint.vendor} ${group}`))
    expect([...new Set(spokenOf)].sort()).toEqual([...new Set(listed.flatMap(groups))].sort())
  })

  it('gives every rule an id of its own: the vendor and the name of the row', () => {
    expect(repeated(rules.map(({ id }) => id))).toEqual([])
    for (const [vendor, book] of Object.entries(books))
      for (const [name, { id }] of Object.entries(book)) expect(id).toBe(`${vendor}.${name}`)
  })

  it('says nothing twice of one vendor', () => {
    for (const book of Object.values(books)) expect(repeated(Object.values(book).map(({ says }) => says))).toEqual([])
  })

  it('has a full sentence, a grade of evidence, a source and a consequence in every row', () => {
    expect(rules.flatMap(faultsOf)).toEqual([])
  })

  it.each(Object.entries(books))('of %s has no row that the code does not name', (vendor, book) => {
    expect(unnamed(vendor, Object.keys(book), readServer())).toEqual([])
  })
})

describe('A planted fault', () => {
  const right: Rule = {
    id: 'joor.date.made_up',
    number: 0,
    says: 'A date is written in some way or other.',
    evidence: 'documented',
    source: 'a page of the vendor',
    breach: 'report item',
  }
  // What the types forbid is what a careless cast would let in.
  const planted = (fault: object) => ({ ...right, ...fault }) as Rule

  it('is none in a right row', () => {
    expect(faultsOf(right)).toEqual([])
  })

  it.each([
    ['an id without its vendor', { id: 'date.made_up' }, 'name of the form'],
    ['no sentence', { says: 'date forms' }, 'full sentence'],
    ['an empty sentence', { says: '' }, 'full sentence'],
    ['no full stop', { says: 'A date is written in some way or other' }, 'full sentence'],
    ['a grade that is none', { evidence: 'guessed' }, 'grade of evidence'],
    ['no source', { source: ' ' }, 'no source'],
    ['a reading that is called documented', { source: 'our reading: no public page says' }, 'contradict'],
    ['no consequence', { breach: 'nothing' }, 'no consequence'],
  ])('is caught: %s', (_what, fault, told) => {
    expect(faultsOf(planted(fault)).join()).toContain(told)
  })

  it('is caught: an id that two rows have', () => {
    expect(repeated(['joor.a.b', 'joor.c.d', 'joor.a.b'])).toEqual(['joor.a.b'])
  })

  it('is caught: a row that the code names only in part, or as the other vendor', () => {
    const code = "findings.applies(joor['date.forms']); findings.applies(jirafe['call.type'])"
    expect(unnamed('joor', ['date.forms', 'date.form', 'call.type'], code)).toEqual([
      'joor.date.form',
      'joor.call.type',
    ])
  })
})
