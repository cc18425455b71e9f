import { Readable } from 'node:stream';
import { Controller, Get, Injectable, UseInterceptors } from '@nestjs/common';
import * as fc from 'fast-check';
import { firstValueFrom, Observable, of } from 'rxjs';
import {
  AgentMetricsInterceptor,
  currentExecution,
  ExecutionLimitError,
  ToolMetricsInterceptor,
  TrackAgent,
  trackedAgent,
  trackedModel,
  trackedTool,
  TrackTool,
  type MetricsRootOptions,
  type RunLimit,
} from '../src';
import { CollectionApp } from './support/collection-app';
import { Gate } from './support/gate';

let app: CollectionApp;

const start = async (limits: MetricsRootOptions['limits'], options: MetricsRootOptions = {}) => {
  app = await CollectionApp.start({ limits, ...options });
};

const pricing = { gpt: { inputPerMillion: 100_000, outputPerMillion: 0 } };

/** Ten cents a token. */
const ask = trackedModel(
  { model: 'gpt', usage: (tokens: number) => ({ inputTokens: tokens, outputTokens: 0 }) },
  async (tokens: number) => tokens,
);
const DAY = { name: 'day', by: 'application', costUsd: 1, window: '1d' } as const;

const search = trackedTool('search', async (text: string) => `${text} found`);

const run = <Result>(fn: () => Promise<Result>, id = 'crew') => app.tracker.trackAgent(id, fn);

/** How each of these calls ends, one after the other. */
async function outcomesOf(calls: (() => unknown)[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const call of calls) {
    try {
      await call();
      outcomes.push('made');
    } catch (error) {
      outcomes.push(error instanceof ExecutionLimitError ? error.limit : 'failed');
    }
  }
  return outcomes;
}

const times = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i));

async function refusalOf(call: () => unknown): Promise<ExecutionLimitError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ExecutionLimitError) return error;
  }
  throw new Error('The call was made.');
}

const exceeded = async () =>
  (await app.samples())
    .all('crew_limits_exceeded_total')
    .map(({ labels, value }) => [labels['agent'], labels['limit'], value]);

