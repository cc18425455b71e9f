import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import {
  Controller,
  Get,
  Injectable,
  VersioningType,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
  type CallHandler,
  type ExecutionContext,
  type ModuleMetadata,
  type VersioningOptions,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { map } from 'rxjs';
import { ExecutionTracker, MetricsModule, type MetricsRootOptions } from '../src';
import { parseExposition } from '../src/testing';
import { Gate } from './support/gate';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp } from './support/test-app';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** What an application may do to every response, and must not do to ours. */
@Injectable()
class WrappingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Controller('time')
class TimeController {
  private asked = 0;

  @Get()
  time() {
    return { asked: (this.asked += 1) };
  }
}

interface Setting extends MetricsRootOptions {
  readonly metadata?: ModuleMetadata;
  readonly setUp?: (nest: INestApplication) => void;
}

describe.each(ADAPTERS)('GET /metrics on %s', (_name, adapter) => {
  const serve = ({ metadata = {}, setUp, ...options }: Setting = {}) =>
    TestApp.start(
      { ...metadata, imports: [MetricsModule.forRoot(options), ...(metadata.imports ?? [])] },
      { adapter, setUp },
    );

  const typeOf = async (app: TestApp, path: string, accept?: string) => {
    const { status, headers } = await rawRequest(app.url + path, accept === undefined ? {} : { accept });
    return [status, headers['content-type']];
  };

  describe('in the format', () => {
    it.each([
      ['json', JSON_TYPE],
      ['prometheus', TEXT_TYPE],
      ['openmetrics', OPENMETRICS_TYPE],
    ])('%s that the query names, whatever is accepted', async (format, type) => {
      const app = await serve();
      expect(await typeOf(app, `/metrics?format=${format}`, 'image/png, text/plain, application/json')).toEqual([
        200,
        type,
      ]);
    });

    it.each([
      [
        'Prometheus 2.42',
        'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
        OPENMETRICS_TYPE,
      ],
      [
        'Prometheus 3',
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
        OPENMETRICS_TYPE,
      ],
      [
        'Prometheus with native histograms',
        'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
        OPENMETRICS_TYPE,
      ],
      [
        'Telegraf',
        'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3',
        TEXT_TYPE,
      ],
      [
        'Prometheus 3 that takes one text only',
        'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.3',
        TEXT_TYPE,
      ],
      [
        'Prometheus 2 that takes one OpenMetrics only',
        'application/openmetrics-text;version=0.0.1;q=0.4,*/*;q=0.3',
        OPENMETRICS_TYPE,
      ],
      ['Chrome', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', JSON_TYPE],
      ['who likes JSON less', 'application/json;q=0.1, text/plain;q=0.2', TEXT_TYPE],
      ['who refuses all but one', 'application/json;q=0, application/openmetrics-text;q=0, text/plain', TEXT_TYPE],
      ['VictoriaMetrics', 'text/plain;version=0.0.4;q=1,*/*;q=0.1', TEXT_TYPE],
      ['curl', '*/*', JSON_TYPE],
      ['Firefox', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', JSON_TYPE],
      ['a client that says nothing', undefined, JSON_TYPE],
      ['a client that asks for what there is not', 'image/png', JSON_TYPE],
      ['a client that says nonsense', ';;q=,,=;', JSON_TYPE],
    ])('that %s prefers', async (_client, accept, type) => {
      expect(await typeOf(await serve(), '/metrics', accept)).toEqual([200, type]);
    });

    it('that defaultFormat says where nobody asks for one', async () => {
      const app = await serve({ defaultFormat: 'prometheus' });
      expect(await typeOf(app, '/metrics', '*/*')).toEqual([200, TEXT_TYPE]);
      expect(await typeOf(app, '/metrics', 'application/json')).toEqual([200, JSON_TYPE]);
    });

    it('as the collector exports it', async () => {
      const app = await serve({ defaultMetrics: false, recordMemory: false });
      app.collector.recordAgentExecution({ agentId: 'Ünï😀', durationMs: 1, status: 'success' });
      for (const format of ['json', 'prometheus', 'openmetrics'] as const) {
        const { body } = await rawRequest(`${app.url}/metrics?format=${format}`);
        expect(body.toString()).toBe(await app.collector.exportMetrics(format));
      }
    });
  });

  it.each(['xml', '', 'JSON', 'json&format=json', 'json&format=xml', 'x'.repeat(10_000)])(
    'with ?format=%.20s is a bad request that lists the formats',
    async (format) => {
      const app = await serve();
      expect(await app.json(`/metrics?format=${format}`)).toEqual({
        status: 400,
        body: {
          statusCode: 400,
          error: 'Bad Request',
          message: 'Query parameter "format" must be one of json, prometheus, openmetrics.',
        },
      });
    },
  );

  it('may be cached by nobody, and depends on two headers', async () => {
    const { headers } = await rawRequest(`${(await serve()).url}/metrics`);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Accept, Accept-Encoding' });
  });

  it('keeps what else a response depends on', async () => {
    const app = await serve({ setUp: (nest) => nest.enableCors({ origin: [/example\.com$/] }) });
    const { headers } = await rawRequest(`${app.url}/metrics`, { origin: 'https://example.com' });
    expect(headers.vary).toBe('Origin, Accept, Accept-Encoding');
    expect(headers['access-control-allow-origin']).toBe('https://example.com');
  });

  it('answers HEAD with the same headers and no body', async () => {
    const app = await serve({ defaultMetrics: false, recordMemory: false });
    const accept = { accept: 'text/plain' };
    const get = await rawRequest(`${app.url}/metrics`, accept);
    const head = await rawRequest(`${app.url}/metrics`, accept, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect(withoutDate(head.headers)).toEqual(withoutDate(get.headers));
    expect(head.headers['content-length']).toBe(String(get.body.length));
  });

  describe('compressed', () => {
    it('where gzip is accepted and the body is worth it', async () => {
      const app = await serve({ defaultMetrics: false, recordMemory: false });
      const { headers, body } = await rawRequest(`${app.url}/metrics?format=prometheus`, {
        'accept-encoding': 'gzip, br',
      });
      expect(headers['content-encoding']).toBe('gzip');
      expect(headers['content-length']).toBe(String(body.length));
      expect(gunzipSync(body).toString()).toBe(await app.collector.exportMetrics('prometheus'));
    });

    it.each([
      ['nothing is said', {}],
      ['gzip is refused', { 'accept-encoding': 'gzip;q=0, br' }],
      ['only identity is accepted', { 'accept-encoding': 'identity' }],
    ])('not where %s', async (_case, headers) => {
      const response = await rawRequest(`${(await serve()).url}/metrics`, headers);
      expect(response.headers['content-encoding']).toBeUndefined();
      expect(JSON.parse(response.body.toString())).toHaveProperty('schema_version', 1);
    });

    it('not where the body is tiny, unless nothing else is accepted', async () => {
      const url = `${(await serve()).url}/metrics/history`;
      const tiny = await rawRequest(url, { 'accept-encoding': 'gzip' });
      expect([tiny.headers['content-encoding'], tiny.body.toString()]).toEqual([undefined, '{"executions":[]}']);
      const insisted = await rawRequest(url, { 'accept-encoding': 'gzip, identity;q=0' });
      expect(insisted.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(insisted.body).toString()).toBe('{"executions":[]}');
    });
  });

  describe('of megabytes', () => {
    const serveMuch = async () => {
      const app = await serve({ defaultMetrics: false, recordMemory: false, maxSeries: 2_000 });
      for (let i = 0; i < 1_500; i += 1) {
        app.collector.recordToolExecution({
          toolName: `tool "${i}" é`,
          agentId: 'a',
          durationMs: i,
          status: 'success',
        });
      }
      return {
        app,
        path: `${app.url}/metrics?format=prometheus`,
        text: await app.collector.exportMetrics('prometheus'),
      };
    };

    it('is sent piece by piece, and its length is told before', async () => {
      const { path, text } = await serveMuch();
      const { headers, body } = await rawRequest(path);
      expect(body.toString() === text).toBe(true);
      expect(Number(headers['content-length'])).toBe(body.length);
      expect(body.length).toBeGreaterThan(2 ** 21);
    });

    it('is compressed on the way', async () => {
      const { path, text } = await serveMuch();
      const { headers, body } = await rawRequest(path, { 'accept-encoding': 'gzip' });
      expect(headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(body).toString() === text).toBe(true);
    });

    it('answers HEAD like any other', async () => {
      const { path, text } = await serveMuch();
      const { status, headers, body } = await rawRequest(path, {}, 'HEAD');
      expect([status, body.length]).toEqual([200, 0]);
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
    });

    it.each([{}, { 'accept-encoding': 'gzip' }])(
      'survives a scraper that leaves in the middle of it: %p',
      async (headers) => {
        const { app, path } = await serveMuch();
        const request = get(path, { headers });
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        await once(response, 'data');
        response.destroy();
        expect((await app.json('/metrics')).status).toBe(200);
        expect(app.logger.errors).toEqual([]);
      },
    );
  });

  describe('is left alone by', () => {
    const expectAnswers = async (app: TestApp) => {
      for (let time = 1; time <= 2; time += 1) {
        const text = await app.fetch('/metrics?format=prometheus');
        expect(text.headers.get('content-type')).toBe(TEXT_TYPE);
        expect(parseExposition(await text.text()).families.has('crew_requests_total')).toBe(true);
        expect(await app.json('/metrics')).toMatchObject({ status: 200, body: { schema_version: 1 } });
        expect(await app.json('/metrics/history')).toEqual({ status: 200, body: { executions: [] } });
        expect(await app.json('/metrics/running')).toEqual({ status: 200, body: { executions: [] } });
      }
    };

    it('an interceptor that wraps every response', async () => {
      const providers = [{ provide: APP_INTERCEPTOR, useClass: WrappingInterceptor }];
      const app = await serve({ metadata: { providers, controllers: [TimeController] } });
      expect((await app.json('/time')).body).toEqual({ data: { asked: 1 } });
      await expectAnswers(app);
    });

    it('an interceptor that caches every response', async () => {
      const metadata: ModuleMetadata = {
        imports: [CacheModule.register()],
        providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
        controllers: [TimeController],
      };
      const app = await serve({ metadata });
      const asked = [await app.json('/time'), await app.json('/time')];
      expect(asked.map(({ body }) => body)).toEqual([{ asked: 1 }, { asked: 1 }]);
      await expectAnswers(app);
      app.collector.recordCacheHit();
      expect((await app.json('/metrics')).body).toMatchObject({ system_metrics: { cache_hits: 1 } });
    });

    it('a global pipe that refuses everything', async () => {
      class RefusingPipe implements PipeTransform {
        transform(): never {
          throw new Error('Refused.');
        }
      }
      await expectAnswers(await serve({ setUp: (nest) => nest.useGlobalPipes(new RefusingPipe()) }));
    });

    it.each<[string, VersioningOptions]>([
      ['URI', { type: VersioningType.URI, defaultVersion: '1' }],
      ['header', { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' }],
      ['media type', { type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '1' }],
    ])('%s versioning', async (_type, versioning) => {
      await expectAnswers(await serve({ setUp: (nest) => nest.enableVersioning(versioning) }));
    });
  });

  describe('/history', () => {
    const serveFilled = async () => {
      const app = await serve();
      const tool = { toolName: 'search', durationMs: 2_500, agentId: 'a"b\n|\\' } as const;
      app.collector.recordToolExecution({ ...tool, status: 'success', inputBytes: 3, outputBytes: 4, retries: 1 });
      app.collector.recordAgentExecution({
        agentId: 'writer',
        durationMs: 1,
        status: 'error',
        errorType: 'QuotaError',
      });
      return app;
    };

    it('has finished executions, newest first, as the documentation shows them', async () => {
      const { body } = await (await serveFilled()).json<{ executions: { id: string }[] }>('/metrics/history');
      const [writer, search] = body.executions;
      expect(writer).toEqual({
        id: writer?.id,
        parent_id: null,
        request_id: writer?.id,
        kind: 'agent',
        agent_id: 'writer',
        tool_name: null,
        model: null,
        status: 'error',
        success: false,
        timed_out: false,
        error: null,
        error_type: 'QuotaError',
        start_time: '2024-12-31T23:59:59.999Z',
        end_time: '2025-01-01T00:00:00.000Z',
        duration: '1ms',
        duration_seconds: 0.001,
        input_bytes: 0,
        output_bytes: 0,
        retries: 0,
        chunks: 0,
        time_to_first_chunk_seconds: null,
        trace_id: null,
        provider: null,
        http_status: null,
        token_usage: null,
        cost_usd: null,
        cost_source: null,
        total_tokens: null,
        total_cost_usd: null,
        tool_calls: null,
        model_calls: null,
        repeated_calls: null,
        paused_seconds: 0,
      });
      expect(search).toMatchObject({
        tool_name: 'search',
        duration: '2.5s',
        input_bytes: 3,
        output_bytes: 4,
        retries: 1,
      });
    });

    it.each([
      ['', ['agent', 'tool']],
      ['?kind=tool', ['tool']],
      ['?agent=writer', ['agent']],
      [`?agent=${encodeURIComponent('a"b\n|\\')}`, ['tool']],
      ['?tool=search', ['tool']],
      ['?status=error', ['agent']],
      ['?limit=1', ['agent']],
      ['?limit=0', []],
      ['?tool=search&status=error', []],
      ['?unknown=1', ['agent', 'tool']],
    ])('%s gives %j', async (query, kinds) => {
      const app = await serveFilled();
      const { body } = await app.json<{ executions: { kind: string }[] }>(`/metrics/history${query}`);
      expect(body.executions.map(({ kind }) => kind)).toEqual(kinds);
    });
  });

  const LIMIT = '"limit" must be a whole number from 0.';
  const WINDOW = '"window" must be one of 1m, 5m, 15m, 1h.';
  const LONG = 'x'.repeat(10_000);

  it.each([
    ['history?kind=robot', '"kind" must be one of agent, tool, model.'],
    ['history?kind=agent&kind=tool', '"kind" must be one of agent, tool, model.'],
    ['history?status=failed', '"status" must be one of success, error, timeout, cancelled.'],
    ['history?limit=-1', LIMIT],
    ['history?limit=1.5', LIMIT],
    ['history?limit=', LIMIT],
    ['history?limit=1e3', LIMIT],
    ['history?limit=1&limit=2', LIMIT],
    ['history?agent=a&agent=b', '"agent" must be a string.'],
    [`history?tool=${LONG}`, '"tool" must be at most 1000 characters.'],
    [`history?status=${LONG}`, '"status" must be one of success, error, timeout, cancelled.'],
    ['trends?window=7x', WINDOW],
    ['trends?window=', WINDOW],
    ['trends?window=1m&window=5m', WINDOW],
    ['trends?window=__proto__', WINDOW],
    ['trends?window=toString', WINDOW],
    [`trends?window=${LONG}`, WINDOW],
    [`trends?names=search&names=${LONG}`, '"names" must be at most 1000 characters each.'],
    ['trends?points=no', '"points" must be true or false.'],
    ['trends?points=', '"points" must be true or false.'],
    ['trends?points=true&points=false', '"points" must be true or false.'],
  ])('/%.24s is a bad request that says what is allowed, and may be cached by nobody', async (route, message) => {
    const answer = await (await serve()).fetch(`/metrics/${route}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: `Query parameter ${message}` },
    });
  });

  it.each([
    'limit[a]=1',
    'limit[]=1',
    '__proto__=1',
    '__proto__[limit]=1',
    'agent[constructor]=x',
    '%',
    '%00=%00',
    '&&=&=',
  ])('/history?%s has an answer that is no fault', async (query) => {
    const app = await serve();
    expect([200, 400]).toContain((await app.fetch(`/metrics/history?${query}`)).status);
    expect(app.logger.errors).toEqual([]);
  });

  it('/running has executions in progress with their age, oldest first', async () => {
    const app = await serve();
    const tracker = app.nest.get(ExecutionTracker);
    const gate = new Gate();
    const call = tracker.trackAgent('writer', () => tracker.trackTool('search', () => gate.passed));
    app.clock.advance(1_500);
    const { body } = await app.json<{ executions: { id: string }[] }>('/metrics/running');
    const [agent, tool] = body.executions;
    const started = {
      start_time: '2025-01-01T00:00:00.000Z',
      age_seconds: 1.5,
      request_id: agent?.id,
      agent_id: 'writer',
      model: null,
    };
    expect(agent).toEqual({ id: agent?.id, parent_id: null, kind: 'agent', tool_name: null, ...started });
    expect(tool).toEqual({ id: tool?.id, parent_id: agent?.id, kind: 'tool', tool_name: 'search', ...started });
    gate.open();
    await call;
    expect((await app.json('/metrics/running')).body).toEqual({ executions: [] });
  });
});

function withoutDate<Headers extends { date?: string }>({ date: _date, ...headers }: Headers) {
  return headers;
}
