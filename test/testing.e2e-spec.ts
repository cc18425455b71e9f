import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { text } from 'node:stream/consumers';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  currentExecution,
  EXECUTION_CHANNEL,
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
  captureExecutions,
  expectAgent,
  expectTool,
  ManualClock,
  MetricsAssertionError,
  MetricsTestingModule,
  parseExposition,
  settled,
} from '../src/testing';
import { Gate } from './support/gate';

@Injectable()
class Web {
  @TrackTool('web_search')
  async search(question: string) {
    if (question === '') throw new TypeError('nothing asked');
    return `${question}: 3 pages`;
  }

  @TrackTool('fetch')
  fetch(url: string) {
    return url;
  }
}

@Injectable()
class Researcher {
  constructor(private readonly web: Web) {}

  @TrackAgent('researcher')
  async run(question: string) {
    return this.web.search(question);
  }
}

@Injectable()
class Writer {
  @TrackAgent('writer')
  write(text: string) {
    return text;
  }
}

const modules: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(modules.splice(0).map((module) => module.close()));
});

async function start(metrics: DynamicModule = MetricsTestingModule.forRoot()): Promise<TestingModule> {
  const app = await Test.createTestingModule({ imports: [metrics], providers: [Web, Researcher, Writer] }).compile();
  modules.push(app);
  return app.init();
}

function messageOf(expectation: () => void): string[] {
  try {
    expectation();
  } catch (error) {
    expect(error).toBeInstanceOf(MetricsAssertionError);
    return (error as Error).message.split('\n');
  }
  throw new Error('The expectation has not failed.');
}

/** The first answers, the second fails. */
async function runTwice(app: TestingModule): Promise<void> {
  await app.get(Researcher).run('nest');
  await expect(app.get(Researcher).run('')).rejects.toThrow(TypeError);
}

