import type { INestApplication, INestApplicationContext, ModuleMetadata } from '@nestjs/common';

// Loaded here, not by Nest while a test runs against its time limit.
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import type { App } from 'supertest/types';
import { MetricsCollector, MetricsModule, type MetricsRootOptions } from '../../src';

export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export type HttpApplication = INestApplication<App>;

/** Closes what a test opened, in whatever state the test left it. */
export class OpenApplications {
  private readonly open = new Set<INestApplicationContext>();

  add<Application extends INestApplicationContext>(application: Application): Application {
    this.open.add(application);
    return application;
  }

  async closeAll(): Promise<void> {
    for (const application of this.open) await application.close();
    this.open.clear();
  }
}

/** A module with our module in it, which serves no endpoint unless asked to. */
export function withMetrics(metadata: ModuleMetadata, options: MetricsRootOptions = {}): ModuleMetadata {
  return {
    ...metadata,
    imports: [MetricsModule.forRoot({ endpoint: false, ...options }), ...(metadata.imports ?? [])],
  };
}

type Adjustment = (builder: TestingModuleBuilder) => TestingModuleBuilder;

/** An application context that has been compiled, and no more. */
export function compile(metadata: ModuleMetadata, adjust: Adjustment = (builder) => builder): Promise<TestingModule> {
  return adjust(Test.createTestingModule(metadata)).compile();
}

/** An application context that has been initialised. */
export async function startContext(metadata: ModuleMetadata, adjust?: Adjustment): Promise<TestingModule> {
  return (await compile(metadata, adjust)).init();
}

/** An HTTP application that has been initialised, and answers through its server without listening. */
export async function startHttp(
  metadata: ModuleMetadata,
  adapter: Adapter = 'express',
  prepare: (application: HttpApplication) => void = () => {},
): Promise<HttpApplication> {
  const module = await compile(metadata);
  const application: HttpApplication =
    adapter === 'express'
      ? module.createNestApplication(new ExpressAdapter(), { forceCloseConnections: true })
      : module.createNestApplication(new FastifyAdapter({ forceCloseConnections: true }));
  application.useLogger(false);
  prepare(application);
  await application.init();
  const instance = application.getHttpAdapter().getInstance() as { ready?(): Promise<void> };
  await instance.ready?.();
  return application;
}

/** The same, listening on a free port of the loopback interface; with its URL. */
export async function listen(application: HttpApplication): Promise<string> {
  await application.listen(0, '127.0.0.1');
  return (await application.getUrl()).replace('[::1]', '127.0.0.1');
}

export function collectorOf(application: INestApplicationContext): MetricsCollector {
  return application.get(MetricsCollector, { strict: false });
}

/** What has been counted, oldest first: `agent researcher: success`, `tool search of researcher: error TypeError`. */
export function counted(application: INestApplicationContext): string[] {
  return collectorOf(application)
    .getHistory()
    .map(({ kind, agentId, toolName, model, status, errorType }) => {
      const owner = agentId === undefined ? '' : ` of ${agentId}`;
      const name = kind === 'agent' ? `agent ${agentId}` : `${kind} ${toolName ?? model}${owner}`;
      return `${name}: ${[status, errorType].filter(Boolean).join(' ')}`;
    })
    .reverse();
}

/** How many executions the gauges say are in progress, which must be how many are listed. */
export function inProgress(application: INestApplicationContext): number {
  const collector = collectorOf(application);
  const sum = (metrics: Iterable<{ inProgress: number }>) => [...metrics].reduce((n, m) => n + m.inProgress, 0);
  const gauges = sum(collector.getAgents().values()) + sum(collector.getTools().values());
  expect(gauges).toBe(collector.getRunning().length);
  return gauges;
}

/** An application that has counted nothing, and in which nothing runs. */
export function expectUntouched(application: INestApplicationContext): void {
  expect({ counted: counted(application), inProgress: inProgress(application) }).toEqual({
    counted: [],
    inProgress: 0,
  });
}
