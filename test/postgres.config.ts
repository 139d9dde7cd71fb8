import { defineConfig } from 'vitest/config'
import { isFull } from './proof.js'
import { mostWorkers, onEveryStore, projectOn } from './storages.js'

/** What is about replicas and their database, and the contract of a store. */
const ofPostgres = ['test/replicas-*.test.ts', 'test/store-contract.test.ts']
/**
 * Of the suites of every storage those that go through most of what a storage does: with every change. The others have
 * nothing of their own to ask of it, and run on it with `PROOF=full`.
 */
const withEveryChange = [
  'test/{joor,jirafe}-model.test.ts',
  'test/contract-cases.test.ts',
  'test/cross-talk.test.ts',
  'test/control-{accounts,sites,positions,snapshots,forks,state,requests,faults,violations}*.test.ts',
  'test/faults-state.test.ts',
  'test/{joor,jirafe}-hostile-values.test.ts',
  'test/joor-overwrite.test.ts',
  'test/jirafe-histories.test.ts',
  'test/{clock,ids,counts}.test.ts',
]

const { test } = projectOn('postgres', [...(isFull ? onEveryStore : withEveryChange), ...ofPostgres])

export default defineConfig({
  test: { ...test, maxWorkers: mostWorkers, globalSetup: 'test/postgres.setup.ts' },
})