describe('MetricsTestingModule', () => {
  it('is strict, without an endpoint, process metrics and memory', async () => {
    const module = await Test.createTestingModule({ imports: [MetricsTestingModule.forRoot()] }).compile();
    const app = module.createNestApplication();
    modules.push(app);
    await app.listen(0, '127.0.0.1');

    const collector = app.get(MetricsCollector);
    expect(() => collector.recordToolExecution({ toolName: 'x', durationMs: -1, status: 'success' })).toThrow(
      RangeError,
    );
    expect(await fetch(`${await app.getUrl()}/metrics`)).toMatchObject({ status: 404 });
    const { families } = parseExposition(await collector.exportMetrics('prometheus'));
    expect([...families.keys()].filter((name) => !name.startsWith('crew_'))).toEqual([]);
    expect(collector.getSystemMetrics()).toMatchObject({ memoryUsageBytes: 0 });
  });

  it('takes the options of MetricsModule, and checks them', async () => {
    const app = await start(MetricsTestingModule.forRoot({ prefix: 'acme', strict: false }));
    app.get(MetricsCollector).recordToolExecution({ toolName: '', durationMs: 1, status: 'success' });

    expect(await app.get(MetricsCollector).exportMetrics('prometheus')).toContain('\nacme_requests_total');
    expect(() => MetricsTestingModule.forRoot({ historySize: -1 })).toThrow(
      'MetricsModule: the option "historySize" is -1; it must be a whole number from 0.',
    );
  });

  it('holds time still with a clock', async () => {
    const clock = new ManualClock();
    const app = await start(MetricsTestingModule.forRoot({ clock, timeouts: { toolMs: 500 } }));
    const slow = trackedTool('slow', () => new Promise(() => {}));
    const failure = expect(slow()).rejects.toThrow('The tool "slow" took longer than 500 ms.');
    clock.advance(500);
    await failure;

    expectTool(app, 'slow').toHaveRun({ times: 1, status: 'timeout' });
    expect(app.get(MetricsCollector).getToolMetrics('slow')).toMatchObject({ totalDurationMs: 500 });
  });

  it('takes the real clock without one', async () => {
    const before = Date.now();
    const { startTime } = (await start()).get(MetricsCollector).getSystemMetrics();
    expect(startTime.getTime()).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('gives each application a registry and numbers of its own', async () => {
    const [one, other] = [await start(), await start()];
    await one.get(Researcher).run('nest');

    expectAgent(one, 'researcher').toHaveRun({ times: 1 });
    expectAgent(other, 'researcher').toHaveRun({ times: 0 });
    expect(one.get(MetricsCollector).registry).not.toBe(other.get(MetricsCollector).registry);
  });

  it('gives the collector to whoever imports it, where it is not global', async () => {
    @Injectable()
    class Reader {
      constructor(readonly metrics: MetricsCollector) {}
    }
    @Module({ imports: [MetricsTestingModule.forRoot({ isGlobal: false })], providers: [Reader] })
    class ReaderModule {}
    const app = await NestFactory.createApplicationContext(ReaderModule, { logger: false });
    modules.push(app);

    expect(app.get(Reader).metrics).toBe(app.get(MetricsCollector, { strict: false }));
    expectAgent(app, 'nobody').toHaveRun({ times: 0 });
  });
});

describe('expectAgent(app, id).toHaveRun', () => {
  it('holds for what has run', async () => {
    const app = await start();
    await runTwice(app);

    expectAgent(app, 'researcher').toHaveRun();
    expectAgent(app, 'researcher').toHaveRun({ times: 2 });
    expectAgent(app, 'researcher').toHaveRun({ status: 'error' });
    expectAgent(app, 'researcher').toHaveRun({ times: 1, status: 'success' });
    expectAgent(app, 'researcher').toHaveRun({ times: 0, status: 'cancelled' });
    expectAgent(app, 'writer').toHaveRun({ times: 0 });
  });

  it('works in an application with a MetricsModule as in production', async () => {
    const app = await start(MetricsModule.forRoot({ endpoint: false, defaultMetrics: false }));
    await app.get(Researcher).run('nest');
    expectAgent(app, 'researcher').toHaveRun({ times: 1 });
  });

  it('says how often it ran instead', async () => {
    const app = await start();
    await runTwice(app);

    const ran = 'It ran 2 times (1 success, 1 error).';
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveRun({ times: 1 }))).toEqual([
      'Expected the agent "researcher" to have run once.',
      ran,
    ]);
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveRun({ times: 3, status: 'success' }))).toEqual([
      'Expected the agent "researcher" to have run 3 times with status "success".',
      ran,
    ]);
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveRun({ status: 'timeout' }))).toEqual([
      'Expected the agent "researcher" to have run with status "timeout".',
      ran,
    ]);
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveRun({ times: 0 }))).toEqual([
      'Expected the agent "researcher" not to have run.',
      ran,
    ]);
  });

  it('says who ran instead', async () => {
    const app = await start();
    expect(messageOf(() => expectAgent(app, 'writer').toHaveRun())).toEqual([
      'Expected the agent "writer" to have run.',
      'It has not run.',
      'No agent has run.',
    ]);
    await runTwice(app);
    expect(messageOf(() => expectAgent(app, 'writer').toHaveRun())).toEqual([
      'Expected the agent "writer" to have run.',
      'It has not run.',
      'These have: "researcher" 2 times (1 success, 1 error).',
    ]);
  });

  it.each([['reseacher'], ['Researcher'], ['re_searcher']])('knows what %s was to be', async (slip) => {
    const app = await start();
    expect(messageOf(() => expectAgent(app, slip).toHaveRun())).toEqual([
      `Expected the agent "${slip}" to have run.`,
      'No agent of this name is known. Did you mean "researcher"?',
      'No agent has run.',
    ]);
  });

  it.each([
    ['another name', 'planner'],
    ['none', ''],
    ['a quotation mark', '"'],
    ['__proto__', '__proto__'],
    ['a very long name', 'x'.repeat(10_000)],
  ])('guesses nothing at %s', async (_what, name) => {
    const app = await start();
    expect(messageOf(() => expectAgent(app, name).toHaveRun())[1]).toBe('No agent of this name is known.');
  });

  it('lists ten at most', async () => {
    const own = await start();
    const collector = own.get(MetricsCollector);
    for (let i = 1; i <= 12; i += 1)
      collector.recordAgentExecution({ agentId: `a${i}`, durationMs: 1, status: 'success' });

    const [, , list] = messageOf(() => expectAgent(own, 'writer').toHaveRun());
    expect(list).toMatch(/^These have: "a1" once \(1 success\), .*"a10" once \(1 success\), and 2 more\.$/);
  });

  it('finds agents by any name', async () => {
    const own = await start();
    for (const agentId of ['__proto__', 'a "b"\n|', 'x'.repeat(10_000)]) {
      own.get(MetricsCollector).recordAgentExecution({ agentId, durationMs: 1, status: 'success' });
      expectAgent(own, agentId).toHaveRun({ times: 1, status: 'success' });
    }
  });

  it.each([[-1], [1.5], [NaN], ['2' as never]])('does not take %p for a number of times', async (times) => {
    const app = await start();
    expect(() => expectAgent(app, 'researcher').toHaveRun({ times })).toThrow(
      new RangeError(`times is ${times}; it must be a whole number from 0.`),
    );
  });

  it('does not take any word for a status', async () => {
    const app = await start();
    expect(() => expectAgent(app, 'researcher').toHaveRun({ times: 0, status: 'failed' as never })).toThrow(
      new RangeError('status is "failed"; it must be one of success, error, timeout, cancelled.'),
    );
  });

  it('begins its stack at the test', async () => {
    const app = await start();
    const failing = () => expectAgent(app, 'researcher').toHaveRun();
    expect(failing).toThrow(MetricsAssertionError);
    try {
      failing();
    } catch (error) {
      const [frame] = /^ +at .*$/m.exec((error as Error).stack!)!;
      expect(frame).toContain('testing.e2e-spec');
    }
  });

  it('says what an application without metrics lacks', async () => {
    const bare = await Test.createTestingModule({}).compile();
    const lacking = 'The application under test collects no metrics: import MetricsTestingModule.forRoot() in it.';
    expect(() => expectAgent(bare, 'researcher')).toThrow(lacking);
    expect(() => expectTool(bare, 'search')).toThrow(lacking);
    await expect(settled(bare)).rejects.toThrow(lacking);
    await expect(captureExecutions(bare, () => 1)).rejects.toThrow(lacking);
  });
});

