import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import {
  Controller,
  Get,
  Injectable,
  Module,
  UseGuards,
  type INestApplication,
  type INestApplicationContext,
  type OnModuleDestroy,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { ExecutionTracker, MetricsCollector, MetricsListener, MetricsModule, type MetricsRootOptions } from '../src';
import { runProgram } from './processes/run-program';
import { Gate } from './support/gate';
import { rawRequest } from './support/raw-request';
import { RecordingLogger } from './support/recording-logger';
import { ADAPTERS, type AdapterFactory } from './support/test-app';

@Controller('hello')
class HelloController {
  @Get()
  hello() {
    return 'hello';
  }
}

function moduleWith(options: MetricsRootOptions): object {
  @Module({ imports: [MetricsModule.forRoot(options)], controllers: [HelloController] })
  class AppModule {}
  return AppModule;
}

const loopback = { port: 0, host: '127.0.0.1' };

describe('a listener of its own', () => {
  let app: INestApplicationContext | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  async function startContext(options: MetricsRootOptions): Promise<string> {
    app = await NestFactory.createApplicationContext(moduleWith(options), { logger: false, abortOnError: false });
    return `http://127.0.0.1:${app.get(MetricsListener).address()!.port}`;
  }

  it('serves the routes of the endpoint where the application serves no HTTP', async () => {
    const url = await startContext({ listen: loopback });
    app!.get(MetricsCollector).recordAgentExecution({ agentId: 'worker', durationMs: 5, status: 'success' });
    const document = await (await fetch(`${url}/metrics`)).json();
    expect(document).toMatchObject({ agent_metrics: { worker: { execution_count: 1 } } });
    const text = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain;version=0.0.4' } });
    expect(text.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await text.text()).toContain('crew_agent_executions_total{agent="worker",status="success"} 1');
    const history = await (await fetch(`${url}/metrics/history?limit=1`)).json();
    expect(history).toMatchObject({ executions: [{ agent_id: 'worker' }] });
    for (const route of ['running', 'trends']) expect((await fetch(`${url}/metrics/${route}`)).status).toBe(200);
  });

  it('answers HEAD without a body', async () => {
    const answer = await fetch(`${await startContext({ listen: loopback })}/metrics`, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await answer.text()).toBe('');
  });

  it('takes its path from the endpoint, and has one without an endpoint', async () => {
    expect((await fetch(`${await startContext({ listen: loopback, endpoint: { path: '/m' } })}/m`)).status).toBe(200);
    await app!.close();
    expect((await fetch(`${await startContext({ listen: loopback, endpoint: false })}/metrics`)).status).toBe(200);
  });

  it.each([
    ['another path', 'GET', '/hello', 404],
    ['another method', 'POST', '/metrics', 404],
    ['a query that is none', 'GET', '/metrics?format=xml', 400],
    ['a parameter that is given twice', 'GET', '/metrics?format=json&format=json', 400],
  ])('refuses %s', async (_what, method, path, status) => {
    const answer = await fetch(`${await startContext({ listen: loopback })}${path}`, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ statusCode: status });
  });

  /** Sends what no client library would, and returns what comes back until the connection closes. */
  async function send(url: string, text: string): Promise<string> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it.each([
    ['//[', 400],
    ['http://[/metrics', 400],
    ['//', 400],
    ['//metrics', 404],
    ['/metrics/%00', 404],
    ['/metrics/../etc/passwd', 404],
    ['*', 404],
    ['http://elsewhere/metrics', 200],
  ])('knows what to answer to the address %s', async (target, status) => {
    const url = await startContext({ listen: loopback });
    const answer = await send(url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer.split('\r\n', 1)).toEqual([expect.stringMatching(`^HTTP/1.1 ${status} `)]);
  });

  it.each(['no HTTP at all\r\n\r\n', 'GET /metrics HTTP/1.1\r\nHost: a\r\nBad\u0000Header: 1\r\n\r\n'])(
    'survives %j',
    async (text) => {
      const url = await startContext({ listen: loopback });
      expect(await send(url, text)).toMatch(/^HTTP\/1.1 400 /);
      expect((await fetch(`${url}/metrics`)).status).toBe(200);
    },
  );

  it('answers at once however many connections say nothing, and closes them with the application', async () => {
    const url = await startContext({ listen: loopback });
    const sockets: Socket[] = Array.from({ length: 100 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    const closed = Promise.all(
      sockets.map((socket) =>
        once(
          socket.on('error', () => {}),
          'close',
        ),
      ),
    );
    await app!.close();
    app = undefined;
    await closed;
  });

  it('tells nothing of a fault but that there is one', async () => {
    const logger = new RecordingLogger();
    const module = await Test.createTestingModule({ imports: [MetricsModule.forRoot({ listen: loopback })] })
      .setLogger(logger)
      .compile();
    app = await module.init();
    app.get(ExecutionTracker).start({ kind: 'tool', name: 'search' });
    const broken = jest.spyOn(Date.prototype, 'toISOString').mockImplementation(() => {
      throw new Error(`Broken at ${__filename}`);
    });
    const answer = await fetch(`http://127.0.0.1:${app.get(MetricsListener).address()!.port}/metrics/running`);
    broken.mockRestore();
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ statusCode: 500, message: 'Internal Server Error' });
    expect(logger.errors).toEqual([expect.stringContaining('"answering a scrape"')]);
  });

  it('serves a microservice', async () => {
    const microservice = await NestFactory.createMicroservice<MicroserviceOptions>(
      moduleWith({ listen: loopback }) as never,
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 }, logger: false },
    );
    app = microservice;
    await microservice.listen();
    const url = `http://127.0.0.1:${microservice.get(MetricsListener).address()!.port}`;
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('is one for each process of a cluster, never one that they share', async () => {
    const { ports, said, agents } = await runProgram<{ ports: number[]; said: string[]; agents: string[][] }>(
      'cluster',
    );
    expect(agents).toEqual([
      ['agent 1', 'agent 1'],
      ['agent 2', 'agent 2'],
    ]);
    expect(said).toEqual([
      'listening',
      'listening',
      expect.stringContaining(`the port ${ports[0]} of 127.0.0.1 (option "listen") is taken`),
    ]);
  });

  it('asks for the token', async () => {
    const url = `${await startContext({ listen: loopback, bearerToken: 's3cret' })}/metrics`;
    const refused = await fetch(url);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await fetch(url, { headers: { authorization: 'Bearer s3cret' } })).status).toBe(200);
  });

  it('serves none of the application, which serves none of it', async () => {
    const web = await NestFactory.create(moduleWith({ listen: loopback, bearerToken: 's3cret' }) as never, {
      logger: false,
    });
    app = web;
    await web.listen(0, '127.0.0.1');
    const own = `http://127.0.0.1:${web.get(MetricsListener).address()!.port}`;
    const main = await web.getUrl();
    expect(await (await fetch(`${main}/hello`)).text()).toBe('hello');
    expect((await fetch(`${main}/metrics`)).status).toBe(404);
    expect((await fetch(`${own}/hello`)).status).toBe(404);
    expect((await fetch(`${own}/metrics`)).status).toBe(401);
  });

  it('closes with the application, without waiting for a scraper that keeps its connection', async () => {
    const url = await startContext({ listen: loopback });
    await (await fetch(`${url}/metrics`)).text();
    const listener = app!.get(MetricsListener);
    await app!.close();
    app = undefined;
    expect(listener.address()).toBeUndefined();
    await expect(fetch(`${url}/metrics`)).rejects.toThrow();
  });

  it('says what to do where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startContext({ listen: { port, host: '127.0.0.1' } })).rejects.toThrow(
      `the port ${port} of 127.0.0.1 (option "listen") is taken`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  describe('in an application that starts while another one has the port', () => {
    const running: INestApplicationContext[] = [];
    afterEach(() => Promise.all(running.splice(0).map((each) => each.close())));

    /** Keeps its application from closing, as a pool of connections does. */
    @Injectable()
    class Pool implements OnModuleDestroy {
      isSlow = false;
      readonly drained = new Gate();

      async onModuleDestroy() {
        if (this.isSlow) await this.drained.passed;
      }
    }

    @Controller('slow')
    class SlowController {
      readonly asked = new Gate();
      readonly gate = new Gate();

      @Get()
      async slow() {
        this.asked.open();
        await this.gate.passed;
        return 'slow';
      }
    }

    const silent = { logger: false, abortOnError: false } as const;

    async function startAt(port: number, adapter?: AdapterFactory): Promise<INestApplicationContext> {
      @Module({
        imports: [MetricsModule.forRoot({ listen: { port, host: '127.0.0.1' }, defaultMetrics: false })],
        controllers: [SlowController],
        providers: [Pool],
      })
      class AppModule {}
      if (adapter === undefined) return NestFactory.createApplicationContext(AppModule, silent);
      const web = await NestFactory.create(AppModule, adapter(), silent);
      await web.listen(0, '127.0.0.1');
      return web;
    }

    const portOf = (each: INestApplicationContext) => each.get(MetricsListener).address()!.port;

    async function expectOwnMetrics(each: INestApplicationContext): Promise<void> {
      each.get(MetricsCollector).recordAgentExecution({ agentId: 'new', durationMs: 1, status: 'success' });
      const { body } = await rawRequest(`http://127.0.0.1:${portOf(each)}/metrics`);
      const { agent_metrics: agents } = JSON.parse(body.toString()) as { agent_metrics: object };
      expect(Object.keys(agents)).toEqual(['new']);
    }

    it.each<[where: string, adapter: AdapterFactory | undefined]>([...ADAPTERS, ['no HTTP', undefined]])(
      'takes it over from one that closes, as often as that happens, on %s',
      async (_where, adapter) => {
        let last = await startAt(0, adapter);
        const port = portOf(last);
        for (let reload = 1; reload <= 3; reload += 1) {
          running.push(last);
          void last.close();
          last = await startAt(port, adapter);
          await expectOwnMetrics(last);
        }
        running.push(last);
      },
    );

    it.each(ADAPTERS)('takes it over from one that has a request to finish, on %s', async (_name, adapter) => {
      const old = (await startAt(0, adapter)) as INestApplication;
      const { asked, gate } = old.get(SlowController);
      const answer = rawRequest(`${await old.getUrl()}/slow`);
      await asked.passed;
      const closed = old.close();
      const fresh = await startAt(portOf(old), adapter);
      running.push(fresh);
      await expectOwnMetrics(fresh);
      gate.open();
      expect((await answer).body.toString()).toBe('slow');
      await closed;
      await expectOwnMetrics(fresh);
    });

    it('takes it over from one that is slow to say that it closes', async () => {
      const old = await startAt(0);
      const port = portOf(old);
      old.get(Pool).isSlow = true;
      const closed = old.close();
      const fresh = startAt(port);
      // Whether the new one has asked for the port by then makes no difference.
      setImmediate(() => old.get(Pool).drained.open());
      running.push(await fresh);
      await closed;
      await expectOwnMetrics(running[0]!);
    });

    it('leaves it to one that does not close', async () => {
      const old = await startAt(0);
      running.push(old);
      await expect(startAt(portOf(old))).rejects.toThrow(`the port ${portOf(old)} of 127.0.0.1 (option "listen") is`);
      await expectOwnMetrics(old);
    });
  });

  it('excludes guards, those that decorators add included', async () => {
    const guards = [{ canActivate: () => true }];
    for (const endpoint of [{ guards }, { decorators: [UseGuards(...guards)] }]) {
      await expect(startContext({ listen: loopback, endpoint })).rejects.toThrow(
        '"listen" and "endpoint.guards" exclude each other',
      );
    }
  });
});
