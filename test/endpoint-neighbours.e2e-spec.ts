import { EventEmitter, once } from 'node:events';
import { stat } from 'node:fs/promises';
import { get } from 'node:http';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import fastifyHelmet from '@fastify/helmet';
import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  SetMetadata,
  UnauthorizedException,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiExcludeController, ApiTags, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { SkipThrottle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { InjectMetric, makeCounterProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import helmet from 'helmet';
import { Gauge, register, Registry, type Counter } from 'prom-client';
import { concat, concatMap, from, map, of, tap, type Observable } from 'rxjs';
import { MetricsModule, type MetricsRootOptions } from '../src';
import { METRICS_ROUTES } from '../src/http/answers/metrics-routes';
import { parseExposition } from '../src/testing';
import { Gate } from './support/gate';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp } from './support/test-app';

const ROUTES = ['/metrics', '/metrics/history', '/metrics/running', '/metrics/trends'];
const PAGE = ['/metrics/dashboard', '/metrics/dashboard/shell/main.js', '/metrics/dashboard/data/poller.js'];

@Controller('hello')
class HelloController {
  @Get()
  hello() {
    return { hello: 'world' };
  }
}

interface Setting extends MetricsRootOptions {
  readonly metadata?: ModuleMetadata;
  readonly setUp?: (nest: INestApplication) => void;
}

/** As an interceptor does it, on both adapters. */
function setHeader(context: ExecutionContext, name: string, value: string): void {
  context.switchToHttp().getResponse<{ header(name: string, value: string): void }>().header(name, value);
}

afterEach(() => register.clear());

describe.each(ADAPTERS)('Beside what an application has, on %s, the endpoint', (name, adapter) => {
  const serve = ({ metadata = {}, setUp, ...options }: Setting = {}) =>
    TestApp.start(
      {
        ...metadata,
        imports: [MetricsModule.forRoot(options), ...(metadata.imports ?? [])],
        controllers: [HelloController],
      },
      { adapter, setUp },
    );

  const statusOf = async (app: TestApp, path: string) => (await app.fetch(path)).status;

  async function expectText(app: TestApp): Promise<void> {
    const text = await (await app.fetch('/metrics?format=prometheus')).text();
    expect(parseExposition(text).families.has('crew_requests_total')).toBe(true);
  }

  describe('has what an interceptor puts on every response', () => {
    const interceptors: [when: string, interceptor: NestInterceptor][] = [
      [
        'before the handler',
        {
          intercept(context: ExecutionContext, next: CallHandler) {
            setHeader(context, 'x-id', '7');
            return next.handle();
          },
        },
      ],
      [
        'after the handler',
        {
          intercept: (context: ExecutionContext, next: CallHandler) =>
            next.handle().pipe(tap(() => setHeader(context, 'x-id', '7'))),
        },
      ],
      [
        'when a promise has settled',
        {
          async intercept(context: ExecutionContext, next: CallHandler) {
            await Promise.resolve();
            setHeader(context, 'x-id', '7');
            return next.handle();
          },
        },
      ],
    ];

    it.each(interceptors)('%s, without a word in the log', async (_when, interceptor) => {
      const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
      for (const path of ['/hello', ...ROUTES]) {
        const { status, headers } = await app.fetch(path);
        expect({ path, status, id: headers.get('x-id') }).toEqual({ path, status: 200, id: '7' });
      }
      expect(app.logger.errors).toEqual([]);
    });
  });

  it('may be cached by nobody, whatever an interceptor says of every response', async () => {
    const interceptor: NestInterceptor = {
      intercept(context, next) {
        setHeader(context, 'Cache-Control', 'public, max-age=3600');
        return next.handle();
      },
    };
    const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
    expect((await app.fetch('/hello')).headers.get('cache-control')).toBe('public, max-age=3600');
    for (const path of ROUTES) expect((await app.fetch(path)).headers.get('cache-control')).toBe('no-store');
  });

  it('survives an interceptor that looks into every result', async () => {
    const interceptor: NestInterceptor = {
      intercept: (_context, next) => next.handle().pipe(map((result: { items: unknown }) => ({ items: result.items }))),
    };
    const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
    await expectText(app);
    expect(app.logger.errors).toEqual([]);
  });

  describe('is refused by an interceptor that refuses', () => {
    const refuse = (): never => {
      throw new ForbiddenException('No tenant.');
    };
    const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
    const refusals: [
      when: string,
      intercept: (next: CallHandler) => Observable<unknown> | Promise<Observable<unknown>>,
    ][] = [
      ['at once', refuse],
      ['when a promise has settled', async () => refuse()],
      ['after a timer', () => wait().then(refuse)],
      ['when it has read a file', () => stat(__filename).then(refuse)],
      ['in what it returns, after a timer', () => from(wait()).pipe(map(refuse))],
      ['after the handler', (next) => next.handle().pipe(map(refuse))],
      ['after the handler, in passing', (next) => next.handle().pipe(tap(refuse))],
      ['after the handler, after a timer', (next) => next.handle().pipe(concatMap(() => wait().then(refuse)))],
      ['when the handler has completed', (next) => concat(next.handle(), from(wait()).pipe(map(refuse)))],
    ];

    it.each(refusals)('%s', async (_when, intercept) => {
      const interceptor: NestInterceptor = { intercept: (_context, next) => intercept(next) };
      const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
      for (const path of [...ROUTES, ...PAGE, '/hello']) {
        expect({ path, ...(await app.json(path)) }).toEqual({
          path,
          status: 403,
          body: { statusCode: 403, error: 'Forbidden', message: 'No tenant.' },
        });
      }
      expect(app.logger.errors).toEqual([]);
    });

    it('of the controller, and no other', async () => {
      const decorators = [UseInterceptors({ intercept: () => wait().then(refuse) })];
      const app = await serve({ endpoint: { decorators } });
      for (const path of [...ROUTES, ...PAGE]) expect([path, await statusOf(app, path)]).toEqual([path, 403]);
      expect(await statusOf(app, '/hello')).toBe(200);
    });

    it('although one before it has an answer of its own', async () => {
      const interceptors: NestInterceptor[] = [
        { intercept: (_context, next) => next.handle().pipe(concatMap(() => wait().then(refuse))) },
        { intercept: () => of('cached') },
      ];
      const setUp = (nest: INestApplication) => nest.useGlobalInterceptors(...interceptors);
      const app = await serve({ setUp });
      for (const path of [...ROUTES, ...PAGE]) expect([path, await statusOf(app, path)]).toEqual([path, 403]);
    });
  });

  it('has no byte sent, and nothing read, before an interceptor has admitted the request', async () => {
    const gate = new Gate();
    const asked = new Gate();
    const interceptor: NestInterceptor = {
      async intercept(_context, next) {
        asked.open();
        await gate.passed;
        return next.handle();
      },
    };
    const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
    const answer = app.json('/metrics');
    await asked.passed;
    app.collector.recordCacheHit();
    gate.open();
    expect(await answer).toMatchObject({ status: 200, body: { system_metrics: { cache_hits: 1 } } });
    for (const path of [...ROUTES, ...PAGE]) expect([path, await statusOf(app, path)]).toEqual([path, 200]);
  });

  it('leaves the answer to an interceptor that sends one', async () => {
    const interceptor: NestInterceptor = {
      async intercept(context) {
        await stat(__filename);
        context.switchToHttp().getResponse<{ send(body: string): void }>().send('closed for today');
        return of(undefined);
      },
    };
    const app = await serve({ metadata: { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] } });
    for (const path of [...ROUTES, ...PAGE]) expect(await (await app.fetch(path)).text()).toBe('closed for today');
    expect(app.logger.errors).toEqual([]);
  });

  it('answers where an interceptor answers for every handler', async () => {
    const metadata: ModuleMetadata = {
      imports: [CacheModule.register()],
      providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
    };
    const app = await serve({ metadata });
    for (let time = 1; time <= 3; time += 1) {
      await expectText(app);
      expect(await statusOf(app, '/metrics/history')).toBe(200);
    }
    expect(app.logger.errors).toEqual([]);
  });

  it('stands behind a global guard, which finds its exemption on the controller', async () => {
    const IS_PUBLIC = 'isPublic';
    const Public = () => SetMetadata(IS_PUBLIC, true) as ClassDecorator;

    @Injectable()
    class AuthGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        const targets = [context.getHandler(), context.getClass()];
        if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
        throw new UnauthorizedException();
      }
    }

    const metadata: ModuleMetadata = { providers: [{ provide: APP_GUARD, useClass: AuthGuard }] };
    const closed = await serve({ metadata });
    const open = await serve({ metadata, endpoint: { decorators: [Public()] } });
    for (const path of ROUTES) {
      expect(await statusOf(closed, path)).toBe(401);
      expect(await statusOf(open, path)).toBe(200);
    }
    expect(await statusOf(open, '/hello')).toBe(401);
  });

  it('is throttled with the application, and exempt with @SkipThrottle()', async () => {
    const metadata: ModuleMetadata = {
      imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }])],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    };
    const statuses = async (app: TestApp, path: string) => {
      const seen: number[] = [];
      for (let time = 1; time <= 3; time += 1) seen.push(await statusOf(app, path));
      return seen;
    };
    const throttled = await serve({ metadata });
    expect(await statuses(throttled, '/metrics')).toEqual([200, 200, 429]);
    const exempt = await serve({ metadata, endpoint: { decorators: [SkipThrottle()] } });
    for (const path of ROUTES) expect(await statuses(exempt, path)).toEqual([200, 200, 200]);
    expect(await statuses(exempt, '/hello')).toEqual([200, 200, 429]);
  });

  describe('in the OpenAPI document of the application', () => {
    const DATA = METRICS_ROUTES.map(({ path }) => `/metrics/${path}`.replace(/\/$/, '').replace(':id', '{id}'));
    const pathsOf = async (options: Setting = {}) => {
      const { nest } = await serve(options);
      return Object.keys(SwaggerModule.createDocument(nest, new DocumentBuilder().build()).paths);
    };

    it('does not stand', async () => {
      expect(await pathsOf()).toEqual(['/hello']);
      expect(await pathsOf({ endpoint: { decorators: [ApiExcludeController()] } })).toEqual(['/hello']);
      expect(await pathsOf({ endpoint: { decorators: [ApiTags('metrics')] } })).toEqual(['/hello']);
    });

    it('stands without the page where that is asked for', async () => {
      const paths = await pathsOf({ endpoint: { decorators: [ApiExcludeController(false)] } });
      expect(paths.sort()).toEqual(['/hello', ...DATA].sort());
    });
  });

  it('has the headers of helmet', async () => {
    const setUp = (nest: INestApplication) => {
      if (name === 'Express') nest.use(helmet());
      else void (nest as NestFastifyApplication).register(fastifyHelmet);
    };
    const app = await serve({ setUp });
    const { status, headers } = await rawRequest(`${app.url}/metrics?format=prometheus`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
      'cache-control': 'no-store',
    });
  });

  it('leaves its place to a PrometheusModule of the user, which serves our families', async () => {
    const app = await serve({
      registry: register,
      defaultMetrics: false,
      endpoint: false,
      metadata: { imports: [PrometheusModule.register({ defaultMetrics: { enabled: false } })] },
    });
    app.collector.recordAgentExecution({ agentId: 'a"b\n|\\', durationMs: 1, status: 'success' });
    const answer = await app.fetch('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const labels = { agent: 'a"b\n|\\', status: 'success' };
    expect(parseExposition(await answer.text()).value('crew_agent_executions_total', labels)).toBe(1);
    expect(await statusOf(app, '/metrics/history')).toBe(404);
  });

  it("shows the user's metrics of any module, with the prefix that the user gives them", async () => {
    @Injectable()
    class Orders {
      constructor(@InjectMetric('orders_total') readonly orders: Counter) {}
    }
    @Module({ providers: [Orders, makeCounterProvider({ name: 'orders_total', help: 'Orders' })] })
    class OrdersModule {}

    const theirs = { global: true, path: '/theirs', customMetricPrefix: 'shop', defaultMetrics: { enabled: false } };
    const prefixed = await serve({ metadata: { imports: [PrometheusModule.register(theirs), OrdersModule] } });
    prefixed.nest.get(Orders, { strict: false }).orders.inc(3);
    const scrape = parseExposition(await (await prefixed.fetch('/metrics?format=prometheus')).text());
    expect(scrape.value('shop_orders_total')).toBe(3);
    await prefixed.close();
    register.clear();
    const plain = await serve({ metadata: { imports: [OrdersModule] } });
    plain.nest.get(Orders, { strict: false }).orders.inc();
    expect(parseExposition(await (await plain.fetch('/metrics?format=prometheus')).text()).value('orders_total')).toBe(
      1,
    );
  });

  it('refuses other methods as the application does', async () => {
    const app = await serve();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status } = await rawRequest(`${app.url}/metrics`, {}, method);
      expect({ method, status }).toEqual({ method, status: 404 });
    }
  });

  it('stops working when the scraper gives up', async () => {
    const registry = new Registry();
    const read = new EventEmitter();
    const gate = new Gate();
    new Gauge({
      name: 'slow',
      help: 'Takes its time.',
      registers: [registry],
      async collect() {
        read.emit('slow');
        await gate.passed;
      },
    });
    const isWritten = jest.fn();
    class Later extends Gauge {
      override async get() {
        const answer = await super.get();
        return Object.defineProperty({ ...answer }, 'values', { get: () => (isWritten(), answer.values) });
      }
    }
    new Later({ name: 'later', help: 'Is written after it.' });
    const app = await serve({ registry, defaultMetrics: false });

    const closed = once(app.nest.getHttpServer() as EventEmitter, 'connection').then(([socket]: EventEmitter[]) =>
      once(socket!, 'close'),
    );
    const request = get(`${app.url}/metrics?format=prometheus`, { agent: false }).on('error', () => {});
    await once(read, 'slow');
    request.destroy();
    await closed;
    expect(isWritten).not.toHaveBeenCalled();
    gate.open();
    expect(await statusOf(app, '/metrics?format=prometheus')).toBe(200);
    expect(isWritten).toHaveBeenCalled();
    expect(app.logger.errors).toEqual([]);
  });
});

describe('A Fastify that logs', () => {
  it('has no complaint about our routes', async () => {
    const lines: string[] = [];
    const adapter = () =>
      new FastifyAdapter({ logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } });
    const app = await TestApp.start({ imports: [MetricsModule.forRoot()] }, { adapter });
    for (const path of [...ROUTES, '/metrics?format=prometheus']) expect((await app.fetch(path)).status).toBe(200);
    expect((await app.fetch('/metrics?format=xml')).status).toBe(400);
    expect(lines).toEqual([]);
  });
});
