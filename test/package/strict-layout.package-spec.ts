import { run } from './child-process';
import { crewProgram, type CrewReport } from './crew-program';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

let library: PackedLibrary;

beforeAll(async () => {
  library = await PackedLibrary.pack();
});

afterAll(() => library.remove());

it("works in pnpm's layout, where a package reaches only what it names, and without the optional peers", async () => {
  const project = await ScratchProject.install({ within: library.folder, packages: ['pnpm@10'] });
  const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  const pnpm = ['npx', 'pnpm', '--dir', 'app', '--config.auto-install-peers=false', 'add'] as const;
  project.write('app/package.json', JSON.stringify({ name: 'app', private: true }));
  const command = [...pnpm, `file:${library.tarball}`, ...nest, ...peers] as const;
  await run({ command, folder: project.folder });
  const source = crewProgram('express').replace("await import('nestjs-agent-metrics/terminus')", '{}');
  project.writeCompiled('app/app.cjs', source, 'commonjs');
  const output = await run({ command: ['node', 'app/app.cjs'], folder: project.folder }, 60_000);
  const report = JSON.parse(output.trim().split('\n').at(-1)!) as CrewReport;
  expect(report.json.tool_metrics['search']).toMatchObject({ success_count: 2 });
  expect(report.page).toBe(200);
});
