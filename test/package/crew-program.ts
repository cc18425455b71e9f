/** The adapters on which an application can listen. */
export const ADAPTERS = {
  express: { package: '@nestjs/platform-express', name: 'ExpressAdapter' },
  fastify: { package: '@nestjs/platform-fastify', name: 'FastifyAdapter' },
} as const;

export type AdapterName = keyof typeof ADAPTERS;

/** What the program below prints before it ends by itself. */
export interface CrewReport {
  readonly node: string;
  readonly json: {
    readonly agent_metrics: Record<string, { readonly execution_count: number }>;
    readonly tool_metrics: Record<string, { readonly success_count: number }>;
  };
  readonly contentType: string;
  readonly text: string;
  readonly page: number;
  readonly entries: readonly string[];
  readonly deepImport: string;
}

/** An application with an agent that calls a tool. It asks itself over HTTP, reports what it was told, and closes. */
export function crewProgram(adapter: AdapterName): string {
  const { package: from, name } = ADAPTERS[adapter];
  return `
import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ${name} } from '${from}';
import { MetricsModule, TrackAgent, TrackTool } from 'nestjs-agent-metrics';

@Injectable()
class SearchTool {
  @TrackTool('search')
  async query(text: string) {
    return [text];
  }
}

@Controller('ask')
class Researcher {
  constructor(private readonly search: SearchTool) {}
  @Get()
  @TrackAgent('researcher')
  async run(@Query('q') question: string) {
    return this.search.query(question);
  }
}

@Module({ imports: [MetricsModule.forRoot()], providers: [SearchTool], controllers: [Researcher] })
class AppModule {}

/** As Prometheus 3 asks. */
const SCRAPER = 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.9';

async function main() {
  const app = await NestFactory.create(AppModule, new ${name}(), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  for (const question of ['one', 'two']) await fetch(url + '/ask?q=' + question);
  const json = await (await fetch(url + '/metrics')).json();
  const scraped = await fetch(url + '/metrics', { headers: { accept: SCRAPER } });
  const page = await fetch(url + '/metrics/dashboard');
  const [testing, terminus] = [await import('nestjs-agent-metrics/testing'), await import('nestjs-agent-metrics/terminus')];
  const entries = [...Object.keys(testing), ...Object.keys(terminus)];
  const deep = 'nestjs-agent-metrics/dist/index.js';
  const deepImport = await import(deep).then(() => 'loaded', (error) => error.code);
  const report = { node: process.version, json, contentType: scraped.headers.get('content-type'), text: await scraped.text() };
  await app.close();
  console.log(JSON.stringify({ ...report, page: page.status, entries, deepImport }));
}

void main();
`;
}
