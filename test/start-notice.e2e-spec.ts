import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module, type INestApplication, type INestApplicationContext, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { MetricsListener, MetricsModule, TrackAgent, TrackModel, TrackTool, type MetricsRootOptions } from '../src';
import { MetricsTestingModule } from '../src/testing';
import { RecordingLogger } from './support/recording-logger';
import { SilentTransport } from './support/silent-transport';
import { ADAPTERS, type AdapterFactory } from './support/test-app';

@Injectable()
class Crew {
  @TrackAgent('planner')
  async plan() {}

  @TrackAgent('writer')
  async write() {}

  @TrackTool('search')
  async search() {}

  @TrackModel('gpt-4o')
  async ask() {}

  @TrackModel({ model: (name: string) => name })
  async askAny(_name: string) {}
}

const admitting = { canActivate: () => true };
const CREW = '2 agents, 1 tool, 1 model';

let logger: RecordingLogger;
let app: INestApplicationContext | undefined;

beforeEach(() => {
  logger = new RecordingLogger();
});

afterEach(async () => {
  await app?.close();
  app = undefined;
});

function moduleWith(options: MetricsRootOptions = {}, providers: unknown[] = [Crew]): Type {
  @Module({ imports: [MetricsModule.forRoot(options)], providers: providers as Type[] })
  class AppModule {}
  return AppModule;
}

describe.each(ADAPTERS)('An application that listens, on %s,', (_name, adapter: AdapterFactory) => {
  async function listen(module: Type, setUp: (nest: INestApplication) => unknown = () => {}): Promise<number> {
    const nest = await NestFactory.create(module, adapter(), { logger });
    app = nest;
    setUp(nest);
    await nest.init();
    expect(logger.notices).toEqual([]);
    const server = (await nest.listen(0, '0.0.0.0')) as Server;
    return (server.address() as AddressInfo).port;
  }

  it('says once what is measured, where, and who may read it', async () => {
    const port = await listen(moduleWith());
    expect(logger.notices).toEqual([
      `${CREW} · GET /metrics · page http://localhost:${port}/metrics/dashboard · publicly readable`,
    ]);
  });

  it.each<[MetricsRootOptions, string]>([
    [{ bearerToken: 'secret' }, 'behind a bearer token'],
    [{ endpoint: { guards: [admitting] } }, 'behind its guards'],
    [{ bearerToken: 'secret', endpoint: { guards: [admitting] } }, 'behind a bearer token and its guards'],
    [{ endpoint: { public: true } }, 'publicly readable'],
  ])('says with %j: %s', async (options, access) => {
    await listen(moduleWith(options));
    expect(logger.notices[0]!.split(' · ').at(-1)).toBe(access);
    expect(logger.notices[0]).not.toContain('secret');
  });

  it('does not vouch for a global guard', async () => {
    await listen(moduleWith({}, [{ provide: APP_GUARD, useValue: admitting }]));
    expect(logger.notices[0]).toMatch(
      /^no decorated agents or tools · .* · publicly readable, unless a global guard refuses$/,
    );
  });

  it('names the paths that the router has', async () => {
    const port = await listen(moduleWith({ endpoint: { path: 'numbers/' } }), (nest) =>
      nest.setGlobalPrefix('/api/v1', { exclude: ['numbers'] }).enableVersioning(),
    );
    expect(logger.notices[0]).toContain(` · GET /numbers · page http://localhost:${port}/api/v1/numbers/dashboard · `);
  });

  it('names no page where there is none', async () => {
    await listen(moduleWith({ endpoint: { dashboard: false } }));
    expect(logger.notices).toEqual([`${CREW} · GET /metrics · publicly readable`]);
  });

  it('names the page by its path alone where the server has no port', async () => {
    const path = join(tmpdir(), `start-notice-${process.pid}.sock`);
    const nest = await NestFactory.create(moduleWith(), adapter(), { logger });
    app = nest;
    await nest.init();
    const server = nest.getHttpServer() as Server;
    server.listen(path);
    await once(server, 'listening');
    expect(logger.notices).toEqual([`${CREW} · GET /metrics · page /metrics/dashboard · publicly readable`]);
    rmSync(path, { force: true });
  });

  it('says nothing where it is a test', async () => {
    @Module({ imports: [MetricsTestingModule.forRoot({ endpoint: {} })], providers: [Crew] })
    class TestedModule {}
    await listen(TestedModule);
    expect(logger.notices).toEqual([]);
  });
});

describe('At its start', () => {
  it('an application tells the port of a listener of its own', async () => {
    app = await NestFactory.createApplicationContext(
      moduleWith({ listen: { port: 0, host: '127.0.0.1' }, bearerToken: 'secret' }),
      { logger },
    );
    const url = `http://localhost:${app.get(MetricsListener).address()!.port}/metrics`;
    expect(logger.notices).toEqual([`${CREW} · GET ${url} · page ${url}/dashboard · behind a bearer token`]);
  });

  it('an application without HTTP says what would serve its metrics', async () => {
    app = await NestFactory.createApplicationContext(moduleWith(), { logger });
    expect(logger.notices).toEqual([`${CREW} · no endpoint without HTTP: see the option "listen"`]);
  });

  it('a microservice does, too', async () => {
    const microservice = await NestFactory.createMicroservice(moduleWith(), {
      strategy: new SilentTransport(),
      logger,
    });
    app = microservice;
    await microservice.listen();
    expect(logger.notices).toEqual([`${CREW} · no endpoint without HTTP: see the option "listen"`]);
  });

  it('an application without an endpoint says so', async () => {
    const nest = await NestFactory.create(moduleWith({ endpoint: false }), { logger });
    app = await nest.init();
    expect(logger.notices).toEqual([`${CREW} · no endpoint`]);
  });

  it('goes on where the logger throws', async () => {
    logger.log = (_message, context) => {
      if (context === 'MetricsModule') throw new Error('The disk is full.');
    };
    app = await NestFactory.createApplicationContext(moduleWith(), { logger });
    expect(logger.errors[0]).toContain('telling of the start');
  });
});

describe('The bare MetricsModule', () => {
  @Module({ imports: [MetricsModule] })
  class FeatureModule {}

  it('is warned about once where forRoot is nowhere', async () => {
    @Module({ imports: [MetricsModule, FeatureModule] })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { logger });
    expect(logger.warnings).toEqual([
      expect.stringMatching(/without forRoot\(\) anywhere .* Import MetricsModule\.forRoot\(\) in the root module\.$/),
    ]);
  });

  it('is nothing to tell of beside forRoot, wherever that is', async () => {
    @Module({ imports: [FeatureModule, moduleWith()] })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { logger });
    expect(logger.warnings).toEqual([]);
  });
});
