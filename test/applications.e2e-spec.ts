import { Injectable, Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { interval, lastValueFrom, of, type Observable } from 'rxjs';
import request from 'supertest';
import type * as ThisCopy from '../src';
import {
  currentExecution,
  ExecutionTracker,
  MetricsCollector,
  MetricsModule,
  TrackAgent,
  trackedAgent,
  trackedModel,
  trackedTool,
  TrackTool,
} from '../src';
import {
  ADAPTERS,
  collectorOf,
  compile,
  counted,
  expectUntouched,
  inProgress,
  OpenApplications,
  startContext,
  startHttp,
  withMetrics,
  type HttpApplication,
} from './support/applications';
import { collectGarbageUntil } from './support/garbage-collector';
import { TestApp } from './support/test-app';

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string): Promise<string> {
    return `${text} found`;
  }

  @TrackTool('version')
  static version(): number {
    return 1;
  }
}

const translate = trackedTool('translate', (text: string) => text.toUpperCase());

/** A constant that every application provides. */
const sharedSearch = new Search();

@Injectable()
class Researcher {
  constructor(private readonly search: Search) {}

  @TrackAgent('researcher')
  async run(text: string): Promise<string> {
    return this.search.query(text);
  }

  @TrackAgent('host')
  async host<Result>(fn: () => Result): Promise<Awaited<Result>> {
    return await fn();
  }
}

const crew: ModuleMetadata = {
  providers: [Researcher, Search, { provide: 'SHARED', useValue: sharedSearch }],
};

const applications = new OpenApplications();
afterEach(() => applications.closeAll());

const open = async (metadata: ModuleMetadata = withMetrics(crew)) => applications.add(await startContext(metadata));
const host = (application: INestApplicationContext) => application.get(Researcher);

describe('MetricsModule', () => {
  it('is absent: everything runs as if undecorated', async () => {
    const application = await open(crew);
    expect(await host(application).run('tea')).toBe('tea found');
    expect(await sharedSearch.query('tea')).toBe('tea found');
    expect(Search.version()).toBe(1);
    expect(translate('tea')).toBe('TEA');
    expect(() => application.get(MetricsCollector)).toThrow();
  });

  describe.each(ADAPTERS)('on %s', (adapter) => {
    const start = async (metadata: ModuleMetadata) => applications.add(await startHttp(metadata, adapter));
    const readTotal = async (application: HttpApplication) => {
      const response = await request(application.getHttpServer()).get('/metrics').expect(200);
      return (response.body as { system_metrics: { total_requests: number } }).system_metrics.total_requests;
    };

    it('may be listed twice as the same dynamic module', async () => {
      const metrics = MetricsModule.forRoot();
      @Module({ imports: [metrics], ...crew })
      class CrewModule {}
      const application = await start({ imports: [metrics, CrewModule, metrics] });
      await host(application).run('tea');
      expect(await readTotal(application)).toBe(1);
    });

    it('may be imported bare by a feature module', async () => {
      @Module({ imports: [MetricsModule], ...crew })
      class CrewModule {}
      const application = await start({ imports: [CrewModule, MetricsModule.forRoot()] });
      await host(application).run('tea');
      expect(await readTotal(application)).toBe(1);
    });

    it('may be imported by a feature module alone', async () => {
      @Module({ imports: [MetricsModule.forRoot({ isGlobal: false })] })
      class InfrastructureModule {}
      const application = await start({ ...crew, imports: [InfrastructureModule] });
      await host(application).run('tea');
      expect(await readTotal(application)).toBe(1);
    });
  });

  it('cannot be configured twice in one application', async () => {
    const imports = [MetricsModule.forRoot(), MetricsModule.forRoot({ prefix: 'other', endpoint: false })];
    await expect(startContext({ imports })).rejects.toThrow('imported 2 times');
  });
});

