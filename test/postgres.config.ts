import { defineConfig } from 'vitest/config'
import { mostWorkers, onEveryStore, projectOn } from './storages.js'

/** What is about replicas and their database, and the contract of a store. */
const ofPostgres = ['test/replicas-*.test.ts', 'test/store-contract.test.ts']

const { test } = projectOn('postgres', [...onEveryStore, ...ofPostgres])

export default defineConfig({
  test: { ...test, maxWorkers: mostWorkers, globalSetup: 'test/postgres.setup.ts' },
})
