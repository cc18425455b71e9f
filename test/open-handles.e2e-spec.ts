import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import {
  startExecution,
  TrackAgent,
  TrackTool,
  type ExecutionEnd,
  type ExecutionHandle,
  type ExecutionStatus,
} from '../src';
import { keepAlive } from '../src/tracking/adapting/adapted-execution';
import { CollectionApp } from './support/collection-app';

const PRICES = { m: { inputPerMillion: 10, outputPerMillion: 100 }, n: { inputPerMillion: 1, outputPerMillion: 1 } };
const IDLE_MS = 600_000;

let app: CollectionApp;
beforeEach(async () => {
  app = await CollectionApp.start({ pricing: PRICES });
});

function fail(): never {
  throw new Error('Not to be read.');
}

const model = () => startExecution({ kind: 'model', name: 'm', provider: 'lab' });
const last = () => app.metrics.getHistory()[0]!;

describe('A handle of a model call', () => {
  it('counts the tokens that were reported last', () => {
    const call = model();
    call.usage({ inputTokens: 10 });
    call.usage({ inputTokens: 1_000, outputTokens: 10, costUsd: 0.5 });
    expect(call.spent).toEqual({ tokens: 1_010, costUsd: 0.5, toolCalls: 0, modelCalls: 0 });
    call.end();
    call.usage({ inputTokens: 7 });
    expect(last()).toMatchObject({ costUsd: 0.5, costSource: 'reported', tokenUsage: { inputTokens: 1_000 } });
  });

  it('counts chunks, the first one as the first token', () => {
    const call = model();
    app.clock.advance(20);
    call.chunk('a');
    app.clock.advance(20);
    call.chunk();
    call.end();
    expect(last()).toMatchObject({ chunks: 2, timeToFirstChunkSeconds: 0.02, durationMs: 40 });
  });

  it('takes the first token from whoever tells it first', () => {
    const call = model();
    app.clock.advance(5);
    call.firstToken();
    app.clock.advance(5);
    call.firstToken();
    call.chunk('a');
    call.end();
    expect(last()).toMatchObject({ chunks: 1, timeToFirstChunkSeconds: 0.005 });
  });

  it('can be renamed until its end, and has the price of that name', () => {
    const call = model();
    call.usage({ inputTokens: 1_000_000 });
    call.rename({ name: 'n', provider: 'other' });
    expect(call.name).toBe('n');
    expect(app.metrics.getModelMetrics('m')).toMatchObject({ inProgress: 0, executionCount: 0 });
    expect(app.metrics.getModelMetrics('n')).toMatchObject({ inProgress: 1 });
    call.end();
    call.rename({ name: 'late' });
    expect(last()).toMatchObject({ model: 'n', provider: 'other', costUsd: 1 });
    expect(app.metrics.getModelMetrics('n')).toMatchObject({ inProgress: 0, executionCount: 1, provider: 'other' });
  });

  it.each([
    ['an empty name', () => model().rename({ name: '' })],
    ['a tool', () => startExecution({ kind: 'tool', name: 't' }).rename({ name: 'm' })],
  ])('logs that %s cannot be renamed', (_what, rename) => {
    rename();
    expect(app.log.warnings).toEqual(['rename() gives a model call another name, which must not be empty.']);
  });

  it('has not reported where a report says nothing', () => {
    const call = model();
    call.usage({});
    call.usage({ inputTokens: undefined, outputTokens: null });
    call.end();
    expect(last()).toMatchObject({ tokenUsage: undefined });
  });

  it.each<[string, (call: ExecutionHandle) => void]>([
    [
      'tokens that cannot be read',
      (call) => call.usage(Object.defineProperty({}, 'inputTokens', { enumerable: true, get: fail })),
    ],
    ['no name', (call) => call.rename(undefined as never)],
    ['an end that is no time', (call) => call.end({ endTime: 'now' as never })],
  ])('does not throw for %s', (_what, use) => {
    const call = startExecution({ kind: 'model', name: 'm', startTime: 'yesterday' as never });
    use(call);
    call.end();
    expect(last()).toMatchObject({ status: 'success', durationMs: 0 });
  });

  it('drops the tokens of a tool, with a log line', () => {
    const tool = startExecution({ kind: 'tool', name: 't' });
    tool.usage({ inputTokens: 1 });
    tool.end();
    expect(last()).toMatchObject({ tokenUsage: undefined });
    expect(app.log.warnings).toEqual(['usage() reports the tokens of a model call, and this is a tool.']);
  });
});