describe('A limit of a run', () => {
  it.each<[string, RunLimit, () => (() => unknown)[], string[]]>([
    [
      'toolCalls',
      { toolCalls: 2 },
      () => times(4, (i) => () => search(`${i}`)),
      ['made', 'made', 'toolCalls', 'toolCalls'],
    ],
    [
      'modelCalls',
      { modelCalls: 1 },
      () => [() => search('a'), () => ask(1), () => ask(1)],
      ['made', 'made', 'modelCalls'],
    ],
    [
      'repeatedCalls',
      { repeatedCalls: 1 },
      () => ['a', 'a', 'b', 'a', 'b'].map((text) => () => search(text)),
      ['made', 'made', 'made', 'repeatedCalls', 'repeatedCalls'],
    ],
    ['tokens', { tokens: 3 }, () => times(3, () => () => ask(2)), ['made', 'made', 'tokens']],
    // Three times ten cents are more than thirty cents in floating point, and eight times less than eighty.
    ['costUsd', { costUsd: 0.8 }, () => times(9, () => () => ask(1)), [...times(8, () => 'made'), 'costUsd']],
    ['none of something', { toolCalls: 0 }, () => [() => search('a')], ['toolCalls']],
  ])('stops the call that goes beyond it: %s', async (_name, agent, calls, outcomes) => {
    await start({ agent }, { pricing });
    expect(await run(() => outcomesOf(calls()))).toEqual(outcomes);
  });

  it('is reached once and for all: no further call begins, whatever it is', async () => {
    await start({ agent: { toolCalls: 1 } });
    const outcomes = await run(() => outcomesOf([() => ask(1), () => search('a'), () => search('b'), () => ask(1)]));
    expect(outcomes).toEqual(['made', 'made', 'toolCalls', 'toolCalls']);
  });

  it('says what it was, whose, and how much was spent', async () => {
    await start({ request: { tokens: 10 } });
    const error = await run(async () => {
      await ask(12);
      return refusalOf(() => search('a'));
    });
    expect(error).toMatchObject({
      name: 'ExecutionLimitError',
      kind: 'request',
      executionName: 'crew',
      limit: 'tokens',
      allowed: 10,
      spent: 12,
      message: 'The request "crew" has reached its limit of 10 tokens: it has spent 12.',
    });
  });

  it('lets no more than it allows begin at the same time', async () => {
    await start({ agent: { toolCalls: 7 } });
    const gate = new Gate();
    let begun = 0;
    const slow = trackedTool('slow', async () => {
      begun += 1;
      await gate.passed;
    });
    const settled = run(async () => Promise.allSettled(times(50, () => slow())));
    expect(begun).toBe(7);
    gate.open();
    const outcomes = await settled;
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(app.metrics.getHistory({ kind: 'agent' })).toMatchObject([{ status: 'success', toolCalls: 7 }]);
    expect(app.metrics.getToolMetrics('slow')).toMatchObject({ executionCount: 50, successCount: 7, errorCount: 43 });
    expect(app.metrics.getHistory({ toolName: 'slow', status: 'error', limit: 1 })).toMatchObject([
      { errorType: 'ExecutionLimitError' },
    ]);
  });

  it('starts anew with each execution', async () => {
    await start({ agent: { toolCalls: 1 } });
    for (let i = 0; i < 3; i += 1) {
      expect(await run(() => outcomesOf([() => search('a'), () => search('a')]))).toEqual(['made', 'toolCalls']);
    }
    expect(await exceeded()).toEqual([['crew', 'tool_calls', 3]]);
  });

  it('aborts the signal of the run, and of what runs in it', async () => {
    await start({ agent: { toolCalls: 1 } });
    await run(async () => {
      const { signal } = currentExecution()!;
      const waits = trackedTool('waits', async () => {
        const inner = currentExecution()!.signal;
        return new Promise((_, reject) => inner.addEventListener('abort', () => reject(inner.reason as Error)));
      });
      const waiting = waits();
      const error = await refusalOf(() => search('a'));
      expect(signal.reason).toEqual(error);
      await expect(waiting).rejects.toBe(signal.reason);
    });
    expect(app.metrics.getHistory({ toolName: 'waits' })).toMatchObject([
      { status: 'error', errorType: 'ExecutionLimitError' },
    ]);
  });

  it('lets the code of the user answer, or fail with it', async () => {
    await start({ agent: { toolCalls: 0 } });
    expect(await run(async () => search('a').catch(() => 'I know nothing.'))).toBe('I know nothing.');
    await expect(run(async () => search('a'))).rejects.toBeInstanceOf(ExecutionLimitError);
    expect(app.metrics.getHistory({ kind: 'agent' }).map(({ status, errorType }) => [status, errorType])).toEqual([
      ['error', 'ExecutionLimitError'],
      ['success', undefined],
    ]);
  });

  it('counts no call that was refused as made, nor as one without usage', async () => {
    await start({ agent: { modelCalls: 1 } }, { pricing });
    await run(() => outcomesOf([() => ask(1), () => ask(1)]));
    expect(app.metrics.getHistory({ kind: 'agent' })).toMatchObject([
      { modelCalls: 1, totalTokens: 1, totalCostUsd: 0.1, tokenUsage: { calls: 1 } },
    ]);
    expect(app.metrics.getModelMetrics('gpt')).toMatchObject({
      executionCount: 2,
      errorCount: 1,
      callsWithoutUsage: 0,
      tokenUsage: { inputTokens: 1, costUsd: 0.1, unpricedCalls: 0 },
    });
    expect(app.metrics.getHistory({ kind: 'model', status: 'error' })).toMatchObject([
      { tokenUsage: { totalTokens: 0 }, costUsd: 0 },
    ]);
  });

  it('holds while recording is switched off', async () => {
    await start({ agent: { toolCalls: 1 } }, { enabled: false });
    expect(await run(() => outcomesOf([() => search('a'), () => search('b')]))).toEqual(['made', 'toolCalls']);
  });

  it('does not touch what runs outside any agent', async () => {
    await start({ request: { toolCalls: 0, modelCalls: 0 }, agent: { toolCalls: 0 } });
    expect(await outcomesOf([() => search('a'), () => ask(1)])).toEqual(['made', 'made']);
  });

  it('needs no more of what was given up: an agent that has ended limits nothing', async () => {
    await start({ agent: { toolCalls: 0 } });
    const later = new Gate();
    let late: Promise<string[]> | undefined;
    await run(async () => {
      late = later.passed.then(() => outcomesOf([() => search('a')]));
    });
    later.open();
    expect(await late).toEqual(['made']);
  });
});

