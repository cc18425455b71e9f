import type { AddressInfo, Server } from 'node:net';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { METRICS_CLOCK, MetricsCollector, type Clock, type ExportFormat } from '../../src';
import { ManualClock, parseExposition, type Exposition } from '../../src/testing';
import type { MetricsDocument } from './metrics-document';
import { RecordingLogger } from './recording-logger';

export type AdapterFactory = () => AbstractHttpAdapter;

const express: AdapterFactory = () => new ExpressAdapter();
const fastify: AdapterFactory = () => new FastifyAdapter();

/** For `describe.each`. */
export const ADAPTERS: readonly [name: string, adapter: AdapterFactory][] = [
  ['Express', express],
  ['Fastify', fastify],
];

export interface StartOptions {
  /** Where it matters. @default Express */
  readonly adapter?: AdapterFactory;
  /** What is set on an application before it listens. */
  readonly setUp?: (app: INestApplication) => void;
  /** Where real servers look at its times. @default one that stands still */
  readonly clock?: Clock;
}

/** An application that listens on a free port, and whose clock stands still. */
export class TestApp {
  private constructor(
    readonly nest: INestApplication,
    readonly clock: ManualClock,
    readonly logger: RecordingLogger,
  ) {}

  /** Providers may inject the `ManualClock`. The application is closed after the test. */
  static async start(
    metadata: ModuleMetadata,
    { adapter = express, setUp, clock: ownClock }: StartOptions = {},
  ): Promise<TestApp> {
    const logger = new RecordingLogger();
    const clock = new ManualClock();
    const module = await Test.createTestingModule({
      ...metadata,
      providers: [...(metadata.providers ?? []), { provide: ManualClock, useValue: clock }],
    })
      .setLogger(logger)
      .overrideProvider(METRICS_CLOCK)
      .useValue(ownClock ?? clock)
      .compile();
    const nest = module.createNestApplication(adapter());
    started.push(nest);
    setUp?.(nest);
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, clock, logger);
  }

  get collector(): MetricsCollector {
    return this.nest.get(MetricsCollector, { strict: false });
  }

  /** Without a slash at the end. */
  get url(): string {
    const { port } = (this.nest.getHttpServer() as Server).address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** The JSON of a route, with its status. */
  async json<Body = unknown>(path: string): Promise<{ status: number; body: Body }> {
    const response = await this.fetch(path);
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** What the collector exports, read by a strict parser. */
  async scrape(format: Exclude<ExportFormat, 'json'> = 'prometheus'): Promise<Exposition> {
    return parseExposition(await this.collector.exportMetrics(format), format);
  }

  async document(): Promise<MetricsDocument> {
    return JSON.parse(await this.collector.exportMetrics('json')) as MetricsDocument;
  }

  close(): Promise<void> {
    return this.nest.close();
  }
}

const started: INestApplication[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.close()));
});
