import { defineConfig } from 'vitest/config'
import { mostWorkers, onEveryStore, projectOn } from './storages.js'

/** Suites that need a database are those of test/postgres.config.ts. */
const include = ['test/!(replicas-*).test.ts']

export default defineConfig({
  test: {
    root: '.',
    maxWorkers: mostWorkers,
    projects: [projectOn('memory', include), projectOn('strict', onEveryStore)],
  },
})
