import { joorOperations } from '../joor/operations.js'
import type { AnyOperation } from '../operation.js'
import { header, type Part, type Path, text, writeDocument } from './document.js'
import { errorTable, rulesOfCall } from './endpoint.js'
import { bookOf, evidenceOf } from './evidence.js'
import type { Examples } from './examples.js'
import { bulkParameters, singleParameters } from './joor-parameters.js'
import { bulkForms, dialectOf, type Forms, singleForms, throttling } from './joor-refusals.js'
import { Components } from './schemas.js'
import { Refusals, refusalsOf, replyHeaders } from './vendor.js'

const page = "joor/examples: the page's JSON request gets the page's reply"
const xmlPage = "joor/examples: the page's XML request gets the page's reply"
const single = 'joor/single-sku: one SKU is set by path and query, its upc, in the default format'
const singleXml = 'joor/single-sku: one SKU is set by color_code and size, and the reply is in XML'

const notUpdated: Part = {
  'Backstock-Not-Updated': header(
    'How many items were not updated, and where it is told why; absent where all were.',
    text,
  ),
}

function accepted(forms: Forms, json: Part, xml: Part, rules: readonly string[], components: Components): Part {
  return {
    description: 'The call was taken; what of it was not updated is told in the body.',
    headers: { ...replyHeaders, ...throttling, ...notUpdated },
    content: {
      'application/json': { schema: components.ref(forms.json), examples: { page: json } },
      'application/xml': { schema: components.ref(forms.xml), examples: { page: xml } },
    },
    'x-evidence': evidenceOf(rules),
  }
}

function bulk(method: 'Post' | 'Put', examples: Examples, components: Components, shared: Refusals): Part {
  const operation = operationOf('joor.bulk-inventory')
  return {
    operationId: `${method.toLowerCase()}BulkInventory`,
    'x-operation': operation.name,
    tags: ['Inventory'],
    summary: 'Sets the inventory of many SKUs in one call.',
    description:
      'Each item sets the whole quantity of one SKU in one warehouse at one date, or makes the SKU made to order. ' +
      'POST and PUT are the same. What JOOR refuses of single items is told by `items_not_updated`, with status 200.',
    parameters: bulkParameters(),
    requestBody: {
      required: true,
      description: 'The items, in JSON or XML.',
      content: {
        'application/json': {
          schema: components.ref('joor/inventory-items.json'),
          examples: { page: examples.request(page) },
        },
        'application/xml': {
          schema: components.ref('joor/inventory-items-xml.json'),
          examples: { page: examples.request(xmlPage) },
        },
      },
      'x-evidence': evidenceOf([
        'joor.format.content_type',
        'joor.body.json_root',
        'joor.body.xml_root',
        'joor.body.item_limit',
      ]),
    },
    responses: {
      200: accepted(
        bulkForms,
        examples.reply(page),
        examples.reply(xmlPage),
        ['joor.reply.shape', 'joor.reply.echo', 'joor.reply.partial', 'joor.reply.not_updated', 'joor.format.reply'],
        components,
      ),
      ...refusalsOf(operation, dialectOf(operation, bulkForms, components), components, shared),
    },
    'x-rules': rulesOfCall('JOOR', 'bulk-inventory'),
  }
}

function styleInventory(examples: Examples, components: Components, shared: Refusals): Part {
  const operation = operationOf('joor.style-inventory')
  return {
    operationId: 'putStyleInventory',
    'x-operation': operation.name,
    tags: ['Inventory'],
    summary: 'Sets the inventory of one SKU by path and query.',
    description: 'The query names the SKU of the style by `upc`, or by `color_code` and `size`. There is no body.',
    parameters: singleParameters(),
    responses: {
      200: accepted(
        singleForms,
        examples.reply(single),
        examples.reply(singleXml),
        ['joor.single.reply', 'joor.single.layout', 'joor.single.not_updated', 'joor.single.json'],
        components,
      ),
      ...refusalsOf(operation, dialectOf(operation, singleForms, components), components, shared),
    },
    'x-rules': rulesOfCall('JOOR', 'inventory'),
  }
}

function operationOf(name: string): AnyOperation {
  const operation = joorOperations.find((each) => each.name === name)
  if (operation === undefined) throw new Error(`JOOR has no operation ${name}.`)
  return operation
}

/** The document of JOOR's calls. */
export function writeJoor(examples: Examples): string {
  const components = new Components()
  const shared = new Refusals()
  const paths: Readonly<Record<string, Path>> = {
    '/v2/bulk-inventory': {
      post: bulk('Post', examples, components, shared),
      put: bulk('Put', examples, components, shared),
    },
    '/v2/style-number/{style_number}/{style_identifier}/inventory': {
      put: styleInventory(examples, components, shared),
    },
  }
  return writeDocument(
    'joor',
    {
      title: 'JOOR inventory, as Backstock emulates it',
      description:
        'The inventory calls of JOOR v2, with what is known of each statement: `x-evidence` names the rule, how well it ' +
        'is known and where it stands, and `x-rules` holds the whole book. The schemas say what keeps the rules. ' +
        'What breaks one is refused or reported, as the rule says; under `contract=enforce` all of it is refused. ' +
        'Every other path of JOOR is answered by a 404 problem.',
      tags: [{ name: 'Inventory', description: 'What is in stock, by warehouse, date and SKU.' }],
      paths,
      security: [{ token: [] }],
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: "`OAuth2 ` and the Base64 of the account's token. Without `auth=enforce` any token is taken.",
          'x-evidence': evidenceOf([
            'joor.auth.required',
            'joor.auth.token_alone',
            'joor.auth.scheme_case',
            'joor.auth.known',
          ]),
        },
      },
      responses: shared.all,
      more: { 'x-rules': bookOf('joor'), 'x-errors': errorTable(joorOperations) },
    },
    components,
  )
}