describe('expectAgent(app, id).toHaveCalledTool', () => {
  it('holds for tools that this agent called', async () => {
    const app = await start();
    await runTwice(app);

    expectAgent(app, 'researcher').toHaveCalledTool('web_search');
    expectAgent(app, 'researcher').toHaveCalledTool('web_search', { times: 2 });
    expectAgent(app, 'researcher').toHaveCalledTool('web_search', { times: 1, status: 'error' });
    expectAgent(app, 'researcher').toHaveCalledTool('fetch', { times: 0 });
    expectAgent(app, 'writer').toHaveCalledTool('web_search', { times: 0 });
  });

  it('finds tools by any name', async () => {
    const app = await start();
    for (const toolName of ['__proto__', 'constructor', 'x'.repeat(10_000)]) {
      const record = { toolName, agentId: 'writer', durationMs: 1, status: 'success' } as const;
      app.get(MetricsCollector).recordToolExecution(record);
      expectAgent(app, 'writer').toHaveCalledTool(toolName, { times: 1 });
      expectTool(app, toolName).toHaveRun({ times: 1 });
    }
    expectAgent(app, 'researcher').toHaveCalledTool('constructor', { times: 0 });
  });

  it('says what it called instead', async () => {
    const app = await start();
    await runTwice(app);
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveCalledTool('web_search', { times: 1 }))).toEqual([
      'Expected the agent "researcher" to have called the tool "web_search" once.',
      'It called: "web_search" 2 times (1 success, 1 error).',
    ]);
    expect(messageOf(() => expectAgent(app, 'researcher').toHaveCalledTool('webSearch'))).toEqual([
      'Expected the agent "researcher" to have called the tool "webSearch".',
      'It called: "web_search" 2 times (1 success, 1 error).',
      'No tool of this name is known. Did you mean "web_search"?',
    ]);
  });

  it('says who called it', async () => {
    const app = await start();
    app.get(Web).fetch('a page');
    expect(messageOf(() => expectAgent(app, 'writer').toHaveCalledTool('fetch'))).toEqual([
      'Expected the agent "writer" to have called the tool "fetch".',
      'It called no tool.',
      'The tool ran outside any agent: once (1 success).',
    ]);
    await app.get(Researcher).run('nest');
    expect(messageOf(() => expectAgent(app, 'writer').toHaveCalledTool('web_search'))).toEqual([
      'Expected the agent "writer" to have called the tool "web_search".',
      'It called no tool.',
      'The tool was called by: "researcher" once (1 success).',
    ]);
  });

  it('says that there is no such agent', async () => {
    const app = await start();
    await app.get(Researcher).run('nest');
    expect(messageOf(() => expectAgent(app, 'reseacher').toHaveCalledTool('web_search'))).toEqual([
      'Expected the agent "reseacher" to have called the tool "web_search".',
      'No agent of this name is known. Did you mean "researcher"?',
      'These have: "researcher" once (1 success).',
    ]);
  });
});

