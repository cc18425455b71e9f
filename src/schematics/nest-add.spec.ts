import {
  Tree,
  type SchematicContext,
  type TaskConfiguration,
  type TaskConfigurationGenerator,
} from '@angular-devkit/schematics';
import { NodePackageInstallTask } from '@angular-devkit/schematics/tasks/package-manager/install-task';
import { nestAdd } from './nest-add';
import type { NestAddOptions } from './nest-add.options';

type Files = Readonly<Record<string, string>>;

const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  await app.listen(3000);
}
bootstrap();
`;

const moduleFile = (name: string) => `import { Module } from '@nestjs/common';

@Module({ imports: [] })
export class ${name} {}
`;

const changed = (name: string) => `import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';

@Module({ imports: [MetricsModule.forRoot()] })
export class ${name} {}
`;

const PACKAGE_JSON =
  '{\n  "name": "app",\n  "dependencies": {\n    "@nestjs/core": "^12.0.0",\n    "rxjs": "^7.2.0"\n  }\n}\n';
const WITH_PEERS =
  '{\n  "name": "app",\n  "dependencies": {\n    "@nestjs/core": "^12.0.0",\n' +
  '    "@willsoto/nestjs-prometheus": "^6.1.1",\n    "prom-client": "^15.0.0",\n    "rxjs": "^7.2.0"\n  }\n}\n';

const APPLICATION = { 'package.json': PACKAGE_JSON, 'src/main.ts': MAIN, 'src/app.module.ts': moduleFile('AppModule') };

async function add(files: Files, options: NestAddOptions = {}) {
  const tree = Tree.empty();
  for (const [path, text] of Object.entries(files)) tree.create(path, text);
  const messages: string[] = [];
  const tasks: TaskConfiguration[] = [];
  const context = {
    logger: { info: (message: string) => messages.push(message), warn: (message: string) => messages.push(message) },
    addTask: (task: TaskConfigurationGenerator) => tasks.push(task.toConfiguration()),
  };
  await nestAdd(options)(tree, context as unknown as SchematicContext);
  const after: Record<string, string> = {};
  tree.visit((path) => (after[path.slice(1)] = tree.readText(path)));
  return { after, message: messages.join('\n'), tasks };
}

describe('nest add', () => {
  it('adds the module and its peers, installs them, and says what comes next', async () => {
    const { after, message, tasks } = await add(APPLICATION, { sourceRoot: 'src' });
    expect(after).toEqual({ ...APPLICATION, 'package.json': WITH_PEERS, 'src/app.module.ts': changed('AppModule') });
    expect(tasks).toEqual([new NodePackageInstallTask().toConfiguration()]);
    expect(message).toContain("@TrackAgent('researcher')");
    expect(message).toContain('curl localhost:3000/metrics');
  });

  it('changes nothing the second time, and says so', async () => {
    const { after } = await add(APPLICATION);
    const second = await add(after);
    expect(second).toEqual({ after, message: 'nestjs-agent-metrics is already set up: nothing to do.', tasks: [] });
  });

  it('adds nothing where another module of the application has it', async () => {
    const files = {
      ...APPLICATION,
      'package.json': WITH_PEERS,
      'src/observability/observability.module.ts': changed('ObservabilityModule'),
    };
    const { after, message } = await add(files);
    expect(after).toEqual(files);
    expect(message).toBe('nestjs-agent-metrics is already set up: nothing to do.');
  });

  it('is not deceived by tests, packages and builds', async () => {
    const others = {
      'app.module.spec.ts': changed('AppModule'),
      'node_modules/other/index.js': changed('AppModule'),
      'dist/app.module.js': changed('AppModule'),
    };
    const files = { 'package.json': PACKAGE_JSON, 'app.module.ts': moduleFile('AppModule'), ...others };
    const { after } = await add(files, { sourceRoot: '.' });
    expect(after).toEqual({ ...files, 'package.json': WITH_PEERS, 'app.module.ts': changed('AppModule') });
  });

  it('installs nothing with --skip-install', async () => {
    const { after, tasks } = await add(APPLICATION, { skipInstall: true });
    expect(after['package.json']).toBe(WITH_PEERS);
    expect(tasks).toEqual([]);
  });

  it('says what to add where it leaves the file alone', async () => {
    const files = { ...APPLICATION, 'src/app.module.ts': moduleFile('AppModule').replace('[]', 'modules') };
    const { after, message } = await add(files);
    expect(after['src/app.module.ts']).toBe(files['src/app.module.ts']);
    expect(message).toContain(
      'src/app.module.ts was left alone, its imports are not an array literal. Add it by hand:',
    );
    expect(message).toContain("import { MetricsModule } from 'nestjs-agent-metrics';");
    expect(message).toContain('@Module({ imports: [MetricsModule.forRoot()] })');
  });
});

describe('package.json', () => {
  it.each([
    [
      'a peer that is there',
      '{ "dependencies": { "prom-client": "15.1.0" }, "devDependencies": { "@willsoto/nestjs-prometheus": "6" } }',
    ],
    ['a peer of a library', '{ "peerDependencies": { "prom-client": "^15", "@willsoto/nestjs-prometheus": "^6" } }'],
  ])('keeps %s', async (_, text) => {
    const { after } = await add({ ...APPLICATION, 'package.json': text });
    expect(after['package.json']).toBe(text);
  });

  it.each([
    ['tabs', (text: string) => text.replaceAll('  ', '\t')],
    ['four spaces', (text: string) => text.replaceAll('  ', '    ')],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['no line break at its end', (text: string) => text.trimEnd()],
  ])('keeps %s', async (_, write) => {
    const { after } = await add({ ...APPLICATION, 'package.json': write(PACKAGE_JSON) });
    expect(after['package.json']).toBe(write(WITH_PEERS));
  });

  it('gets dependencies where it has none', async () => {
    const { after } = await add({ ...APPLICATION, 'package.json': '{}\n' });
    expect(JSON.parse(after['package.json']!)).toEqual({
      dependencies: { '@willsoto/nestjs-prometheus': '^6.1.1', 'prom-client': '^15.0.0' },
    });
  });
});

describe('root module', () => {
  const main = (from: string, what = 'AppModule', call = 'NestFactory.create(AppModule)') =>
    `import { NestFactory } from '@nestjs/core';\nimport ${what} from '${from}';\n${call};\n`;

  it.each<[string, Files, string, NestAddOptions?]>([
    [
      'in another file',
      { 'src/main.ts': main('./root.js', '{ AppModule }'), 'src/root.ts': moduleFile('AppModule') },
      'src/root.ts',
    ],
    [
      'under another name',
      {
        'src/main.ts': main('./root', '{ AppModule as Root }', 'NestFactory.createMicroservice(Root, {})'),
        'src/root.ts': moduleFile('AppModule'),
      },
      'src/root.ts',
    ],
    [
      'by default',
      { 'src/main.ts': main('./root'), 'src/root.ts': moduleFile('AppModule').replace('export', 'export default') },
      'src/root.ts',
    ],
    [
      'in a folder',
      { 'src/main.ts': main('./app', '{ AppModule }'), 'src/app/index.ts': moduleFile('AppModule') },
      'src/app/index.ts',
    ],
    [
      'from the base of the workspace',
      { 'src/main.ts': main('src/root', '{ AppModule }'), 'src/root.ts': moduleFile('AppModule') },
      'src/root.ts',
    ],
    [
      'in main.ts',
      { 'src/main.ts': `${moduleFile('AppModule')}NestFactory.createApplicationContext(AppModule);\n` },
      'src/main.ts',
    ],
    ['without main.ts', { 'src/app.module.ts': moduleFile('AppModule') }, 'src/app.module.ts'],
    [
      'where main.ts is unusual',
      { 'src/main.ts': 'startAll();\n', 'src/app.module.ts': moduleFile('AppModule') },
      'src/app.module.ts',
    ],
    [
      'in JavaScript',
      { 'src/main.js': main('./root', '{ AppModule }'), 'src/root.js': moduleFile('AppModule') },
      'src/root.js',
    ],
    [
      'in another source root',
      { 'nest-cli.json': '{ "sourceRoot": "lib" }', 'lib/app.module.ts': moduleFile('AppModule') },
      'lib/app.module.ts',
    ],
    [
      'behind another entry file',
      {
        'nest-cli.json': '{\n  // ours\n  "entryFile": "server"\n}',
        'src/server.ts': main('./root', '{ AppModule }'),
        'src/root.ts': moduleFile('AppModule'),
      },
      'src/root.ts',
    ],
  ])('%s', async (_, files, path, options = {}) => {
    const { after } = await add({ 'package.json': PACKAGE_JSON, ...files }, options);
    const text = files[path]!;
    expect(after[path]).not.toBe(text);
    expect(after).toEqual({ ...files, 'package.json': WITH_PEERS, [path]: after[path] });
    expect(after[path]).toContain('imports: [MetricsModule.forRoot()]');
  });

  const MONOREPO = {
    'package.json': PACKAGE_JSON,
    'nest-cli.json': JSON.stringify({
      monorepo: true,
      sourceRoot: 'apps/shop/src',
      projects: {
        shop: { type: 'application', sourceRoot: 'apps/shop/src' },
        crew: { type: 'application', sourceRoot: 'apps/crew/src', entryFile: 'server' },
        bare: { type: 'application', root: 'apps/bare' },
      },
    }),
    'apps/shop/src/app.module.ts': moduleFile('ShopModule'),
    'apps/crew/src/server.ts': main('./crew.module', '{ CrewModule }', 'NestFactory.create(CrewModule)'),
    'apps/crew/src/crew.module.ts': moduleFile('CrewModule'),
    'apps/bare/src/app.module.ts': moduleFile('BareModule'),
  };

  it.each<[NestAddOptions, string, string]>([
    [{}, 'apps/shop/src/app.module.ts', 'ShopModule'],
    [{ project: 'crew' }, 'apps/crew/src/crew.module.ts', 'CrewModule'],
    [{ project: 'crew', sourceRoot: 'apps/shop/src' }, 'apps/crew/src/crew.module.ts', 'CrewModule'],
    [{ sourceRoot: 'apps/crew/src' }, 'apps/crew/src/crew.module.ts', 'CrewModule'],
    [{ project: 'bare' }, 'apps/bare/src/app.module.ts', 'BareModule'],
  ])('of a monorepo, with %j', async (options, path, name) => {
    const { after } = await add(MONOREPO, options);
    expect(after).toEqual({ ...MONOREPO, 'package.json': WITH_PEERS, [path]: changed(name) });
  });

  it('refuses a project that does not exist', async () => {
    await expect(add(MONOREPO, { project: 'none' })).rejects.toThrow('There is no project "none" in nest-cli.json.');
  });

  it('says so where there is none', async () => {
    const { message } = await add({ 'package.json': PACKAGE_JSON });
    expect(message).toContain('there is no root module in src. Add it by hand:');
  });
});
