import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

/** A schema of one test, on the server that the run has started; it is gone when the test is over. */
export function schemaOfTest(): { readonly database: string; readonly databaseSchema: string } {
  const database = inject('postgres')
  const databaseSchema = `test_${process.pid}_${schemas++}`
  onTestFinished(async () => {
    await onServer(database, `DROP SCHEMA IF EXISTS ${databaseSchema} CASCADE`)
  })
  return { database, databaseSchema }
}
let schemas = 0

export async function onServer(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
