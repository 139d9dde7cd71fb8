import { bulkRows } from './bulk.js'
import { dataFileRow } from './data-file.js'
import { growthRows } from './growth.js'
import { memoryRow } from './memory.js'
import { replicasRow } from './replicas.js'
import type { Row } from './row.js'
import { singleRows } from './single.js'
import { stallRow } from './stall.js'
import { startRow } from './start.js'

/** In the order of the table. */
export const rows: readonly Row[] = [
  ...singleRows,
  ...bulkRows,
  stallRow,
  startRow,
  memoryRow,
  ...growthRows,
  dataFileRow,
  replicasRow,
]

/** What CI looks at: what a data file or a database costs is its disk's to say. */
export const shortRows = rows.filter((row) => row !== dataFileRow && row !== replicasRow)