describe('Two live applications', () => {
  it('that share every class keep their numbers apart', async () => {
    const [first, second] = [await open(), await open()];
    await Promise.all([host(first).run('tea'), host(second).run('tea'), host(second).run('coffee')]);
    expect(counted(first)).toHaveLength(2);
    expect(counted(second)).toHaveLength(4);
  });

  it('that share a value count it in whose execution it is called', async () => {
    const [first, second] = [await open(), await open()];
    await host(first).host(() => sharedSearch.query('tea'));
    expect(counted(first)).toEqual(['tool search of host: success', 'agent host: success']);
    expectUntouched(second);
  });

  it('that share a value count none of its calls outside any execution', async () => {
    const [first, second] = [await open(), await open()];
    expect(await sharedSearch.query('tea')).toBe('tea found');
    expectUntouched(first);
    expectUntouched(second);
  });

  it.each<[string, () => unknown, string]>([
    ['a static method', () => Search.version(), 'version'],
    ['a tracked function', () => translate('tea'), 'translate'],
  ])('count %s in whose execution it is called, and nowhere outside any', async (_name, call, tool) => {
    const [first, second] = [await open(), await open()];
    call();
    await host(second).host(call);
    expectUntouched(first);
    expect(counted(second)).toEqual([`tool ${tool} of host: success`, 'agent host: success']);
  });

  it('count an instance in its own application, whoever calls it', async () => {
    const [first, second] = [await open(), await open()];
    await host(first).host(() => host(second).run('tea'));
    expect(counted(first)).toEqual(['agent host: success']);
    expect(counted(second)).toEqual(['tool search of researcher: success', 'agent researcher: success']);
    expect(collectorOf(second).getSystemMetrics().totalRequests).toBe(1);
  });
});

describe('After one of two applications has closed', () => {
  let closed: INestApplicationContext;
  let live: INestApplicationContext;

  beforeEach(async () => {
    closed = await open();
    live = await open();
  });

  it('calls of its instances run untracked, and its numbers stay readable', async () => {
    await host(closed).run('tea');
    await closed.close();
    expect(await host(closed).run('tea')).toBe('tea found');
    expect(await closed.get(ExecutionTracker).trackTool('late', async () => 'done')).toBe('done');
    expect(counted(closed)).toEqual(['tool search of researcher: success', 'agent researcher: success']);
    expectUntouched(live);
  });

  it.each([
    ['a shared value', () => sharedSearch.query('tea'), 'search'],
    ['a static method', async () => Search.version(), 'version'],
    ['a tracked function', async () => translate('tea'), 'translate'],
  ])('the other counts %s alone', async (_name, call, tool) => {
    await closed.close();
    await call();
    expect(counted(live)).toEqual([`tool ${tool}: success`]);
    expectUntouched(closed);
  });

  it('what its executions still call is counted nowhere', async () => {
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    const late = host(closed).host(async () => {
      await waiting;
      return [await sharedSearch.query('tea'), Search.version(), translate('tea'), await new Search().query('tea')];
    });
    await closed.close();
    goOn();
    expect(await late).toEqual(['tea found', 1, 'TEA', 'tea found']);
    expect(counted(closed)).toEqual(['agent host: cancelled']);
    // A value that both provide belongs to the one that is left.
    expect(counted(live)).toEqual(['tool search: success']);
  });

  it('what it returned and nobody had begun yet is counted nowhere', async () => {
    const tracker = closed.get(ExecutionTracker);
    const numbers: Observable<number> = tracker.trackTool('numbers', () => of(1, 2));
    const letters = tracker.trackTool('letters', function* () {
      yield 'a';
    });
    await closed.close();
    expect(await lastValueFrom(numbers)).toBe(2);
    expect([...letters]).toEqual(['a']);
    expectUntouched(closed);
    expectUntouched(live);
  });
});

describe('An application that fails to start', () => {
  it('does not keep the one that did from counting what has no instance', async () => {
    const failing = { providers: [{ provide: 'FAILING', useFactory: () => Promise.reject(new Error('No.')) }] };
    await expect(startContext(withMetrics(failing))).rejects.toThrow('No.');
    const application = await open();
    Search.version();
    translate('tea');
    expect(counted(application)).toEqual(['tool version: success', 'tool translate: success']);
  });
});

