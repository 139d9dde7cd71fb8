import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from '../bench/postgres-server.js'

let server: PostgresServer | undefined

/** One server for all suites that run on PostgreSQL. */
export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres()
  project.provide('postgres', server.url)
}

export async function teardown(): Promise<void> {
  await server?.close()
}
