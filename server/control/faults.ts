import { Router } from 'express'
import { type Armed, scopeFields, TooManyFaults } from '../faults/armed.js'
import { readSpecs } from '../faults/specs.js'
import { bodyOf, Problem, readParameters, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeOf } from './requests.js'

/** /_backstock/faults: what is to go wrong, for everyone or for one account or site. */
export function faults({ faults: armed, operations }: ControlParts): Router {
  const router = Router()

  router.get('/', (request, response) => {
    const { account, site } = readParameters(request, ['account', 'site'])
    sendJson(response, 200, { faults: armed.list(scopeOf(account, site)).map(writeArmed) })
  })

  router.put('/', (request, response) => {
    const { account, site } = readParameters(request, ['account', 'site'])
    const scope = scopeOf(account, site)
    const specs = readSpecs(bodyOf(request), scope, operations)
    arm(scope, specs)
    sendJson(response, 200, { faults: specs.map(writeArmed) })
  })

  router.delete('/', (request, response) => {
    const { account, site } = readParameters(request, ['account', 'site'])
    armed.disarm(scopeOf(account, site))
    response.status(204).end()
  })

  function arm(scope: ReturnType<typeof scopeOf>, specs: readonly Armed[]): void {
    try {
      armed.arm(scope, specs)
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
