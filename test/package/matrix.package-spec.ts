import { run } from './child-process';
import { ADAPTERS, crewProgram, type AdapterName, type CrewReport } from './crew-program';
import { installNodes } from './node-binaries';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';
import { NEST_VERSIONS, NODE_VERSIONS } from './versions';

let library: PackedLibrary;
let nodes: Awaited<ReturnType<typeof installNodes>>;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  nodes = await installNodes(library.folder);
});

afterAll(() => library.remove());

/** All of them, or the one that CI's own matrix asks for. */
const nestVersions = NEST_VERSIONS.filter((version) => (process.env['MATRIX_NEST'] ?? version) === version);
const nodeVersions = NODE_VERSIONS.filter((version) => (process.env['MATRIX_NODE'] ?? version) === version);

const adapters = Object.keys(ADAPTERS) as AdapterName[];
const modules = [
  { module: 'commonjs', extension: 'cjs' },
  { module: 'module', extension: 'mjs' },
] as const;
const cells = nodeVersions.flatMap((node) =>
  adapters.flatMap((adapter) => modules.map((module) => ({ node, adapter, ...module }))),
);

describe.each(nestVersions)('Nest %s', (nest) => {
  let project: ScratchProject;

  beforeAll(async () => {
    const own = ['common', 'core', 'platform-express', 'platform-fastify'].map((name) => `@nestjs/${name}@${nest}`);
    const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
    const packages = [library.tarball, ...own, `@nestjs/terminus@${nest}`, ...peers];
    project = await ScratchProject.install({ within: library.folder, packages });
    for (const adapter of adapters) {
      for (const { module, extension } of modules) {
        project.writeCompiled(`${adapter}.${extension}`, crewProgram(adapter), module);
      }
    }
  });

  it.each(cells)('counts on Node $node with $adapter, as $module', async ({ node, adapter, extension }) => {
    const command = [nodes[node], `${adapter}.${extension}`] as const;
    const output = await run({ command, folder: project.folder }, 60_000);
    const report = JSON.parse(output.trim().split('\n').at(-1)!) as CrewReport;
    expect(report.node).toMatch(new RegExp(`^v${node}\\.`));
    expect(report.json.agent_metrics['researcher']).toMatchObject({ execution_count: 2 });
    expect(report.json.tool_metrics['search']).toMatchObject({ success_count: 2 });
    expect(report.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(report.text).toContain('crew_tool_executions_total{agent="researcher",tool="search",status="success"} 2\n');
    expect(report.page).toBe(200);
    expect(report.entries).toEqual(expect.arrayContaining(['ManualClock', 'AgentMetricsHealthIndicator']));
    expect(report.deepImport).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('has every peer once', async () => {
    // Fails with what is missing, invalid or extraneous.
    const tree = await project.run('npm', 'ls', '--all');
    for (const name of ['prom-client', '@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata']) {
      const versions = [...tree.matchAll(new RegExp(` ${name}@(\\S+)`, 'g'))].map(([, version]) => version);
      expect({ name, versions: new Set(versions).size }).toEqual({ name, versions: 1 });
    }
  });
});
