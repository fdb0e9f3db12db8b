/**
 * What compiles, packs or asks other programs, run by `.ci/run` beside `npm test`.
 * @type {import('jest').Config}
 */
module.exports = { ...require('./jest.config.cjs'), testMatch: ['**/*.ci.test.ts'], testPathIgnorePatterns: [] };
