import { oneOf, type Part, parameter, text } from './document.js'
import { contentEncoding } from './vendor.js'

const query = (name: string, description: string, schema: Part, rules: readonly string[], example?: unknown) =>
  parameter('query', name, description, schema, { rules: rules.map((rule) => `joor.${rule}`), example })

const decPending = () =>
  query(
    'dec_pending',
    'Whether pending quantities are deducted from what is sent.',
    { ...oneOf('0', '1'), default: '0' },
    ['query.dec_pending', 'query.dec_pending_value', 'pending.deducted'],
  )

const returnFormat = () =>
  query(
    'return_format',
    "The reply's format; without it that of Accept, else the request's own.",
    oneOf('json', 'xml'),
    ['format.reply', 'format.return_format', 'format.return_format_value'],
  )

const codings = () => contentEncoding(['joor.format.codings', 'joor.format.coded_body'])

export const bulkParameters = (): readonly Part[] => [
  query(
    'overwrite',
    'Whether what is stored is replaced by the values of the call.',
    { ...oneOf('0', '1'), default: '0' },
    ['query.overwrite', 'query.overwrite_value', 'query.both', 'overwrite.warehouses'],
  ),
  decPending(),
  returnFormat(),
  codings(),
]

const inPath = (name: string, description: string, rules: readonly string[], example: string) =>
  parameter(
    'path',
    name,
    description,
    { ...text, minLength: 1 },
    { rules: rules.map((rule) => `joor.${rule}`), example },
  )

export const singleParameters = (): readonly Part[] => [
  inPath(
    'style_number',
    'The number of the style.',
    ['single.call', 'single.percent', 'style.number_length'],
    'DM142A2101',
  ),
  inPath(
    'style_identifier',
    'The identifier of the style.',
    ['single.call', 'single.percent', 'style.identifier_length'],
    'DM142A210191',
  ),
  query('upc', 'The universal product code of the SKU.', text, ['single.sku_named', 'sku.upc_wins'], '822508068753'),
  query('color_code', 'The code of a color of the style; `size` is required with it.', text, ['single.sku_named']),
  query('size', 'A size of the style; `color_code` is required with it.', text, ['single.sku_named']),
  parameter(
    'query',
    'inventory',
    'How many units there are: the whole quantity and not a change.',
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    {
      rules: ['joor.single.inventory', 'joor.inventory.integer', 'joor.inventory.negative', 'joor.inventory.range'],
      example: 3,
      more: { required: true },
    },
  ),
  query(
    'inventory_date',
    'From which day the quantity is there: YYYY-MM-DD, MM-DD-YYYY or IMMEDIATE.',
    text,
    ['date.forms', 'date.absent', 'date.real'],
    '2014-12-01',
  ),
  query(
    'warehouse',
    'The exact name of a warehouse.',
    text,
    ['single.warehouse', 'warehouse.exact', 'warehouse.known'],
    'New York',
  ),
  decPending(),
  returnFormat(),
]