describe('The end of a handle', () => {
  const error = Object.assign(new TypeError('No.'), { status: 429 });

  it.each<
    [string, ExecutionStatus | ExecutionEnd | undefined, ExecutionStatus, string | undefined, number | undefined]
  >([
    ['nothing', undefined, 'success', undefined, undefined],
    ['a status', 'timeout', 'timeout', 'TimeoutError', undefined],
    ['an error', { error }, 'error', 'TypeError', 429],
    [
      'an error that is a cancellation',
      { error: new DOMException('', 'AbortError') },
      'cancelled',
      'AbortError',
      undefined,
    ],
    ['a status and an error', { status: 'cancelled', error }, 'cancelled', 'TypeError', 429],
    ['a status alone', { status: 'error' }, 'error', 'Error', undefined],
    ['an empty object', {}, 'success', undefined, undefined],
  ])('by %s', (_what, end, status, errorType, httpStatus) => {
    const call = model();
    call.end(end);
    call.end('success');
    expect(app.metrics.getHistory()).toMatchObject([{ status, errorType, httpStatus }]);
  });

  it('by a status beats an earlier fail, which beats the end without one', () => {
    for (const end of ['success', undefined] as const) {
      const call = model();
      call.fail(error);
      call.end(end);
    }
    expect(app.metrics.getHistory().map(({ status }) => status)).toEqual(['error', 'success']);
  });

  it.each(['cancelled', 'timeout'] as const)('as %s aborts its signal and those inside', (status) => {
    const agent = startExecution({ kind: 'agent', id: 'writer' });
    const tool = startExecution({ kind: 'tool', name: 't', parent: agent });
    const signals = [agent.signal, tool.signal];
    agent.end(status);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('can be told later, as can the beginning', () => {
    app.clock.advance(10_000);
    const now = app.clock.wallTime();
    const call = startExecution({ kind: 'tool', name: 't', startTime: new Date(now - 3_000) });
    expect(app.metrics.getRunning()).toMatchObject([{ ageSeconds: 3 }]);
    app.clock.advance(1_000);
    call.end({ endTime: new Date(now - 500) });
    expect(last()).toMatchObject({
      durationMs: 2_500,
      startTime: new Date(now - 3_000),
      endTime: new Date(now - 500),
    });
  });

  it.each([
    ['in the future', () => new Date(app.clock.wallTime() + 5_000)],
    ['no time', () => new Date(NaN)],
  ])('is now where it is %s', (_what, endTime) => {
    const call = model();
    app.clock.advance(10);
    call.end({ endTime: endTime() });
    expect(last()).toMatchObject({ durationMs: 10 });
  });
});

describe('A handle without a parent', () => {
  it('is a root, whatever runs', () => {
    app.tracker.trackAgent('writer', () => {
      startExecution({ kind: 'agent', id: 'root', parent: null }).end();
      startExecution({ kind: 'tool', name: 't', parent: null }).end();
    });
    const [writer, tool, root] = app.metrics.getHistory();
    expect(root).toMatchObject({ parentId: undefined, requestId: root!.id });
    expect(tool).toMatchObject({ parentId: undefined, requestId: undefined, agentId: undefined });
    expect(writer).toMatchObject({ toolCalls: 0 });
  });
});

describe('What is spent', () => {
  it('grows while an agent runs, with everything inside it', () => {
    const agent = startExecution({ kind: 'agent', id: 'writer' });
    expect(agent.spent).toEqual({ tokens: 0, costUsd: 0, toolCalls: 0, modelCalls: 0 });
    const inner = startExecution({ kind: 'agent', id: 'inner', parent: agent });
    const call = startExecution({ kind: 'model', name: 'm', parent: inner });
    startExecution({ kind: 'tool', name: 't', parent: inner });
    expect(agent.spent).toEqual({ tokens: 0, costUsd: 0, toolCalls: 1, modelCalls: 1 });
    call.usage({ inputTokens: 1_000 });
    call.end();
    expect(agent.spent).toEqual({ tokens: 1_000, costUsd: 0.01, toolCalls: 1, modelCalls: 1 });
    expect(inner.spent).toEqual(agent.spent);
  });
});

describe('An execution without a sign of life', () => {
  it('ends as cancelled at its last one, and aborts its signal', () => {
    const call = model();
    const { signal } = call;
    app.clock.advance(1_000);
    call.chunk('a');
    app.clock.advance(IDLE_MS - 1);
    expect(app.metrics.getHistory()).toEqual([]);
    app.clock.advance(1);
    expect(last()).toMatchObject({ status: 'cancelled', durationMs: 1_000, chunks: 1 });
    expect(last().endTime.getTime()).toBe(app.clock.wallTime() - IDLE_MS);
    expect(signal.aborted).toBe(true);
    expect(app.metrics.getModelMetrics('m')).toMatchObject({ inProgress: 0 });
  });

  it('goes on while anything runs inside it', () => {
    const agent = startExecution({ kind: 'agent', id: 'writer' });
    app.clock.advance(1_000);
    const tool = startExecution({ kind: 'tool', name: 'slow', parent: agent });
    for (let step = 0; step < 5; step += 1) {
      app.clock.advance(IDLE_MS - 1);
      tool.chunk();
    }
    expect(app.metrics.getRunning()).toHaveLength(2);
    tool.end();
    app.clock.advance(IDLE_MS);
    expect(last()).toMatchObject({ kind: 'agent', status: 'cancelled', durationMs: 1_000 + 5 * (IDLE_MS - 1) });
  });

  it('ends with what has ended so inside it, at the last sign of both', () => {
    const agent = startExecution({ kind: 'agent', id: 'writer' });
    const call = startExecution({ kind: 'model', name: 'm', parent: agent });
    app.clock.advance(1_000);
    call.firstToken();
    app.clock.advance(IDLE_MS);
    expect(app.metrics.getHistory()).toMatchObject([
      { kind: 'agent', status: 'cancelled', durationMs: 1_000 },
      { kind: 'model', status: 'cancelled', durationMs: 1_000 },
    ]);
  });

  it('goes on for what else runs inside it', () => {
    const agent = startExecution({ kind: 'agent', id: 'writer' });
    const tool = startExecution({ kind: 'tool', name: 'slow', parent: agent });
    startExecution({ kind: 'model', name: 'm', parent: agent });
    app.clock.advance(1_000);
    tool.chunk();
    app.clock.advance(IDLE_MS - 1);
    tool.chunk();
    expect(app.metrics.getRunning()).toMatchObject([{ kind: 'agent' }, { kind: 'tool' }]);
    tool.end();
    app.clock.advance(IDLE_MS - 1);
    expect(app.metrics.getRunning()).toMatchObject([{ kind: 'agent' }]);
    app.clock.advance(1);
    expect(app.metrics.getRunning()).toEqual([]);
  });

  it('goes on while it is paused, and while a retry waits', () => {
    const [paused, retrying] = [startExecution({ kind: 'tool', name: 'paused' }), model()];
    const resume = paused.pause();
    retrying.recordRetry();
    app.clock.advance(3 * IDLE_MS);
    expect(app.metrics.getRunning()).toHaveLength(2);
    resume();
    retrying.firstToken();
    app.clock.advance(2 * IDLE_MS);
    expect(app.metrics.getRunning()).toEqual([]);
  });

  it('goes on while an adapter knows that something is sure to come, and so does the call that it joins', () => {
    const whole = model();
    const part = whole.run(model);
    const stopWaiting = keepAlive(part);
    app.clock.advance(3 * IDLE_MS);
    expect(app.metrics.getRunning()).toHaveLength(1);
    stopWaiting();
    app.clock.advance(IDLE_MS);
    expect(last()).toMatchObject({ status: 'cancelled', durationMs: 3 * IDLE_MS });
  });

  it('ends after timeouts.idleMs, or never with 0', async () => {
    const [quick, never] = [
      await CollectionApp.start({ timeouts: { idleMs: 1_000 } }),
      await CollectionApp.start({ timeouts: { idleMs: 0 } }),
    ];
    for (const { tracker } of [quick, never]) tracker.start({ kind: 'tool', name: 't' });
    quick.clock.advance(1_000);
    never.clock.advance(100 * IDLE_MS);
    expect(quick.metrics.getRunning()).toEqual([]);
    expect(never.metrics.getRunning()).toHaveLength(1);
  });

  it('is not looked for in calls that end by themselves', async () => {
    const pending = app.tracker.trackTool('slow', () => new Promise<void>(() => {}));
    app.clock.advance(10 * IDLE_MS);
    expect(app.metrics.getRunning()).toHaveLength(1);
    void pending;
  });
});

describe('Work that outlives its request', () => {
  @Injectable()
  class Poller {
    poll: (() => void) | undefined;

    @TrackTool('poll')
    ask() {}

    @TrackAgent('starter')
    run() {
      const resource = new AsyncResourceOfRequest();
      this.poll = () => resource.run(() => this.ask());
    }
  }

  /** Runs code in the async context in which it was made, as a timer or a connection does. */
  class AsyncResourceOfRequest {
    readonly run = AsyncLocalStorage.snapshot();
  }

  it.each([
    ['at once', 0, 'starter'],
    ['until idleMs after its end', IDLE_MS, 'starter'],
    ['no longer', IDLE_MS + 1, undefined],
  ])('belongs to it %s', async (_when, later, agentId) => {
    const own = await CollectionApp.start({}, { providers: [Poller] });
    const poller = own.app.get(Poller);
    poller.run();
    own.clock.advance(later);
    poller.poll!();
    const [tool, agent] = own.metrics.getHistory();
    expect(tool).toMatchObject({ kind: 'tool', agentId });
    expect(tool!.requestId).toBe(agentId && agent!.id);
    expect(tool!.parentId).toBe(agentId && agent!.id);
  });
});
