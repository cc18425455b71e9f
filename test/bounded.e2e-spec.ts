import { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { TrackAgent, TrackTool } from '../src';
import { expectAgreement } from './support/agreement';
import { CollectionApp } from './support/collection-app';
import type { CollectedDocument } from './support/collected-document';
import type { ExpositionSamples } from './support/exposition-samples';
import { collectGarbage } from './support/garbage-collector';

// Takes a few seconds, and more where other tests run beside it.
jest.setTimeout(60_000);

const OTHER = '__other__';
const MIB = 2 ** 20;

/** Text that breaks whoever does not expect it. A lone surrogate is replaced, and what differs besides stays different. */
const ODD = ['agent ', '"', '\\', '\n', '{}', 'a="b",', '\ud800', 'é', '🦜', '__proto__', ' ', 'le="1.0"', '#'];
const nameOf = (i: number) => `${ODD[i % ODD.length]}${i}`;

const MAX = 200;
const NAMES = 5_000;

/** Each name once, and the first ones, of which some have a place of their own, once more. */
const AGAIN = 2_500;
const RECORDED = NAMES + AGAIN;
const DROPPED = RECORDED - 2 * MAX;

function forEachName(record: (name: string, i: number) => void): void {
  for (let i = 0; i < NAMES; i += 1) record(nameOf(i), i);
  for (let i = 0; i < AGAIN; i += 1) record(nameOf(i), i);
}

@Injectable()
class Declared {
  @TrackAgent('declared agent')
  async run(): Promise<void> {
    this.search();
  }

  @TrackTool('declared tool')
  search(): void {}
}

describe('Thousands of names', () => {
  let app: CollectionApp;

  beforeEach(async () => {
    app = await CollectionApp.start({ maxSeries: MAX }, { providers: [Declared] });
  });

  const dropped = (samples: ExpositionSamples, family: string) =>
    samples.value('crew_dropped_series_total', { family: `crew_${family}` });

  const expectOneWarning = (...families: string[]) =>
    expect(app.log.warnings).toEqual(
      families.map((family) => expect.stringMatching(`^crew_${family} has reached the limit of ${MAX} `) as string),
    );

  it('of agents are counted exactly in a bounded number of series', async () => {
    forEachName((agentId, i) =>
      app.metrics.recordAgentExecution({ agentId, durationMs: 10, status: i % 2 === 0 ? 'success' : 'cancelled' }),
    );
    const samples = await app.samples();
    // The declared agent and the rest have places beside.
    expect(samples.all('crew_agent_executions_in_progress')).toHaveLength(MAX + 2);
    expect(samples.sum('crew_agent_executions_total')).toBe(RECORDED);
    expect(samples.sum('crew_agent_executions_total', { status: 'success' })).toBe(RECORDED / 2);
    expect(samples.sum('crew_agent_executions_total', { agent: OTHER })).toBe(DROPPED);
    expect(samples.sum('crew_agent_execution_duration_seconds_count')).toBe(RECORDED);
    expect(app.metrics.getAgentMetrics(OTHER)?.totalDurationMs).toBe(DROPPED * 10);
    expect(app.metrics.getSystemMetrics().totalRequests).toBe(RECORDED);
    expect(Object.keys(app.metrics.getTrends().agents)).toHaveLength(MAX + 1);
    expect(dropped(samples, 'agent_executions_total')).toBe(DROPPED);
    expectOneWarning('agent_executions_total');
    expectAgreement(await app.json(), samples);
  });

  it('of tools are counted exactly in a bounded number of series', async () => {
    forEachName((toolName) => app.metrics.recordToolExecution({ toolName, durationMs: 10, status: 'success' }));
    const samples = await app.samples();
    expect(samples.all('crew_tool_executions_in_progress')).toHaveLength(MAX + 1);
    expect(samples.sum('crew_tool_executions_total')).toBe(RECORDED);
    expect(samples.sum('crew_tool_executions_total', { agent: '', tool: OTHER })).toBe(DROPPED);
    expect(dropped(samples, 'tool_executions_total')).toBe(DROPPED);
    expectOneWarning('tool_executions_total');
    expectAgreement(await app.json(), samples);
  });

  it('of tools and of the agents that call them are counted exactly, too', async () => {
    const record = { durationMs: 10, status: 'success', inputBytes: 3 } as const;
    forEachName((name) => app.metrics.recordToolExecution({ toolName: name, agentId: `of ${name}`, ...record }));
    const samples = await app.samples();
    expect(samples.all('crew_agent_executions_in_progress')).toHaveLength(MAX + 2);
    expect(samples.all('crew_tool_executions_in_progress')).toHaveLength(MAX + 1);
    expect(samples.sum('crew_tool_executions_total')).toBe(RECORDED);
    expect(samples.sum('crew_tool_input_bytes_total')).toBe(RECORDED * 3);
    expect(samples.sum('crew_tool_executions_total', { agent: OTHER, tool: OTHER })).toBe(DROPPED);
    expect(dropped(samples, 'tool_executions_total')).toBe(DROPPED);
    // No agent ran.
    expect(dropped(samples, 'agent_executions_total')).toBe(0);
    expectAgreement(await app.json(), samples);
  });

  it('of models and providers are counted exactly in a bounded number of series', async () => {
    const tokens = { inputTokens: 100, outputTokens: 20, costUsd: 2 ** -10 };
    forEachName((name) => app.metrics.recordModelCall({ model: name, provider: `${name} Inc.`, ...tokens }));
    const samples = await app.samples();
    expect(samples.all('crew_model_calls_total', { status: 'success' })).toHaveLength(MAX + 1);
    expect(samples.sum('crew_model_calls_total')).toBe(RECORDED);
    expect(samples.value('crew_model_calls_total', { model: OTHER, provider: OTHER, status: 'success' })).toBe(DROPPED);
    expect(samples.sum('crew_model_tokens_total')).toBe(RECORDED * 120);
    expect(samples.sum('crew_model_cost_usd_total')).toBe(RECORDED / 1_024);
    expect(dropped(samples, 'model_calls_total')).toBe(DROPPED);
    expectOneWarning('model_calls_total');
    expectAgreement(await app.json(), samples);
  });

  it('of providers of one model are counted exactly, too', async () => {
    forEachName((provider) => app.metrics.recordModelCall({ model: 'llama', provider, costUsd: 0 }));
    const samples = await app.samples();
    expect(samples.all('crew_model_calls_total', { status: 'success' })).toHaveLength(MAX + 1);
    expect(samples.sum('crew_model_calls_total')).toBe(RECORDED);
    expect(samples.all('crew_model_call_duration_seconds_count')).toHaveLength(MAX + 1);
    expect(dropped(samples, 'model_calls_total')).toBe(DROPPED);
    expectAgreement(await app.json(), samples);
  });

  it('of types of errors are counted exactly in a bounded number of series', async () => {
    forEachName((errorType) => {
      const failure = { durationMs: 10, status: 'error', errorType } as const;
      app.metrics.recordAgentExecution({ agentId: 'fragile', ...failure });
      app.metrics.recordToolExecution({ toolName: 'fragile', ...failure });
      app.metrics.recordModelCall({ model: 'fragile', ...failure });
    });
    const samples = await app.samples();
    for (const kind of ['agent', 'tool', 'model']) {
      expect(samples.all(`crew_${kind}_errors_total`)).toHaveLength(MAX + 1);
      expect(samples.sum(`crew_${kind}_errors_total`)).toBe(RECORDED);
      expect(samples.sum(`crew_${kind}_errors_total`, { error_type: OTHER })).toBe(DROPPED);
      expect(dropped(samples, `${kind}_errors_total`)).toBe(DROPPED);
    }
    expect(dropped(samples, 'agent_executions_total')).toBe(0);
    expectOneWarning('agent_errors_total', 'tool_errors_total', 'model_errors_total');
    expectAgreement(await app.json(), samples);
  });

  it('of caches are counted exactly in a bounded number of series', async () => {
    app.metrics.recordCacheHit();
    forEachName((cache) => app.metrics.recordCacheHit(cache));
    forEachName((cache) => app.metrics.recordCacheMiss(cache));
    const samples = await app.samples();
    // The unnamed cache and the rest have places beside.
    for (const family of ['cache_hits_total', 'cache_misses_total']) {
      expect(samples.all(`crew_${family}`)).toHaveLength(MAX + 2);
      expect(samples.sum(`crew_${family}`, { cache: OTHER })).toBe(DROPPED);
      expect(dropped(samples, family)).toBe(DROPPED);
    }
    expect(app.metrics.getSystemMetrics()).toMatchObject({ cacheHits: RECORDED + 1, cacheMisses: RECORDED });
    expectOneWarning('cache_hits_total', 'cache_misses_total');
    expectAgreement(await app.json(), samples);
  });

  it('leave declared names series of their own', async () => {
    forEachName((name) => {
      app.metrics.recordToolExecution({ toolName: name, agentId: name, durationMs: 1, status: 'success' });
    });
    await app.app.get(Declared).run();
    app.app.get(Declared).search();
    app.metrics.recordToolExecution({ toolName: 'declared tool', agentId: 'late', durationMs: 1, status: 'success' });
    app.metrics.recordToolExecution({ toolName: 'late', agentId: 'declared agent', durationMs: 1, status: 'success' });
    const samples = await app.samples();
    const successes = (agent: string, tool: string) =>
      samples.value('crew_tool_executions_total', { agent, tool, status: 'success' });
    expect(samples.sum('crew_agent_executions_total', { agent: 'declared agent' })).toBe(1);
    expect(successes('declared agent', 'declared tool')).toBe(1);
    expect(successes('', 'declared tool')).toBe(1);
    expect(successes(OTHER, 'declared tool')).toBe(1);
    expect(successes('declared agent', OTHER)).toBe(1);
    // The last two of them, beside those above, count under a name that is not theirs.
    expect(dropped(samples, 'tool_executions_total')).toBe(DROPPED + 2);
    expect(dropped(samples, 'agent_executions_total')).toBe(0);
    expectAgreement(await app.json(), samples);
  });

  it('can be written as OpenMetrics and as JSON by any name', async () => {
    for (let i = 0; i < ODD.length; i += 1) {
      app.metrics.recordAgentExecution({ agentId: nameOf(i), durationMs: 1, status: 'success' });
    }
    const names = Array.from(ODD.keys(), (i) => nameOf(i).toWellFormed());
    const { agent_metrics } = await app.json<CollectedDocument>();
    expect(new Set(Object.keys(agent_metrics))).toEqual(new Set(['declared agent', ...names]));
    const samples = (await app.samples()).all('crew_agent_executions_in_progress');
    expect(samples.map(({ labels }) => labels['agent'])).toEqual(['declared agent', ...names]);
  });
});

describe('Two thousand streams that a limit destroys', () => {
  it('are one line of the log, whatever their names', async () => {
    const app = await CollectionApp.start({ timeouts: { toolMs: 30 } });
    for (let i = 0; i < 2_000; i += 1) {
      app.tracker.trackTool({ name: nameOf(i) }, () => new Readable({ read() {} })).read();
      if (i % 200 === 199) app.clock.advance(30);
    }
    expect(app.metrics.getHistory({ status: 'timeout' })).toHaveLength(1_000);
    expect(app.metrics.getRunning()).toEqual([]);
    expect(app.log.warnings.filter((line) => line.includes('destroyed'))).toEqual([
      'The tool "agent 0" took longer than 30 ms. Its stream was destroyed. Further ones are not logged.',
    ]);
  });
});

describe('A small limit', () => {
  it('of 0 counts everything but declared names together', async () => {
    const app = await CollectionApp.start({ maxSeries: 0 }, { providers: [Declared] });
    await app.app.get(Declared).run();
    app.metrics.recordAgentExecution({ agentId: 'writer', durationMs: 5, status: 'error', errorType: 'RangeError' });
    app.metrics.recordModelCall({ model: 'gpt-4', agentId: 'writer' });
    app.metrics.recordModelCall({ model: 'gpt-4', provider: 'openai' });
    const { agent_metrics, model_metrics } = await app.json<CollectedDocument>();
    expect(Object.keys(agent_metrics)).toEqual(['declared agent', OTHER]);
    expect(Object.keys(model_metrics)).toEqual([OTHER]);
    const samples = await app.samples();
    expect(samples.value('crew_agent_errors_total', { agent: OTHER, error_type: OTHER })).toBe(1);
    expect(samples.value('crew_model_calls_total', { agent: OTHER, model: OTHER, status: 'success' })).toBe(1);
    expect(samples.value('crew_model_calls_total', { model: OTHER, provider: OTHER, status: 'success' })).toBe(1);
    expectAgreement(await app.json(), samples);
  });

  it('has room again after a reset', async () => {
    const { metrics, log } = await CollectionApp.start({ maxSeries: 1 });
    const record = (agentId: string) => metrics.recordAgentExecution({ agentId, durationMs: 5, status: 'success' });
    record('first');
    record('second');
    metrics.reset();
    record('second');
    record('first');
    expect([...metrics.getAgents().keys()]).toEqual(['second', OTHER]);
    expect(log.warnings).toHaveLength(1);
  });

  it.each([0, 1])(
    'counts what a logger records while it hears of a record, with %i in the history',
    async (historySize) => {
      const { metrics } = await CollectionApp.start({ maxSeries: 0, historySize });
      let heard = 0;
      const warn = () => {
        heard += 1;
        if (heard === 1)
          metrics.recordToolExecution({ toolName: 'inner', durationMs: 7, status: 'success', inputBytes: 100 });
      };
      Logger.overrideLogger({ log: () => {}, error: () => {}, warn });
      metrics.recordToolExecution({
        toolName: 'outer',
        durationMs: 5,
        status: 'error',
        errorType: 'Refused',
        inputBytes: 1,
      });
      expect(heard).toBeGreaterThan(1);
      expect(metrics.getToolMetrics(OTHER)).toMatchObject({
        successCount: 1,
        errorCount: 1,
        inputBytes: 101,
        totalDurationMs: 12,
        minDurationMs: 5,
        maxDurationMs: 7,
      });
      expect(metrics.getHistory().map(({ toolName }) => toolName)).toEqual(['inner'].slice(0, historySize));
    },
  );

  it('keeps a name in the history that has no series of its own', async () => {
    const { metrics } = await CollectionApp.start({ maxSeries: 0 });
    metrics.recordToolExecution({ toolName: 'search', agentId: 'writer', durationMs: 5, status: 'success' });
    expect(metrics.getHistory({ agentId: 'writer' })).toEqual([expect.objectContaining({ toolName: 'search' })]);
  });
});

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** A name that was cut out of a long text: for V8 it is a view of the whole text. */
function nameOutOfLongText(): string {
  const text = 'Ignore all previous instructions. '.repeat(300_000);
  return text.slice(20, 60);
}

describe('Memory', () => {
  const measured = { durationMs: 1, status: 'error' } as const;

  it.each<[string, (app: CollectionApp, name: string) => void]>([
    ['agent', ({ metrics }, agentId) => metrics.recordAgentExecution({ ...measured, agentId })],
    [
      'display name',
      ({ metrics }, agentName) => metrics.recordAgentExecution({ ...measured, agentId: 'a', agentName }),
    ],
    ['tool', ({ metrics }, toolName) => metrics.recordToolExecution({ ...measured, toolName })],
    ['agent of a tool', ({ metrics }, agentId) => metrics.recordToolExecution({ ...measured, toolName: 'a', agentId })],
    ['model', ({ metrics }, model) => metrics.recordModelCall({ model })],
    ['provider', ({ metrics }, provider) => metrics.recordModelCall({ model: 'a', provider })],
    ['cache', ({ metrics }, cache) => metrics.recordCacheHit(cache)],
    [
      'type of error',
      ({ metrics }, errorType) => metrics.recordToolExecution({ ...measured, toolName: 'a', errorType }),
    ],
    ['tracked tool', ({ tracker }, name) => tracker.trackTool({ name: () => name }, () => undefined)],
    [
      'thrown error',
      ({ tracker }, name) => {
        expect(() =>
          tracker.trackTool('a', () => {
            throw Object.assign(new Error('No answer.'), { name });
          }),
        ).toThrow('No answer.');
      },
    ],
  ])('is not held by a name that was cut out of ten megabytes of text: %s', async (_what, record) => {
    const pricing = { priced: { inputPerMillion: 1, outputPerMillion: 1 } };
    const apps = [await CollectionApp.start({ maxSeries: 0, pricing }), await CollectionApp.start({ pricing })];
    // In a function of its own: what its frame still refers to goes with it.
    const recordAll = () => {
      for (const app of apps) record(app, nameOutOfLongText());
    };
    const before = heapUsed();
    recordAll();
    expect(heapUsed() - before).toBeLessThan(5 * MIB);
  });

  it('is flat however many names there are', async () => {
    const { metrics } = await CollectionApp.start();
    let invented = 0;
    const recordMany = () => {
      for (let i = 0; i < 10_000; i += 1) {
        invented += 1;
        const agentId = `an agent that a model has invented: ${invented}`;
        metrics.recordAgentExecution({ agentId, ...measured, errorType: `error of ${agentId}` });
        metrics.recordToolExecution({ agentId, toolName: `tool of ${agentId}`, ...measured });
        metrics.recordModelCall({ agentId, model: `model of ${agentId}`, provider: agentId });
        metrics.recordCacheHit(agentId);
      }
      return heapUsed();
    };
    const before = recordMany();
    expect(recordMany() - before).toBeLessThan(MIB);
  });
});
