import { run } from './child-process';
import { crewProgram, type CrewReport } from './crew-program';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

/** What Nest asks for only where it is in use; by their beginnings. */
const OPTIONAL = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-fastify',
  '@nestjs/terminus',
  'class-transformer',
  'class-validator',
  '@fastify/',
];

const webpackConfig = (minimize: boolean) => `
const optional = ${JSON.stringify(OPTIONAL)};
module.exports = {
  mode: 'production', target: 'node', entry: './app.cjs', devtool: false, performance: false,
  output: { path: __dirname, filename: 'webpack-${minimize}.cjs' },
  optimization: { minimize: ${minimize} },
  externals: [({ request }, done) => (optional.some((name) => request.startsWith(name)) ? done(null, 'commonjs ' + request) : done())],
  ignoreWarnings: [/./],
};`;

let library: PackedLibrary;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  const bundlers = ['esbuild', 'webpack', 'webpack-cli'];
  const packages = [library.tarball, ...nest, ...peers, ...bundlers];
  project = await ScratchProject.install({ within: library.folder, packages });
  // What is only imported where it is asked for stays outside of the one file.
  const source = crewProgram('express').replace(/await import\('nestjs-agent-metrics\/\w+'\)/g, '{}');
  project.writeCompiled('app.cjs', source, 'commonjs');
});

afterAll(() => library.remove());

const bundle = {
  async esbuild(minify: boolean): Promise<string> {
    const externals = OPTIONAL.map((name) => `--external:${name}*`);
    const flags = ['--bundle', '--platform=node', `--outfile=esbuild-${minify}.cjs`, `--minify=${minify}`];
    await project.run('npx', 'esbuild', 'app.cjs', ...flags, ...externals, '--log-level=error');
    return `esbuild-${minify}.cjs`;
  },
  async webpack(minify: boolean): Promise<string> {
    project.write('webpack.config.cjs', webpackConfig(minify));
    await project.run('npx', 'webpack', '--config', 'webpack.config.cjs');
    return `webpack-${minify}.cjs`;
  },
};

describe.each(['esbuild', 'webpack'] as const)('an application in one file, by %s', (bundler) => {
  it.each([false, true])('counts as it does otherwise; minified: %s', async (minify) => {
    const file = await bundle[bundler](minify);
    const output = await run({ command: ['node', file], folder: project.folder }, 60_000);
    const report = JSON.parse(output.trim().split('\n').at(-1)!) as CrewReport;
    expect(report.json.agent_metrics['researcher']).toMatchObject({ execution_count: 2 });
    expect(report.json.tool_metrics['search']).toMatchObject({ success_count: 2 });
    expect(report.text).toContain('crew_tool_executions_total{agent="researcher",tool="search",status="success"} 2\n');
    // The files of the page are not beside the one file; all else works.
    expect(report.page).toBe(404);
  });
});