describe('Two copies of the package', () => {
  /** Peer dependencies are there once. */
  const PEERS = [
    '@nestjs/common',
    '@nestjs/core/application-config',
    '@nestjs/core/constants',
    '@nestjs/core/helpers/http-adapter-host',
    '@nestjs/core/injector/modules-container',
    '@willsoto/nestjs-prometheus',
    'prom-client',
    'rxjs',
  ];
  let copy!: typeof ThisCopy;

  beforeAll(() => {
    const peers = PEERS.map((name) => [name, jest.requireActual<object>(name)] as const);
    jest.isolateModules(() => {
      for (const [name, peer] of peers) jest.doMock(name, () => peer);
      copy = jest.requireActual<typeof ThisCopy>('../src');
    });
  });

  afterAll(() => PEERS.forEach((name) => jest.dontMock(name)));

  /** An agent of this copy that uses a tool of the other. */
  const mixedCrew = () => {
    @Injectable()
    class OtherSearch {
      @copy.TrackTool('search')
      async *query(text: string): AsyncGenerator<string> {
        yield `${text} found`;
      }
    }
    @Injectable()
    class MixedResearcher {
      constructor(private readonly search: OtherSearch) {}

      @TrackAgent('researcher')
      async run(text: string): Promise<string[]> {
        const found: string[] = [copy.currentExecution()!.name];
        for await (const part of this.search.query(text)) found.push(part);
        return found;
      }
    }
    const shared = { provide: 'SHARED', useValue: new OtherSearch() };
    return { MixedResearcher, providers: [MixedResearcher, OtherSearch, shared] };
  };

  it('are two', () => expect(copy.MetricsModule).not.toBe(MetricsModule));

  it.each(['this copy', 'the other copy'])('count into the module of %s', async (which) => {
    const { MetricsModule: Metrics, MetricsCollector: Collector } =
      which === 'this copy' ? { MetricsModule, MetricsCollector } : copy;
    const { MixedResearcher, providers } = mixedCrew();
    const application = await open({ imports: [Metrics.forRoot({ endpoint: false })], providers });
    expect(await application.get(MixedResearcher).run('tea')).toEqual(['researcher', 'tea found']);
    expect(translate('tea')).toBe('TEA');
    const history = application.get<MetricsCollector>(Collector).getHistory();
    expect(history.map(({ kind, agentId, toolName }) => [kind, agentId, toolName])).toEqual([
      ['tool', undefined, 'translate'],
      ['agent', 'researcher', undefined],
      ['tool', 'researcher', 'search'],
    ]);
  });

  it('keep two applications apart, values that both provide included', async () => {
    const { MixedResearcher, providers } = mixedCrew();
    const own = await open({ imports: [MetricsModule.forRoot({ endpoint: false })], providers });
    const other = await open({ imports: [copy.MetricsModule.forRoot({ endpoint: false })], providers });
    await other.get(MixedResearcher).run('tea');
    const search = own.get<{ query(text: string): AsyncGenerator<string> }>('SHARED');
    const readAll = async () => {
      for await (const part of search.query('tea')) expect(part).toBe('tea found');
    };
    await readAll();
    expectUntouched(own);
    await other.close();
    await readAll();
    expect(counted(own)).toEqual(['tool search: success']);
  });

  it('cannot both be configured in one application', async () => {
    const imports = [MetricsModule.forRoot({ endpoint: false }), copy.MetricsModule.forRoot({ endpoint: false })];
    await expect(startContext({ imports })).rejects.toThrow('imported 2 times');
  });
});

