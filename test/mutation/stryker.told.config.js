import config from './stryker.config.js'

/** The first run, by one quick suite: the second looks only at the mutants that this one leaves. */
export default { ...config, vitest: { ...config.vitest, configFile: 'test/mutation/vitest.told.config.ts' } }
