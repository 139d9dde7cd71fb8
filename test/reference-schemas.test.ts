import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compiled as compiledDocument } from '../server/documents/compiled.js'
import { documentKinds } from '../server/documents/kinds.js'
import { eventTypes } from '../server/jirafe/types.js'
import { isKnown } from '../server/joor/item.js'
import { evidenceOf } from '../server/reference/evidence.js'
import { Components } from '../server/reference/schemas.js'
import { allRules } from '../server/rule-list.js'
import { isRecord } from '../server/wire/json-values.js'
import { Judge, operationsIn, type Reference, readReference, type Schema, textOf } from './reference-documents.js'

const control = readReference('control')
const jirafe = readReference('jirafe')
const joor = readReference('joor')
const fileOf = (name: string) => JSON.parse(readFileSync(`schemas/${name}.json`, 'utf8'))

/** What calls of the control plane are judged by; the others are read from files of people. */
const overHttp = documentKinds.filter((kind) => kind !== 'cases')

/** A component with every reference in its place, and without what only a document has. */
function inlined(reference: Reference, value: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(reference, each, within))
  if (!isRecord(value)) return value
  const { $ref, 'x-evidence': _evidence, ...rest } = value
  const own = Object.fromEntries(
    Object.entries(rest).map(([name, member]) => [name, inlined(reference, member, within)]),
  )
  if (typeof $ref !== 'string') return own
  const name = $ref.slice('#/components/schemas/'.length)
  // A schema that refers to itself ends there.
  if (within.includes(name)) return own
  const target = inlined(reference, reference.components.schemas[name], [...within, name])
  return { ...Object(target), ...own }
}

/** A file the same way, read by another way than the documents are written by. */
function inlinedFile(file: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => inlinedFile(file, each))
  if (!isRecord(value)) return value
  const { $ref, $schema: _schema, $id: _id, definitions: _definitions, ...rest } = value
  const own = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, inlinedFile(file, member)]))
  if (typeof $ref !== 'string') return own
  const [other = '', pointer = ''] = $ref.split('#')
  const whole = other === '' ? file : `${file.replace(/[^/]*$/, '')}${other.replace(/\.json$/, '')}`
  const steps = pointer.split('/').slice(1)
  const target = steps.reduce((at: unknown, step) => Object(at)[step], fileOf(whole))
  return { ...Object(inlinedFile(whole, target)), ...own }
}

