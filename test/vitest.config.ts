import { defineConfig } from 'vitest/config'
import { isFull } from './proof.js'
import { aboutState, mostWorkers, onEveryStore, projectOn } from './storages.js'

/** Suites that need a database are those of test/postgres.config.ts. */
const include = ['test/!(replicas-*).test.ts']

/** With every change what is about the state; what only looks at it runs on the double in the long form. */
const onTheDouble = isFull ? onEveryStore : aboutState

export default defineConfig({
  test: {
    root: '.',
    maxWorkers: mostWorkers,
    projects: [projectOn('memory', include), projectOn('strict', onTheDouble)],
  },
})
