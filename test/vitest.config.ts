import { defineConfig } from 'vitest/config'

const include = ['test/*.test.ts']
/** What speaks to an emulator of its own process runs on every storage; the rest knows no storage. */
const onEveryStore = [
  'test/joor-*.test.ts',
  'test/jirafe-*.test.ts',
  'test/conduct-*.test.ts',
  'test/control-*.test.ts',
  'test/faults-*.test.ts',
  'test/wire-*.test.ts',
  'test/terminal-{requests,state,follow}.test.ts',
  'test/client.test.ts',
  'test/client-judgement.test.ts',
  'test/clock.test.ts',
  'test/ids.test.ts',
  'test/counts.test.ts',
  'test/contract-cases.test.ts',
  'test/cross-talk.test.ts',
  'test/guard-{hosts,token,replies}.test.ts',
  'test/fuzz-{bodies,raw}.test.ts',
  'test/xml-names.test.ts',
]

const project = (store: 'memory' | 'strict', files: string[], exclude: string[] = []) => ({
  test: { name: store, root: '.', include: files, exclude, provide: { store }, testTimeout: 20_000 },
})

export default defineConfig({
  test: {
    root: '.',
    // One less by default; on two cores that leaves one idle.
    maxWorkers: '100%',
    projects: [project('memory', include), project('strict', onEveryStore)],
  },
})

declare module 'vitest' {
  interface ProvidedContext {
    store: 'memory' | 'strict'
  }
}
