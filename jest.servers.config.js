const base = require('./jest.config.js');

/** Tests against real servers (Prometheus, Redis), which have to be installed. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/servers'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};
