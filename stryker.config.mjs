/** Mutation testing of an area of the source, by name in `MUTATE`: see `npm run mutate`. */
import { env } from 'node:process';

const ofMapRuns = ['scripts/execution/{mapRun,distributed,lost,identifierSet}*.ts'];

/** What is changed, and which tests may notice: a pattern of their paths in test/. */
const areas = {
  machine: {
    mutate: ['lib/stateMachine/**/*.ts'],
    tests: String.raw`^(lib/(\w+|sources/\w+|stateMachine/[\w/]+)|prove/prove\.ci)\.test\.ts$`,
  },
  // What finds secrets has tests of its own for their time, and no part in the verdict.
  results: {
    mutate: ['scripts/exitCode.ts', 'scripts/result/**/*.ts', '!scripts/result/{credential,reading,redact}*.ts'],
    tests: String.raw`^scripts/(result/(?!credentials|redaction)\w+|direct/\w+|execution/disagreements|plan/rounds|commands/maxFailures)\.test\.ts$`,
  },
  executions: {
    mutate: ['scripts/execution/**/*.ts', ...ofMapRuns.map((files) => `!${files}`)],
    tests: String.raw`^scripts/(execution/\w+|commands/(maxFailures|report))\.test\.ts$`,
  },
  mapRuns: { mutate: ofMapRuns, tests: String.raw`^scripts/(execution/mapRun|faults/mapRunLies\.ci)\.test\.ts$` },
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
