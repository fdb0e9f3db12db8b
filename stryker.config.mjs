/** Mutation testing of what decides verdict and exit code: see `npm run mutate`. */
import config from './jest.mutation.config.cjs';

const testMatch = [
  'result/{invocationResult,judgement,knownFailures,rerun,tally,unnamed}.test.ts',
  'execution/{disagreements,executionTracker,wholeResult,mapRun}.test.ts',
  'direct/directResult.test.ts',
  'commands/{maxFailures,testAndReport}.test.ts',
].map((files) => `**/test/scripts/${files}`);

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    'scripts/exitCode.ts',
    'scripts/result/{failureLimit,invocationResult,judgement,knownFailures,nameDisagreements,tally,unlisted,unnamed,untested}.ts',
    'scripts/execution/{disagreements,distributedResult,executionTracker,identifierSet,lostChildren,mapRunDisagreements,wholeResult}.ts',
  ],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: { projectType: 'custom', config: { ...config, testMatch }, enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that never ends is told from a busy machine by this alone.
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 30,
  tempDirName: 'coverage/stryker',
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'coverage/mutation/verdict.json' },
  clearTextReporter: { logTests: false, reportTests: false },
};