describe('expectAgent(app, id).toHaveUsedTokens and toHaveCost', () => {
  const PRICE = { inputPerMillion: 100, outputPerMillion: 200 };
  const startPriced = () => start(MetricsTestingModule.forRoot({ pricing: { priced: PRICE } }));

  /** 1,000 in and 500 out in two calls, for 0.20 dollars. */
  async function writeTwice(app: TestingModule): Promise<void> {
    app.get(Writer).write('a poem');
    const call = { model: 'priced', agentId: 'writer', inputTokens: 500, outputTokens: 250 };
    for (let i = 0; i < 2; i += 1) app.get(MetricsCollector).recordModelCall(call);
  }

  it('hold for what its model calls used, up to the limit', async () => {
    const app = await startPriced();
    await writeTwice(app);
    expectAgent(app, 'writer').toHaveUsedTokens({ max: 1_500 });
    expectAgent(app, 'writer').toHaveCost({ maxUsd: 0.2 });
  });

  it('hold for an agent that is to use nothing, and uses nothing', async () => {
    const app = await startPriced();
    app.get(Writer).write('a poem');
    for (const agentId of ['writer', 'researcher', 'nobody']) {
      expectAgent(app, agentId).toHaveUsedTokens({ max: 0 });
      expectAgent(app, agentId).toHaveCost({ maxUsd: 0 });
    }
  });

  it('hold for a model that costs nothing, and for a cost that is reported alone', async () => {
    const app = await start(
      MetricsTestingModule.forRoot({ pricing: () => ({ inputPerMillion: 0, outputPerMillion: 0 }) }),
    );
    const collector = app.get(MetricsCollector);
    collector.recordModelCall({ model: 'local', agentId: 'writer', inputTokens: 10 });
    expectAgent(app, 'writer').toHaveCost({ maxUsd: 1 });
    collector.recordModelCall({ model: 'local', agentId: 'researcher', costUsd: 0.1 });
    expectAgent(app, 'researcher').toHaveCost({ maxUsd: 0.1 });
  });

  it('do not stumble over floating point', async () => {
    const app = await startPriced();
    for (const costUsd of [0.1, 0.2]) app.get(MetricsCollector).recordModelCall({ model: 'm', agentId: 'a', costUsd });
    expectAgent(app, 'a').toHaveCost({ maxUsd: 0.3 });
    expect(messageOf(() => expectAgent(app, 'a').toHaveCost({ maxUsd: 0.2999 }))[1]).toBe(
      'It cost 0.3 US dollars in 2 model calls.',
    );
  });

  it('say what it used instead', async () => {
    const app = await startPriced();
    await writeTwice(app);
    expect(messageOf(() => expectAgent(app, 'writer').toHaveUsedTokens({ max: 1_499 }))).toEqual([
      'Expected the agent "writer" to have used at most 1499 tokens.',
      'It used 1500 tokens (1000 input, 500 output) in 2 model calls.',
    ]);
    expect(messageOf(() => expectAgent(app, 'writer').toHaveUsedTokens({ max: 0 }))[0]).toBe(
      'Expected the agent "writer" to have used no tokens.',
    );
    expect(messageOf(() => expectAgent(app, 'writer').toHaveCost({ maxUsd: 0.1999 }))).toEqual([
      'Expected the agent "writer" to have cost at most 0.1999 US dollars.',
      'It cost 0.2 US dollars in 2 model calls.',
    ]);
    expect(messageOf(() => expectAgent(app, 'writer').toHaveCost({ maxUsd: 0 }))[0]).toBe(
      'Expected the agent "writer" to have cost nothing.',
    );
  });

  it('do not take a cost for known while a model has no price', async () => {
    const app = await startPriced();
    await writeTwice(app);
    app.get(MetricsCollector).recordModelCall({ model: 'new', agentId: 'writer', inputTokens: 1 });
    expect(messageOf(() => expectAgent(app, 'writer').toHaveCost({ maxUsd: 1 }))).toEqual([
      'Expected the agent "writer" to have cost at most 1 US dollars.',
      'It cost 0.2 US dollars in 3 model calls, 1 of them without a price.',
      'Models without a price: "new".',
    ]);
  });

  it.each([
    ['toHaveUsedTokens', (app: TestingModule, id: string) => expectAgent(app, id).toHaveUsedTokens({ max: 9 })],
    ['toHaveCost', (app: TestingModule, id: string) => expectAgent(app, id).toHaveCost({ maxUsd: 9 })],
  ])('do not hold where nothing was counted that they could speak of: %s', async (_method, failing) => {
    const app = await startPriced();
    expect(messageOf(() => failing(app, 'wirter')).slice(1)).toEqual([
      'No agent of this name is known. Did you mean "writer"?',
      'No agent has run.',
    ]);
    expect(messageOf(() => failing(app, 'writer'))[1]).toBe('It has not run.');
    app.get(Writer).write('a poem');
    expect(messageOf(() => failing(app, 'writer'))[1]).toBe('It made no model call that was counted.');
    trackedAgent('writer', () => trackedModel('priced', () => 'a text')())();
    expect(messageOf(() => failing(app, 'writer'))[1]).toBe('It reported no tokens in 1 model call.');
  });

  it('say what has not ended yet', async () => {
    const app = await startPriced();
    const gate = new Gate();
    const running = trackedAgent('writer', () => gate.passed)();
    app.get(Writer).write('a poem');
    expect(messageOf(() => expectAgent(app, 'writer').toHaveUsedTokens({ max: 9 })).at(-1)).toBe(
      '1 still in progress, which counts at its end: await settled(app) first.',
    );
    gate.open();
    await running;
  });

  it.each([[-1], [NaN], [Infinity], ['2' as never], [undefined as never]])('take no limit of %p', async (limit) => {
    const app = await start();
    expect(() => expectAgent(app, 'writer').toHaveUsedTokens({ max: limit })).toThrow(
      new RangeError(`max is ${limit}; it must be a whole number from 0.`),
    );
    expect(() => expectAgent(app, 'writer').toHaveCost({ maxUsd: limit })).toThrow(
      new RangeError(`maxUsd is ${limit}; it must be a number from 0.`),
    );
  });
});

