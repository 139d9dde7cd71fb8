import { Router } from 'express'
import { formats, writeMetrics } from '../metrics/exposition.js'
import { metricsOf } from '../metrics/families.js'
import type { Summary } from '../state/store.js'
import { readParameters } from './answers.js'
import type { ControlParts } from './parts.js'

/** /_backstock/metrics: what was counted, as Prometheus reads it. Nothing is computed before somebody asks. */
export function metrics({ store, journal, faults, version, measured }: ControlParts): Router {
  const router = Router()
  router.get('/', async (request, response) => {
    readParameters(request, [])
    const [accounts, sites] = await Promise.all([store.list('joor'), store.list('jirafe')])
    const figures = {
      version,
      operations: [...measured.meter.operations],
      faults: measured.meter.faults,
      faultsArmed: faults.list().length,
      violations: measured.meter.violations,
      journal: journal.held,
      state: {
        accounts: accounts.length,
        sites: sites.length,
        positions: rowsOf(accounts, 'positions'),
        levels: rowsOf(sites, 'levels'),
      },
      connections: measured.connections(),
      machine: measured.machine(),
    }
    const format = asksForOpenMetrics(request.headers.accept) ? 'openmetrics' : 'prometheus'
    const text = writeMetrics(metricsOf(figures), format)
    // As bytes: of a text Express would write the type in its own way.
    response.status(200).set('Content-Type', formats[format]).send(Buffer.from(text))
  })
  return router
}

/** Prometheus offers both, and sends parameters of which each of its versions knows others. */
const asksForOpenMetrics = (accept = '') => accept.includes('application/openmetrics-text')

const rowsOf = (summaries: readonly Summary[], table: 'positions' | 'levels') =>
  summaries.reduce((sum, { rows }) => sum + rows[table], 0)
