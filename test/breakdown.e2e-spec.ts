import { channel } from 'node:diagnostics_channel';
import { Controller, Get, Injectable, Req, UseInterceptors, type ExecutionContext } from '@nestjs/common';
import * as fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import * as tenants from '../examples/tenants';
import {
  AgentMetricsInterceptor,
  BudgetExceededError,
  EXECUTION_CHANNEL,
  ExecutionTracker,
  MetricsModule,
  TrackAgent,
  trackedAgent,
  TrackTool,
  type BreakdownOptions,
  type Execution,
  type MetricsRootOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { expectGolden } from './support/golden';
import { Gate } from './support/gate';
import { ADAPTERS, TestApp } from './support/test-app';

/** Whose request is made: set around each call, as an async context would. */
let tenant: unknown;

const byTenant: BreakdownOptions = { value: () => tenant as string };
const PRICING = { m: { inputPerMillion: 1_000_000, outputPerMillion: 2_000_000 } };

const start = (options: MetricsRootOptions = {}, breakdown: Partial<BreakdownOptions> = {}) =>
  CollectionApp.start({ pricing: PRICING, ...options, breakdown: { ...byTenant, ...breakdown } });

afterEach(() => {
  tenant = undefined;
});

/** Makes a call for a tenant. */
function as<Result>(value: unknown, call: () => Result): Result {
  tenant = value;
  try {
    return call();
  } finally {
    tenant = undefined;
  }
}

/** Requests, model calls, tokens and dollars of each value. */
function figures({ metrics }: CollectionApp): Record<string, number[]> {
  const { values } = metrics.getBreakdown()!;
  return Object.fromEntries(
    Object.entries(values).map(([value, { totalRequests, tokenUsage }]) => [
      value,
      [totalRequests, tokenUsage.calls, tokenUsage.totalTokens, tokenUsage.costUsd],
    ]),
  );
}

const valuesOf = ({ metrics }: CollectionApp) =>
  metrics.getHistory().map(({ kind, agentId, toolName, model, breakdown }) => {
    return [kind, toolName ?? model ?? agentId, breakdown?.value];
  });

describe('A request', () => {
  it('counts once for its value, with everything inside it', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    as('acme', () =>
      tracker.trackAgent('planner', () => {
        metrics.recordModelCall({ model: 'm', inputTokens: 1, outputTokens: 2 });
        tracker.trackTool('search', () =>
          metrics.recordToolExecution({ toolName: 't', durationMs: 1, status: 'success' }),
        );
        tracker.trackAgent('writer', () => {
          tracker.trackModel('m', () => metrics.recordModelCall({ model: 'm', inputTokens: 10 }));
          metrics.recordAgentExecution({ agentId: 'critic', durationMs: 1, status: 'error' });
        });
      }),
    );
    as('globex', () => expect(() => tracker.trackAgent('planner', fail)).toThrow('no tea'));
    expect(figures(app)).toEqual({ acme: [1, 2, 13, 15], globex: [1, 0, 0, 0] });
    expect(metrics.getBreakdown()!.values['globex']).toMatchObject({ failedRequests: 1, successfulRequests: 0 });
    expect(valuesOf(app).map(([, name, value]) => `${String(name)} ${String(value)}`)).toEqual([
      'planner globex',
      'planner acme',
      'writer acme',
      'critic acme',
      'm acme',
      'search acme',
      't acme',
      'm acme',
    ]);
  });

  it('is asked for once, as its outermost agent is called, with the arguments of the call', async () => {
    @Injectable()
    class Crew {
      @TrackAgent('inner')
      async inner(): Promise<void> {}

      @TrackAgent('outer')
      async outer(_name: string, _more: object): Promise<void> {
        await this.inner();
      }

      @TrackTool('alone')
      async alone(): Promise<void> {}
    }
    const asked: (readonly unknown[])[] = [];
    const value = (args: readonly unknown[]) => void asked.push(args);
    const { app, tracker } = await CollectionApp.start({ breakdown: { value } }, { providers: [Crew] });
    const crew = app.get(Crew);
    const more = {};
    await crew.outer('tea', more);
    await crew.inner();
    await crew.alone();
    trackedAgent('plain', (_cups: number) => 0)(2);
    tracker.trackAgent('piece', () => 0);
    tracker.start({ kind: 'agent', id: 'handle' }).end();
    expect(asked).toEqual([['tea', more], [], [2], [], []]);
    expect(asked[0]![1]).toBe(more);
  });

  it('keeps its arguments, whatever is done with the list', async () => {
    const app = await start({}, { value: (args) => void (args as unknown[]).splice(0) });
    expect(trackedAgent('a', (cups: number) => cups)(2)).toBe(2);
    expect(figures(app)).toEqual({});
  });

  it.each([
    ['an empty string', () => ''],
    ['a number', () => 7],
    ['null', () => null],
    ['a promise', () => Promise.resolve('acme')],
    ['a promise that rejects', () => Promise.reject(new Error('none'))],
    ['what is thrown', fail],
  ])('has none where the function answers with %s', async (_what, value) => {
    const app = await start({}, { value: value as unknown as BreakdownOptions['value'] });
    for (const round of [1, 2]) expect(app.tracker.trackAgent('a', () => round)).toBe(round);
    expect(figures(app)).toEqual({});
    expect(app.metrics.getHistory()[0]).toMatchObject({ breakdown: { by: 'tenant', value: undefined } });
    expect(app.log.errors.length + app.log.warnings.length).toBe(value === fail || isAsync(value) ? 1 : 0);
  });

  it('is not asked for by a request that the function makes itself', async () => {
    const app = await start({}, { value: () => app.tracker.trackAgent('directory', () => 'acme') });
    app.tracker.trackAgent('a', () => 0);
    expect(valuesOf(app)).toEqual([
      ['agent', 'a', 'acme'],
      ['agent', 'directory', undefined],
    ]);
  });

  it('has its value in its form: well-formed, and at most 128 code points', async () => {
    const app = await start();
    as('\ud800', () => app.tracker.trackAgent('a', () => 0));
    as('👍'.repeat(200), () => app.tracker.trackAgent('a', () => 0));
    expect(Object.keys(figures(app))).toEqual(['\ufffd', '👍'.repeat(128)]);
  });

  it('that is recorded as a whole has none, nor has what runs outside any', async () => {
    const app = await start();
    as('acme', () => {
      app.metrics.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' });
      app.tracker.trackTool('t', () => app.metrics.recordModelCall({ model: 'm', inputTokens: 1 }));
      app.tracker.trackTool('t', () =>
        app.metrics.recordAgentExecution({ agentId: 'a', durationMs: 1, status: 'success' }),
      );
    });
    expect(figures(app)).toEqual({});
  });

  it('has a value also where nothing inside it can know of it', async () => {
    const app = await start({ asyncContext: false });
    as('acme', () => app.tracker.trackAgent('a', () => app.metrics.recordModelCall({ model: 'm', inputTokens: 1 })));
    expect(figures(app)).toEqual({ acme: [1, 0, 0, 0] });
  });

  it('has it while it runs, too, from 0 on', async () => {
    const app = await start();
    const gate = new Gate();
    const done = as('acme', () => app.tracker.trackAgent('a', () => gate.passed));
    expect(app.metrics.getRunning()).toMatchObject([{ breakdown: { by: 'tenant', value: 'acme' }, tenant: 'acme' }]);
    expect((await app.samples()).all('crew_tenant_requests_total').map(({ value }) => value)).toEqual([0, 0, 0, 0]);
    gate.open();
    await done;
    expect(figures(app)).toEqual({ acme: [1, 0, 0, 0] });
  });
});