describe('expectAgent(app, id).toHaveMadeNoRepeatedCall', () => {
  const crew = (...questions: string[]) =>
    trackedAgent('crew', async (web: Web) => {
      for (const question of questions) await web.search(question);
    });
  const noRepeat = (app: TestingModule, id = 'crew') => expectAgent(app, id).toHaveMadeNoRepeatedCall();

  it('holds for an agent that calls tools with other arguments each time, in whatever execution', async () => {
    const app = await start();
    for (let i = 0; i < 2; i += 1) await crew('a', 'b')(app.get(Web));
    app.get(Writer).write('a poem');
    noRepeat(app);
    noRepeat(app, 'writer');
  });

  it('says which tools it has called again', async () => {
    const app = await start();
    await crew('a', 'b', 'a', 'a')(app.get(Web));
    expect(messageOf(() => noRepeat(app))).toEqual([
      'Expected the agent "crew" to have made no repeated call.',
      'It repeated calls of "web_search" 2 times.',
    ]);
    trackedAgent('crew', (web: Web) => [web.fetch('a'), web.fetch('a'), void crew('a')(web)])(app.get(Web));
    expect(messageOf(() => noRepeat(app))[1]).toBe('It repeated calls of "web_search" 2 times, "fetch" once.');
    await settled(app);
  });

  it('lists ten at most', async () => {
    const app = await start();
    const tools = Array.from({ length: 12 }, (_, i) => trackedTool(`t${i}`, () => i));
    trackedAgent('crew', () => [...tools, ...tools].forEach((call) => call()))();
    expect(messageOf(() => noRepeat(app))[1]).toMatch(/"t8" once, "t9" once, and 2 more\.$/);
  });

  it('does not hold for an agent that has not run', async () => {
    const app = await start();
    expect(messageOf(() => noRepeat(app))).toEqual([
      'Expected the agent "crew" to have made no repeated call.',
      'No agent of this name is known.',
      'No agent has run.',
    ]);
  });

  it('says what is missing where nobody looks for them, and begins its stack at the test', async () => {
    const blind = await start(MetricsTestingModule.forRoot({ measureRepeats: false }));
    expect(() => noRepeat(blind)).toThrow(/^The application under test does not count repeated calls: set the option/);
    const app = await start();
    await crew('a', 'a')(app.get(Web));
    const stackOf = (use: () => void) => {
      try {
        use();
      } catch (error) {
        return (error as Error).stack!;
      }
      throw new Error('it was met');
    };
    expect(stackOf(() => expectAgent(app, 'crew').toHaveMadeNoRepeatedCall())).not.toContain('expectations.ts');
  });
});