describe('An application that closes', () => {
  it('cancels what is in flight: gauges back at 0, signals aborted, results as they are', async () => {
    const application = await open();
    const tracker = application.get(ExecutionTracker);
    let finish = (_text: string) => {};
    let signal: AbortSignal | undefined;
    const promise = tracker.trackAgent('waiter', () => {
      signal = currentExecution()!.signal;
      return new Promise<string>((resolve) => (finish = resolve));
    });
    const generator = tracker.trackTool('generator', async function* () {
      yield 'first';
      yield 'second';
    });
    await generator.next();
    const subscription = tracker.trackTool('ticks', () => interval(1e8)).subscribe();
    const pending = tracker.trackAgent('streamer', () => generator);
    expect(inProgress(application)).toBe(3);

    await application.close();
    expect(counted(application).sort()).toEqual([
      'agent waiter: cancelled',
      'tool generator: cancelled',
      'tool ticks: cancelled',
    ]);
    expect(inProgress(application)).toBe(0);
    expect(collectorOf(application).getSystemMetrics()).toMatchObject({ requestsInProgress: 0, cancelledRequests: 1 });
    expect(signal!.aborted).toBe(true);
    expect(signal!.reason).toHaveProperty('name', 'AbortError');

    finish('done');
    expect(await promise).toBe('done');
    expect(await pending.next()).toEqual({ done: false, value: 'second' });
    subscription.unsubscribe();
    expect(counted(application)).toHaveLength(3);
  });

  it('before it was initialised leaves nothing behind either', async () => {
    const application = await compile(withMetrics(crew));
    await application.close();
    expect(Search.version()).toBe(1);
    expectUntouched(application);
  });
});

describe('Ten applications that were created, used and closed', () => {
  const CYCLES = 10;
  /** How many timers, sockets and listeners of the process there are, by kind. */
  const countHandles = () => {
    const counts = new Map<string, number>();
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const event of process.eventNames()) counts.set(`on ${String(event)}`, process.listenerCount(event));
    return counts;
  };

  const cycle = async (start: () => Promise<INestApplicationContext>): Promise<WeakRef<MetricsCollector>> => {
    const application = await start();
    await host(application).run('tea');
    await sharedSearch.query('tea');
    Search.version();
    await collectorOf(application).exportMetrics('prometheus');
    host(application)
      .host(() => new Promise(() => {}))
      .catch(() => {});
    const collector = new WeakRef(collectorOf(application));
    await application.close();
    return collector;
  };

  it.each<[string, () => Promise<INestApplicationContext>]>([
    ['context', () => startContext(withMetrics(crew))],
    ...ADAPTERS.map(
      (adapter) => [adapter, () => startHttp(withMetrics(crew, { endpoint: {} }), adapter)] satisfies [string, unknown],
    ),
  ])(
    'leave nothing behind (%s)',
    async (_name, start) => {
      const first = await cycle(start);
      await collectGarbageUntil(() => first.deref() === undefined);
      const before = countHandles();
      const collectors: WeakRef<MetricsCollector>[] = [];
      for (let n = 0; n < CYCLES; n += 1) collectors.push(await cycle(start));
      const left = () => collectors.filter((collector) => collector.deref() !== undefined).length;
      await collectGarbageUntil(() => left() === 0);
      expect(left()).toBe(0);
      // The test runner has timers of its own that come and go; one of each application would make ten.
      const grown = [...countHandles()].filter(([type, count]) => count - (before.get(type) ?? 0) >= CYCLES / 2);
      expect(grown).toEqual([]);
    },
    60_000,
  );
});

describe('A tracked function outside any execution', () => {
  class Shelf {
    @TrackTool('count')
    static count(): number {
      return 3;
    }
  }
  const calls: [string, () => unknown][] = [
    ['agent', trackedAgent('helper', () => 1)],
    ['tool', trackedTool('search', async () => 1)],
    ['model', trackedModel('small', async () => 1)],
    ['static method', () => Shelf.count()],
  ];
  const open = () => TestApp.start({ imports: [MetricsModule.forRoot({ endpoint: false })] });
  const warningsOf = (...apps: TestApp[]) => apps.flatMap(({ logger }) => logger.warnings);

  it.each(calls)('warns once where two applications are live: %s', async (_name, call) => {
    const first = await open();
    await call();
    const second = await open();
    expect(warningsOf(first, second)).toEqual([]);
    await call();
    await call();
    expect(warningsOf(first, second)).toEqual([
      expect.stringMatching(/Inject ExecutionTracker.* inside an execution, or close the other application/),
    ]);
    await second.close();
    await call();
    expect(first.collector.getHistory()).toHaveLength(2);
  });

  it('warns of nothing inside an execution', async () => {
    const [first, second] = [await open(), await open()];
    const tracker = first.nest.get(ExecutionTracker);
    for (const [, call] of calls) await tracker.trackAgent('outer', call);
    expect(warningsOf(first, second)).toEqual([]);
  });
});
