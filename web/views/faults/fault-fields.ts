import type { FaultyOperation, VendorError } from '../../api/faults.js'
import { numberIn } from './number.js'

/** What was typed, by the name of the field. */
export type Values = ReadonlyMap<string, string>

/** One list for each vendor whose calls are meant. */
export type VendorErrors = readonly (readonly VendorError[])[]

/** A field of one kind of fault; its name is that of the member. */
export interface FaultField {
  readonly name: string
  readonly label: string
  /** Where in the document it is; below /0/fault. */
  readonly pointer: string
  readonly input: 'number' | 'text' | 'lines' | readonly { readonly value: string; readonly text: string }[]
  readonly hint?: string
  readonly example?: string
  /** The member of the document; undefined leaves it out. */
  readonly read: (text: string) => unknown
}

const optional = (read: (text: string) => unknown) => (text: string) => (text.trim() === '' ? undefined : read(text))
const number = (name: string, label: string, more: Partial<FaultField> = {}): FaultField => ({
  ...{ name, label, pointer: `/0/fault/${name}`, input: 'number', read: optional(numberIn) },
  ...more,
})
const text = (name: string, label: string, more: Partial<FaultField> = {}): FaultField => ({
  ...{ name, label, pointer: `/0/fault/${name}`, input: 'text', read: optional((given) => given) },
  ...more,
})

const seed = number('seed', 'Seed', { hint: 'The same delays with each run; 1 where it is left out.' })
const delays: ReadonlyMap<string, readonly FaultField[]> = new Map([
  ['', [number('ms', 'Milliseconds', { example: '2000' })]],
  ['uniform', [number('min_ms', 'At least, ms'), number('max_ms', 'At most, ms'), seed]],
  ['normal', [number('mean_ms', 'Mean, ms'), number('deviation_ms', 'Standard deviation, ms'), seed]],
  ['lognormal', [number('median_ms', 'Median, ms'), number('sigma', 'Sigma', { hint: '0 to 10' }), seed]],
])
const distribution: FaultField = text('distribution', 'Delay', {
  input: [
    { value: '', text: 'The same each time' },
    { value: 'uniform', text: 'Between two (uniform)' },
    { value: 'normal', text: 'Around one (normal)' },
    { value: 'lognormal', text: 'Mostly short, now and then long (lognormal)' },
  ],
})

const chosen: FaultField = text('chosen', 'Which items', {
  pointer: '/0/fault/items',
  input: [
    { value: 'index', text: 'By their index' },
    { value: 'sku', text: 'By SKU' },
    { value: 'every', text: 'Every nth' },
  ],
  // Says only under which name the items stand.
  read: () => undefined,
})
const listOf = (given: string, separator: RegExp) =>
  given
    .split(separator)
    .map((each) => each.trim())
    .filter((each) => each !== '')
const items: ReadonlyMap<string, FaultField> = new Map([
  ['index', itemsField('index', 'Indexes', (given) => listOf(given, /[\s,]/).map(numberIn), '0, 2', 'From 0.')],
  ['sku', itemsField('sku', 'SKUs', (given) => listOf(given, /\n/), undefined, 'One a line: any identifier or code.')],
  ['every', itemsField('every', 'Every', numberIn, '2')],
])

function itemsField(
  name: string,
  label: string,
  read: (given: string) => unknown,
  example?: string,
  hint?: string,
): FaultField {
  return text('items', label, {
    pointer: `/0/fault/items/${name}`,
    input: name === 'sku' ? 'lines' : 'text',
    read: (given) => ({ [name]: read(given) }),
    ...(example !== undefined && { example }),
    ...(hint !== undefined && { hint }),
  })
}

/** The fields that a kind of fault has, given what is chosen so far. A kind without any is none of them. */
export function fieldsOf(kind: string, values: Values, errors: VendorErrors): readonly FaultField[] {
  switch (kind) {
    case 'error':
      return errorFields(values, errors)
    case 'latency':
      return [distribution, ...(delays.get(values.get('distribution') ?? '') ?? [])]
    case 'slow_body':
      return [number('bytes_per_second', 'Bytes per second', { example: '100' })]
    case 'truncate':
      return [number('bytes', 'Bytes that still come', { hint: 'Half of them where it is left out.' })]
    case 'wrong_content_type':
      return [text('content_type', 'Content-Type', { example: 'text/html' })]
    case 'partial': {
      const by = items.get(values.get('chosen') ?? 'index')
      return by === undefined ? [chosen] : [chosen, by]
    }
    default:
      return []
  }
}

function errorFields(values: Values, errors: VendorErrors): readonly FaultField[] {
  const status = statusField(errors)
  const own = errors.map((given) => given.filter((error) => String(error.status) === chosenIn(status, values)))
  const type = typeField(own)
  const word = type === undefined ? '' : chosenIn(type, values)
  const meant = own.flatMap((given) => given.find(({ error_type }) => word === '' || error_type === word) ?? [])
  const fields = type === undefined ? [status] : [status, type]
  if (meant.every(({ message }) => message !== '')) {
    const usual = { example: meant[0]?.message ?? '', hint: 'The vendor’s own where it is left out.' }
    fields.push(text('message', 'Message', usual))
  }
  if (meant.every(({ retry_after }) => retry_after !== null))
    fields.push(number('retry_after', 'Retry-After, seconds', { example: String(meant[0]?.retry_after ?? '') }))
  return fields
}

/** The words that tell errors of one status apart; they are one vendor's, and the other one has none. */
function typeField(errors: VendorErrors): FaultField | undefined {
  const types = [...new Set(errors.flat().flatMap(({ error_type }) => error_type ?? []))]
  if (errors.length !== 1 || types.length === 0) return undefined
  const input = [{ value: '', text: 'The usual' }, ...types.map((each) => ({ value: each, text: each }))]
  return text('error_type', 'error_type', { input })
}

/** Statuses that each of the vendors answers. */
function statusField(errors: VendorErrors): FaultField {
  const statuses = errors.map((given) => new Set(given.map(({ status }) => status)))
  const common = [...(statuses[0] ?? [])].filter((status) => statuses.every((each) => each.has(status)))
  const input = common.sort((one, other) => one - other).map((each) => ({ value: String(each), text: String(each) }))
  return number('status', 'Status', { input })
}

/** What a field has: of choices the first as long as none of them was chosen. */
export function chosenIn({ name, input }: Pick<FaultField, 'name' | 'input'>, values: Values): string {
  const given = values.get(name)
  if (typeof input === 'string') return given ?? ''
  return input.find(({ value }) => value === given)?.value ?? input[0]?.value ?? ''
}

/** The fault as the emulator is to take it. */
export function faultOf(
  kind: string,
  fields: readonly FaultField[],
  values: Values,
): Readonly<Record<string, unknown>> {
  const members = fields.map((field) => [field.name, field.read(chosenIn(field, values))] as const)
  return { kind, ...Object.fromEntries(members.filter(([, value]) => value !== undefined)) }
}

/** The errors of the operations, vendor by vendor: a fault that meets calls of two has to be an error of both. */
export function errorsOf(operations: readonly FaultyOperation[]): VendorErrors {
  const vendors = [...new Set(operations.map(({ vendor }) => vendor))]
  return vendors.map((vendor) => operations.filter((each) => each.vendor === vendor).flatMap(({ errors }) => errors))
}