describe('What is inside a run', () => {
  const inner = trackedAgent('inner', async (calls: number) => outcomesOf(times(calls, (i) => () => search(`${i}`))));

  it('draws on what is around it', async () => {
    await start({ perAgent: { crew: { toolCalls: 3 } } });
    const outcomes = await run(async () => [await inner(2), await inner(2), await outcomesOf([() => search('z')])]);
    expect(outcomes).toEqual([['made', 'made'], ['made', 'toolCalls'], ['toolCalls']]);
    expect(await exceeded()).toEqual([['crew', 'tool_calls', 1]]);
  });

  it('has a limit of its own, which stops nothing around it', async () => {
    await start({ perAgent: { inner: { toolCalls: 1 } } });
    const outcomes = await run(async () => [await inner(2), await outcomesOf([() => search('z')]), await inner(1)]);
    expect(outcomes).toEqual([['made', 'toolCalls'], ['made'], ['made']]);
  });

  it('is a part of the request, whichever agent calls', async () => {
    await start({ request: { toolCalls: 3 }, agent: { toolCalls: 2 } });
    const outcomes = await run(async () => [await inner(2), await inner(2)]);
    expect(outcomes).toEqual([
      ['made', 'made'],
      ['toolCalls', 'toolCalls'],
    ]);
    const error = await run(async () => {
      await inner(1);
      return refusalOf(async () => (await inner(3)).length && search('z'));
    });
    // The inner agent had two calls left, and the one around it one.
    expect(error).toMatchObject({ kind: 'agent', executionName: 'crew', spent: 2 });
  });

  it('repeats within its own agent, and counts in all of them', async () => {
    await start({ request: { repeatedCalls: 2 } });
    const twice = trackedAgent('twice', async () => outcomesOf([() => search('a'), () => search('a')]));
    expect(await run(async () => [await twice(), await twice(), await twice()])).toEqual([
      ['made', 'made'],
      ['made', 'made'],
      ['made', 'repeatedCalls'],
    ]);
  });

  it('has limits of `agent` where `perAgent` says nothing of a field', async () => {
    await start({ agent: { toolCalls: 2, modelCalls: 1 }, perAgent: { crew: { toolCalls: 3 } } });
    const outcomes = await run(() =>
      outcomesOf([...times(3, (i) => () => search(`${i}`)), () => ask(1), () => ask(1)]),
    );
    expect(outcomes).toEqual(['made', 'made', 'made', 'made', 'modelCalls']);
    expect(await app.tracker.trackAgent('other', () => outcomesOf(times(3, (i) => () => search(`${i}`))))).toEqual([
      'made',
      'made',
      'toolCalls',
    ]);
  });

  it('has them, too, where `perAgent` has a field without a value', async () => {
    await start({ agent: { toolCalls: 0 }, perAgent: { crew: { toolCalls: undefined } } });
    expect(await run(() => outcomesOf([() => search('a')]))).toEqual(['toolCalls']);
  });

  it('finds its limits in `perAgent` under a name that is too long for a label', async () => {
    const id = 'x'.repeat(200);
    await start({ agent: { toolCalls: 0 }, perAgent: { [id]: { toolCalls: 1 } } });
    expect(await run(() => outcomesOf([() => search('a'), () => search('b')]), id)).toEqual(['made', 'toolCalls']);
  });
});

describe('A limit that only reports', () => {
  it('counts once for a run, logs once, and stops nothing', async () => {
    await start({ agent: { toolCalls: 1, modelCalls: 0, onExceeded: 'report' } });
    const calls = [() => search('a'), () => search('b'), () => search('c'), () => ask(1)];
    for (let i = 0; i < 2; i += 1) expect(await run(() => outcomesOf(calls))).toEqual(calls.map(() => 'made'));
    expect(await exceeded()).toEqual([
      ['crew', 'tool_calls', 2],
      ['crew', 'model_calls', 2],
    ]);
    expect(app.log.warnings).toEqual([
      'The agent "crew" has reached its limit of 1 tool calls: it has spent 1. The run was not stopped. Further runs are not logged (option "limits").',
      'The agent "crew" has reached its limit of 0 model calls: it has spent 0. The run was not stopped. Further runs are not logged (option "limits").',
    ]);
  });

  it('stands beside one that stops, and does not count what that has stopped', async () => {
    await start({ request: { toolCalls: 1 }, agent: { toolCalls: 1, onExceeded: 'report' } });
    expect(await run(() => outcomesOf([() => search('a'), () => search('b')]))).toEqual(['made', 'toolCalls']);
    expect(await exceeded()).toEqual([['crew', 'tool_calls', 1]]);
  });
});

