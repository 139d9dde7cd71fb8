import { defineConfig } from 'vitest/config'

/** Run by `test/connector.test.ts`, which knows what has to fail in it. */
export default defineConfig({
  test: { root: '.', include: ['test/connector/suite.ts'], testTimeout: 60_000, maxConcurrency: 10 },
})
