import { defineConfig } from 'vitest/config'

const include = ['test/*.test.ts']
/** What speaks to an emulator of its own process runs on every storage; the rest knows no storage. */
const onEveryStore = [
  'test/joor-*.test.ts',
  'test/jirafe-*.test.ts',
  'test/conduct-*.test.ts',
  'test/control-*.test.ts',
  'test/faults-*.test.ts',
  'test/wire-{authorization,bodies,connections,json,routing}.test.ts',
  'test/terminal-{requests,state,follow}.test.ts',
  'test/client.test.ts',
  'test/client-judgement.test.ts',
  'test/clock.test.ts',
  'test/ids.test.ts',
  'test/counts.test.ts',
  'test/contract-cases.test.ts',
  'test/cross-talk.test.ts',
  'test/guard-{hosts,token,replies}.test.ts',
  'test/fuzz-raw.test.ts',
  'test/xml-names.test.ts',
]

// The files of one worker share their modules: nothing in them is about one test, and loading them anew for each file
// took a sixth of the time.
const project = (store: 'memory' | 'strict', files: string[]) => ({
  test: { name: store, root: '.', include: files, provide: { store }, testTimeout: 20_000, isolate: false },
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