describe('expectTool(app, name).toHaveRun', () => {
  it('holds for a tool, whoever called it', async () => {
    const app = await start();
    await app.get(Researcher).run('nest');
    await app.get(Web).search('express');
    expectTool(app, 'web_search').toHaveRun({ times: 2, status: 'success' });
  });

  it('says what ran instead', async () => {
    const app = await start();
    await runTwice(app);
    expect(messageOf(() => expectTool(app, 'web_search').toHaveRun({ status: 'cancelled' }))).toEqual([
      'Expected the tool "web_search" to have run with status "cancelled".',
      'It ran 2 times (1 success, 1 error).',
    ]);
    expect(messageOf(() => expectTool(app, 'calculate').toHaveRun())).toEqual([
      'Expected the tool "calculate" to have run.',
      'No tool of this name is known.',
      'These have: "web_search" 2 times (1 success, 1 error).',
    ]);
  });
});

describe('captureExecutions', () => {
  it('returns what finished during the function, and its result', async () => {
    const app = await start();
    await app.get(Researcher).run('before');
    const { executions, result } = await captureExecutions(app, () => app.get(Researcher).run('nest'));
    await app.get(Researcher).run('after');

    expect(result).toBe('nest: 3 pages');
    expect(executions).toMatchObject([
      { kind: 'tool', toolName: 'web_search', agentId: 'researcher', status: 'success' },
      { kind: 'agent', agentId: 'researcher', status: 'success' },
    ]);
    expect(executions[0]!.parentId).toBe(executions[1]!.id);
  });

  it('takes a function that is not asynchronous', async () => {
    const app = await start();
    const { executions, result } = await captureExecutions(app, () => app.get(Writer).write('a poem'));
    expect(result).toBe('a poem');
    expect(executions).toHaveLength(1);
  });

  it('captures no execution of another application', async () => {
    const [one, other] = [await start(), await start()];
    const { executions } = await captureExecutions(one, () => other.get(Researcher).run('nest'));
    expect(executions).toEqual([]);
  });

  it('needs no history', async () => {
    const app = await start(MetricsTestingModule.forRoot({ historySize: 0 }));
    const { executions } = await captureExecutions(app, async () => {
      for (let i = 0; i < 10; i += 1) await app.get(Researcher).run('nest');
    });
    expect(executions).toHaveLength(20);
  });

  it('throws what the function throws, and leaves no listener behind', async () => {
    const app = await start();
    await expect(captureExecutions(app, () => app.get(Researcher).run(''))).rejects.toThrow('nothing asked');
    expect(channel(EXECUTION_CHANNEL).hasSubscribers).toBe(false);

    const { executions } = await captureExecutions(app, () =>
      expect(app.get(Researcher).run('')).rejects.toThrow(TypeError),
    );
    expect(executions).toMatchObject([{ errorType: 'TypeError' }, { errorType: 'TypeError' }]);
  });
});

