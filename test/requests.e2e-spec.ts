import * as fc from 'fast-check';
import {
  ExecutionTracker,
  MetricsModule,
  type ExecutionHandle,
  type ExecutionNode,
  type MetricsCollector,
  type MetricsRootOptions,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp, type AdapterFactory } from './support/test-app';

/** What a test does in an application whose clock stands still. */
class Crew {
  constructor(
    readonly metrics: MetricsCollector,
    readonly tracker: ExecutionTracker,
    private readonly clock: { advance(milliseconds: number): void },
  ) {}

  static async start(options: MetricsRootOptions = {}): Promise<Crew> {
    const { metrics, tracker, clock } = await CollectionApp.start(options);
    return new Crew(metrics, tracker, clock);
  }

  agent(id: string, inside: () => void = () => {}): void {
    this.tracker.trackAgent(id, inside);
  }

  tool(name: string, milliseconds = 0, inside: () => void = () => {}): void {
    this.tracker.trackTool(name, () => {
      inside();
      this.clock.advance(milliseconds);
    });
  }

  /** A tool that fails, which its agent survives. */
  failingTool(name: string, milliseconds = 0): void {
    const fail = (): void => {
      this.clock.advance(milliseconds);
      throw new TypeError('no');
    };
    expect(() => this.tracker.trackTool(name, fail)).toThrow('no');
  }

  /** A request that takes so long, in one tool. */
  request(id: string, milliseconds: number, tool = 'work'): void {
    this.agent(id, () => this.tool(tool, milliseconds));
  }

  wait(milliseconds: number): void {
    this.clock.advance(milliseconds);
  }

  agentsOf(view: 'recent' | 'slowest' | 'failed' | 'running'): (string | undefined)[] {
    return this.metrics.getRequests({ view }).map(({ agentId }) => agentId);
  }

  /** The tree of the newest request. */
  newest(): unknown[] {
    const [request] = this.metrics.getRequests();
    return namesOf(this.metrics.getRequest(request!.id)!.executions);
  }
}

type Named = Pick<ExecutionNode, 'kind' | 'agentId' | 'toolName' | 'model'> & { readonly children: readonly Named[] };

/** `['search', ['writer', ['fetch']]]`: a name, or a name and what is inside it. */
function namesOf(nodes: readonly Named[]): unknown[] {
  return nodes.map(({ kind, agentId, toolName, model, children }) => {
    const name = kind === 'agent' ? agentId : (toolName ?? model);
    return children.length === 0 ? name : [name, namesOf(children)];
  });
}

const HOUR_MS = 3_600_000;

