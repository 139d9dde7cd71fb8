import { defineConfig } from 'vitest/config'
import config from './vitest.config.js'

/** Only what is told of every case: it is quick, and notices most mutants. */
export default defineConfig({
  ...config,
  test: { ...config.test, include: ['test/*-told.test.ts'], provide: { store: 'memory' } },
})
