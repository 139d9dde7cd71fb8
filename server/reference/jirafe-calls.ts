import { jirafeOperations } from '../jirafe/operations.js'
import { eventTypes, keptAs, trackerTypes } from '../jirafe/types.js'
import type { AnyOperation } from '../operation.js'
import type { Part } from './document.js'
import { evidenceOf } from './evidence.js'
import type { Components } from './schemas.js'
import { replyHeaders } from './vendor.js'

/** The files that say what an event of a type is, where they have another name than the type. */
const files: Readonly<Record<string, string>> = {
  'product.cost': 'product-cost',
  'product.inventory': 'inventory',
  'tracker/pageview': 'tracker-pageview',
  'tracker/visit': 'tracker-visit',
}

/** The file of a reply, by its type. */
export const reply = (name: string) => `jirafe/replies/${name}.json`

/** A path of Jirafe and what is said of it. */
export interface Call {
  readonly path: string
  readonly operation: AnyOperation
  readonly methods: readonly string[]
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** The file of its body; none where it has no body. */
  readonly body?: string
  readonly accepted: Part
  /** The word by which the rule book knows it. */
  readonly word: string
}

/** Every path that is served: those of the event types, the batch, the credential check and the trackers. */
export function callsOf(components: Components): readonly Call[] {
  const types = [...eventTypes.keys()].map((type): Call => {
    const file = files[type] ?? type
    return {
      path: `/v2/{site}/${type}`,
      operation: operationOf(keptAs(type)),
      methods: ['post', 'put'],
      tag: type.endsWith('inventory') ? 'Inventory' : 'Events',
      summary: `Sends one event of the type ${type}.`,
      body: `jirafe/${file}.json`,
      accepted: accepted(components, 'accepted', ['jirafe.reply.accepted']),
      word: type,
    }
  })
  const trackers = [...trackerTypes.keys()].flatMap((type): Call[] => {
    const word = type.slice('tracker/'.length)
    const tracker = { tag: 'Trackers', word }
    return [
      {
        ...{ ...tracker, path: `/v2/${type}`, methods: ['post', 'put'], operation: operationOf(type) },
        summary: `Sends one ${word} of a shop's page; its document names the site, and no token is needed.`,
        body: `jirafe/${files[type]}.json`,
        accepted: accepted(components, 'accepted', [
          'jirafe.tracker.post',
          'jirafe.tracker.token',
          'jirafe.reply.accepted',
        ]),
      },
      {
        ...{ ...tracker, path: `/v2/${type}.gif`, methods: ['get'], operation: operationOf('tracker.gif') },
        summary: `The same ${word} as an image in a page; whatever its query says, it is answered by a pixel.`,
        accepted: {
          description: 'A transparent GIF of one pixel.',
          headers: replyHeaders,
          content: { 'image/gif': { schema: { type: 'string', format: 'binary' } } },
          'x-evidence': evidenceOf(['jirafe.tracker.gif', 'jirafe.tracker.gif_query']),
        },
      },
    ]
  })
  return [
    ...types,
    {
      path: '/v2/{site}/batch',
      operation: operationOf('batch'),
      methods: ['post', 'put'],
      tag: 'Events',
      summary: 'Sends many events of any types in one call.',
      description:
        'It is answered 200 whatever becomes of its events: the reply has an answer for each, in their order.',
      body: 'jirafe/batch.json',
      accepted: accepted(components, 'batch', [
        'jirafe.batch.reply',
        'jirafe.batch.always_200',
        'jirafe.batch.independent',
      ]),
      word: 'batch',
    },
    {
      path: '/v2/{site}/site_check',
      operation: operationOf('site_check'),
      methods: ['post', 'put', 'get'],
      tag: 'Site',
      summary: 'Checks the credentials of a site and does nothing else.',
      accepted: accepted(components, 'accepted', ['jirafe.site_check.answer']),
      word: 'site_check',
    },
    ...trackers,
  ]
}

const accepted = (components: Components, file: string, rules: readonly string[]): Part => ({
  description: file === 'batch' ? 'The batch was taken; each of its events has an answer.' : 'It was accepted.',
  headers: replyHeaders,
  content: { 'application/json': { schema: components.ref(reply(file)) } },
  'x-evidence': evidenceOf([...rules, 'jirafe.reply.layout', 'jirafe.reply.ascii']),
})

function operationOf(type: string): AnyOperation {
  const operation = jirafeOperations.find(({ name }) => name === `jirafe.${type}`)
  if (operation === undefined) throw new Error(`Jirafe has no operation of the type ${type}.`)
  return operation
}