describe('A request', () => {
  it('is the root execution with what its steps add up to', async () => {
    const crew = await Crew.start();
    crew.agent('planner', () => {
      crew.tool('search', 200);
      crew.agent('writer', () => {
        crew.tool('fetch', 250);
        crew.wait(50);
      });
      crew.metrics.recordModelCall({ model: 'gpt', inputTokens: 10, outputTokens: 5, costUsd: 0.25 });
    });

    const [request, ...others] = crew.metrics.getRequests();
    const [execution] = crew.metrics.getHistory({ agentId: 'planner', kind: 'agent' });
    expect(others).toEqual([]);
    expect(request).toEqual({
      ...execution,
      steps: 4,
      slowestStep: { kind: 'tool', name: 'fetch', durationSeconds: 0.25 },
      failedSteps: 0,
      failedStep: undefined,
      truncated: false,
    });
    expect(request).toMatchObject({
      durationMs: 500,
      totalTokens: 15,
      totalCostUsd: 0.25,
      toolCalls: 1,
      modelCalls: 1,
    });
  });

  it('nests what runs in what it ran in, in the order in which they began', async () => {
    const crew = await Crew.start();
    crew.agent('planner', () => {
      crew.tool('search', 5, () => crew.tool('index', 1));
      crew.agent('writer', () => {
        crew.tool('fetch', 1);
        crew.agent('critic', () => crew.tool('read'));
      });
      crew.tool('last');
    });

    expect(crew.newest()).toEqual([['search', ['index']], ['writer', ['fetch', ['critic', ['read']]]], 'last']);
  });

  it('has parallel tools in the order in which they began, whichever ends first', async () => {
    const crew = await Crew.start();
    const { tracker } = crew;
    const agent = tracker.start({ kind: 'agent', id: 'planner' });
    const begin = (name: string): ExecutionHandle => tracker.start({ kind: 'tool', name, parent: agent });
    const [a, b, c] = [begin('a'), begin('b'), begin('c')];
    crew.wait(0.1);
    c.end();
    crew.wait(0.2);
    a.end();
    crew.wait(0.3);
    b.end();
    agent.run(() => crew.metrics.recordToolExecution({ toolName: 'earlier', durationMs: 9, status: 'success' }));
    agent.end();

    expect(crew.newest()).toEqual(['earlier', 'a', 'b', 'c']);
  });

  it('without steps has none, and no slowest', async () => {
    const crew = await Crew.start();
    crew.metrics.recordAgentExecution({ agentId: 'nightly', durationMs: 70, status: 'success' });
    const [request] = crew.metrics.getRequests();
    expect(request).toMatchObject({ agentId: 'nightly', durationMs: 70, steps: 0, failedSteps: 0, truncated: false });
    expect(request!.slowestStep).toBeUndefined();
    expect(crew.metrics.getRequest(request!.id)!.executions).toEqual([]);
  });

  it('has an agent as its slowest step where nothing else was timed', async () => {
    const crew = await Crew.start();
    crew.agent('planner', () => {
      crew.agent('writer', () => {
        crew.wait(50);
        crew.metrics.recordModelCall({ model: 'gpt', inputTokens: 10 });
      });
    });
    const [request] = crew.metrics.getRequests();
    expect(request!.slowestStep).toEqual({ kind: 'agent', name: 'writer', durationSeconds: 0.05 });
  });

  it('is not what runs outside any agent', async () => {
    const crew = await Crew.start();
    crew.tool('search');
    expect(crew.metrics.getRequests()).toEqual([]);
    expect(crew.metrics.getRequest(crew.metrics.getHistory()[0]!.id)).toBeUndefined();
  });

  it('has what ends after it, also where that makes it one that failed', async () => {
    const crew = await Crew.start();
    const agent = crew.tracker.start({ kind: 'agent', id: 'planner' });
    const detached = crew.tracker.start({ kind: 'tool', name: 'upload', parent: agent });
    agent.end();
    expect(crew.metrics.getRequests()).toMatchObject([{ steps: 1, failedSteps: 0 }]);
    expect(crew.agentsOf('failed')).toEqual([]);
    expect(crew.newest()).toEqual(['upload']);

    crew.wait(20);
    detached.end('error');
    const [request] = crew.metrics.getRequests({ view: 'failed' });
    expect(request).toMatchObject({ status: 'success', steps: 1, failedSteps: 1 });
    expect(request!.slowestStep).toEqual({ kind: 'tool', name: 'upload', durationSeconds: 0.02 });
    expect(crew.newest()).toEqual(['upload']);
  });

  it('names the last step that failed, with its error', async () => {
    const crew = await Crew.start();
    crew.agent('planner', () => {
      crew.failingTool('search');
      crew.failingTool('fetch');
      crew.tool('write');
    });
    const [request] = crew.metrics.getRequests();
    expect(request).toMatchObject({ status: 'success', failedSteps: 2 });
    expect(request!.failedStep).toEqual({ kind: 'tool', name: 'fetch', errorType: 'TypeError' });
  });

  it('changes nothing in the history of executions', async () => {
    const crew = await Crew.start({ historySize: 3, requestHistory: { recent: 2 } });
    for (let round = 0; round < 20; round += 1) {
      crew.request(`agent ${round}`, round, `tool ${round}`);
      crew.tool(`outside ${round}`);
    }
    const names = crew.metrics.getHistory().map(({ toolName, agentId }) => [agentId, toolName]);
    expect(names).toEqual([
      [undefined, 'outside 19'],
      ['agent 19', undefined],
      ['agent 19', 'tool 19'],
    ]);
    for (let i = 0; i < 10; i += 1) crew.tool('later');
    expect(crew.agentsOf('recent')).toEqual(['agent 19', 'agent 18']);
    expect(crew.newest()).toEqual(['tool 19']);
  });
});

