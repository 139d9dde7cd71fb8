/** Stryker changes one thing at a time in what reads, decides and writes, and the vendors' suites have to notice. */
const config = {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  // Stryker would read it with the programming interface of a TypeScript that is not ours, and no runner needs it.
  tsconfigFile: 'none',
  mutate: [
    'server/joor/{read,rules,write}.ts',
    'server/jirafe/{read,rules,write}.ts',
    'server/joor/{rate-limit,single-read,single-rules,single-write}.ts',
    'server/jirafe/{batch,event,complaints,cost,site-check,tracker}.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  ignorePatterns: ['build', 'dist', 'reports'],
  incremental: true,
  incrementalFile: 'reports/mutation-incremental.json',
  jsonReporter: { fileName: 'reports/mutation.json' },
  reporters: ['progress-append-only', 'json'],
}

export default config
