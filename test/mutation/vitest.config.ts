import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What is told of every case first: it notices most mutants, and a mutant that is noticed needs no further look. */
class ToldFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const told = (file: TestSpecification) => Number(file.moduleId.includes('-told.'))
    return (await super.sort(files)).sort((one, other) => told(other) - told(one))
  }
}

/** The vendors' suites as mutants meet them: on one storage, without those that take long and show no rule alone. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/joor-*.test.ts', 'test/jirafe-*.test.ts'],
    exclude: ['test/*-model.test.ts', 'test/joor-large-calls.test.ts', 'test/*-hostile-values.test.ts'],
    provide: { store: 'memory' },
    // One import of the server for all files of a run; each run has a worker of its own, with its own mutant.
    isolate: false,
    sequence: { sequencer: ToldFirst },
    testTimeout: 20_000,
  },
})