describe('Requests', () => {
  it('are kept apart: recent, slowest, failed', async () => {
    const crew = await Crew.start({ requestHistory: { recent: 3, slowest: 2, failed: 1 } });
    crew.request('slow', 900);
    crew.request('slower', 1_000);
    crew.agent('stumbles', () => crew.failingTool('search', 1));
    for (let i = 0; i < 50; i += 1) crew.request(`fast ${i}`, 2);

    expect(crew.agentsOf('recent')).toEqual(['fast 49', 'fast 48', 'fast 47']);
    expect(crew.agentsOf('slowest')).toEqual(['slower', 'slow']);
    expect(crew.agentsOf('failed')).toEqual(['stumbles']);
    expect(crew.metrics.getRequests({ view: 'failed' })).toMatchObject([{ status: 'success', failedSteps: 1 }]);
  });

  it('are let go when no view has them any more', async () => {
    const crew = await Crew.start({ requestHistory: { recent: 1, slowest: 0, failed: 0 } });
    crew.request('first', 5);
    const [first] = crew.metrics.getRequests();
    expect(crew.metrics.getRequest(first!.id)).toMatchObject({ agentId: 'first' });
    crew.request('second', 5);
    expect(crew.metrics.getRequest(first!.id)).toBeUndefined();
  });

  it('failed where they ended with an error or a timeout, not where they were cancelled', async () => {
    const crew = await Crew.start();
    for (const status of ['success', 'error', 'timeout', 'cancelled'] as const) {
      crew.metrics.recordAgentExecution({ agentId: status, durationMs: 1, status });
    }
    expect(crew.agentsOf('failed')).toEqual(['timeout', 'error']);
  });

  it('are slow for an hour, and those come back that were less slow', async () => {
    const crew = await Crew.start({ requestHistory: { recent: 1, slowest: 2, failed: 0 } });
    crew.request('a', 900);
    crew.request('b', 800);
    crew.wait(HOUR_MS / 2);
    crew.request('c', 700);
    crew.request('d', 600);
    crew.request('e', 500);
    expect(crew.agentsOf('slowest')).toEqual(['a', 'b']);
    const { id } = crew.metrics.getRequests({ view: 'slowest' })[0]!;

    crew.wait(HOUR_MS / 2 - 2_600);
    expect(crew.agentsOf('slowest')).toEqual(['a', 'b']);
    crew.wait(1);
    expect(crew.agentsOf('slowest')).toEqual(['b', 'c']);
    expect(crew.metrics.getRequest(id)).toBeUndefined();
    crew.wait(800);
    expect(crew.agentsOf('slowest')).toEqual(['c', 'd']);
    crew.wait(HOUR_MS);
    expect(crew.agentsOf('slowest')).toEqual([]);
  });

  it('that ended more than an hour before they were recorded are not among the slowest', async () => {
    const crew = await Crew.start();
    const endTime = new Date(Date.UTC(2025, 0, 1) - HOUR_MS - 1);
    crew.metrics.recordAgentExecution({ agentId: 'import', durationMs: 9_000, status: 'success', endTime });
    expect([crew.agentsOf('recent'), crew.agentsOf('slowest')]).toEqual([['import'], []]);
  });

  it('are none after a reset, and what runs then is not mixed in', async () => {
    const crew = await Crew.start();
    crew.request('before', 5);
    const { id } = crew.metrics.getRequests()[0]!;
    crew.agent('around', () => {
      crew.tool('early');
      crew.metrics.reset();
      crew.tool('late');
      expect(crew.metrics.getRequests({ view: 'running' })).toMatchObject([
        { agentId: 'around', steps: 0, truncated: true },
      ]);
    });
    expect(crew.metrics.getRequests()).toEqual([]);
    expect(crew.metrics.getRequest(id)).toBeUndefined();
    crew.request('after', 5);
    expect(crew.agentsOf('recent')).toEqual(['after']);
    expect(crew.newest()).toEqual(['work']);
  });

  it('are not collected while recording is switched off', async () => {
    const crew = await Crew.start();
    crew.agent('begins', () => {
      crew.tool('early');
      crew.metrics.disable();
    });
    crew.agent('ends', () => {
      crew.metrics.enable();
      crew.tool('late');
    });
    expect(crew.metrics.getRequests()).toEqual([]);
    crew.request('counted', 1);
    expect(crew.agentsOf('recent')).toEqual(['counted']);
  });

  it('can be read after the application has closed', async () => {
    const app = await CollectionApp.start();
    app.tracker.trackAgent('planner', () => app.tracker.start({ kind: 'tool', name: 'open' }));
    await app.close();
    const [request] = app.metrics.getRequests();
    expect(request).toMatchObject({ agentId: 'planner', steps: 1 });
    expect(namesOf(app.metrics.getRequest(request!.id)!.executions)).toEqual(['open']);
  });

  it('are none with requestHistory: false', async () => {
    const crew = await Crew.start({ requestHistory: false });
    crew.agent('planner', () => {
      expect(crew.metrics.getRequests({ view: 'running' })).toEqual([]);
    });
    expect(crew.metrics.getRequests()).toEqual([]);
    expect(crew.metrics.getRequest(crew.metrics.getHistory()[0]!.id)).toBeUndefined();
  });

  it.each([
    ['agentId', { agentId: 'writer' }, ['b']],
    ['agentId of the root', { agentId: 'a' }, ['a']],
    ['toolName', { toolName: 'search' }, ['b', 'a']],
    ['errorType of a step', { errorType: 'TypeError' }, ['c']],
    ['minDurationMs', { minDurationMs: 20 }, ['c', 'b']],
    ['since', { since: new Date(Date.UTC(2025, 0, 1) + 30) }, ['c']],
    ['until', { until: new Date(Date.UTC(2025, 0, 1) + 30) }, ['b', 'a']],
    ['limit', { limit: 2 }, ['c', 'b']],
    ['several', { toolName: 'search', minDurationMs: 20 }, ['b']],
    ['nothing', {}, ['c', 'b', 'a']],
    ['a name that nobody has', { toolName: 'writer' }, []],
  ])('are filtered by %s', async (_by, filter, agents) => {
    const crew = await Crew.start();
    crew.agent('a', () => crew.tool('search', 10));
    crew.agent('b', () => crew.agent('writer', () => crew.tool('search', 20)));
    crew.agent('c', () => crew.failingTool('fetch', 30));
    expect(crew.metrics.getRequests(filter).map(({ agentId }) => agentId)).toEqual(agents);
  });
});

