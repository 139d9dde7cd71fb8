import { defaultSchema } from '../options.js'
import { Database } from '../state/postgres/database.js'
import { type Finding, failure, messageOf, ok } from './finding.js'

/** Whether the database answers. The URL is not shown: it may hold a password. */
export async function checkDatabase(url: string, schema = defaultSchema): Promise<Finding> {
  const check = 'database'
  try {
    const database = await Database.open(url, schema)
    try {
      await database.rows('SELECT 1')
      return ok(check, `it answers; the schema is ${schema}`)
    } finally {
      await database.end()
    }
  } catch (error) {
    const wayOut =
      'Start the database, correct --database or BACKSTOCK_DATABASE, or let this user in; calls are answered 503 without it.'
    return failure(check, messageOf(error), wayOut)
  }
}
