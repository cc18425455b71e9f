import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/server-process';
import { run, withServer } from './child-process';

const root = join(__dirname, '../..');

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nest-add-'));
  const output = await run({ command: ['npm', 'pack', '--silent', '--pack-destination', folder], folder: root });
  tarball = join(folder, output.trim().split('\n').at(-1)!);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The text of every file of an application, by its path. */
function filesOf(application: string): Record<string, string> {
  const entries = readdirSync(application, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = files.filter((path) => !/[\\/](node_modules|dist)[\\/]/.test(path.slice(application.length)));
  return Object.fromEntries(own.map((path) => [path.slice(application.length + 1), readFileSync(path, 'utf8')]));
}

const nestNew = (version: string) =>
  `npx -y @nestjs/cli@${version} new app --skip-git --skip-install --package-manager npm`.split(' ');

/** `nest new` lets choose the module system in a dialogue only: this is what it runs then. */
const nestNewCommonJs = (version: string) =>
  `npx -y -p @nestjs/cli@${version} schematics @nestjs/schematics:application --name=app --type=cjs`.split(' ');

const ADD = 'npx nest add nestjs-agent-metrics --skip-install';

describe.each([
  { name: 'Nest 11', create: nestNew('11'), type: undefined, add: ADD },
  { name: 'Nest 12, ES modules', create: nestNew('12'), type: 'module', add: ADD },
  // The same schematic, which then installs what it has added: `nest add` would first fetch the package from the registry.
  {
    name: 'Nest 12, CommonJS',
    create: nestNewCommonJs('12'),
    type: undefined,
    add: 'npx nest generate -c nestjs-agent-metrics nest-add',
  },
])('nest add in an application of $name', ({ create, type, add }) => {
  let workspace: string;
  let application: string;

  const inApplication = (command: string) => ({
    command: command.split(' ') as [string, ...string[]],
    folder: application,
  });

  beforeAll(async () => {
    workspace = mkdtempSync(join(folder, 'workspace-'));
    application = join(workspace, 'app');
    await run({ command: create as [string, ...string[]], folder: workspace });
    await run(inApplication(`npm install --no-audit --no-fund ${tarball}`));
  });

  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it('changes the root module and package.json', async () => {
    const before = filesOf(application);
    expect((JSON.parse(before['package.json']!) as { type?: string }).type).toBe(type);
    expect(await run(inApplication(add))).toContain('What next:');

    const after = filesOf(application);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.filter((path) => path !== 'package-lock.json').sort()).toEqual([
      'package.json',
      'src/app.module.ts',
    ]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(JSON.parse(after['package.json']!)).toMatchObject({
      dependencies: { 'prom-client': '^15.0.0', '@willsoto/nestjs-prometheus': '^6.1.1' },
    });
    expect(after['src/app.module.ts']).toContain("import { MetricsModule } from 'nestjs-agent-metrics';\n");
    expect(after['src/app.module.ts']).toContain('@Module({\n  imports: [MetricsModule.forRoot()],\n');
  });

  it('makes an application that builds, starts, and answers GET /metrics', async () => {
    await run(inApplication('npm run build'));
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    await withServer({ ...inApplication('node dist/main.js'), env: { PORT: port } }, url, async () => {
      const response = await fetch(`${url}/metrics`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ schema_version: 1, agent_metrics: {}, tool_metrics: {} });
    });
  });

  it('changes nothing the second time', async () => {
    const before = filesOf(application);
    expect(await run(inApplication(add))).toContain('nestjs-agent-metrics is already set up: nothing to do.');
    expect(filesOf(application)).toEqual(before);
  });
});
