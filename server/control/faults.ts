import { Router } from 'express'
import { type Armed, scopeFields, TooManyFaults } from '../faults/armed.js'
import { faultyOperations, readSpecs } from '../faults/specs.js'
import { bodyOf, Problem, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeIn } from './requests.js'

/** /_backstock/faults: what is to go wrong, for everyone or for one account or site. */
export function faults({ faults: armed, operations }: ControlParts): Router {
  const router = Router()
  const faulty = faultyOperations([...operations.values()])

  router.get('/', (request, response) => {
    sendJson(response, 200, { faults: armed.list(scopeIn(request)).map(writeArmed) })
  })

  router.put('/', (request, response) => {
    const scope = scopeIn(request)
    const specs = readSpecs(bodyOf(request), scope, faulty)
    arm(() => armed.arm(scope, specs))
    sendJson(response, 200, { faults: specs.map(writeArmed) })
  })

  router.post('/', (request, response) => {
    const scope = scopeIn(request)
    const specs = readSpecs(bodyOf(request), scope, faulty, armed.sizeOf(scope))
    arm(() => armed.add(scope, specs))
    sendJson(response, 201, { faults: specs.map(writeArmed) })
  })

  router.delete('/', (request, response) => {
    armed.disarm(scopeIn(request))
    response.status(204).end()
  })

  function arm(take: () => void): void {
    try {
      take()
    } catch (error) {
      if (!(error instanceof TooManyFaults)) throw error
      throw new Problem(409, `${error.message} Disarm some: DELETE /_backstock/faults.`)
    }
  }

  return router
}

function writeArmed({ scope, spec, hits }: Armed) {
  const { match = {}, times = null, after = 0, fault } = spec
  return { ...scopeFields(scope), match, times, after, fault, hits }
}