describe('The schemas of the documents', () => {
  it.each(overHttp)('are those that calls of the control plane are judged by: %s', (kind) => {
    const component = control.components.schemas[kind]
    // A document says more where the validator leaves the rest to code.
    expect(inlined(control, component)).toMatchObject(Object(inlinedFile(kind, compiledDocument(kind).schema)))
  })

  it.each([...eventTypes])('are those that events are judged by: %s', (name, type) => {
    const schemas =
      name === 'order'
        ? ['placed', 'accepted', 'cancelled'].map((status) => type.schemaOf({ status }, settings).schema)
        : name.endsWith('inventory')
          ? [type.schemaOf({}, settings).schema, type.schemaOf({ sku_code: '1' }, settings).schema]
          : [type.schemaOf({}, settings).schema]
    const media = jirafe.paths[`/v2/{site}/${name}`]?.post?.requestBody?.content['application/json']
    const whole = Object(inlined(jirafe, media?.schema))
    expect(whole.oneOf ?? whole.anyOf ?? [whole]).toEqual(schemas)
  })

  it('change with their file, and with nothing else', () => {
    const read = (file: string) =>
      file === 'ids.json' ? { ...fileOf('ids'), title: 'Changed' } : fileOf(file.replace('.json', ''))
    const [changed, same] = [new Components(read), new Components()]
    for (const components of [changed, same]) for (const file of ['ids.json', 'fork.json']) components.ref(file)
    expect(changed.all.fork).toEqual(control.components.schemas.fork)
    expect(same.all.ids).toEqual(control.components.schemas.ids)
    expect(changed.all.ids).toEqual({ ...control.components.schemas.ids, title: 'Changed' })
    expect(() => same.ref('none.json#/definitions/nothing')).toThrow()
  })

  it('stand alone: each reference of a document is to something in it', () => {
    for (const name of ['joor', 'jirafe', 'control']) {
      const whole: unknown = JSON.parse(textOf(name))
      const missing = [...textOf(name).matchAll(/"\$ref": "#\/([^"]+)"/g)].filter(
        ([, pointer = '']) => pointer.split('/').reduce((at: unknown, step) => Object(at)[step], whole) === undefined,
      )
      expect(missing).toEqual([])
      expect(textOf(name).match(/"\$ref": "[^#]/g)).toBeNull()
    }
  })

  it('leave out none of the files in schemas/ but those of what people write, and the one that only tells what is wrong', () => {
    const names = [joor, jirafe, control].flatMap(({ components }) => Object.keys(components.schemas))
    const files = readdirSync('schemas', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace(/\.json$/, '').replaceAll('/', '.'))
    const unused = files.filter((file) => !names.some((name) => name === file || name.startsWith(`${file}.`)))
    expect(unused.sort()).toEqual(['cases', 'config', 'jirafe.order-unknown'])
  })
})

// Whatever the settings, a type has these.
const settings = { inventory_schema: 'any' } as Parameters<
  NonNullable<ReturnType<typeof eventTypes.get>>['schemaOf']
>[1]

describe("An item of JOOR's document", () => {
  const item = Object(joor.components.schemas['joor.inventory-item'])

  it('has the fields that the emulator knows, and no others', () => {
    const names = Object.keys(item.properties)
    expect(names.filter((name) => !isKnown(name))).toEqual([])
    const known = [
      'warehouse',
      'inventory_date',
      'style_number',
      'style_identifier',
      'style_id',
      'color_code',
      'style_color_id',
      'size',
      'size_code',
      'upc',
      'inventory',
      'made_to_order',
    ]
    expect(names).toEqual(known)
    expect(isKnown('quantity')).toBe(false)
  })

  it.each<[unknown, boolean]>([
    [{ upc: '1', inventory: 3 }, true],
    [{ upc: '1', made_to_order: 'true' }, true],
    [{ upc: 1, inventory: 3 }, false],
    [{ upc: '1', inventory: '3' }, false],
    [{ upc: '1', inventory: 3, quantity: 3 }, false],
    [{ upc: '1', inventory: 3, inventory_date: '1/2/2015' }, false],
    ['1', false],
  ])('is what keeps the rules: %j', (value, isRight) => {
    expect(new Judge(joor).fault({ $ref: '#/components/schemas/joor.inventory-item' }, value) === undefined).toBe(
      isRight,
    )
  })
})

describe('The evidence in the documents', () => {
  const book = new Map(allRules.map((rule) => [rule.id, rule]))

  /** Everything that is said to rest on a rule. */
  function evidenceIn(value: unknown): readonly Schema[] {
    if (Array.isArray(value)) return value.flatMap(evidenceIn)
    if (!isRecord(value)) return []
    const own: unknown = value['x-evidence']
    return [...(Array.isArray(own) ? own : []), ...Object.values(value).flatMap(evidenceIn)]
  }

  it.each([joor, jirafe])('is that of the rule book', (reference) => {
    const told = evidenceIn(reference)
    expect(told.length).toBeGreaterThan(50)
    for (const { rule, evidence, source } of told) {
      const { id, ...row } = book.get(String(rule)) ?? {}
      expect({ id, evidence, source }).toEqual({ id: rule, evidence: Object(row).evidence, source: Object(row).source })
    }
    const vendor = reference === joor ? 'joor.' : 'jirafe.'
    const rows = allRules
      .filter(({ id }) => id.startsWith(vendor))
      .map(({ id, says, evidence, source, breach }) => [id, { statement: says, evidence, source, breach }])
    expect(reference['x-rules']).toEqual(Object.fromEntries(rows))
  })

  it.each([joor, jirafe])('names every rule of the vendor with some operation', (reference) => {
    const named = new Set(operationsIn(reference).flatMap(({ operation }) => operation['x-rules'] ?? []))
    expect(Object.keys(reference['x-rules'] ?? {}).filter((id) => !named.has(id))).toEqual([])
  })

  it('is not made up: a rule that there is none of is refused', () => {
    expect(() => evidenceOf(['joor.date.made_up'])).toThrow('There is no rule joor.date.made_up.')
  })
})
