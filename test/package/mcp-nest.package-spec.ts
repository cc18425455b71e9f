import { join } from 'node:path';
import { run } from './child-process';
import { PackedLibrary } from './packed-library';
import { ScratchProject } from './scratch-project';

/** The tools of every server here: as MCP-Nest has them, with our decorator where that is asked for. */
const toolsOf = (decorator: string) => `
  @Tool({ name: 'forecast', description: 'tells the weather', parameters: z.object({ city: z.string() }) })
  ${decorator}
  async tellForecast({ city }: { city: string }) {
    if (city === 'Atlantis') throw new RangeError('no such city');
    return { content: [{ type: 'text', text: city + ': rain' }] };
  }
`;

/** What every program ends with: a client asks the server at \`url\` for four calls, and says what has been counted. */
const CLIENT = `
async function report(app, url: string) {
  const client = new Client({ name: 'client', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url + '/mcp')));
  const call = async (name: string, city: unknown) => {
    const answer = await client.callTool({ name, arguments: { city } }).catch((error) => ({ refused: error.code }));
    return answer.refused ?? answer.isError === true;
  };
  const answers = [];
  for (const [name, city] of [['forecast', 'Oslo'], ['forecast', 'Atlantis'], ['forecast', 42], ['made_up', 'Oslo']])
    answers.push(await call(name, city));
  await client.close();
  const counted = app.get(MetricsCollector).getHistory().reverse();
  const records = counted.map(({ toolName, status, errorType }) => [toolName, status, errorType].filter(Boolean).join(' '));
  console.log(JSON.stringify({ answers, records }));
  await app.close();
  process.exit(0);
}
`;

const IMPORTS = `
import 'reflect-metadata';
import { Injectable, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { MetricsCollector, MetricsModule, ToolMetricsInterceptor, TrackTool } from 'nestjs-agent-metrics';
import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import { z } from 'zod';
`;

interface Tracking {
  /** Above the tool's method. */
  readonly decorator?: string;
  /** Above its class. */
  readonly interceptor?: string;
  /** An option of the server. */
  readonly mutator?: string;
}

const programOf1 = ({ decorator = '', mutator = '' }: Tracking) => `${IMPORTS}
import { McpModule, McpTransportType, Tool } from '@rekog/mcp-nest';

@Injectable()
class Weather {${toolsOf(decorator)}}

const server = { name: 'weather', version: '1.0.0', transport: McpTransportType.STREAMABLE_HTTP, logging: false };
const streamableHttp = { enableJsonResponse: true, statelessMode: true, sessionIdGenerator: undefined };
@Module({
  imports: [MetricsModule.forRoot({ endpoint: false }), McpModule.forRoot({ ...server, streamableHttp, ${mutator} })],
  providers: [Weather],
})
class AppModule {}
${CLIENT}
async function main() {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  await report(app, await app.getUrl());
}

void main();
`;

const programOf2 = ({ decorator = '', interceptor = '', mutator = '' }: Tracking) => `${IMPORTS}
import { Payload } from '@nestjs/microservices';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';

${interceptor}
@McpController()
class Weather {${toolsOf(decorator).replace('({ city }', '(@Payload() { city }')}}

const mcp = new McpStrategy({ name: 'weather', version: '1.0.0', transports: [new StreamableHttpTransport()], ${mutator} });
@Module({ imports: [MetricsModule.forRoot({ endpoint: false })], controllers: [Weather] })
class AppModule {}
${CLIENT}
async function main() {
  const app = await NestFactory.create(AppModule, { logger: false });
  mcp.setHttpAdapter(app.getHttpAdapter());
  app.connectMicroservice({ strategy: mcp }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  await report(app, await app.getUrl());
}

void main();
`;

const CLIENT_PACKAGES = ['@modelcontextprotocol/sdk@1', 'zod@4', 'express'];
const PEERS = ['@willsoto/nestjs-prometheus', 'prom-client@15', 'reflect-metadata', 'rxjs'];
const VERSIONS = [
  {
    mcpNest: '1.9.11',
    nest: '11',
    programOf: programOf1,
    packages: ['@nestjs/jwt@11', '@nestjs/passport@11'],
    unknown: 'McpError',
    node: undefined,
  },
  {
    mcpNest: '2.0.5',
    nest: '12',
    programOf: programOf2,
    packages: [
      '@nestjs/microservices@12',
      ...['server', 'core', 'node'].map((name) => `@modelcontextprotocol/${name}@2`),
    ],
    unknown: 'ProtocolError',
    node: 'node@24',
  },
] as const;

let library: PackedLibrary;

beforeAll(async () => {
  library = await PackedLibrary.pack();
});

afterAll(() => library.remove());

describe.each(VERSIONS)('MCP-Nest $mcpNest on Nest $nest', ({ mcpNest, nest, programOf, packages, unknown, node }) => {
  let project: ScratchProject;

  beforeAll(async () => {
    const own = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${nest}`);
    const server = [`@rekog/mcp-nest@${mcpNest}`, ...packages, ...CLIENT_PACKAGES];
    const all = [library.tarball, ...own, ...server, ...PEERS, ...(node === undefined ? [] : [node])];
    project = await ScratchProject.install({ within: library.folder, packages: all });
  });

  async function report(tracking: Tracking): Promise<{ answers: unknown[]; records: string[] }> {
    project.writeCompiled('app.cjs', programOf(tracking), 'commonjs');
    const program = node === undefined ? process.execPath : join(project.folder, 'node_modules/.bin/node');
    const output = await run({ command: [program, 'app.cjs'], folder: project.folder }, 60_000);
    return JSON.parse(output.trim().split('\n').at(-1)!) as { answers: unknown[]; records: string[] };
  }

  const answers = [false, true, true, expect.any(Number)];
  const mutator = 'serverMutator: trackedMcpServer';

  it('counts every call that the server is asked for', async () => {
    expect(await report({ mutator })).toEqual({
      answers,
      records: [
        'forecast success',
        'forecast error McpToolError',
        'forecast error McpToolError',
        `__other__ error ${unknown}`,
      ],
    });
  });

  it('counts once with the decorator, which has the name of the tool and knows the error', async () => {
    expect(await report({ mutator, decorator: '@TrackTool()' })).toEqual({
      answers,
      records: [
        'forecast success',
        'forecast error RangeError',
        'forecast error McpToolError',
        `__other__ error ${unknown}`,
      ],
    });
  });

  it('counts under the name of the tool with the decorator alone, but for what never reaches the method', async () => {
    expect(await report({ decorator: '@TrackTool()' })).toEqual({
      answers,
      records: ['forecast success', 'forecast error RangeError'],
    });
  });

  // MCP-Nest 1 runs no interceptors before tools.
  if (nest === '11') return;
  it('counts a success with the interceptor as one', async () => {
    const interceptor = '@UseInterceptors(ToolMetricsInterceptor)';
    expect(await report({ interceptor })).toEqual({
      answers,
      records: ['forecast success', 'forecast error RangeError'],
    });
    expect((await report({ interceptor, mutator, decorator: '@TrackTool()' })).records).toEqual([
      'forecast success',
      'forecast error RangeError',
      'forecast error McpToolError',
      `__other__ error ${unknown}`,
    ]);
  });
});
