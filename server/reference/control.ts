import { tokenHeader } from '../control/admission.js'
import { callOperations } from './control-calls.js'
import { conditionOperations } from './control-conditions.js'
import { describe, sharedProblems } from './control-operation.js'
import { partyOperations } from './control-parties.js'
import { type Path, writeDocument } from './document.js'
import { Components } from './schemas.js'

const tags = {
  Accounts: "JOOR's accounts and what stands in them.",
  Sites: "Jirafe's sites and what stands in them.",
  Calls: 'What arrived, and questions about it.',
  Contract: 'The rules, and what clients broke and kept of them.',
  Faults: 'What is to go wrong on purpose.',
  Clock: 'What time it is, and whether ids are reproducible.',
  State: 'Snapshots, seed and reset.',
  Emulator: 'The emulator itself.',
}

/** The document of the control plane. */
export function writeControl(): string {
  const components = new Components()
  const paths: Record<string, Record<string, Path[string]>> = {}
  for (const operation of [...partyOperations, ...callOperations, ...conditionOperations]) {
    const [method = '', path = ''] = operation.call.split(' ')
    const own = paths[`/_backstock${path}`] ?? {}
    paths[`/_backstock${path}`] = { ...own, [method.toLowerCase()]: describe(operation, components) }
  }
  return writeDocument(
    'control',
    {
      title: 'The control plane of Backstock',
      description:
        'What a test, a person or the dashboard asks of the emulator and tells it. Bodies are JSON, errors are ' +
        '`application/problem+json` (RFC 9457) and say what would have been right, and unknown fields and parameters are ' +
        'refused by name. HEAD is answered wherever GET is.',
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      paths,
      security: [{}, { bearer: [] }, { header: [] }, { cookie: [] }],
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The control token, where the emulator was started with one; without one no call needs it.',
        },
        header: {
          type: 'apiKey',
          in: 'header',
          name: tokenHeader,
          description: "The same, where Authorization is a client's own.",
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'backstock_session_4350',
          description: 'What `POST /_backstock/session` gave; the name ends in the port.',
        },
      },
      responses: sharedProblems(components),
    },
    components,
  )
}
