import type { Request } from 'express'
import { DocumentError, schemaFaults } from '../documents/documents.js'
import { type CallIds, fingerprint, type Setup } from '../state/store.js'
import { bodyOf, readParameters } from './answers.js'

/** What the fork of an account or site gets of its own; without a body both are made. */
interface Fork {
  readonly token: string
  /** The token was made, so this reply has to tell it. */
  readonly made: boolean
  readonly setup: (of: Setup) => Setup
}

/** Reads what a fork is to be called; its state, settings, warehouses, styles and pending are those of its origin. */
export function readFork(request: Request, origin: string, ids: CallIds): Fork {
  readParameters(request, [])
  const given = isEmpty(request) ? {} : checkFork(bodyOf(request))
  const token = given.token ?? ids.take()
  const name = given.name ?? `${origin}-${ids.take().slice(0, 8)}`
  // At once: of two forks under way neither may get the other's.
  ids.keep()
  return {
    token,
    made: given.token === undefined,
    setup: (setup) => ({ ...setup, name, declared: true, token: fingerprint(token) }),
  }
}

const isEmpty = ({ body }: Request) => !Buffer.isBuffer(body) || body.length === 0

function checkFork(document: unknown): { readonly name?: string; readonly token?: string } {
  const faults = schemaFaults('fork', document)
  if (faults.length > 0) throw new DocumentError(faults)
  // The schema has judged it.
  return document as { readonly name?: string; readonly token?: string }
}
