/**
 * What compiles, packs or asks programs and engines of others, run by `.ci/run` beside `npm test`.
 * @type {import('jest').Config}
 */
module.exports = { ...require('./jest.config.cjs'), testMatch: ['**/*.ci.test.ts'], testPathIgnorePatterns: [] };
