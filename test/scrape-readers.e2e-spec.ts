import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { Agent, get, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Gauge, Registry } from 'prom-client';
import { MetricsListener, MetricsModule, type MetricsRootOptions } from '../src';
import { collectGarbageUntil } from './support/garbage-collector';
import { Gate } from './support/gate';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp, type AdapterFactory } from './support/test-app';

const LOOPBACK = { port: 0, host: '127.0.0.1' };
const SERVERS: readonly [name: string, adapter: AdapterFactory, options: MetricsRootOptions][] = [
  ...ADAPTERS.map(([name, adapter]): [string, AdapterFactory, MetricsRootOptions] => [name, adapter, {}]),
  ['a listener of its own', ADAPTERS[0]![1], { listen: LOOPBACK }],
];

const PATH = '/metrics?format=prometheus';

/** So much of what clients are reading is kept in memory. */
const MAX_BYTES = 104_857_600;

/** Together a text that no operating system takes off our hands for a client that does not read: megabytes of few series. */
const MANY = 300;
const LONG_LABEL = { region: 'europe '.repeat(250) };

describe.each(SERVERS)('Clients that read metrics at the same time, on %s,', (_name, adapter, ownOptions) => {
  const serve = async (options: MetricsRootOptions = {}) => {
    const imports = [MetricsModule.forRoot({ defaultMetrics: false, ...ownOptions, ...options })];
    const app = await TestApp.start({ imports }, { adapter });
    const port = app.nest.get(MetricsListener).address()?.port;
    return { app, url: port === undefined ? app.url : `http://127.0.0.1:${port}` };
  };

  const serveMuch = async (options?: MetricsRootOptions) => {
    const served = await serve({ defaultLabels: LONG_LABEL, ...options });
    for (let i = 0; i < MANY; i += 1) {
      served.app.collector.recordToolExecution({ toolName: `tool ${i}`, durationMs: 1, status: 'success' });
    }
    return served;
  };

  /** The responses of the server, as Node tells of them, in their order. */
  const responses: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  const keep = (message: unknown) => {
    responses.push((message as { response: ServerResponse }).response);
    arrivals.emit('request');
  };
  const opened: ClientRequest[] = [];

  beforeEach(() => subscribe('http.server.request.start', keep));

  afterEach(() => {
    for (const request of opened.splice(0)) request.destroy();
    unsubscribe('http.server.request.start', keep);
    responses.length = 0;
    jest.restoreAllMocks();
  });

  /** Asks, and reads no more than the headers. */
  const ask = async (url: string, headers = {}): Promise<{ response: IncomingMessage; closed: Promise<unknown> }> => {
    const request = get(url, { agent: false, headers });
    opened.push(request);
    const closed = new Promise((resolve) => request.on('error', () => {}).on('close', resolve));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return { response, closed };
  };

  describe('while a text is being written,', () => {
    /** A metric that is collected when the gate opens. */
    const serveGated = async () => {
      const registry = new Registry();
      const gate = new Gate();
      const read = new EventEmitter();
      const collect = jest.fn(async () => {
        read.emit('collect');
        await gate.passed;
      });
      new Gauge({ name: 'slow', help: 'Takes its time.', registers: [registry], collect });
      return { ...(await serve({ registry })), gate, collect, collecting: once(read, 'collect') };
    };

    /** Once so many requests have arrived, and this one after them is answered, each has got as far as it gets. */
    const expectWaiting = async (url: string, requests: number) => {
      while (responses.length < requests) await once(arrivals, 'request');
      expect((await rawRequest(`${url}/metrics/running`)).status).toBe(200);
    };

    it('share it, and who comes later gets a new one', async () => {
      const { url, gate, collect, collecting } = await serveGated();
      const first = rawRequest(url + PATH);
      await collecting;
      const others = [rawRequest(url + PATH), rawRequest(url + PATH)];
      await expectWaiting(url, 3);
      gate.open();
      const texts = (await Promise.all([first, ...others])).map(({ status, body }) => [status, body.toString()]);
      expect(texts).toEqual([texts[0], texts[0], texts[0]]);
      expect(texts[0]).toEqual([200, expect.stringContaining('\nslow 0\n')]);
      expect(collect).toHaveBeenCalledTimes(1);
      await rawRequest(url + PATH);
      expect(collect).toHaveBeenCalledTimes(2);
    });

    it('have one for each format', async () => {
      const { url, gate, collect, collecting } = await serveGated();
      const text = rawRequest(url + PATH);
      await collecting;
      const openmetrics = rawRequest(`${url}/metrics?format=openmetrics`);
      await expectWaiting(url, 2);
      gate.open();
      expect((await text).headers['content-type']).toMatch('text/plain');
      expect((await openmetrics).headers['content-type']).toMatch('application/openmetrics-text');
      // Two texts, and one reading of the metric.
      expect(collect).toHaveBeenCalledTimes(1);
    });

    it('get it although the first one leaves', async () => {
      const { app, url, gate, collect, collecting } = await serveGated();
      const request = get(url + PATH, { agent: false }).on('error', () => {});
      await collecting;
      const second = rawRequest(url + PATH);
      await expectWaiting(url, 2);
      const closed = once(responses[0]!, 'close');
      request.destroy();
      await closed;
      gate.open();
      expect((await second).status).toBe(200);
      expect(collect).toHaveBeenCalledTimes(1);
      expect(app.logger.errors).toEqual([]);
    });

    it('do not wait for one that everybody has given up', async () => {
      const { app, url, gate, collect, collecting } = await serveGated();
      const request = get(url + PATH, { agent: false }).on('error', () => {});
      await collecting;
      const closed = once(responses[0]!, 'close');
      request.destroy();
      await closed;
      const next = rawRequest(url + PATH);
      await expectWaiting(url, 2);
      expect(collect).toHaveBeenCalledTimes(1);
      gate.open();
      expect((await next).status).toBe(200);
      expect(app.logger.errors).toEqual([]);
    });
  });

  it('and give up what never comes, leave no memory behind', async () => {
    const registry = new Registry();
    const read = new EventEmitter();
    const never: (() => void)[] = [];
    const collect = () => {
      read.emit('collect');
      return new Promise<void>((resolve) => never.push(resolve));
    };
    const { app, url } = await serveMuch({ registry });
    // What earlier tests have left.
    await collectGarbageUntil(() => false, 5);
    const { arrayBuffers: before } = process.memoryUsage();
    const isFree = () => process.memoryUsage().arrayBuffers - before < 15_000_000;
    for (let scrape = 0; scrape < 5; scrape += 1) {
      // One more each time: those before are still being read, and are not read again.
      new Gauge({ name: `pool_${scrape}_size`, help: 'Never comes.', registers: [registry], collect });
      const collecting = once(read, 'collect');
      const request = get(url + PATH, { agent: false }).on('error', () => {});
      await collecting;
      const closed = once(responses[scrape]!, 'close');
      request.destroy();
      await closed;
    }
    expect(never).toHaveLength(5);
    await collectGarbageUntil(isFree);
    expect(isFree()).toBe(true);
    expect(app.logger.errors).toEqual([]);
  });

  describe('and do not read what they get', () => {
    it('cost no more listeners than Node allows', async () => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
      const { url } = await serveMuch();
      await ask(url + PATH);
      await ask(url + PATH, { 'accept-encoding': 'gzip' });
      expect(warned).not.toHaveBeenCalled();
    });

    it.each([{}, { 'accept-encoding': 'gzip' }])('are so many and no more: %p', async (headers) => {
      const { app, url } = await serveMuch();
      const { length } = (await rawRequest(url + PATH)).body;
      for (let bytes = length; bytes <= MAX_BYTES; bytes += length) {
        expect((await ask(url + PATH)).response.statusCode).toBe(200);
      }
      const refused = await rawRequest(url + PATH, headers);
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '10', 'cache-control': 'no-store' } });
      expect(JSON.parse(refused.body.toString())).toMatchObject({ statusCode: 503, error: 'Service Unavailable' });
      expect((await rawRequest(`${url}/metrics/running`)).status).toBe(200);

      const closed = once(responses[1]!, 'close');
      opened[0]!.destroy();
      await closed;
      expect((await rawRequest(url + PATH, headers)).status).toBe(200);
      expect((await rawRequest(url + PATH, headers)).status).toBe(200);
      expect(app.logger.errors).toEqual([]);
    });

    it('leave room for the next ones, where what they read is small', async () => {
      const { app, url } = await serveMuch({ defaultLabels: { region: 'europe '.repeat(50) } });
      const { length } = (await rawRequest(url + PATH)).body;
      expect(length).toBeGreaterThan(1_048_576);
      for (let reader = 1; reader <= 20; reader += 1) await ask(url + PATH);
      const scrapes = await Promise.all(Array.from({ length: 12 }, () => rawRequest(url + PATH)));
      expect(new Set(scrapes.map(({ status }) => status))).toEqual(new Set([200]));
      expect(app.logger.errors).toEqual([]);
    });

    it('lose their connection after a while', async () => {
      const setTimeout = Socket.prototype.setTimeout;
      const given: number[] = [];
      jest.spyOn(Socket.prototype, 'setTimeout').mockImplementation(function (this: Socket, ms, callback) {
        given.push(ms);
        return setTimeout.call(this, ms === 10_000 ? 50 : ms, callback);
      });
      const { app, url } = await serveMuch();
      const readers = [await ask(url + PATH), await ask(url + PATH)];
      for (const { response } of readers) expect(response.statusCode).toBe(200);
      await Promise.all(responses.map(async (response) => response.destroyed || once(response, 'close')));
      for (const { response, closed } of readers) {
        response.resume();
        await closed;
        expect(response.complete).toBe(false);
      }
      expect(given).toContain(10_000);
      expect(app.logger.errors).toEqual([]);
    });
  });

  it('keep their connection as long as the server says, for the next scrape', async () => {
    const { url } = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of [PATH, '/metrics', '/metrics/running']) {
      const [response] = (await once(get(url + path, { agent }), 'response')) as [IncomingMessage];
      const { socket } = responses.at(-1)!;
      await buffer(response);
      expect(responses.at(-1)!.writableFinished).toBe(true);
      expect(socket?.timeout).not.toBe(10_000);
    }
    expect(new Set(responses.map(({ req }) => req.socket)).size).toBe(1);
    agent.destroy();
  });
});