describe('What comes later', () => {
  it('belongs to the value of the request in which it began', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const pieces = async function* () {
      yield tracker.trackTool('t', () => 'a');
      metrics.recordModelCall({ model: 'm', inputTokens: 1 });
      yield 'b';
    };
    const stream = as('acme', () => tracker.trackAgent('writer', () => pieces()));
    await as('globex', () =>
      tracker.trackAgent('other', async () => {
        const read: string[] = [];
        for await (const piece of stream) read.push(piece);
        expect(read).toEqual(['a', 'b']);
      }),
    );
    expect(figures(app)).toEqual({ acme: [1, 1, 1, 1], globex: [1, 0, 0, 0] });
  });

  it('is counted where a call tells its tokens after its end', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const call = as('acme', () => tracker.trackAgent('a', () => tracker.start({ kind: 'model', name: 'm' })));
    call.end();
    call.run(() => metrics.recordModelCall({ model: 'm', inputTokens: 5, outputTokens: 1 }));
    expect(figures(app)).toEqual({ acme: [1, 1, 6, 7] });
    metrics.reset();
    call.run(() => metrics.recordModelCall({ model: 'm', inputTokens: 5 }));
    expect(figures(app)).toEqual({});
  });

  it('is counted where a result that is used again is', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const inner = () => tracker.trackModel({ model: 'm', usage: () => ({ inputTokens: 3 }) }, () => of('x'));
    const answer = as('acme', () => tracker.trackAgent('a', () => inner()));
    for (const user of ['acme', 'globex', undefined]) await as(user, () => lastValueFrom(answer));
    expect(metrics.getSystemMetrics()).toMatchObject({ totalRequests: 3 });
    expect(figures(app)).toEqual({ acme: [3, 3, 9, 9] });
  });

  it('begins anew with a reset, and counts nothing while recording is off', async () => {
    const app = await start();
    const request = () => as('acme', () => app.tracker.trackAgent('a', () => 0));
    request();
    app.metrics.reset();
    expect(figures(app)).toEqual({});
    app.metrics.disable();
    request();
    expect(figures(app)).toEqual({});
    app.metrics.enable();
    request();
    expect(figures(app)).toEqual({ acme: [1, 0, 0, 0] });
  });
});

