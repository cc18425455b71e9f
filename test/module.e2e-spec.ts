import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
  type ModuleMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Registry } from 'prom-client';
import {
  ExecutionTracker,
  MetricsCollector,
  MetricsListener,
  MetricsModule,
  TrackAgent,
  trackedTool,
  type MetricsAsyncOptions,
  type MetricsModuleOptions,
  type MetricsOptionsFactory,
  type MetricsRootOptions,
} from '../src';
import { ADAPTERS, TestApp } from './support/test-app';

@Injectable()
class Researcher {
  @TrackAgent('researcher')
  run(): string {
    return 'found';
  }
}

@Controller('research')
class ResearchController {
  constructor(private readonly researcher: Researcher) {}

  @Get()
  research(): string {
    return this.researcher.run();
  }
}

/** What users' options are made of: a provider of another module. */
@Injectable()
class Settings {
  readonly prefix = 'docs';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class SettingsOptions implements MetricsOptionsFactory {
  constructor(private readonly settings: Settings) {}

  createMetricsOptions(): MetricsModuleOptions {
    return { prefix: this.settings.prefix };
  }
}

@Module({ imports: [SettingsModule], providers: [SettingsOptions], exports: [SettingsOptions] })
class SettingsOptionsModule {}

const start = (options?: MetricsRootOptions, metadata: ModuleMetadata = {}) =>
  TestApp.start({ ...metadata, imports: [MetricsModule.forRoot(options), ...(metadata.imports ?? [])] });

describe('MetricsModule.forRoot', () => {
  it('needs no options: agents are counted, and every family is called crew_', async () => {
    const app = await start(undefined, { providers: [Researcher] });
    app.nest.get(Researcher).run();
    const scrape = await app.scrape();
    expect(scrape.value('crew_requests_total', { status: 'success' })).toBe(1);
    expect(scrape.value('crew_agent_executions_total', { agent: 'researcher', status: 'success' })).toBe(1);
  });

  it('takes prefix, default labels, buckets and enabled', async () => {
    const options = { prefix: 'docs', defaultLabels: { region: 'eu' }, buckets: { request: [1, 2] }, enabled: false };
    const app = await start(options);
    expect(app.collector.isEnabled()).toBe(false);
    const scrape = await app.scrape();
    expect(scrape.value('docs_requests_total', { status: 'success', region: 'eu' })).toBe(0);
    const bounds = scrape.families.get('docs_request_duration_seconds')?.samples.map(({ labels }) => labels['le']);
    expect(bounds).toEqual(['1.0', '2.0', '+Inf', undefined, undefined]);
  });

  it('registers its families in the registry that it is given, and takes them out again when it closes', async () => {
    const registry = new Registry();
    const app = await start({ registry });
    expect(app.collector.registry).toBe(registry);
    expect(registry.getSingleMetric('crew_requests_total')).toBeDefined();
    await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('refuses to be imported twice in one application', async () => {
    @Module({ imports: [MetricsModule.forRoot()] })
    class FeatureModule {}

    await expect(start(undefined, { imports: [FeatureModule] })).rejects.toThrow(
      'MetricsModule.forRoot() is imported 2 times in one application. Import it once.',
    );
  });

  it('may stand as a bare class in a feature module, which changes nothing', async () => {
    @Module({ imports: [MetricsModule], providers: [Researcher], exports: [Researcher] })
    class FeatureModule {}

    const app = await start(undefined, { imports: [FeatureModule] });
    app.nest.get(Researcher, { strict: false }).run();
    expect(app.collector.getSystemMetrics().totalRequests).toBe(1);
  });
});

describe('isGlobal', () => {
  @Injectable()
  class Reader {
    constructor(readonly metrics: MetricsCollector) {}
  }

  it('lets every module inject the collector by default', async () => {
    @Module({ providers: [Reader] })
    class FeatureModule {}

    const app = await start(undefined, { imports: [FeatureModule] });
    expect(app.nest.get(Reader, { strict: false }).metrics).toBe(app.collector);
  });

  it.each([ExecutionTracker, MetricsListener])('false keeps %p from them, too', async (provided) => {
    @Injectable()
    class Asking {
      constructor(@Inject(provided) readonly provided: unknown) {}
    }
    @Module({ providers: [Asking] })
    class FeatureModule {}

    await expect(start({ isGlobal: false }, { imports: [FeatureModule] })).rejects.toThrow(provided.name);
    const app = await start({ isGlobal: false }, { providers: [Asking] });
    expect(app.nest.get(Asking).provided).toBeInstanceOf(provided);
  });

  it('false keeps the collector from modules that do not import it, and tracks them all the same', async () => {
    @Module({ providers: [Reader] })
    class ReadingModule {}

    @Module({ providers: [Researcher] })
    class FeatureModule {}

    await expect(start({ isGlobal: false }, { imports: [ReadingModule] })).rejects.toThrow(/MetricsCollector/);
    const app = await start({ isGlobal: false }, { imports: [FeatureModule], providers: [Reader] });
    app.nest.get(Researcher, { strict: false }).run();
    expect(app.nest.get(Reader).metrics.getAgentMetrics('researcher')?.executionCount).toBe(1);
  });
});

describe('MetricsModule.forRootAsync', () => {
  const ways: [way: string, options: MetricsAsyncOptions][] = [
    [
      'useFactory with injected providers',
      { imports: [SettingsModule], inject: [Settings], useFactory: ({ prefix }: Settings) => ({ prefix }) },
    ],
    [
      'useFactory that takes its time',
      { useFactory: () => new Promise((resolve) => setImmediate(resolve, { prefix: 'docs' })) },
    ],
    ['useClass with dependencies', { imports: [SettingsModule], useClass: SettingsOptions }],
    ['useExisting', { imports: [SettingsOptionsModule], useExisting: SettingsOptions }],
  ];

  it.each(ways)('takes its options from %s', async (_way, options) => {
    const app = await TestApp.start({ imports: [MetricsModule.forRootAsync(options)] });
    expect((await app.scrape()).families.has('docs_requests_total')).toBe(true);
  });

  it('takes isGlobal and endpoint beside the factory', async () => {
    const options = { useFactory: () => ({ prefix: 'docs' }), endpoint: { path: 'numbers' } };
    const app = await TestApp.start({ imports: [MetricsModule.forRootAsync(options)] });
    expect((await app.fetch('/numbers')).status).toBe(200);
    expect((await app.fetch('/metrics')).status).toBe(404);
  });

  it('says where an option belongs that a factory returns too late', async () => {
    const tooLate = { endpoint: false } as MetricsModuleOptions;
    const module = MetricsModule.forRootAsync({ useFactory: () => tooLate });
    await expect(TestApp.start({ imports: [module] })).rejects.toThrow(
      'MetricsModule: the option "endpoint" is needed before a factory runs. Pass it to forRootAsync beside the factory.',
    );
  });

  it('checks what the factory returns when the application starts', async () => {
    const module = MetricsModule.forRootAsync({ useFactory: () => ({ maxSeries: -1 }) });
    await expect(TestApp.start({ imports: [module] })).rejects.toThrow(
      'MetricsModule: the option "maxSeries" is -1; it must be a whole number from 0.',
    );
  });

  it.each([
    ['none', {}, 0],
    ['two', { useFactory: () => ({}), useClass: SettingsOptions }, 2],
  ])('refuses %s of its three ways', (_case, options, ways) => {
    expect(() => MetricsModule.forRootAsync(options)).toThrow(
      `MetricsModule.forRootAsync takes one of useFactory, useClass and useExisting, and got ${ways} of them.`,
    );
  });
});

describe('A bad option', () => {
  const BOUNDS = 'positive seconds in ascending order, at least one';
  const COUNT = 'a whole number from 0';
  const REQUESTS = 'false, or an object of recent, slowest and failed';
  const PREFIX = 'a word of the form [a-zA-Z][a-zA-Z0-9_]* that does not end with _';
  const LABELS = /^labels named \[a-zA-Z_\]\[a-zA-Z0-9_\]\*, none of .*\bagent, .*, le and none that begins with __$/;
  const ENDPOINT = 'false, or an object of path, guards, decorators, dashboard and public';
  const PATH = "a path such as '/metrics', without parameters or wildcards";

  const bad: [option: string, value: string, options: unknown, allowed: string | RegExp][] = [
    ['enabled', "'yes'", { enabled: 'yes' }, 'true or false'],
    ['isGlobal', '1', { isGlobal: 1 }, 'true or false'],
    ['recordMemory', 'null', { recordMemory: null }, 'true or false'],
    ['asyncContext', "'no'", { asyncContext: 'no' }, 'true or false'],
    ['defaultMetrics', '{}', { defaultMetrics: {} }, 'true or false'],
    ['strict', '0', { strict: 0 }, 'true or false'],
    ['defaultFormat', "'xml'", { defaultFormat: 'xml' }, "'json' or 'prometheus'"],
    ['prefix', "'crew_'", { prefix: 'crew_' }, PREFIX],
    ['prefix', "'1crew'", { prefix: '1crew' }, PREFIX],
    ['prefix', "''", { prefix: '' }, PREFIX],
    ['prefix', '7', { prefix: 7 }, PREFIX],
    ['historySize', '1.5', { historySize: 1.5 }, COUNT],
    ['historySize', 'Infinity', { historySize: Infinity }, COUNT],
    ['requestHistory', 'true', { requestHistory: true }, REQUESTS],
    ['requestHistory', '100', { requestHistory: 100 }, REQUESTS],
    ['requestHistory.recent', '-1', { requestHistory: { recent: -1 } }, COUNT],
    ['requestHistory.slowest', "'50'", { requestHistory: { slowest: '50' } }, COUNT],
    ['requestHistory.failed', 'false', { requestHistory: { failed: false } }, COUNT],
    ['maxSeries', 'NaN', { maxSeries: NaN }, COUNT],
    ['buckets', '1', { buckets: 1 }, 'an object of request, agent, tool, model and firstChunk'],
    ['buckets.tool', '[]', { buckets: { tool: [] } }, BOUNDS],
    ['buckets.agent', '[ 2, 1 ]', { buckets: { agent: [2, 1] } }, BOUNDS],
    ['buckets.agent', '[ 1, 1 ]', { buckets: { agent: [1, 1] } }, BOUNDS],
    ['buckets.request.1', 'Infinity', { buckets: { request: [1, Infinity] } }, BOUNDS],
    ['buckets.firstChunk.0', '0', { buckets: { firstChunk: [0] } }, BOUNDS],
    ['defaultLabels', "{ agent: 'x' }", { defaultLabels: { agent: 'x' } }, LABELS],
    ['defaultLabels', "{ le: 'x' }", { defaultLabels: { le: 'x' } }, LABELS],
    ['defaultLabels', "{ limit: 'x' }", { defaultLabels: { limit: 'x' } }, LABELS],
    ['defaultLabels', "{ http_status: 'x' }", { defaultLabels: { http_status: 'x' } }, LABELS],
    ['defaultLabels', "{ __x: 'x' }", { defaultLabels: { __x: 'x' } }, LABELS],
    ['defaultLabels', "{ 'a-b': 'x' }", { defaultLabels: { 'a-b': 'x' } }, LABELS],
    ['defaultLabels.region', '1', { defaultLabels: { region: 1 } }, 'text'],
    ['registry', '{}', { registry: {} }, 'a Registry of prom-client or @prometheus-io/client'],
    ['imports', "'SettingsModule'", { imports: 'SettingsModule' }, 'a list of modules'],
    ['endpoint', 'true', { endpoint: true }, ENDPOINT],
    ['endpoint.path', "'/metrics/:id'", { endpoint: { path: '/metrics/:id' } }, PATH],
    ['endpoint.path', "'/*'", { endpoint: { path: '/*' } }, PATH],
    ['endpoint.guards.0', '{}', { endpoint: { guards: [{}] } }, 'a guard class, or an object with canActivate'],
    ['endpoint.decorators.0', "'Public'", { endpoint: { decorators: ['Public'] } }, 'class decorators'],
  ];

  const BUDGET = { name: 'all', by: 'application', costUsd: 1, window: '1d' };

  it.each(bad)('is an error that names "%s", its value %s and what is allowed', (option, value, options, allowed) => {
    const [said, must] = messageOf(() => MetricsModule.forRoot(options as MetricsRootOptions)).split('; it must be ');
    expect(said).toBe(`MetricsModule: the option "${option}" is ${value}`);
    expect(must?.replace(/\.$/, '')).toEqual(typeof allowed === 'string' ? allowed : expect.stringMatching(allowed));
  });

  it.each([
    ['cache', { cache: false }, /enabled, .*, isGlobal, imports, endpoint/],
    ['requestHistory.last', { requestHistory: { last: 1 } }, /false, or an object of recent, slowest and failed/],
    ['buckets.agents', { buckets: { agents: [1] } }, /an object of request, agent, tool, model and firstChunk/],
  ])('that does not exist, as "%s", is an error that lists those that do', (option, options, allowed) => {
    const message = messageOf(() => MetricsModule.forRoot(options as MetricsRootOptions));
    expect(message).toContain(`MetricsModule: there is no option "${option}"; allowed is `);
    expect(message).toMatch(allowed);
  });

  it.each([
    ['endpont', { endpont: false }, 'endpoint'],
    ['historysize', { historysize: 10 }, 'historySize'],
    ['bearer_token', { bearer_token: 'secret' }, 'bearerToken'],
  ])('that is misspelt, as "%s", is an error that names the right one', (option, options, meant) => {
    const message = messageOf(() => MetricsModule.forRoot(options as MetricsRootOptions));
    expect(message).toBe(`MetricsModule: there is no option "${option}". Did you mean "${meant}"?`);
  });

  it.each([
    ['endpoint.dashbord', { endpoint: { dashbord: false } }, 'dashboard'],
    ['listen.Port', { listen: { port: 0, Port: 1 } }, 'port'],
    ['timeouts.toolMS', { timeouts: { toolMS: 1 } }, 'toolMs'],
    ['limits.request.toolCall', { limits: { request: { toolCall: 1 } } }, 'toolCalls'],
    ['budgets.0.reserve.token', { budgets: [{ ...BUDGET, reserve: { token: 1 } }] }, 'tokens'],
    ['breakdown.values', { breakdown: { value: () => 'x', values: [] } }, 'value'],
  ])('that is misspelt inside another, as "%s", is such an error, too', (option, options, meant) => {
    const message = messageOf(() => MetricsModule.forRoot(options as MetricsRootOptions));
    expect(message).toContain(`there is no option "${option}"; allowed is `);
    expect(message).toMatch(new RegExp(`an object of .* \\(did you mean "${meant}"\\?\\)\\.$`));
  });

  function messageOf(fn: () => unknown): string {
    try {
      fn();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return (error as TypeError).message;
    }
    throw new Error('Nothing was thrown.');
  }
});

describe.each(ADAPTERS)('The endpoint on %s', (_name, adapter) => {
  const serve = (options: MetricsRootOptions, metadata: ModuleMetadata = {}) =>
    TestApp.start({ ...metadata, imports: [MetricsModule.forRoot(options)] }, { adapter });
  const statusOf = async (app: TestApp, path: string, init?: RequestInit) => (await app.fetch(path, init)).status;

  it('stands at /metrics', async () => {
    const app = await serve({});
    expect(await statusOf(app, '/metrics')).toBe(200);
  });

  it.each(['numbers', '/numbers', '/numbers/'])('stands at another path, given as %s', async (path) => {
    const app = await serve({ endpoint: { path } });
    expect(await statusOf(app, '/numbers')).toBe(200);
    expect(await statusOf(app, '/numbers/history')).toBe(200);
    expect(await statusOf(app, '/metrics')).toBe(404);
  });

  it('does not stand anywhere with endpoint: false', async () => {
    const app = await serve({ endpoint: false });
    expect(await statusOf(app, '/metrics')).toBe(404);
    expect(app.collector.getSystemMetrics().totalRequests).toBe(0);
  });

  it('follows the global prefix', async () => {
    const app = await TestApp.start(
      { imports: [MetricsModule.forRoot()] },
      { adapter, setUp: (nest) => nest.setGlobalPrefix('api') },
    );
    expect(await statusOf(app, '/api/metrics')).toBe(200);
    expect(await statusOf(app, '/metrics')).toBe(404);
  });

  it('stays where it is when it is excluded from the global prefix', async () => {
    const exclude = ['metrics', 'metrics/*path'];
    const app = await TestApp.start(
      { imports: [MetricsModule.forRoot()] },
      { adapter, setUp: (nest) => nest.setGlobalPrefix('api', { exclude }) },
    );
    expect(await statusOf(app, '/metrics')).toBe(200);
    expect(await statusOf(app, '/metrics/history')).toBe(200);
    expect(await statusOf(app, '/api/metrics')).toBe(404);
  });

  describe('guards', () => {
    const IS_PUBLIC = 'isPublic';

    @Injectable()
    class Keys {
      readonly key = 'secret';
    }

    @Module({ providers: [Keys], exports: [Keys] })
    class KeysModule {}

    @Injectable()
    class KeyGuard implements CanActivate {
      constructor(
        private readonly keys: Keys,
        private readonly reflector: Reflector,
      ) {}

      canActivate(context: ExecutionContext): boolean {
        if (this.reflector.get<boolean>(IS_PUBLIC, context.getClass())) return true;
        return context.switchToHttp().getRequest<{ headers: object }>().headers['x-key' as never] === this.keys.key;
      }
    }

    const refused = { status: 403, body: { statusCode: 403, error: 'Forbidden', message: 'Forbidden resource' } };

    it.each(['/metrics', '/metrics/history', '/metrics/running'])(
      'with injected dependencies decide on %s',
      async (path) => {
        const app = await serve({ imports: [KeysModule], endpoint: { guards: [KeyGuard] } });
        expect(await app.json(path)).toEqual(refused);
        expect(await statusOf(app, path, { headers: { 'x-key': 'secret' } })).toBe(200);
      },
    );

    it('also as instances', async () => {
      let open = false;
      const app = await serve({ endpoint: { guards: [{ canActivate: () => open }] } });
      expect(await app.json('/metrics')).toEqual(refused);
      open = true;
      expect(await statusOf(app, '/metrics')).toBe(200);
    });

    it('see what class decorators put on the controller', async () => {
      const decorators = [SetMetadata(IS_PUBLIC, true) as ClassDecorator];
      const app = await serve({ imports: [KeysModule], endpoint: { guards: [KeyGuard], decorators } });
      expect(await statusOf(app, '/metrics')).toBe(200);
    });
  });
});

describe('Two applications in one process', () => {
  it('share classes and know nothing of each other', async () => {
    const metadata: ModuleMetadata = { providers: [Researcher], controllers: [ResearchController] };
    const blue = await start({ endpoint: { path: 'blue' } }, metadata);
    const green = await start({ endpoint: { path: 'green' }, prefix: 'green' }, metadata);
    await blue.fetch('/research');
    await blue.fetch('/research');
    await green.fetch('/research');
    expect(blue.collector.getSystemMetrics().totalRequests).toBe(2);
    expect(green.collector.getSystemMetrics().totalRequests).toBe(1);
    expect((await blue.fetch('/blue')).status).toBe(200);
    expect((await blue.fetch('/green')).status).toBe(404);
    expect((await green.fetch('/green')).status).toBe(200);
    expect((await green.fetch('/blue')).status).toBe(404);
  });

  it('that share a registry: the newest owns the names, until it closes', async () => {
    const registry = new Registry();
    const older = await start({ registry });
    const newer = await start({ registry });
    newer.collector.recordCacheHit();
    expect(await registry.metrics()).toContain('crew_cache_hits_total 1\n');
    await older.close();
    expect(await registry.metrics()).toContain('crew_cache_hits_total 1\n');
    await newer.close();
    expect(await registry.metrics()).toBe('\n');
  });
});

describe('A closed application', () => {
  it('can still be read', async () => {
    const app = await start(undefined, { providers: [Researcher] });
    app.nest.get(Researcher).run();
    const { collector } = app;
    await app.close();
    expect(collector.getAgentMetrics('researcher')?.successCount).toBe(1);
    expect(collector.getHistory()).toHaveLength(1);
    expect(await collector.exportMetrics('prometheus')).toContain('crew_requests_total{status="success"} 1\n');
  });

  it('no longer tracks', async () => {
    const app = await start(undefined, { providers: [Researcher] });
    const researcher = app.nest.get(Researcher);
    const { collector } = app;
    await app.close();
    expect(researcher.run()).toBe('found');
    expect(collector.getSystemMetrics().totalRequests).toBe(0);
  });

  it('leaves plain functions to the one that lives', async () => {
    const search = trackedTool('search', () => 'found');
    const closing = await start();
    const living = await start();
    search();
    await closing.close();
    search();
    expect(living.collector.getToolMetrics('search')?.executionCount).toBe(1);
  });

  it('that never came to run leaves them as well', async () => {
    const search = trackedTool('search', () => 'found');
    await expect(start(undefined, { imports: [MetricsModule.forRoot()] })).rejects.toThrow();
    const living = await start();
    search();
    expect(living.collector.getToolMetrics('search')?.executionCount).toBe(1);
  });

  it('leaves no timer behind', async () => {
    const begun = jest.spyOn(globalThis, 'setInterval');
    const ended = jest.spyOn(globalThis, 'clearInterval');
    const app = await start();
    const timers = begun.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timers).not.toEqual([]);
    expect(timers.some((timer) => timer.hasRef())).toBe(false);
    await app.close();
    const cleared = ended.mock.calls.map(([timer]) => timer);
    expect(timers.filter((timer) => !cleared.includes(timer))).toEqual([]);
    jest.restoreAllMocks();
  });
});
