import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What most mutants are noticed by comes first: one that is noticed needs no further look. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (/-told\.|control-sites/.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

/** The vendors' suites as mutants meet them: on the strict storage, without those that take long and show no rule alone. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [
      'test/joor-*.test.ts',
      'test/jirafe-*.test.ts',
      'test/control-sites.test.ts',
      'test/faults-state.test.ts',
    ],
    exclude: ['test/*-model.test.ts', 'test/joor-large-calls.test.ts', 'test/*-hostile-values.test.ts'],
    // It throws at a row that `needs` does not name, so that this can be missed as well.
    provide: { store: 'strict' },
    // One import of the server for all files of a run; each run has a worker of its own, with its own mutant.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 20_000,
  },
})