describe('Requests in progress', () => {
  it('have the steps that have ended and those that run', async () => {
    const crew = await Crew.start();
    const agent = crew.tracker.start({ kind: 'agent', id: 'planner' });
    crew.wait(10);
    crew.tracker.start({ kind: 'agent', id: 'later' });
    agent.run(() => crew.tool('search', 40));
    const writer = crew.tracker.start({ kind: 'agent', id: 'writer', parent: agent });
    crew.tracker.start({ kind: 'tool', name: 'fetch', parent: writer });
    crew.wait(50);

    expect(crew.agentsOf('running')).toEqual(['later', 'planner']);
    const [, request] = crew.metrics.getRequests({ view: 'running' });
    expect(request).toEqual({
      ...crew.metrics.getRunning()[0],
      steps: 3,
      slowestStep: { kind: 'tool', name: 'search', durationSeconds: 0.04 },
      failedSteps: 0,
      truncated: false,
    });
    expect(request).toMatchObject({ ageSeconds: 0.1 });
    const tree = crew.metrics.getRequest(agent.id)!;
    expect(namesOf(tree.executions)).toEqual(['search', ['writer', ['fetch']]]);
    expect(tree).not.toHaveProperty('status');
    expect(tree.executions[1]).not.toHaveProperty('status');
    expect(tree.executions[1]).toMatchObject({ ageSeconds: 0.05, startTime: new Date('2025-01-01T00:00:00.050Z') });
    expect(crew.agentsOf('recent')).toEqual([]);
  });

  it.each([
    ['a tool that runs', { toolName: 'fetch' }, 1],
    ['a tool that has ended', { toolName: 'search' }, 1],
    ['an age', { minDurationMs: 50 }, 1],
    ['a greater age', { minDurationMs: 51 }, 0],
    ['an end, which they have not', { since: new Date(Date.UTC(2100, 0, 1)) }, 1],
    ['a time by which to have ended', { until: new Date(Date.UTC(2100, 0, 1)) }, 0],
  ])('are filtered by %s', async (_by, filter, count) => {
    const crew = await Crew.start();
    const agent = crew.tracker.start({ kind: 'agent', id: 'planner' });
    agent.run(() => crew.tool('search', 50));
    crew.tracker.start({ kind: 'tool', name: 'fetch', parent: agent });
    expect(crew.metrics.getRequests({ view: 'running', ...filter })).toHaveLength(count);
  });
});

