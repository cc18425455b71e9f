import { stripVTControlCharacters } from 'node:util';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

/** What is tested. */
const CREW = `
import { Injectable } from '@nestjs/common';
import { TrackAgent, TrackTool } from 'nestjs-agent-metrics';

@Injectable()
export class SearchTool {
  @TrackTool('search')
  async query(text: string) {
    return [text];
  }
}

@Injectable()
export class Researcher {
  constructor(private readonly search: SearchTool) {}
  @TrackAgent('researcher')
  async run(question: string) {
    return this.search.query(question);
  }
}
`;

/** A user's test: the first passes; the second fails on purpose, to show with which words. */
const spec = (imports: string, crew: string) => `
import 'reflect-metadata';

${imports}
import { Test } from '@nestjs/testing';
import { expectAgent, expectTool, MetricsTestingModule } from 'nestjs-agent-metrics/testing';
import { Researcher, SearchTool } from '${crew}';

async function runOnce() {
  const providers = [Researcher, SearchTool];
  const app = await Test.createTestingModule({ imports: [MetricsTestingModule.forRoot()], providers }).compile();
  await app.init();
  await app.get(Researcher).run('what?');
  return app;
}

test('passes', async () => {
  const app = await runOnce();
  expectAgent(app, 'researcher').toHaveRun({ times: 1, status: 'success' });
  expectAgent(app, 'researcher').toHaveCalledTool('search');
  expectTool(app, 'search').toHaveRun({ times: 1 });
  await app.close();
});

test('fails', async () => {
  const app = await runOnce();
  expectTool(app, 'search').toHaveRun({ times: 2 });
});
`;

const NEST_JEST =
  '/node_modules/(?!(?:.+/node_modules/)?(?:@nestjs|file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit)/)';
const SWC =
  "{ jsc: { parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true } } }";
const TSCONFIG = {
  compilerOptions: {
    module: 'commonjs',
    target: 'es2023',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    skipLibCheck: true,
    types: ['jest', 'node'],
  },
};

interface Runner {
  readonly name: string;
  readonly nest: string;
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
}

const RUNNERS: readonly Runner[] = [
  {
    name: 'ts-jest, as nest new sets it up for Nest 11',
    nest: '11',
    packages: ['jest@30', 'ts-jest@29', 'typescript@5.9', '@types/jest@30', '@types/node@20'],
    files: {
      'tsconfig.json': JSON.stringify(TSCONFIG),
      'jest.config.js': "module.exports = { transform: { '^.+\\\\.ts$': 'ts-jest' }, testEnvironment: 'node' };",
      'crew.ts': CREW,
      'crew.spec.ts': spec('', './crew'),
    },
    command: ['npx', 'jest'],
  },
  {
    name: '@swc/jest, which makes CommonJS of Nest 12',
    nest: '12',
    packages: ['jest@30', '@swc/jest@0.2.39', '@swc/core@1.16.18'],
    files: {
      'jest.config.js': `module.exports = {
        transform: { '^.+\\\\.(t|j|mj)s$': ['@swc/jest', ${SWC.replace('{ jsc', "{ module: { type: 'commonjs' }, jsc")}] },
        transformIgnorePatterns: ['${NEST_JEST}'], testEnvironment: 'node' };`,
      'crew.ts': CREW,
      'crew.spec.ts': spec('', './crew'),
    },
    command: ['npx', 'jest'],
  },
  {
    name: 'Vitest with swc, which keeps the metadata of decorators',
    nest: '12',
    packages: ['vitest@3', 'vite@7', 'unplugin-swc', '@swc/core@1.16.18'],
    files: {
      'vitest.config.mjs': `import swc from 'unplugin-swc';
        export default { plugins: [swc.vite(${SWC})], test: { globals: true } };`,
      'crew.ts': CREW,
      'crew.spec.ts': spec('', './crew'),
    },
    command: ['npx', 'vitest', 'run'],
  },
];

let library: PackedLibrary;

beforeAll(async () => {
  library = await PackedLibrary.pack();
});

afterAll(() => library.remove());

function install(nest: string, packages: readonly string[]): Promise<ScratchProject> {
  const own = ['common', 'core', 'testing', 'platform-express'].map((name) => `@nestjs/${name}@${nest}`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  return ScratchProject.install({ within: library.folder, packages: [library.tarball, ...own, ...peers, ...packages] });
}

/** What a runner says of one test that passes and one that fails because of the numbers. */
async function outputOf(project: ScratchProject, command: readonly [string, ...string[]]): Promise<string> {
  const output = await project.run(...command).then(
    () => 'Nothing failed.',
    (error: Error) => error.message,
  );
  // Colours stand between the words.
  return stripVTControlCharacters(output);
}

const SAYS_WHAT_IT_SAW = /tool "search"[\s\S]*2[\s\S]*1/i;

it.each(RUNNERS)('works with $name', async ({ nest, packages, files, command }) => {
  const project = await install(nest, packages);
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  const output = await outputOf(project, command);
  expect(output).toMatch(/1 failed/);
  expect(output).toMatch(/1 passed/);
  expect(output).toMatch(SAYS_WHAT_IT_SAW);
});

it('works with node:test', async () => {
  const project = await install('12', []);
  project.writeCompiled('crew.mjs', CREW, 'module');
  project.writeCompiled('crew.test.mjs', spec("import { test } from 'node:test';", './crew.mjs'), 'module');
  const output = await outputOf(project, ['node', '--test', 'crew.test.mjs']);
  expect(output).toMatch(/pass 1\n/);
  expect(output).toMatch(/fail 1\n/);
  expect(output).toMatch(SAYS_WHAT_IT_SAW);
});
