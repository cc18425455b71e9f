import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/server-process';
import { withServer } from './child-process';
import { installNodes } from './node-binaries';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const find = (pattern: RegExp) => readme.match(pattern)!.slice(1);

/** What README shows first: what to install, a module, a question with its answer, and what is counted then. */
const [installed] = find(/npm install nestjs-agent-metrics (.+)\n/);
const [snippet] = find(/```ts\n([\s\S]+?)```/);
const [question, answer] = find(/\$ curl 'localhost:3000(\S+)'\n(.+)\n/);
const [path, pattern, shown] = find(/\$ curl -s 'localhost:3000(\S+)' \| grep '(.+)'\n([\s\S]+?)```/);

/** As `nest new` writes it. */
const MAIN = `
require('reflect-metadata');
const { NestFactory } = require('@nestjs/core');
const { AppModule } = require('./app.module');
NestFactory.create(AppModule).then((app) => app.listen(process.env.PORT));
`;

let library: PackedLibrary;
let nodes: Awaited<ReturnType<typeof installNodes>>;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  nodes = await installNodes(library.folder);
  const nest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}`);
  const packages = [...nest, 'reflect-metadata', 'rxjs', library.tarball, ...installed!.split(' ')];
  project = await ScratchProject.install({ within: library.folder, packages });
  project.writeCompiled('app.module.js', snippet!, 'commonjs');
  project.write('main.js', MAIN);
});

afterAll(() => library.remove());

it.each(['20', '24'] as const)('README leads to what README shows, on Node %s', async (node) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = [nodes[node], 'main.js'] as const;
  await withServer({ command, folder: project.folder, env: { PORT: String(port) } }, `${url}/metrics`, async () => {
    expect(await (await fetch(url + question)).text()).toBe(answer);
    const lines = (await (await fetch(url + path)).text()).split('\n');
    expect(`${lines.filter((line) => new RegExp(pattern!).test(line)).join('\n')}\n`).toBe(shown);
  });
});
