import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Registry } from 'prom-client';
import { MetricsCollector, MetricsModule, TrackTool, trackedTool, type MetricsRootOptions } from '../src';
import { collectGarbageUntil } from './support/garbage-collector';

const search = trackedTool('search', () => 'found');

/** Made by nobody's injection, and kept for ever. */
class Dictionary {
  @TrackTool('lookUp')
  lookUp(): string {
    return 'meaning';
  }
}
const dictionary = new Dictionary();

/** What an application's start has made, as long as anybody holds it. */
const collectors: WeakRef<MetricsCollector>[] = [];
const observer = {
  provide: 'OBSERVER',
  inject: [MetricsCollector],
  useFactory: (collector: MetricsCollector) => void collectors.push(new WeakRef(collector)),
};

interface FailingStart {
  readonly options?: MetricsRootOptions;
  readonly metadata?: ModuleMetadata;
  /** Fails before there is a collector. */
  readonly isEarly?: boolean;
}

function failing(hook: 'onModuleInit' | 'onApplicationBootstrap'): FailingStart {
  @Injectable()
  class Database {}
  Object.assign(Database.prototype, {
    [hook]: () => {
      dictionary.lookUp();
      search();
      throw new Error('No database.');
    },
  });
  return { metadata: { providers: [Database] } };
}

@Controller('metrics')
class Neighbour {
  @Get()
  read(): string {
    return 'mine';
  }
}

@Module({ imports: [MetricsModule.forRoot({ prefix: 'second', endpoint: false })] })
class SecondModule {}

const STARTS: Record<string, FailingStart> = {
  'a factory rejects': {
    metadata: { providers: [{ provide: 'DATABASE', useFactory: () => Promise.reject(new Error('No database.')) }] },
  },
  'a hook throws as modules are initialised': failing('onModuleInit'),
  'the last hook throws': failing('onApplicationBootstrap'),
  'another module has forRoot as well': { metadata: { imports: [SecondModule] }, isEarly: true },
  'a controller has the same path': {
    options: { endpoint: { public: true } },
    metadata: { controllers: [Neighbour] },
  },
};

function start({ options, metadata = {} }: FailingStart, registry?: Registry): Promise<unknown> {
  const metrics = MetricsModule.forRoot({ endpoint: false, registry, ...options });
  @Module({
    ...metadata,
    imports: [metrics, ...(metadata.imports ?? [])],
    providers: [observer, { provide: Dictionary, useValue: dictionary }, ...(metadata.providers ?? [])],
  })
  class Root {}
  return NestFactory.create(Root, new ExpressAdapter(), { logger: false, abortOnError: false }).then((app) =>
    app.init(),
  );
}

function startContext(providers: Provider[]) {
  @Module({
    imports: [MetricsModule.forRoot({ endpoint: false })],
    providers: [observer, { provide: Dictionary, useValue: dictionary }, ...providers],
  })
  class Root {}
  return NestFactory.createApplicationContext(Root, { logger: false });
}

/** A port that somebody has until `giveUp`. */
async function takePort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, giveUp: () => new Promise((resolve) => server.close(resolve)) };
}

const listenOn = (port: number): MetricsRootOptions => ({ listen: { port, host: '127.0.0.1' }, bearerToken: 'secret' });
const left = () => collectors.filter((collector) => collector.deref() !== undefined).length;

describe('A start that fails, because', () => {
  let timers: jest.SpyInstance;

  beforeEach(() => {
    collectors.length = 0;
    timers = jest.spyOn(globalThis, 'setInterval');
  });

  afterEach(() => jest.restoreAllMocks());

  async function expectNothingLeft(given: FailingStart): Promise<void> {
    const registry = new Registry();
    for (let time = 0; time < 2; time += 1) await expect(start(given, registry)).rejects.toThrow();
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(timers).not.toHaveBeenCalled();
    expect(collectors.length === 0).toBe(given.isEarly === true);
    await collectGarbageUntil(() => left() === 0);
    expect(left()).toBe(0);
  }

  it.each(Object.entries(STARTS))('%s, leaves nothing behind', (_why, given) => expectNothingLeft(given), 60_000);

  it('the port of "listen" is taken, leaves nothing behind', async () => {
    const { port, giveUp } = await takePort();
    await expectNothingLeft({ options: listenOn(port) });
    await giveUp();
  }, 60_000);

  it('the last hook throws, leaves no listener behind', async () => {
    const { port, giveUp } = await takePort();
    await giveUp();
    await expect(start({ ...STARTS['the last hook throws'], options: listenOn(port) })).rejects.toThrow('No database.');
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it.each(Object.entries(STARTS))('%s, leaves constants and functions to the next application', async (_why, given) => {
    await expect(start(given)).rejects.toThrow();
    const next = await startContext([]);
    dictionary.lookUp();
    search();
    expect([...next.get(MetricsCollector).getTools().keys()]).toEqual(['lookUp', 'search']);
    await next.close();
  });
});

describe('A bad option of a factory', () => {
  it('leaves nothing behind', async () => {
    const timers = jest.spyOn(globalThis, 'setInterval');
    const registry = new Registry();
    const useFactory = () => ({ registry, buckets: { tool: [3, 1] } });
    const application = MetricsModule.forRootAsync({ endpoint: false, useFactory });
    const starting = NestFactory.createApplicationContext(application, { logger: false, abortOnError: false });
    await expect(starting).rejects.toThrow('buckets');
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(timers).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });
});

describe('While an application starts', () => {
  it('what its hooks call is counted, with an instance and without', async () => {
    @Injectable()
    class Warmup {
      onModuleInit(): void {
        dictionary.lookUp();
        search();
      }
    }
    await collectGarbageUntil(() => left() === 0);
    // Not those either that have started and closed.
    expect(left()).toBe(0);
    const app = await startContext([Warmup]);
    expect([...app.get(MetricsCollector).getTools().keys()]).toEqual(['lookUp', 'search']);
    await app.close();
  });
});
