/** What stands beside the rooms of the house, and is known to none of them. */
const GUESTS = ['testing', 'terminus', 'observability', 'schematics', 'demo'];

/** Rooms of the house, in the order in which an execution walks through them, and what each must not know. */
const rooms = [
  { files: 'src/collection/**', closed: ['tracking', 'export', 'http', ...GUESTS] },
  { files: 'src/tracking/**', closed: ['export', 'http', ...GUESTS] },
  { files: 'src/export/**', closed: ['tracking', 'http', ...GUESTS] },
  { files: 'src/http/**', closed: GUESTS },
  { files: 'src/*.ts', closed: GUESTS, knowsModule: true },
  // Knows the table of families and nothing else.
  {
    files: 'src/observability/**',
    closed: ['tracking', 'collection', 'http', 'testing', 'terminus', 'schematics', 'demo'],
  },
  // Runs in the Nest CLI, where nothing of the library may be loaded.
  {
    files: 'src/schematics/**',
    closed: ['tracking', 'collection', 'export', 'http', ...GUESTS.filter((guest) => guest !== 'schematics')],
  },
  // Users of the library, who import its index.
  ...['testing', 'terminus', 'demo'].map((guest) => ({
    files: `src/${guest}/**`,
    closed: ['tracking', 'collection', 'export', 'http', ...GUESTS.filter((other) => other !== guest)],
    knowsIndex: true,
  })),
];

/** Files that stand in no room: the module puts the rooms together, the index names what is public. */
const moduleFiles = {
  regex: '^(\\.\\./)+metrics(?:\\.(?:module|options|constants)|-core\\.module|-application|-options\\.[a-z]+)$',
  message: 'This room must not know the module.',
};
const indexFile = { regex: '^(\\.\\./)+index$', message: 'This room must not know the index.' };

const closedRoom = (room) => ({ group: [`**/${room}/**`], message: `This room must not know ${room}.` });

const roomRules = rooms.map(({ files, closed, knowsModule, knowsIndex }) => ({
  files: [files],
  excludedFiles: ['src/main.ts', '**/*.spec.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [...closed.map(closedRoom), !knowsModule && moduleFiles, !knowsIndex && indexFile].filter(Boolean) },
    ],
  },
}));

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
