import { Logger } from '@nestjs/common';
import { HealthyModule, ResearcherAgent } from '../examples/health';
import { AgentMetricsHealthIndicator } from '../src/terminus';
import { ADAPTERS, TestApp } from './support/test-app';

const UP = { status: 'up' };

describe.each(ADAPTERS)('A health check of agents on %s', (_name, adapter) => {
  let app: TestApp;

  beforeEach(async () => {
    // Terminus logs what it answers with 503.
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    app = await TestApp.start({ imports: [HealthyModule] }, { adapter });
  });

  afterEach(() => jest.restoreAllMocks());

  const ready = () => app.json<{ status: string; details: Record<string, object> }>('/health/ready');
  const run = (question: string) =>
    app.nest
      .get(ResearcherAgent)
      .run(question)
      .catch(() => undefined);

  async function runs(times: number, question: string): Promise<void> {
    for (let i = 0; i < times; i += 1) await run(question);
  }

  it('is up before anything has run', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: {
        status: 'ok',
        info: expect.anything() as unknown,
        error: {},
        details: {
          agents: { ...UP, executions: 0, errorRate: 0, maxErrorRate: 0.5 },
          researcher: { ...UP, executions: 0, errorRate: 0, maxErrorRate: 0.8 },
          agents_p95: { ...UP, executions: 0, p95Seconds: 0, maxSeconds: 60 },
          budget: { ...UP, costUsd: 0, maxUsd: 25 },
        },
      },
    });
  });

  it('stays up where one call of one failed, or 19 of 19', async () => {
    await runs(1, '');
    expect(await ready()).toMatchObject({
      status: 200,
      body: { details: { agents: { executions: 1, errorRate: 1 } } },
    });
    await runs(18, '');
    expect(await ready()).toMatchObject({ status: 200, body: { details: { agents: { executions: 19 } } } });
  });

  it('stays up at the limit, is down above it, and up again when it has passed', async () => {
    await runs(10, 'tea');
    await runs(10, '');
    expect(await ready()).toMatchObject({ status: 200, body: { details: { agents: { ...UP, errorRate: 0.5 } } } });
    await runs(1, '');
    expect(await ready()).toMatchObject({
      status: 503,
      body: {
        status: 'error',
        error: { agents: { status: 'down', executions: 21, errorRate: 11 / 21, maxErrorRate: 0.5 } },
        details: { researcher: UP },
      },
    });
    app.clock.advance(301_000);
    expect(await ready()).toMatchObject({ status: 200, body: { details: { agents: { executions: 0 } } } });
  });

  it('looks at one agent, or one tool, by its name', async () => {
    const agents = app.nest.get(AgentMetricsHealthIndicator);
    await runs(20, '');
    app.collector.recordToolExecution({ toolName: 'search', durationMs: 10, status: 'timeout' });
    for (const name of ['somebody else', '__proto__', 'constructor']) {
      expect(agents.checkErrorRate('a', 0, { agent: name })).toMatchObject({ a: { ...UP, executions: 0 } });
      expect(agents.checkErrorRate('t', 0, { tool: name })).toMatchObject({ t: { ...UP, executions: 0 } });
    }
    expect(agents.checkErrorRate('a', 0.9, { agent: 'researcher' })).toMatchObject({ a: { status: 'down' } });
    expect(agents.checkErrorRate('t', 0, { tool: 'search', minExecutions: 1 })).toMatchObject({
      t: { status: 'down' },
    });
  });

  it('is down where it is slow', async () => {
    const agents = app.nest.get(AgentMetricsHealthIndicator);
    const record = (durationMs: number) =>
      app.collector.recordAgentExecution({ agentId: 'writer', durationMs, status: 'success' });
    for (let i = 0; i < 96; i += 1) record(100);
    for (let i = 0; i < 4; i += 1) record(100_000);
    expect(agents.checkP95('p95', 0.1)).toEqual({
      p95: { ...UP, executions: 100, p95Seconds: expect.any(Number) as number, maxSeconds: 0.1 },
    });
    for (let i = 0; i < 2; i += 1) record(100_000);
    expect(agents.checkP95('p95', 60)).toMatchObject({ p95: { status: 'down' } });
    expect(agents.checkP95('p95', 60, { agent: 'writer' })).toMatchObject({ p95: { status: 'down' } });
    expect(agents.checkP95('p95', 60, { agent: 'writer', minExecutions: 103 })).toMatchObject({ p95: UP });
  });

  it('is down where the budget of the last hour is used up', async () => {
    const agents = app.nest.get(AgentMetricsHealthIndicator);
    const spend = (costUsd: number, agentId: string) => app.collector.recordModelCall({ model: 'm', agentId, costUsd });
    const minutes = (count: number, perMinute: () => void) => {
      for (let i = 0; i < count; i += 1) {
        app.clock.advance(60_000);
        perMinute();
        agents.checkCost('budget', 25);
        agents.checkCost('budget', 25, { agent: 'thrifty' });
      }
    };
    minutes(50, () => spend(0.5, 'writer'));
    expect(agents.checkCost('budget', 25)).toEqual({ budget: { ...UP, costUsd: 25, maxUsd: 25 } });
    minutes(10, () => spend(0.5, 'writer'));
    expect(agents.checkCost('budget', 25)).toEqual({ budget: { status: 'down', costUsd: 30, maxUsd: 25 } });
    expect(await ready()).toMatchObject({ status: 503, body: { error: { budget: { costUsd: 30 } } } });
    expect(agents.checkCost('budget', 25, { agent: 'thrifty' })).toMatchObject({ budget: { ...UP, costUsd: 0 } });
    minutes(30, () => {});
    expect(agents.checkCost('budget', 25)).toMatchObject({ budget: { ...UP, costUsd: 15 } });
    minutes(30, () => {});
    expect(agents.checkCost('budget', 25)).toMatchObject({ budget: { ...UP, costUsd: 0 } });
  });

  it('forgets what it cost before a reset', () => {
    const agents = app.nest.get(AgentMetricsHealthIndicator);
    app.collector.recordModelCall({ model: 'm', costUsd: 30 });
    app.clock.advance(60_000);
    expect(agents.checkCost('budget', 25)).toMatchObject({ budget: { status: 'down' } });
    app.collector.reset();
    app.collector.recordModelCall({ model: 'm', costUsd: 1 });
    expect(agents.checkCost('budget', 25)).toMatchObject({ budget: { ...UP, costUsd: 1 } });
  });

  it.each([
    [
      (agents: AgentMetricsHealthIndicator) => agents.checkErrorRate('a', 5),
      'maxErrorRate is 5; it must be from 0 to 1.',
    ],
    [(agents: AgentMetricsHealthIndicator) => agents.checkP95('a', NaN), 'maxSeconds is NaN; it must be above 0.'],
    [(agents: AgentMetricsHealthIndicator) => agents.checkCost('a', -1), 'maxUsd is -1; it must be 0 or above.'],
    [
      (agents: AgentMetricsHealthIndicator) => agents.checkCost('a', 1, { window: '1d' as never }),
      'window is 1d; it must be one of 1m, 5m, 15m, 1h.',
    ],
  ])('refuses what cannot be meant: %#', (check, message) => {
    expect(() => check(app.nest.get(AgentMetricsHealthIndicator))).toThrow(new RangeError(message));
  });
});
