const base = require('./jest.config.js');

/** Tests of the package as `npm pack` makes it, in applications that are generated and installed for it. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/package'],
  testMatch: ['**/*.package-spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
