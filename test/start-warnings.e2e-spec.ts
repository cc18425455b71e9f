import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Controller, Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { AgentMetricsInterceptor, MetricsModule, ToolMetricsInterceptor, TrackAgent, TrackTool } from '../src';
import { runProgram } from './processes/run-program';
import { RecordingLogger } from './support/recording-logger';
import { SilentTransport } from './support/silent-transport';
import { TestApp } from './support/test-app';

describe('Two copies of prom-client', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prom-client-copy-'));
    const installed = dirname(require.resolve('prom-client/package.json'));
    cpSync(installed, join(folder, 'node_modules/prom-client'), { recursive: true });
    for (const dependency of ['tdigest', 'bintrees', '@opentelemetry']) {
      symlinkSync(join(installed, '..', dependency), join(folder, 'node_modules', dependency));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['library', 'application'])('are told of once at start, where the %s has one of its own', async (owner) => {
    const warnings = await runProgram<string[]>('two-prom-clients', owner, folder);
    expect(warnings).toEqual([expect.stringMatching(/two copies of prom-client.*npm dedupe/)]);
    expect(warnings[0]).toContain(join(folder, 'node_modules/prom-client'));
  });

  it('are nothing to tell of where there is one', async () => {
    await expect(runProgram('two-prom-clients', 'nobody', folder)).resolves.toEqual([]);
  });
});

describe('Names of classes that a build has shortened', () => {
  /** An agent and a tool, named after a class and a method that are called so. */
  function crewNamed(className: string, id?: string): Type {
    const crew = {
      [className]: class {
        async run() {}
        async query() {}
      },
    }[className]!;
    const describe = (method: 'run' | 'query') => Object.getOwnPropertyDescriptor(crew.prototype, method)!;
    for (const [method, decorate] of [
      ['run', TrackAgent(id)],
      ['query', TrackTool()],
    ] as const) {
      const descriptor = describe(method);
      decorate(crew.prototype, method, descriptor);
      Object.defineProperty(crew.prototype, method, descriptor);
    }
    Injectable()(crew);
    return crew;
  }

  const warningsOf = async (...providers: Type[]) => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()], providers });
    return app.logger.warnings;
  };

  it.each(['t', 'e2', '_a', '$'])('are told of once at start: %s', async (className) => {
    const warnings = await warningsOf(crewNamed(className), crewNamed('u'));
    expect(warnings).toEqual([expect.stringContaining(`An agent is counted as "${className}"`)]);
    expect(warnings[0]).toContain('keepNames');
  });

  it('are told of where an agent inherits its decorator', async () => {
    const inheriting = { q: class extends crewNamed('Bot') {} }.q;
    Injectable()(inheriting);
    expect(await warningsOf(inheriting)).toEqual([expect.stringContaining('An agent is counted as "q"')]);
  });

  it('are nothing to tell of where they are long, or where the agent has an id', async () => {
    expect(await warningsOf(crewNamed('Bot'), crewNamed('t', 'researcher'))).toEqual([]);
  });
});

describe('A microservice that is connected to an application', () => {
  @Controller()
  class Mail {
    @MessagePattern('mail')
    answer() {}
  }

  async function start(
    interceptor: Type | undefined,
    connect: (app: INestApplication, strategy: SilentTransport) => void,
  ): Promise<readonly string[]> {
    const global = interceptor === undefined ? [] : [{ provide: APP_INTERCEPTOR, useClass: interceptor }];
    @Module({ imports: [MetricsModule.forRoot()], controllers: [Mail], providers: global })
    class AppModule {}
    const logger = new RecordingLogger();
    const app = await NestFactory.create(AppModule, { logger });
    connect(app, new SilentTransport());
    await app.init();
    await app.close();
    return logger.warnings;
  }

  const WARNING = expect.stringMatching(/global metrics interceptor .* inheritAppConfig: true/) as string;

  it.each([AgentMetricsInterceptor, ToolMetricsInterceptor, AgentMetricsInterceptor.for('mail')])(
    'is told of once where it does not inherit a global interceptor: %p',
    async (interceptor) => {
      const warnings = await start(interceptor, (app, strategy) => {
        app.connectMicroservice({ strategy });
        app.connectMicroservice({ strategy: new SilentTransport() });
      });
      expect(warnings).toEqual([WARNING]);
    },
  );

  it('is told of beside one that inherits', async () => {
    const warnings = await start(AgentMetricsInterceptor, (app, strategy) => {
      app.connectMicroservice({ strategy });
      app.connectMicroservice({ strategy: new SilentTransport() }, { inheritAppConfig: true });
    });
    expect(warnings).toEqual([WARNING]);
  });

  it.each<[string, Type | undefined, (app: INestApplication, strategy: SilentTransport) => void]>([
    [
      'inherits it',
      AgentMetricsInterceptor,
      (app, strategy) => app.connectMicroservice({ strategy }, { inheritAppConfig: true }),
    ],
    ['has none to inherit', undefined, (app, strategy) => app.connectMicroservice({ strategy })],
    ['is not connected', AgentMetricsInterceptor, () => {}],
    [
      'registers its handlers later',
      AgentMetricsInterceptor,
      (app, strategy) => app.connectMicroservice({ strategy }, { deferInitialization: true }),
    ],
  ])('is nothing to tell of where it %s', async (_what, interceptor, connect) => {
    expect(await start(interceptor, connect)).toEqual([]);
  });
});
