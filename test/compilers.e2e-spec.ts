import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync, type JscTarget, type TransformConfig } from '@swc/core';
import * as ts from 'typescript';
import { SkipTracking, TrackAgent, TrackTool } from '../src';
import { counted, OpenApplications, startContext, withMetrics } from './support/applications';
import type * as Crew from './support/crew.fixture';

const { ES2015, ES2023 } = ts.ScriptTarget;
const FILE = join(__dirname, 'support/crew.fixture.ts');

const WITH_METADATA: ts.CompilerOptions = { experimentalDecorators: true, emitDecoratorMetadata: true };

function compileByTypeScript(source: string, options: ts.CompilerOptions): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, esModuleInterop: true, ...options };
  return ts.transpileModule(source, { compilerOptions, fileName: FILE }).outputText;
}

const LEGACY: TransformConfig = { legacyDecorator: true, decoratorMetadata: true };

function compileBySwc(source: string, target: JscTarget, transform: TransformConfig): string {
  return transformSync(source, {
    filename: FILE,
    configFile: false,
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      target,
      parser: { syntax: 'typescript', decorators: true },
      transform,
      keepClassNames: true,
    },
  }).code;
}

function load(code: string): typeof Crew {
  const module = { exports: {} };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function('require', 'module', 'exports', code) as (...scope: unknown[]) => void;
  run(
    (id: string) => jest.requireActual<object>(id.startsWith('.') ? join(__dirname, 'support', id) : id),
    module,
    module.exports,
  );
  return module.exports as typeof Crew;
}

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

const compilers: [string, (source: string) => string][] = [
  ['TypeScript for ES2015', (source) => compileByTypeScript(source, { ...WITH_METADATA, target: ES2015 })],
  ['TypeScript for ES2023', (source) => compileByTypeScript(source, { ...WITH_METADATA, target: ES2023 })],
  [
    'TypeScript without define semantics',
    (source) => compileByTypeScript(source, { ...WITH_METADATA, target: ES2023, useDefineForClassFields: false }),
  ],
  ['swc for ES2017', (source) => compileBySwc(source, 'es2017', { ...LEGACY, useDefineForClassFields: false })],
  ['swc for ES2022', (source) => compileBySwc(source, 'es2022', { ...LEGACY, useDefineForClassFields: true })],
];

it.each(compilers)('what %s makes of decorators is tracked', async (_name, compileCrew) => {
  const { Researcher, Search } = load(compileCrew(readFileSync(FILE, 'utf8')));
  const application = applications.add(await startContext(withMetrics({ providers: [Researcher, Search] })));
  expect(await application.get(Researcher).run('tea')).toBe('tea: tea found!');
  expect(counted(application)).toEqual([
    'tool version of Researcher: success',
    'tool list of Researcher: success',
    'tool search of Researcher: success',
    'agent Researcher: success',
  ]);
});

describe('a decorator called as a standard one', () => {
  type StandardDecorator = (value: unknown, context: object) => unknown;

  const errorOf = (decorator: string) =>
    new TypeError(
      `@${decorator} was called as a standard decorator, but Nest and this package need TypeScript's experimental ones. ` +
        'Set "experimentalDecorators": true in the compilerOptions of tsconfig.json (esbuild reads it there, too); ' +
        'for swc, set "legacyDecorator": true in jsc.transform of .swcrc.',
    );

  const decorators = [
    ['TrackAgent', TrackAgent()],
    ['TrackAgent', TrackAgent({ id: 'writer', methods: ['write'] })],
    ['TrackTool', TrackTool('search')],
    ['TrackTool', TrackTool({ methods: ['query'] })],
    ['SkipTracking', SkipTracking()],
  ] as const;

  const method = function run() {};
  const places: readonly [kind: string, value: unknown, isStatic?: boolean][] = [
    ['method', method],
    ['method', method, true],
    ['class', class Researcher {}],
    ['field', undefined],
    ['field', undefined, true],
    ['accessor', { get: method, set: method }],
    ['getter', method],
    ['setter', method],
  ];

  const calls = decorators.flatMap(([name, decorator]) =>
    places.map(([kind, value, isStatic = false]) => ({ name, decorator, kind, value, isStatic })),
  );

  it.each(calls)('is refused: @$name on a $kind (static: $isStatic)', ({ name, decorator, kind, value, isStatic }) => {
    const member = { static: isStatic, private: false, access: { has: () => true, get: () => value } };
    const context = {
      kind,
      name: 'run',
      metadata: {},
      addInitializer: () => undefined,
      ...(kind !== 'class' && member),
    };
    expect(() => (decorator as StandardDecorator)(value, context)).toThrow(errorOf(name));
  });

  const standardCompilers: [string, (source: string) => string][] = [
    ['TypeScript', (source) => compileByTypeScript(source, { target: ES2023 })],
    ['swc', (source) => compileBySwc(source, 'es2022', { decoratorVersion: '2022-03' })],
  ];
  const programs = [
    ['TrackAgent', `class Crew { @TrackAgent('researcher') async run() {} }`],
    ['TrackAgent', `@TrackAgent() class Crew { async run() {} }`],
    ['TrackTool', `class Crew { @TrackTool() static run() {} }`],
    ['TrackTool', `@TrackTool({ methods: ['query'] }) class Crew { query() {} }`],
    ['TrackTool', `class Crew { @TrackTool() run = () => 1; }`],
    ['TrackAgent', `class Crew { @TrackAgent() accessor run = 1; }`],
    ['SkipTracking', `class Crew { @SkipTracking() run() {} }`],
    ['SkipTracking', `@SkipTracking() class Crew {}`],
  ] as const;

  it.each(
    standardCompilers.flatMap(([compiler, compile]) =>
      programs.map(([decorator, program]) => ({ compiler, compile, decorator, program })),
    ),
  )('is refused as $compiler compiles $program', ({ compile, decorator, program }) => {
    const source = `import { ${decorator} } from '../../src';\n${program}`;
    expect(() => load(compile(source))).toThrow(errorOf(decorator));
  });
});
