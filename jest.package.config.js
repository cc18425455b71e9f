const base = require('./jest.config.js');

/** Tests of the package as `npm pack` makes it, in applications that are generated and installed for it. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/package'],
  testMatch: ['**/*.package-spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Longer than what the tests allow the programs they start, whose output says more.
  testTimeout: 600_000,
};
