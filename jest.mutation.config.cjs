/** Mutation testing of the expressions of the state machines: see `npm run mutate`. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['**/*.mutation.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
};