describe('The cost of requests', () => {
  interface Step {
    readonly kind: 'agent' | 'tool' | 'model';
    readonly cost: number | undefined;
    readonly inside: readonly Step[];
  }
  const { step } = fc.letrec<{ step: Step }>((tie) => ({
    step: fc.record({
      kind: fc.constantFrom('agent', 'tool', 'model'),
      cost: fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: undefined }),
      inside: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant([]),
        fc.array(tie('step'), { maxLength: 4 }),
      ),
    }),
  }));

  it('adds up to what /metrics says, to the cent', async () => {
    const crew = await Crew.start();
    const play = ({ kind, cost, inside }: Step): void => {
      const further = () => inside.forEach(play);
      if (kind === 'agent') return crew.agent('inner', further);
      if (kind === 'tool') return crew.tool('tool', 1, further);
      crew.metrics.recordModelCall({ model: 'm', inputTokens: 7, outputTokens: 3, costUsd: cost });
      further();
    };
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 10 }), (requests) => {
        crew.metrics.reset();
        for (const steps of requests) crew.agent('root', () => steps.forEach(play));
        const kept = crew.metrics.getRequests();
        const { tokenUsage } = crew.metrics.getSystemMetrics();
        const sum = (of: (request: (typeof kept)[number]) => number = () => 0) =>
          kept.reduce((total, request) => total + of(request), 0);
        expect(kept).toHaveLength(requests.length);
        expect(sum(({ totalTokens }) => totalTokens ?? 0)).toBe(tokenUsage.totalTokens);
        expect(sum(({ totalCostUsd }) => totalCostUsd ?? 0)).toBeCloseTo(tokenUsage.costUsd, 9);
        expect(sum(({ steps }) => steps)).toBe(crew.metrics.getHistory().length - requests.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(ADAPTERS)('GET /metrics/requests on %s', (name, adapter) => {
  interface RequestDocument {
    readonly id: string;
    readonly agent_id: string;
  }

  const serve = async (options: MetricsRootOptions = {}, served: AdapterFactory = adapter) => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot(options)] }, { adapter: served });
    const tracker = app.nest.get(ExecutionTracker);
    return { app, crew: new Crew(app.collector, tracker, app.clock) };
  };

  it('has requests without their executions', async () => {
    const { app, crew } = await serve();
    crew.agent('planner', () => {
      crew.tool('search', 250);
      crew.metrics.recordModelCall({ model: 'gpt', inputTokens: 1, outputTokens: 2, costUsd: 0.5 });
    });
    const { status, body } = await app.json<{ requests: RequestDocument[] }>('/metrics/requests');
    const { body: history } = await app.json<{ executions: object[] }>('/metrics/history?kind=agent');
    expect(status).toBe(200);
    expect(body).toEqual({
      requests: [
        {
          ...history.executions[0],
          steps: 2,
          slowest_step: { kind: 'tool', name: 'search', duration_seconds: 0.25 },
          failed_steps: 0,
          failed_step: null,
          truncated: false,
        },
      ],
    });
    expect(body.requests[0]).toMatchObject({ duration: '250ms', total_tokens: 3, total_cost_usd: 0.5 });
  });

  it('has one with its executions as a tree', async () => {
    const { app, crew } = await serve();
    crew.agent('planner', () => {
      crew.agent('writer', () => {
        crew.failingTool('search', 200);
        crew.wait(50);
      });
    });
    const { body: list } = await app.json<{ requests: RequestDocument[] }>('/metrics/requests');
    const { body: history } = await app.json<{ executions: object[] }>('/metrics/history');
    const [planner, writer, search] = history.executions.toReversed().sort((a, b) => order(a) - order(b));
    const { status, body } = await app.json(`/metrics/requests/${list.requests[0]!.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...planner,
      steps: 2,
      slowest_step: { kind: 'tool', name: 'search', duration_seconds: 0.2 },
      failed_steps: 1,
      failed_step: { kind: 'tool', name: 'search', error_type: 'TypeError' },
      truncated: false,
      executions: [{ ...writer, children: [{ ...search, children: [] }] }],
    });
    expect(search).toMatchObject({ tool_name: 'search', status: 'error', error_type: 'TypeError' });
  });

  it('has one while it runs', async () => {
    const { app, crew } = await serve();
    const agent = crew.tracker.start({ kind: 'agent', id: 'planner' });
    agent.run(() => crew.tool('search', 250));
    crew.tracker.start({ kind: 'tool', name: 'fetch', parent: agent });
    const figures = { steps: 2, failed_steps: 0, failed_step: null, truncated: false };
    const running = { agent_id: 'planner', start_time: '2025-01-01T00:00:00.000Z', age_seconds: 0.25, ...figures };
    expect((await app.json('/metrics/requests?view=running')).body).toMatchObject({ requests: [running] });
    const { body } = await app.json<{ executions: object[] }>(`/metrics/requests/${agent.id}`);
    expect(body).toMatchObject({
      ...running,
      executions: [{ tool_name: 'search' }, { tool_name: 'fetch', age_seconds: 0 }],
    });
    expect(body).not.toHaveProperty('end_time');
    expect(body.executions[1]).not.toHaveProperty('status');
  });

  it.each([
    ['', ['c', 'b', 'a']],
    ['?view=recent', ['c', 'b', 'a']],
    ['?view=slowest', ['b', 'c', 'a']],
    ['?view=failed', ['c']],
    ['?view=running', ['open']],
    ['?agent=writer', ['b']],
    ['?tool=search', ['b', 'a']],
    ['?error_type=TypeError', ['c']],
    ['?min_ms=30', ['c', 'b']],
    ['?since=2025-01-01T00:00:00.050Z', ['c']],
    ['?since=2025-01-01T01:00:00.009%2B01:00', ['c', 'b', 'a']],
    ['?since=2025-01-01', ['c', 'b', 'a']],
    [`?since=${Date.UTC(2025, 0, 1) + 10}`, ['c', 'b']],
    ['?until=2025-01-01T00:00:00.050Z', ['b', 'a']],
    ['?since=2025-01-01T00:00:00.010Z&until=2025-01-01T00:00:00.050Z', ['b']],
    ['?limit=1', ['c']],
    ['?limit=0', []],
    ['?view=slowest&tool=search&limit=1', ['b']],
    ['?unknown=1', ['c', 'b', 'a']],
  ])('%s has these', async (query, agents) => {
    const { app, crew } = await serve();
    crew.agent('a', () => crew.tool('search', 10));
    crew.agent('b', () => crew.agent('writer', () => crew.tool('search', 40)));
    crew.agent('c', () => crew.failingTool('fetch', 30));
    crew.tracker.start({ kind: 'agent', id: 'open' });
    const { body } = await app.json<{ requests: RequestDocument[] }>(`/metrics/requests${query}`);
    expect(body.requests.map(({ agent_id }) => agent_id)).toEqual(agents);
  });

  const TIME = '"since" must be a time such as 2025-12-22T10:00:00Z, or milliseconds since 1970.';
  it.each([
    ['view=all', '"view" must be one of recent, slowest, failed, running.'],
    ['min_ms=-1', '"min_ms" must be a whole number from 0.'],
    ['min_ms=fast', '"min_ms" must be a whole number from 0.'],
    ['limit=1.5', '"limit" must be a whole number from 0.'],
    ['agent=a&agent=b', '"agent" must be a string.'],
    ['since=yesterday', TIME],
    ['since=', TIME],
    ['since=2025-13-45', TIME],
    ['since=2025-01-01T00:00:00', TIME],
    ['since=999999999999999999', TIME],
    ['since=1&since=2', TIME],
    ['until=tomorrow', TIME.replace('since', 'until')],
  ])('?%s is a bad request that says what is allowed', async (query, message) => {
    const { app } = await serve();
    expect(await app.json(`/metrics/requests?${query}`)).toEqual({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: `Query parameter ${message}` },
    });
  });

  it.each(['x', '__proto__', 'constructor', '..%2F..%2Fetc', 'a%2Fb', '%00', 'x'.repeat(90)])(
    '/%.20s is not found',
    async (id) => {
      const { app, crew } = await serve();
      crew.request('planner', 1);
      const { status, body } = await rawRequest(`${app.url}/metrics/requests/${id}`);
      expect(status).toBe(404);
      expect(JSON.parse(body.toString())).toMatchObject({ statusCode: 404 });
    },
  );

  it('of a very long id is not found', async () => {
    const { app } = await serve();
    const { status } = await rawRequest(`${app.url}/metrics/requests/${'x'.repeat(9_000)}`);
    // Fastify itself refuses parameters of more than a hundred characters.
    expect(status).toBe(name === 'Fastify' ? 414 : 404);
  });

  it('says so of a request that is not kept', async () => {
    const { app } = await serve();
    expect(await app.json('/metrics/requests/0123456789ab-1')).toEqual({
      status: 404,
      body: { statusCode: 404, error: 'Not Found', message: 'This request is unknown or no longer kept.' },
    });
  });

  it.each(['/metrics/requests', '/metrics/requests?view=running', '/metrics/requests/x'])(
    'is not there with requestHistory: false: %s',
    async (path) => {
      const { app } = await serve({ requestHistory: false });
      const message = 'Requests are not kept: the option "requestHistory" is false.';
      expect(await app.json(path)).toEqual({ status: 404, body: { statusCode: 404, error: 'Not Found', message } });
    },
  );

  it('is behind the token', async () => {
    const { app, crew } = await serve({ bearerToken: 'secret' });
    crew.request('planner', 1);
    const [request] = app.collector.getRequests();
    for (const path of ['/metrics/requests', `/metrics/requests/${request!.id}`, '/metrics/requests/x']) {
      expect((await app.fetch(path)).status).toBe(401);
      const allowed = await app.fetch(path, { headers: { authorization: 'Bearer secret' } });
      expect(allowed.status).toBe(path.endsWith('x') ? 404 : 200);
    }
  });

  /** An id's number: the order in which they began. */
  function order(execution: object): number {
    return parseInt((execution as RequestDocument).id.split('-')[1]!, 36);
  }
});
