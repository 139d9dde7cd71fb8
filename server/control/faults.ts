import { type Request, Router } from 'express'
import { type Armed, scopeFields, TooManyFaults } from '../faults/armed.js'
import { kinds } from '../faults/fault.js'
import { faultyOperations, readSpecs } from '../faults/specs.js'
import type { AnyOperation } from '../operation.js'
import { bodyOf, Problem, readParameters, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeIn } from './requests.js'

/** /_backstock/faults: what is to go wrong, for everyone or for one account or site. */
export function faults({ faults: armed, operations, replicas }: ControlParts): Router {
  const router = Router()
  const faulty = faultyOperations([...operations.values()])

  router.get('/', (request, response) => {
    sendJson(response, 200, { faults: armed.list(scopeIn(request)).map(writeArmed) })
  })

  router.get('/kinds', (request, response) => {
    readParameters(request, [])
    sendJson(response, 200, { kinds: listed, operations: faulty.map(writeOperation) })
  })

  router.put('/', async (request, response) => {
    const scope = scopeIn(request)
    const specs = readSpecs(bodyOf(request), scope, faulty)
    await change(() => armed.arm(scope, specs))
    sendJson(response, 200, { faults: specs.map(writeArmed) })
  })

  router.post('/', async (request, response) => {
    const scope = scopeIn(request)
    const document = bodyOf(request)
    const specs = await change(() => {
      const added = readSpecs(document, scope, faulty, armed.sizeOf(scope))
      armed.add(scope, added)
      return added
    })
    sendJson(response, 201, { faults: specs.map(writeArmed) })
  })

  router.delete('/', async (request, response) => {
    const scope = scopeIn(request)
    await change(() => armed.disarm(scope))
    response.status(204).end()
  })

  router.delete('/:place', async (request: Request<{ place: string }>, response) => {
    const scope = scopeIn(request)
    const { place } = request.params
    const isGone = /^\d{1,4}$/.test(place) && (await change(() => armed.disarmOne(scope, Number(place))))
    if (!isGone) throw noFault(place, armed.sizeOf(scope))
    response.status(204).end()
  })

  async function change<Result>(act: () => Result): Promise<Result> {
    try {
      return await replicas.changeControls(act)
    } catch (error) {
      if (!(error instanceof TooManyFaults)) throw error
      throw new Problem(409, `${error.message} Disarm some: DELETE /_backstock/faults.`)
    }
  }

  return router
}

function noFault(place: string, count: number): Problem {
  const right = count === 0 ? 'Nothing is armed under this scope' : `Right is a place from 0 to ${count - 1}`
  return new Problem(404, `There is no fault at ${place}. ${right}: GET /_backstock/faults lists what is armed.`)
}

const listed = Object.entries(kinds).map(([kind, { says, applied, magic }]) => ({
  kind,
  says,
  applied,
  magic: magic.word,
}))

/** What calls of an operation can be answered in the vendor's place. */
function writeOperation({ name, vendor, errors = [], skusOf }: AnyOperation) {
  return {
    operation: name,
    vendor,
    has_items: skusOf !== undefined,
    errors: errors.map(({ status, type = null, message, retryAfter = null, rule }) => ({
      status,
      error_type: type,
      message,
      retry_after: retryAfter,
      evidence: rule.evidence,
    })),
  }
}

function writeArmed({ scope, spec, hits }: Armed) {
  const { match = {}, times = null, after = 0, fault } = spec
  return { ...scopeFields(scope), match, times, after, fault, hits }
}
