/** Mutation testing of an area of the source, by name in `MUTATE`: see `npm run mutate`. */
import { env } from 'node:process';

/** What is changed, and the folders of the tests that may notice. */
const areas = {
  machine: { mutate: ['lib/stateMachine/**/*.ts'], folders: ['test/lib/stateMachine'] },
  trigger: {
    // What finds secrets has its own tests of their time, and no part in the verdict.
    mutate: [
      'scripts/exitCode.ts',
      'scripts/{direct,execution,result}/**/*.ts',
      '!scripts/result/{credential,redact}*.ts',
    ],
    folders: ['direct', 'execution', 'result'].map((name) => `test/scripts/${name}`),
    without: '(credentials|redaction)\\.test',
  },
  interpreter: { mutate: ['scripts/local/stepFunctions/**/*.ts'], folders: ['test/scripts/local/stepFunctions'] },
};
const { MUTATE: name } = env;
const { mutate, ...circus } = areas[name];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate,
  testRunner: 'circus',
  plugins: ['./test/bench/circusRunner.mjs'],
  circus,
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
