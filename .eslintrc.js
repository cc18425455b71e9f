/** The rooms of the house. Each may import from those named with it, and from no other. */
const ROOMS = {
  runtime: [],
  collection: ['runtime'],
  tracking: ['runtime', 'collection'],
  export: ['runtime', 'collection'],
  machine: ['runtime'],
  // Of tracking it knows the decorator that keeps our own routes out of the numbers.
  http: ['runtime', 'collection', 'export', 'machine', 'tracking'],
  module: ['runtime', 'collection', 'tracking', 'export', 'machine', 'http'],
  // Knows the table of families.
  observability: ['export'],
  // Runs in the Nest CLI, where nothing of the library may be loaded.
  schematics: [],
  // Users of the library, who import its index.
  adapters: ['index', 'runtime', 'tracking/adapting', 'export/open-telemetry'],
  testing: ['index', 'runtime'],
  terminus: ['index'],
  budgets: ['index'],
  demo: ['index', 'adapters'],
};

/** Within a room data flows down: each folder or file may import from the steps below its own. */
const STAIRS = {
  collection: [
    ['metrics-collector'],
    ['execution-recorder', 'reading/'],
    ['metrics-store'],
    ['collector-ports', 'ledger'],
    ['requests/', 'series/'],
    ['budgets/'],
    ['clock'],
    ['executions/'],
    ['models/', 'memory-sampler', 'export-format'],
  ],
  tracking: [
    ['wrapping/', 'adapting/'],
    ['linking/'],
    ['application-tracking'],
    ['results/'],
    ['execution/'],
    ['limits/', 'outcomes/'],
    ['declaring/'],
    ['execution-handle', 'fault-log'],
  ],
  export: [['parts/'], ['exposition/'], ['json/', 'prom-client/', 'open-telemetry/'], ['families/'], ['text/']],
  http: [
    ['metrics.controller', 'metrics-listener', 'endpoint-check'],
    ['dashboard/'],
    ['guards/'],
    ['answers/'],
    ['fleet/'],
  ],
};

/** The same of the page, which the browser gets as it is: each folder may import from those on the steps below its own. */
const PAGE_STAIRS = [
  ['shell/'],
  ['fleet/'],
  ['verdict/', 'plots/', 'requests/', 'map/', 'tables/'],
  ['parts/'],
  ['data/'],
  ['libraries/'],
];

/** Of a room, one floor may be open: `tracking/adapting`. */
const closedRooms = (room) =>
  Object.keys({ ...ROOMS, index: [] })
    .filter((other) => other !== room && !ROOMS[room].includes(other))
    .map((other) => {
      const open = ROOMS[room].filter((name) => name.startsWith(`${other}/`)).map((name) => name.split('/')[1]);
      const but = open.length === 0 ? '' : `(?!(?:${open.join('|')})/)`;
      return {
        regex: `^(?:\\.\\./)+${other === 'index' ? 'index$' : `${other}/${but}`}`,
        message: `${room} must not know ${other}${but && `, beyond ${open.join(', ')}`}.`,
      };
    });

const closedSteps = (room, step, steps) =>
  steps.map((other) => ({
    regex: `^(?:\\.{1,2}/)+(?:${room}/)?${other.replaceAll('.', '\\.')}${other.endsWith('/') ? '' : '$'}`,
    message: `${room}/${step} must not know ${room}/${other}, which stands above it or beside it.`,
  }));

const roomRule = (files, patterns) => ({
  files: [files],
  // Tests, and the documents that the server tells the page of.
  excludedFiles: ['**/*.spec.ts', '**/*.d.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

/** What each step of a stair may not know, beside `closed`. */
const stairRules = (room, folder, stairs, closed) =>
  stairs.flatMap((steps, height) =>
    steps.map((step) => {
      const others = stairs
        .slice(0, height + 1)
        .flat()
        .filter((other) => other !== step);
      const files = `${folder}/${step}${step.endsWith('/') ? '**' : '.ts'}`;
      return roomRule(files, [...closed, ...closedSteps(room, step, others)]);
    }),
  );

const roomRules = [
  ...Object.keys(ROOMS).flatMap((room) => [
    roomRule(`src/${room}/**`, closedRooms(room)),
    ...stairRules(room, `src/${room}`, STAIRS[room] ?? [], closedRooms(room)),
  ]),
  ...stairRules('page', 'src/http/dashboard/page', PAGE_STAIRS, []),
];

/** @type {import('eslint').Linter.LegacyConfig} */
module.exports = {
  root: true,
  ignorePatterns: ['dist', 'coverage', 'node_modules', 'docs/api'],
  env: { node: true, es2023: true },
  extends: ['eslint:recommended'],
  overrides: [
    {
      files: ['**/*.ts'],
      parser: '@typescript-eslint/parser',
      parserOptions: { project: './test/tsconfig.json', tsconfigRootDir: __dirname },
      plugins: ['@typescript-eslint'],
      extends: ['plugin:@typescript-eslint/recommended-type-checked', 'plugin:@typescript-eslint/stylistic'],
      rules: {
        // One import line a module; where it brings types beside values, each type says so.
        'no-duplicate-imports': ['error', { includeExports: true }],
        '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
        '@typescript-eslint/no-import-type-side-effects': 'error',
        '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
        // `Function` is what Nest and the decorators' signatures call a class or a handler.
        '@typescript-eslint/no-unsafe-function-type': 'off',
        '@typescript-eslint/no-empty-function': 'off',
        // What implements an asynchronous interface is asynchronous, whether it waits or not.
        '@typescript-eslint/require-await': 'off',
        // A lookup under noUncheckedIndexedAccess whose index was just computed.
        '@typescript-eslint/no-non-null-assertion': 'off',
        'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
        'no-restricted-syntax': [
          'error',
          { selector: 'ImportExpression', message: 'Not seen by the rules on who may import whom.' },
        ],
      },
    },
    {
      files: ['src/http/dashboard/page/**/*.js'],
      env: { node: false, browser: true, es2024: true },
      parserOptions: { sourceType: 'module', ecmaVersion: 'latest' },
      rules: {
        'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
        'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      },
    },
    ...roomRules,
    // A door loads what stands behind it at first use: its own folder, which it names as a type, too.
    {
      files: ['src/**/*.door.ts'],
      rules: { '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\./[a-z.-]+$'] }] },
    },
    // Descriptions rather than programs.
    { files: ['src/observability/dashboard/*.row.ts'], rules: { 'max-lines-per-function': 'off' } },
    {
      files: ['**/*.spec.ts', 'test/**'],
      rules: {
        'max-lines-per-function': 'off',
        '@typescript-eslint/unbound-method': 'off',
        '@typescript-eslint/only-throw-error': 'off',
      },
    },
  ],
};
