import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsListener, MetricsModule } from '../src';
import type { MetricsRootOptions } from '../src';

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
    expect(await answer.json()).toMatchObject({ statusCode: status });
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

  it('excludes guards', async () => {
    const guards = [{ canActivate: () => true }];
    await expect(startContext({ listen: loopback, endpoint: { guards } })).rejects.toThrow(
      '"listen" and "endpoint.guards" exclude each other',
    );
  });
});
