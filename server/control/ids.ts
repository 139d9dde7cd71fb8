import { Router } from 'express'
import { checkDocument } from '../documents/documents.js'
import type { Ids } from '../ids.js'
import type { Partition } from '../state/store.js'
import { bodyOf, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeIn } from './requests.js'

/** /_backstock/ids: whether ids are reproducible, for all or for one account or site. */
export function ids({ ids: all, replicas }: ControlParts): Router {
  const router = Router()

  router.get('/', (request, response) => {
    sendJson(response, 200, writeIds(all, scopeIn(request)))
  })

  router.put('/', async (request, response) => {
    const of = scopeIn(request)
    const { seed } = checkDocument<{ seed: number }>('ids', bodyOf(request))
    await replicas.changeControls(() => all.seed(of, seed))
    sendJson(response, 200, writeIds(all, of))
  })

  router.delete('/', async (request, response) => {
    const of = scopeIn(request)
    await replicas.changeControls(() => all.clear(of))
    response.status(204).end()
  })

  return router
}

function writeIds(all: Ids, of: Partition | undefined) {
  const { seed, setFor } = all.told(of)
  return { seed, set_for: setFor }
}