describe('A budget of each value', () => {
  const budgets = [{ name: 'tenants', by: 'breakdown', tokens: 10, window: '1d' }] as const;

  it.each([
    [
      'tracked calls',
      ({ tracker }: CollectionApp) =>
        tracker.trackModel({ model: 'm', usage: () => ({ inputTokens: 10 }) }, () => undefined),
    ],
    ['records', ({ metrics }: CollectionApp) => void metrics.recordModelCall({ model: 'm', inputTokens: 10 })],
  ])('is spent by its own %s, and by no other', async (_what, spend) => {
    const app = await start({ budgets });
    const { tracker } = app;
    as('acme', () => tracker.trackAgent('a', () => spend(app)));
    const call = () => tracker.trackAgent('a', () => tracker.trackModel('other', () => 'answered'));
    expect(() => as('acme', call)).toThrow(BudgetExceededError);
    expect(as('globex', call)).toBe('answered');
    expect(as(undefined, call)).toBe('answered');
  });
});

describe('Many values', () => {
  it('stay apart when 100 requests of ten tenants interleave', async () => {
    const app = await start();
    const { metrics, tracker } = app;
    const gates = Array.from({ length: 4 }, () => new Gate());
    const request = (index: number) =>
      tracker.trackAgent(`agent ${index % 3}`, async () => {
        for (const gate of gates) {
          await gate.passed;
          await tracker.trackTool('t', async () => metrics.recordModelCall({ model: 'm', inputTokens: index }));
        }
      });
    const requests = Array.from({ length: 100 }, (_, index) => as(`tenant ${index % 10}`, () => request(index)));
    for (const gate of gates) gate.open();
    await Promise.all(requests);
    // 4 calls of each index that ends in the tenant's digit: 4 * (d + (d + 10) + … + (d + 90)).
    const expected = Array.from({ length: 10 }, (_, digit) => {
      const tokens = 4 * (10 * digit + 450);
      return [`tenant ${digit}`, [10, 40, tokens, tokens]];
    });
    expect(figures(app)).toEqual(Object.fromEntries(expected));
  });

  it('past the limit are counted together, and a flood of them takes no more room', async () => {
    const app = await start({ historySize: 10 }, { maxValues: 5 });
    const { metrics, tracker } = app;
    for (let index = 0; index < 100_000; index += 1) {
      as(`tenant ${index}`, () =>
        tracker.trackAgent('a', () => metrics.recordModelCall({ model: 'm', inputTokens: 1 })),
      );
    }
    const own = Array.from({ length: 5 }, (_, index) => [`tenant ${index}`, [1, 1, 1, 1]]);
    expect(figures(app)).toEqual({ ...Object.fromEntries(own), __other__: [99_995, 99_995, 99_995, 99_995] });
    expect(app.log.warnings).toEqual([
      'The breakdown by "tenant" has reached the limit of 5 values (option "breakdown.maxValues"); new ones are counted as "__other__".',
    ]);
    const dropped = { family: 'crew_tenant_requests_total' };
    expect((await app.samples()).value('crew_dropped_series_total', dropped)).toBe(99_995);
    // Who bills reads the value itself.
    expect(valuesOf(app)[0]).toEqual(['agent', 'a', 'tenant 99999']);
  });

  it('may be none at all', async () => {
    const app = await start({}, { maxValues: 0 });
    as('acme', () => app.tracker.trackAgent('a', () => 0));
    expect(figures(app)).toEqual({ __other__: [1, 0, 0, 0] });
  });

  it('may have any name', async () => {
    const app = await start();
    const names = ['__proto__', 'constructor', '__other__', 'a"b\n|\\', '{x="y"}', '1', ' '];
    for (const name of names) as(name, () => app.tracker.trackAgent('a', () => 0));
    expect(Object.keys(figures(app)).sort()).toEqual(names.toSorted());
    const samples = (await app.samples()).all('crew_tenant_requests_total', { status: 'success' });
    expect(samples.map(({ labels, value }) => [labels['tenant'], value])).toEqual(names.map((name) => [name, 1]));
    const text = await app.metrics.exportMetrics('json');
    expect(Object.keys((JSON.parse(text) as { breakdown: { values: object } }).breakdown.values)).toContain(
      '__proto__',
    );
  });

  it('have sums that are those of the executions', async () => {
    const step = fc.record({
      tenant: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
      tokens: fc.array(
        fc.record({ inputTokens: fc.nat(50), outputTokens: fc.nat(50), model: fc.constantFrom('m', 'free') }),
      ),
      fails: fc.boolean(),
      depth: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const app = await start({}, { maxValues: 3 });
        const { metrics, tracker } = app;
        const run = (depth: number, { tokens, fails }: (typeof steps)[number]): void =>
          tracker.trackAgent(`level ${depth}`, () => {
            for (const call of tokens) metrics.recordModelCall(call);
            if (depth > 0) run(depth - 1, { tokens, fails: false, depth, tenant: undefined });
            if (fails) fail();
          });
        for (const each of steps) {
          try {
            as(each.tenant, () => run(each.depth, each));
          } catch {
            // It was to fail.
          }
        }
        expect(figures(app)).toEqual(expectedFigures(metrics.getHistory(), 3));
        await app.close();
      }),
      { numRuns: 25 },
    );
  });
});

