// Nest 12 and some of its dependencies are ES modules, which Jest cannot `require` on Node 20: swc makes CommonJS of them.
const esModules = [
  '@nestjs',
  'p-retry',
  'mercurius',
  'quick-lru',
  'is-network-error',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  // Imports Node's own modules dynamically.
  '@opentelemetry/otlp-exporter-base',
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/node-environment.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  // These need servers from Debian's packages, or a registry: see jest.servers.config.js and jest.package.config.js.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/servers/', '<rootDir>/test/package/'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.+/node_modules/)?(?:${esModules.join('|')})/)`],
  moduleNameMapper: {
    // As examples for ES modules import each other.
    '^(\\./(?:app\\.module|crew|otlp))\\.js$': '$1',
    '^nestjs-agent-metrics$': '<rootDir>/src',
    '^nestjs-agent-metrics/(testing|terminus|budgets)$': '<rootDir>/src/$1',
    '^nestjs-agent-metrics/([a-z-]+)$': '<rootDir>/src/adapters/$1',
  },
  testSequencer: '<rootDir>/test/support/test-order.js',
  // By default one core is left idle, which is half of a machine that has two.
  maxWorkers: '100%',
  // A test takes long only where the machine is busy with something else.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/main.ts'],
};
