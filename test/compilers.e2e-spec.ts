import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync, type JscTarget } from '@swc/core';
import * as ts from 'typescript';
import { counted, OpenApplications, startContext, withMetrics } from './support/applications';
import type * as Crew from './support/crew.fixture';

const FILE = join(__dirname, 'support/crew.fixture.ts');

function compileByTypeScript(source: string, target: ts.ScriptTarget, useDefineForClassFields: boolean): string {
  const compilerOptions: ts.CompilerOptions = {
    target,
    useDefineForClassFields,
    module: ts.ModuleKind.CommonJS,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
  };
  return ts.transpileModule(source, { compilerOptions, fileName: FILE }).outputText;
}

function compileBySwc(source: string, target: JscTarget, useDefineForClassFields: boolean): string {
  return transformSync(source, {
    filename: FILE,
    configFile: false,
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      target,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields },
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
  ['TypeScript for ES2015', (source) => compileByTypeScript(source, ts.ScriptTarget.ES2015, false)],
  ['TypeScript for ES2023', (source) => compileByTypeScript(source, ts.ScriptTarget.ES2023, true)],
  ['TypeScript without define semantics', (source) => compileByTypeScript(source, ts.ScriptTarget.ES2023, false)],
  ['swc for ES2017', (source) => compileBySwc(source, 'es2017', false)],
  ['swc for ES2022', (source) => compileBySwc(source, 'es2022', true)],
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