/** Added up over executions, oldest first; after the first `maxValues` values under `__other__`. */
function expectedFigures(newestFirst: readonly Execution[], maxValues: number): Record<string, number[]> {
  const sums: Record<string, number[]> = {};
  const requests = newestFirst.filter(({ id, requestId }) => id === requestId).reverse();
  const known = [...new Set(requests.map(({ breakdown }) => breakdown?.value))].filter((value) => value !== undefined);
  for (const { id, requestId, kind, breakdown, tokenUsage, costUsd } of newestFirst) {
    if (breakdown?.value === undefined) continue;
    const name = known.indexOf(breakdown.value) < maxValues ? breakdown.value : '__other__';
    const sum = (sums[name] ??= [0, 0, 0, 0]);
    if (id === requestId) sum[0]! += 1;
    if (kind !== 'model') continue;
    sum[1]! += 1;
    sum[2]! += tokenUsage?.totalTokens ?? 0;
    sum[3]! += costUsd ?? 0;
  }
  return sums;
}

describe('What is read', () => {
  const record = ({ metrics, tracker }: CollectionApp) => {
    for (const name of ['acme', 'globex', 'acme', undefined]) {
      as(name, () =>
        tracker.trackAgent('a', () =>
          tracker.trackTool('t', () =>
            metrics.recordModelCall({
              model: name === 'globex' ? 'free' : 'm',
              inputTokens: 7,
              cachedInputTokens: 2,
              outputTokens: 3,
              reasoningTokens: 1,
            }),
          ),
        ),
      );
    }
    as('acme', () => expect(() => tracker.trackAgent('a', fail)).toThrow());
  };

  it('is the same in the JSON, in both texts and in TypeScript, and is golden', async () => {
    const app = await start({ defaultLabels: { region: 'eu' } }, { by: 'customer_id' });
    record(app);
    const lines: string[] = [];
    for (const format of ['prometheus', 'openmetrics'] as const) {
      const text = await app.metrics.exportMetrics(format);
      lines.push(`# ${format}`, ...text.split('\n').filter((line) => line.includes('crew_customer_id_')));
    }
    const { breakdown } = await app.json<{ breakdown: object }>();
    expectGolden('breakdown.txt', `${lines.join('\n')}\n${JSON.stringify(breakdown, null, 2)}\n`);
    expect(app.metrics.getBreakdown()).toMatchObject({
      by: 'customer_id',
      values: {
        acme: {
          totalRequests: 3,
          successfulRequests: 2,
          failedRequests: 1,
          cancelledRequests: 0,
          tokenUsage: { calls: 2, inputTokens: 14, outputTokens: 6, costUsd: 26, unpricedCalls: 0 },
        },
        globex: { totalRequests: 1, tokenUsage: { calls: 1, costUsd: 0, unpricedCalls: 1 } },
      },
    });
  });

  it('cannot be changed', async () => {
    const app = await start();
    record(app);
    const breakdown = app.metrics.getBreakdown()!;
    const acme = breakdown.values['acme']!;
    for (const part of [breakdown, breakdown.values, acme, acme.tokenUsage]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('stands in the registry of prom-client, too', async () => {
    const app = await start();
    record(app);
    const metric = await app.metrics.registry.getSingleMetric('crew_tenant_requests_total')!.get();
    expect(metric.values).toContainEqual({ value: 2, labels: { tenant: 'acme', status: 'success' } });
  });

  it('has the value under its name in each execution, also for listeners', async () => {
    const heard: unknown[] = [];
    const listen = (execution: unknown) => heard.push(execution);
    channel(EXECUTION_CHANNEL).subscribe(listen);
    const app = await start({ onExecution: listen }, { by: 'customer_id' });
    as('acme', () => app.tracker.trackAgent('a', () => 0));
    app.tracker.trackTool('t', () => 0);
    channel(EXECUTION_CHANNEL).unsubscribe(listen);
    const breakdown = (value: string | undefined) => ({ customerId: value, breakdown: { by: 'customer_id', value } });
    expect(heard).toEqual(
      [breakdown('acme'), breakdown('acme'), breakdown(undefined), breakdown(undefined)].map(containing),
    );
    expect(app.metrics.getHistory()).toEqual([breakdown(undefined), breakdown('acme')].map(containing));
  });

  it('is nowhere unless it is asked for', async () => {
    const app = await CollectionApp.start();
    app.tracker.trackAgent('a', () => 0);
    expect(app.metrics.getBreakdown()).toBeUndefined();
    expect(app.metrics.getHistory()[0]!.breakdown).toBeUndefined();
    for (const format of ['json', 'prometheus', 'openmetrics'] as const) {
      const text = await app.metrics.exportMetrics(format);
      expect(text).not.toMatch(/breakdown|<by>|tenant/);
    }
    expect(await (await app.fetch('/metrics/history')).text()).not.toMatch(/breakdown|tenant/);
  });
});

describe.each(ADAPTERS)('On %s', (_name, adapter) => {
  type Json = Record<string, unknown>;

  const visit = async (app: TestApp, path: string, names: readonly string[]) => {
    const answers = await Promise.all(names.map((name) => app.fetch(path, { headers: { 'x-tenant': name } })));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  };

  it.each([
    ["nestjs-cls's middleware", '/questions', tenants.ClsTenantsModule],
    ['the arguments of a controller', '/answers', tenants.HeaderTenantsModule],
  ])('the value comes from %s', async (_way, path, module) => {
    const app = await TestApp.start({ imports: [module] }, { adapter });
    await visit(app, path, ['acme', 'globex', 'acme', 'globex', 'acme']);
    const { body } = await app.json<{ breakdown: { by: string; values: Record<string, Json> } }>('/metrics');
    expect(body.breakdown.by).toBe('tenant');
    expect(body.breakdown.values).toMatchObject({
      acme: { total_requests: 3, token_usage: { calls: 3, total_tokens: 3_300, cost_usd: 0.0105 } },
      globex: { total_requests: 2, token_usage: { calls: 2, total_tokens: 2_200, cost_usd: 0.007 } },
    });
    expect(tenants.costOfTenant(app.collector, 'globex')).toBe(0.007);
    const { body: history } = await app.json<{ executions: Json[] }>('/metrics/history?kind=model');
    expect(history.executions.map(({ tenant }) => tenant).sort()).toEqual(['acme', 'acme', 'acme', 'globex', 'globex']);
    expect(history.executions[0]).not.toHaveProperty('breakdown');
  });

  it('an interceptor hands on the context of the handler', async () => {
    interface Asked {
      readonly headers: Readonly<Record<string, string>>;
    }

    @Controller()
    @UseInterceptors(AgentMetricsInterceptor.for('desk'))
    class Desk {
      @Get('desk')
      answer(@Req() { headers }: Asked): object {
        return { of: headers['x-tenant'] };
      }
    }
    const value = ([context]: [ExecutionContext]) => context.switchToHttp().getRequest<Asked>().headers['x-tenant'];
    const imports = [MetricsModule.forRoot({ breakdown: { value } })];
    const app = await TestApp.start({ imports, controllers: [Desk] }, { adapter });
    await visit(app, '/desk', ['acme', 'globex', 'acme']);
    const { values } = app.collector.getBreakdown()!;
    expect([values['acme']!.totalRequests, values['globex']!.totalRequests]).toEqual([2, 1]);
  });

  it('requests can be asked for by their value', async () => {
    const imports = [MetricsModule.forRoot({ breakdown: byTenant })];
    const app = await TestApp.start({ imports }, { adapter });
    const tracker = app.nest.get(ExecutionTracker);
    for (const name of ['acme', 'globex', undefined])
      as(name, () => tracker.trackAgent('a', () => tracker.trackTool('t', () => 0)));
    const read = async (query: string) => {
      const { status, body } = await app.json<{ requests?: Json[]; message?: string }>(`/metrics/requests${query}`);
      return [status, body.requests?.map(({ tenant }) => tenant) ?? body.message];
    };
    expect(await read('')).toEqual([200, [null, 'globex', 'acme']]);
    expect(await read('?tenant=acme')).toEqual([200, ['acme']]);
    expect(await read('?tenant=nobody')).toEqual([200, []]);
    expect(await read('?tenant=a&tenant=b')).toEqual([400, 'Query parameter "tenant" must be a string.']);
    const { id } = app.collector.getRequests({ breakdown: 'acme' })[0]!;
    const { body } = await app.json<{ tenant: string; executions: Json[] }>(`/metrics/requests/${id}`);
    expect([body.tenant, body.executions[0]!['tenant']]).toEqual(['acme', 'acme']);
  });
});

describe('A job', () => {
  it('has the value that its data gives, and is billed to it', async () => {
    const bill = new Map<string, number>();
    const charge = (name: string, costUsd: number) => bill.set(name, (bill.get(name) ?? 0) + costUsd);
    const app = await TestApp.start({
      imports: [
        MetricsModule.forRoot({
          pricing: { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } },
          breakdown: { value: tenants.tenantOfJob },
          onExecution: tenants.chargeTenants(charge),
        }),
      ],
      providers: [tenants.QuestionProcessor, tenants.Researcher],
    });
    const processor = app.nest.get(tenants.QuestionProcessor);
    type Job = Parameters<tenants.QuestionProcessor['process']>[0];
    for (const name of ['acme', 'globex', 'acme']) processor.process({ data: { tenant: name, text: 'tea' } } as Job);
    expect(Object.fromEntries(bill)).toEqual({ acme: 0.007, globex: 0.0035 });
    expect(tenants.costOfTenant(app.collector, 'acme')).toBe(0.007);
  });
});

describe('A bad breakdown', () => {
  const LABEL = 'a label name [a-zA-Z_][a-zA-Z0-9_]* that does not begin with __';

  it.each<[by: unknown, allowed: string | RegExp]>([
    ['', LABEL],
    ['1st', LABEL],
    ['a-b', LABEL],
    ['__tenant', LABEL],
    [7, 'a label name'],
    ['le', /^another name than our own labels: status, agent, .*, le$/],
    ['agent', /^another name/],
    ['tool', /^another name/],
    ['http_status', /^another name/],
    ['family', /^another name/],
    ['model', /^another name/],
    ['request', 'a name whose families are free, and request_cost_usd is one of ours'],
    ['id', /^no name that executions have: id, parent_id, .*, truncated,/],
    ['kind', /^no name/],
    ['start_time', /^no name/],
    ['startTime', /^no name/],
    ['parent__id', /^no name/],
    ['duration', /^no name/],
    ['age_seconds', /^no name/],
    ['slowest_step', /^no name/],
    ['breakdown', /^no name/],
    ['view', /^no name/],
  ])('named %j is refused', (by, allowed) => {
    expect(() => MetricsModule.forRoot({ breakdown: { ...byTenant, by: by as string } })).toThrow(TypeError);
    const message = messageOf({ ...byTenant, by: by as string });
    const [said, must] = message.split('; it must be ') as [string, string];
    expect(said).toBe(`MetricsModule: the option "breakdown.by" is ${typeof by === 'string' ? `'${by}'` : String(by)}`);
    expect(must.replace(/\.$/, '')).toEqual(typeof allowed === 'string' ? allowed : expect.stringMatching(allowed));
  });

  it.each(['tenant', 'customer_id', 'customerId', '_plan', 'Tenant2', 'requests', 'constructor'])(
    'named %s is not',
    (by) => {
      expect(() => MetricsModule.forRoot({ breakdown: { ...byTenant, by } })).not.toThrow();
    },
  );

  it('has no name that a default label has', () => {
    expect(messageOf(byTenant, { defaultLabels: { tenant: 'all' } })).toBe(
      `MetricsModule: the option "breakdown.by" is 'tenant'; it must differ from the labels in "defaultLabels".`,
    );
  });

  it('needs a function, and a whole number of values', () => {
    expect(messageOf({ by: 'tenant' } as BreakdownOptions)).toBe(
      'MetricsModule: the option "breakdown.value" is undefined; it must be an object of by, value and maxValues.',
    );
    expect(messageOf({ value: 'acme' } as unknown as BreakdownOptions)).toBe(
      `MetricsModule: the option "breakdown.value" is 'acme'; it must be a function that returns a string or undefined.`,
    );
    expect(messageOf({ ...byTenant, maxValues: -1 })).toBe(
      'MetricsModule: the option "breakdown.maxValues" is -1; it must be a whole number from 0.',
    );
  });

  function messageOf(breakdown: BreakdownOptions, options: MetricsRootOptions = {}): string {
    try {
      MetricsModule.forRoot({ ...options, breakdown });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('It was accepted.');
  }
});

function fail(): never {
  throw new Error('no tea');
}

function isAsync(value: () => unknown): boolean {
  const answer = (() => {
    try {
      return value();
    } catch {
      return undefined;
    }
  })();
  if (!(answer instanceof Promise)) return false;
  answer.catch(() => {});
  return true;
}

function containing(members: object): unknown {
  return expect.objectContaining(members);
}