describe('The family of limits', () => {
  it('is there from the start for agents that are declared, with the limits that they have', async () => {
    @Injectable()
    class Crew {
      @TrackAgent('planner')
      plan(): void {}

      @TrackAgent('free')
      free(): void {}
    }
    app = await CollectionApp.start(
      { limits: { perAgent: { planner: { toolCalls: 1, costUsd: 1 }, free: {} } } },
      { providers: [Crew] },
    );
    expect(await exceeded()).toEqual([
      ['planner', 'tool_calls', 0],
      ['planner', 'cost_usd', 0],
    ]);
  });

  it('is empty without the option, and starts anew with a reset', async () => {
    await start(undefined);
    await run(async () => search('a'));
    expect(await exceeded()).toEqual([]);
    await start({ agent: { toolCalls: 0 } });
    await run(() => outcomesOf([() => search('a')]));
    app.metrics.reset();
    await run(() => outcomesOf([() => search('a')]));
    expect(await exceeded()).toEqual([['crew', 'tool_calls', 1]]);
  });
});

describe('A call that must not begin', () => {
  beforeEach(() => start({ agent: { toolCalls: 0 } }));

  const neverCalled = (): never => {
    throw new Error('It was called.');
  };

  it('rejects, throws or errors as its caller expects it', async () => {
    await run(async () => {
      const async = trackedTool('async', async () => neverCalled());
      const sync = trackedTool('sync', () => neverCalled());
      expect(await async().catch((error: Error) => error.name)).toBe('ExecutionLimitError');
      expect(() => sync()).toThrow(ExecutionLimitError);
    });
  });

  it('fails a generator at its first step', async () => {
    await run(async () => {
      const generate = trackedTool('generate', async function* () {
        yield neverCalled();
      });
      const count = trackedTool('count', function* () {
        yield neverCalled();
      });
      await expect(generate().next()).rejects.toBeInstanceOf(ExecutionLimitError);
      expect(() => count().next()).toThrow(ExecutionLimitError);
    });
    expect(app.metrics.getHistory({ kind: 'tool' }).map(({ errorType }) => errorType)).toEqual([
      'ExecutionLimitError',
      'ExecutionLimitError',
    ]);
  });

  it('fails what was made before the limit was reached, and is used after', async () => {
    await start({ agent: { toolCalls: 1 } });
    const observe = trackedTool('observe', () => new Observable(() => neverCalled()));
    const read = trackedTool('read', () => new Readable({ read: () => neverCalled() }));
    const query = trackedTool('query', () => ({ then: () => neverCalled() }) as PromiseLike<never>);
    const web = trackedTool('web', () => new ReadableStream({ pull: () => neverCalled() }, { highWaterMark: 0 }));
    await run(async () => {
      const [observable, readable, thenable, stream] = [observe(), read(), query(), web()];
      await search('a');
      expect(await refusalOf(() => firstValueFrom(observable))).toBeDefined();
      expect(await refusalOf(() => new Promise((_, reject) => readable.on('error', reject).resume()))).toBeDefined();
      expect(await refusalOf(() => thenable)).toBeDefined();
      expect(await refusalOf(() => stream.getReader().read())).toBeDefined();
    });
    expect(app.metrics.getHistory({ kind: 'agent' })).toMatchObject([{ toolCalls: 1 }]);
    expect(app.metrics.getRunning()).toEqual([]);
  });

  it.each<[string, () => unknown, (result: never) => Promise<unknown>]>([
    ['an async generator', async function* () {}, (steps: AsyncGenerator) => steps.next()],
    ['a generator', function* () {}, async (steps: Generator) => steps.next()],
    [
      'a web stream',
      () => new ReadableStream({}, { highWaterMark: 0 }),
      (stream: ReadableStream) => stream.getReader().read(),
    ],
  ])('fails the agent that hands it on, too: %s', async (_what, make, read) => {
    await start({ agent: { toolCalls: 1 } });
    const tool = trackedTool('tool', make);
    const agent = trackedAgent('agent', () => tool());
    await run(async () => {
      const result = agent() as never;
      await search('a');
      expect(await refusalOf(() => read(result))).toBeDefined();
    });
    expect(app.metrics.getRunning()).toEqual([]);
    expect(app.metrics.getAgentMetrics('agent')).toMatchObject({ executionCount: 1, errorCount: 1, inProgress: 0 });
  });

  it('does not begin what it would hand on', async () => {
    const model = trackedModel('gpt', async function* () {
      yield neverCalled();
    });
    const tool = trackedTool('tool', () => model());
    await start({ agent: { toolCalls: 1 } });
    await run(async () => {
      const steps = tool();
      await search('a');
      expect(await refusalOf(() => steps.next())).toBeDefined();
    });
    expect(app.metrics.getModelMetrics('gpt')).toBeUndefined();
    expect(app.metrics.getHistory({ kind: 'agent' })).toMatchObject([{ toolCalls: 1, modelCalls: 0 }]);
  });

  it('may be a part of a function that goes on, and keeps what it has used before', async () => {
    await start({ agent: { toolCalls: 0 } }, { pricing, budgets: [{ ...DAY, reserve: { costUsd: 1 } }] });
    const twice = trackedModel('gpt', async () => {
      const first = await ask(7);
      await outcomesOf([() => search('a')]);
      return [first, ...(await outcomesOf([() => ask(5)]))];
    });
    expect(await run(() => twice())).toEqual([7, 'toolCalls']);
    expect(app.metrics.getHistory({ kind: 'agent' })).toMatchObject([{ modelCalls: 1, totalTokens: 7 }]);
    expect(app.metrics.getBudgets()).toMatchObject([{ spentUsd: 0.7 }]);
    // All but 0.3 of it is free again.
    expect(await outcomesOf([() => ask(3)])).toEqual(['made']);
  });

  it('is not made by a handler whose interceptor counts it', async () => {
    @Controller()
    @UseInterceptors(AgentMetricsInterceptor.for('desk'))
    class Desk {
      @Get('ask')
      @UseInterceptors(ToolMetricsInterceptor)
      ask(): Observable<unknown> {
        return of(neverCalled());
      }
    }
    app = await CollectionApp.start({ limits: { agent: { toolCalls: 0 } } }, { controllers: [Desk] });
    const response = await app.fetch('/ask');
    const executions = app.metrics.getHistory();
    expect(response.status).toBe(500);
    expect(executions.map(({ kind, errorType }) => [kind, errorType])).toEqual([
      ['agent', 'ExecutionLimitError'],
      ['tool', 'ExecutionLimitError'],
    ]);
  });

  it('is told to whoever began it with a handle, and measured where it is made all the same', async () => {
    await start({ agent: { modelCalls: 1 } }, { pricing });
    await run(async () => {
      await ask(1);
      const call = app.tracker.start({ kind: 'model', name: 'gpt' });
      expect(call.signal.reason).toBeInstanceOf(ExecutionLimitError);
      app.clock.advance(20);
      call.usage({ inputTokens: 5, outputTokens: 0 });
      call.end();
    });
    expect(app.metrics.getHistory()).toMatchObject([
      { kind: 'agent', modelCalls: 2, totalTokens: 6, status: 'success' },
      { kind: 'model', status: 'error', errorType: 'ExecutionLimitError', durationMs: 20, costUsd: 0.5 },
      { kind: 'model', status: 'success' },
    ]);
  });

  it('is the tool of a handle, too, which says what it is given', async () => {
    await start({ agent: { repeatedCalls: 0 } });
    const begin = (input: unknown) => app.tracker.start({ kind: 'tool', name: 'browse', input });
    await run(async () => {
      const first = begin({ url: 'a' });
      expect(first.signal.aborted).toBe(false);
      first.end();
      expect(begin({ url: 'a' }).signal.reason).toMatchObject({ limit: 'repeatedCalls', allowed: 0, spent: 0 });
    });
  });

  it('is the same call as its part, which fails with it and counts once', async () => {
    await run(async () => {
      const handle = app.tracker.start({ kind: 'tool', name: 'search' });
      await expect(handle.run(() => search('a'))).rejects.toBe(handle.signal.reason);
      handle.end({ error: handle.signal.reason });
    });
    expect(app.metrics.getToolMetrics('search')).toMatchObject({ executionCount: 1, errorCount: 1 });
    await expectLimits();
  });

  it('may be known by its part alone: only that knows the arguments', async () => {
    await start({ agent: { repeatedCalls: 0 } });
    await run(async () => {
      for (const expected of ['made', 'repeatedCalls']) {
        const handle = app.tracker.start({ kind: 'tool', name: 'search' });
        expect(await outcomesOf([() => handle.run(() => search('a'))])).toEqual([expected]);
        handle.end();
      }
    });
    expect(app.metrics.getToolMetrics('search')).toMatchObject({ executionCount: 2, errorCount: 1 });
  });

  const expectLimits = async () => expect(await exceeded()).toEqual([['crew', 'tool_calls', 1]]);
});

