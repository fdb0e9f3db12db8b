/** Mutation testing of an area of the source, by name in `MUTATE`: see `npm run mutate`. */
import { env } from 'node:process';

/** What is changed, and which tests may notice: a pattern of their paths in test/. */
const areas = {
  machine: { mutate: ['lib/stateMachine/**/*.ts'], tests: String.raw`^lib/stateMachine/[\w/]+\.test\.ts$` },
  trigger: {
    // What finds secrets has tests of its own for their time, and no part in the verdict.
    mutate: [
      'scripts/exitCode.ts',
      'scripts/{direct,execution,result}/**/*.ts',
      '!scripts/result/{credential,redact}*.ts',
    ],
    tests:
      String.raw`^scripts/((direct|execution|result)/(?!credentials|redaction)\w+|` +
      String.raw`commands/(comparing|invoke|maxFailures|report|run|testAndReport)|faults/(lies|mapRunLies)\.ci)\.test\.ts$`,
  },
  interpreter: {
    mutate: ['scripts/local/stepFunctions/**/*.ts'],
    tests: String.raw`^scripts/local/stepFunctions/[\w/]+\.test\.ts$`,
  },
};
const { MUTATE: name } = env;
const { mutate, tests } = areas[name];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate,
  testRunner: 'circus',
  plugins: ['./test/bench/circusRunner.mjs'],
  circus: { tests },
  coverageAnalysis: 'perTest',
  // Mutants that make a test wait take no time of a core.
  concurrency: 4,
  // A mutant that never ends is told from a busy machine by this alone.
  timeoutMS: 10_000,
  dryRunTimeoutMinutes: 30,
  tempDirName: `coverage/stryker-${name}`,
  ignorePatterns: ['coverage'],
  incremental: true,
  incrementalFile: `coverage/mutation/${name}.incremental.json`,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  clearTextReporter: { logTests: false, reportTests: false },
  warnings: { unknownOptions: false },
};