describe('settled', () => {
  it('resolves at once where nothing is in progress', async () => {
    await settled(await start(), { timeoutMs: 0 });
  });

  it('waits for what goes on in the background, and what follows it', async () => {
    const app = await start();
    const [first, second] = [new Gate(), new Gate()];
    const events = new EventEmitter().on('question', () => {
      const chain = async () => {
        await trackedTool('first', () => first.passed)();
        await trackedTool('second', () => second.passed)();
      };
      void chain();
    });
    events.emit('question');
    expect(messageOf(() => expectTool(app, 'first').toHaveRun())).toEqual([
      'Expected the tool "first" to have run.',
      'It has not run.',
      '1 still in progress, which counts at its end: await settled(app) first.',
      'No tool has run.',
    ]);

    let isSettled = false;
    const waiting = settled(app).then(() => (isSettled = true));
    first.open();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isSettled).toBe(false);
    second.open();
    await waiting;
    expectTool(app, 'second').toHaveRun({ times: 1 });
  });

  it('waits for what is deferred', async () => {
    const app = await start();
    const done = trackedTool('deferred', () => currentExecution()!.defer())();
    setImmediate(done);
    await settled(app);
    expectTool(app, 'deferred').toHaveRun({ times: 1, status: 'success' });
  });

  it('waits for streams', async () => {
    const app = await start();
    const stream = trackedAgent('narrator', async function* () {
      for (const word of ['Once', 'upon', 'a', 'time']) yield await Promise.resolve(word);
    })();
    void text(stream);
    await settled(app);
    expectAgent(app, 'narrator').toHaveRun({ times: 1, status: 'success' });
  });

  it('does not mind what other applications do', async () => {
    const [one, other] = [await start(), await start()];
    const gate = new Gate();
    const running = other.get(ExecutionTracker).trackTool('slow', () => gate.passed);
    await settled(one, { timeoutMs: 0 });
    gate.open();
    await running;
  });

  it('says what is still in progress', async () => {
    const clock = new ManualClock();
    const app = await start(MetricsTestingModule.forRoot({ clock }));
    const gate = new Gate();
    const ask = trackedModel('gpt-x', () => gate.passed);
    const wait = trackedTool('wait', () => ask());
    const running = trackedAgent('slow "one"', () => wait())();
    clock.advance(1_250);

    await expect(settled(app, { timeoutMs: 20 })).rejects.toThrow(
      new MetricsAssertionError([
        'Expected nothing to be in progress after 20 ms, but this is:',
        '- the agent "slow \\"one\\"", for 1.3 s',
        '- the tool "wait" of the agent "slow \\"one\\"", for 1.3 s',
        '- the model "gpt-x" of the agent "slow \\"one\\"", for 1.3 s',
      ]),
    );
    gate.open();
    await running;
    await settled(app);
  });

  it('sees at its limit what ended without a word, while recording is switched off', async () => {
    const app = await start();
    const gate = new Gate();
    const running = trackedTool('silent', () => gate.passed)();
    app.get(MetricsCollector).disable();
    const waiting = settled(app, { timeoutMs: 20 });
    gate.open();
    await running;
    await waiting;
  });

  it('works while a test has replaced the timers', async () => {
    jest.useFakeTimers();
    try {
      const app = await start();
      const gate = new Gate();
      const running = trackedTool('first', () => gate.passed)();
      const waiting = settled(app);
      gate.open();
      await waiting;
      await running;
    } finally {
      jest.useRealTimers();
    }
  });
});
