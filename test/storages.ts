import { availableParallelism } from 'node:os'
import 'vitest'

/** What a suite's emulators keep their state in. */
export type Storage = 'memory' | 'strict' | 'file' | 'postgres'

/** What is about what is kept: calls of the vendors, what the control plane shows of them, and who else changes it. */
export const aboutState = [
  'test/joor-*.test.ts',
  'test/jirafe-*.test.ts',
  'test/conduct-*.test.ts',
  'test/control-*.test.ts',
  'test/faults-{magic,order,state}.test.ts',
  'test/client.test.ts',
  'test/clock.test.ts',
  'test/ids.test.ts',
  'test/counts.test.ts',
  'test/contract-cases.test.ts',
  'test/cross-talk.test.ts',
]
/** What speaks to an emulator of its own process runs on every storage; the rest knows no storage. */
export const onEveryStore = [
  ...aboutState,
  'test/faults-{clients,latency,wire}.test.ts',
  'test/wire-{authorization,bodies,connections,json,routing}.test.ts',
  'test/terminal-{requests,state,follow}.test.ts',
  'test/client-judgement.test.ts',
  'test/metrics.test.ts',
  'test/guard-{hosts,token,replies}.test.ts',
  'test/intercept-{proxy,hostile}.test.ts',
  'test/fuzz-raw.test.ts',
  'test/xml-names.test.ts',
  'test/reference-{routes,control,served}.test.ts',
]
// The files of one worker share their modules: nothing in them is about one test, and loading them anew for each file
// took a sixth of the time.
export const projectOn = (store: Storage, files: string[]) => ({
  test: {
    ...{ name: store, root: '.', include: files, provide: { store }, isolate: false },
    // For what hangs, and not for what takes its time beside other work.
    ...{ testTimeout: 60_000, hookTimeout: 60_000 },
    // A browser on a busy machine takes longer than the usual second.
    expect: { poll: { timeout: 15_000 } },
  },
})

/** One more than there are cores: a third of the time is spent waiting for a browser, a child, a database or the clock. */
export const mostWorkers = availableParallelism() + 1

declare module 'vitest' {
  interface ProvidedContext {
    store: Storage
    /** The URL of the server, where the run is about PostgreSQL. */
    postgres: string
  }
}