describe('Whatever is called', () => {
  it('no run makes more calls than its limits allow, and each refusal is right', async () => {
    const calls = fc.array(fc.constantFrom('tool', 'model', 'enter', 'leave'), { maxLength: 40 });
    const limit = fc.record({ toolCalls: fc.nat(5), modelCalls: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(calls, limit, limit, async (steps, request, agent) => {
        await start({ request, agent });
        let made = 0;
        const queue = [...steps];
        const tool = trackedTool('tool', async () => void (made += 1));
        const model = trackedModel('model', async () => void (made += 1));
        const walk = trackedAgent('inner', async (): Promise<void> => {
          for (let step = queue.shift(); step !== undefined && step !== 'leave'; step = queue.shift()) {
            if (step === 'enter') await walk();
            else await (step === 'tool' ? tool() : model()).catch(() => {});
          }
        });
        await walk();
        for (const execution of app.metrics.getHistory({ kind: 'agent' })) {
          const isRequest = execution.parentId === undefined;
          const { toolCalls = 0, modelCalls = 0 } = execution;
          expect(toolCalls).toBeLessThanOrEqual(Math.min(agent.toolCalls, isRequest ? request.toolCalls : Infinity));
          expect(modelCalls).toBeLessThanOrEqual(Math.min(agent.modelCalls, isRequest ? request.modelCalls : Infinity));
        }
        const successes = app.metrics.getHistory({ status: 'success' }).filter(({ kind }) => kind !== 'agent');
        expect(successes).toHaveLength(made);
        await app.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('The option', () => {
  it.each<[unknown, string]>([
    [{ request: 3 }, 'the option "limits.request" is 3; it must be an object of toolCalls, modelCalls'],
    [{ agent: { toolCalls: -1 } }, 'the option "limits.agent.toolCalls" is -1; it must be a whole number from 0.'],
    [{ agent: { toolCalls: 1.5 } }, 'the option "limits.agent.toolCalls" is 1.5; it must be a whole number from 0.'],
    [{ agent: { costUsd: NaN } }, 'the option "limits.agent.costUsd" is NaN; it must be US dollars from 0.'],
    [
      { agent: { onExceeded: 'warn' } },
      `the option "limits.agent.onExceeded" is 'warn'; it must be 'stop' or 'report'.`,
    ],
    [
      { perAgent: { crew: { tokens: '5' } } },
      `the option "limits.perAgent.crew.tokens" is '5'; it must be a whole number from 0.`,
    ],
    [{ perAgent: { crew: 5 } }, 'the option "limits.perAgent.crew" is 5; it must be an object of toolCalls'],
    [
      { agents: {} },
      'there is no option "limits.agents"; allowed is an object of request, agent and perAgent (did you mean "agent"?).',
    ],
  ])('refuses %j', async (limits, message) => {
    await expect(start(limits as MetricsRootOptions['limits'])).rejects.toThrow(`MetricsModule: ${message}`);
  });

  it('needs the async context', async () => {
    await expect(start({ agent: { toolCalls: 1 } }, { asyncContext: false })).rejects.toThrow(
      'MetricsModule: the option "limits" needs the async context',
    );
  });

  it('takes any name for an agent', async () => {
    const perAgent = JSON.parse('{"__proto__": {"toolCalls": 0}, "constructor": {"toolCalls": 0}}') as never;
    await start({ perAgent });
    for (const id of ['__proto__', 'constructor'])
      expect(await run(() => outcomesOf([() => search('a')]), id)).toEqual(['toolCalls']);
    expect(await run(() => outcomesOf([() => search('a')]), 'toString')).toEqual(['made']);
  });
});

@Injectable()
class Tools {
  @TrackTool('plain')
  plain(): string {
    return 'plain';
  }
}

describe('A decorated method', () => {
  it('rejects where an earlier call returned a promise, and throws where none did', async () => {
    app = await CollectionApp.start({ limits: { agent: { toolCalls: 1 } } }, { providers: [Tools] });
    const tools = app.app.get(Tools);
    await run(async () => {
      expect(tools.plain()).toBe('plain');
      expect(() => tools.plain()).toThrow(ExecutionLimitError);
    });
  });
});
