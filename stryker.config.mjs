/** Mutation testing of an area of the source, by name in `MUTATE`: see `npm run mutate`. */
const stepFunctions = 'scripts/local/stepFunctions';

/** What is changed, and the tests that may notice, which are in process. */
const areas = {
  trigger: {
    mutate: ['scripts/exitCode.ts', 'scripts/{direct,execution,result}/**/*.ts'],
    testFiles: ['test/scripts/{direct,execution,result}/**/*.test.ts', 'test/scripts/commands/*.test.ts'],
  },
  interpreter: { mutate: [`${stepFunctions}/**/*.ts`], testFiles: [`test/${stepFunctions}/**/*.test.ts`] },
};
const { MUTATE: name } = process.env;
const { mutate, testFiles } = areas[name];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate,
  testRunner: 'circus',
  plugins: ['./test/bench/circusRunner.mjs'],
  circus: { testFiles },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that never ends is told from a busy machine by this alone.
  timeoutMS: 30_000,
  dryRunTimeoutMinutes: 30,
  tempDirName: 'coverage/stryker',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  clearTextReporter: { logTests: false, reportTests: false },
  warnings: { unknownOptions: false },
};
