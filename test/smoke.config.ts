import { defineConfig } from 'vitest/config'

/** What needs the registry: the packed package, installed and run as a stranger would. */
export default defineConfig({
  test: { root: '.', include: ['test/*.smoke.ts'], testTimeout: 60_000 },
})
