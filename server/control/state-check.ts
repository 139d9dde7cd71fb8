import { type Request, Router } from 'express'
import type { DocumentKind } from '../documents/kinds.js'
import { type Columns, readCsvTable, readJsonTable, type TableRow, tableError } from '../documents/table.js'
import { mediaType } from '../wire/media-types.js'
import { bodyOf, Problem, readParameters, sendJson, textOf } from './answers.js'
import { compareRows, type Expected } from './comparison.js'
import { expectedLevels, levelColumns, standingLevels } from './level-table.js'
import type { ControlParts } from './parts.js'
import { expectedPositions, positionColumns, standingPositions } from './position-table.js'
import { scopeOf } from './requests.js'

/** POST /_backstock/verify/state: a table, JSON or CSV, held against the positions of an account or levels of a site. */
export function stateCheck({ store }: ControlParts): Router {
  const router = Router()

  router.post('/state', async (request, response) => {
    const { account, site, extra = 'report' } = readParameters(request, ['account', 'site', 'extra'])
    const of = scopeOf(account, site)
    if (of === undefined) throw new Problem(400, 'Neither account nor site is given. Right is ?account= or ?site=.')
    if (extra !== 'report' && extra !== 'ignore')
      throw new Problem(400, `extra is ${extra}. Right is ignore, or report (the default).`)
    const isAccount = account !== undefined
    const rows = await readTable(request, isAccount ? positionColumns : levelColumns, isAccount)
    const found = await store.find(of)
    if (found === undefined) throw new Problem(404, `There is no ${isAccount ? 'account' : 'site'} ${account ?? site}.`)
    const standing = await (isAccount ? standingPositions(store, of) : standingLevels(store, of))
    const expected = isAccount ? expectedPositions(rows, found.setup) : expectedLevels(rows, standing)
    refuseRepeated(expected)
    sendJson(response, 200, compareRows(expected, standing, extra === 'ignore'))
  })

  return router
}

function readTable(request: Request, columns: Columns, isAccount: boolean): Promise<readonly TableRow[]> {
  const kind: DocumentKind = isAccount ? 'position-rows' : 'level-rows'
  const type = mediaType(request.get('content-type'))
  if (type === 'text/csv') return readCsvTable(textOf(request, 'a CSV table with a header'), columns, kind)
  return Promise.resolve(readJsonTable(bodyOf(request), kind))
}

/** Two rows about one position could not both be right. */
function refuseRepeated(expected: readonly Expected[]): void {
  const rows = new Map<string, number>()
  const faults: string[] = []
  for (const { id, row } of expected) {
    if (id === undefined) continue
    const first = rows.get(id)
    if (first === undefined) rows.set(id, row)
    else faults.push(`row ${row}: it means the same as row ${first}. Give each position or level once.`)
  }
  if (faults.length > 0) throw tableError(faults)
}
