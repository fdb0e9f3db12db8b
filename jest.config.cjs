/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // See jest.ci.config.cjs.
  testPathIgnorePatterns: [String.raw`\.ci\.test\.ts$`],
  transform: { '\\.[cm]?[jt]s$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }] },
  // Packages that are published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(string-width|strip-ansi|ansi-regex|get-east-asian-width|emoji-regex)/)'],
  globalSetup: '<rootDir>/test/globalSetup.cjs',
  globalTeardown: '<rootDir>/test/globalTeardown.cjs',
  // One a core: many tests wait for processes that they started.
  maxWorkers: '100%',
  // Ends what hangs; how long a test takes depends on what else the machine does.
  testTimeout: 240000,
};
