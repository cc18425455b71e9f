import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../adapters/kit/tell-all';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

const adapters = join(__dirname, '../adapters');

/** Drivers that have SDKs of which the newest versions need a newer Node than the oldest that we support. */
const DRIVERS = [
  { driver: 'by-hand', exported: 'byHand' },
  { driver: 'openai', exported: 'openaiChat' },
  { driver: 'openai', exported: 'openaiResponses' },
  { driver: 'anthropic', exported: 'anthropic' },
  { driver: 'langchain', exported: 'langChainOpenAI' },
  { driver: 'langchain', exported: 'langChainResponses' },
  { driver: 'langchain', exported: 'langChainAnthropic' },
  { driver: 'ai-sdk-7', exported: 'aiSdk7' },
  { driver: 'openai-agents', exported: "openAiAgents('chat completions')" },
  { driver: 'openai-agents', exported: "openAiAgents('responses')" },
  { driver: 'openai-agents', exported: "openAiAgentsWithClient('chat completions')" },
  { driver: 'openai-agents', exported: "openAiAgentsWithClient('responses')" },
] as const;

/** Each in its newest version. */
const SDKS: readonly string[] = [
  'ai@7',
  '@ai-sdk/openai-compatible@3',
  'openai@7',
  '@anthropic-ai/sdk@1',
  'langchain',
  '@langchain/anthropic',
  '@langchain/core',
  '@langchain/langgraph',
  '@langchain/openai',
  '@openai/agents',
];

let library: PackedLibrary;
let project: ScratchProject;

beforeAll(async () => {
  library = await PackedLibrary.pack();
  const nest = ['common', 'core', 'testing'].map((name) => `@nestjs/${name}@12`);
  const peers = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
  const packages = [library.tarball, ...nest, ...peers, ...SDKS, 'zod@4', 'node@24'];
  project = await ScratchProject.install({ within: library.folder, packages });
  for (const folder of ['kit', 'drivers']) {
    for (const file of readdirSync(join(adapters, folder))) {
      const source = readFileSync(join(adapters, folder, file), 'utf8');
      project.writeCompiled(`${folder}/${file.replace(/ts$/, 'js')}`, source, 'commonjs');
    }
  }
});

afterAll(() => library.remove());

/** What a driver says in a process of its own. */
async function reportOf(driver: string, exported: string): Promise<Report> {
  const program = `require('reflect-metadata');
    const driver = require('./drivers/${driver}.js').${exported};
    require('./kit/tell-all.js').tellAll(driver).then((report) => {
      console.log(JSON.stringify(report));
      process.exit();
    });`;
  const node = join(project.folder, 'node_modules/.bin/node');
  const output = await run({ command: [node, '--eval', program], folder: project.folder }, 120_000);
  return JSON.parse(output.trim().split('\n').at(-1)!) as Report;
}

it.each(DRIVERS)('tells every story with the newest version: $exported', async ({ driver, exported }) => {
  const report = await reportOf(driver, exported);
  expect(Object.entries(report).filter(([, fault]) => fault !== null)).toEqual([]);
  expect(Object.keys(report).length).toBeGreaterThan(10);
});
