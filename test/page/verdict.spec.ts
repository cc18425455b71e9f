import { ExecutionTracker, MetricsModule, type MetricsRootOptions } from '../../src';
import type {
  Execution,
  MetricsDocument,
  RunningExecution,
  TrendsDocument,
} from '../../src/http/dashboard/page/data/documents';
import { CallLog } from '../../src/http/dashboard/page/data/call-log.js';
import { overdueText } from '../../src/http/dashboard/page/data/overdue.js';
import { createSnapshot, serverTime } from '../../src/http/dashboard/page/data/snapshot.js';
import type { Start } from '../../src/http/dashboard/page/data/instance-log.js';
import { judge, RULES } from '../../src/http/dashboard/page/verdict/rules.js';
import { TestApp } from '../support/test-app';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const pricing = { 'gpt-x': { inputPerMillion: 1, outputPerMillion: 2 } };

/** An application at midnight, the calls that it makes, and what the page says of it. */
class JudgedCrew {
  readonly tracker: ExecutionTracker;

  private constructor(readonly app: TestApp) {
    this.tracker = app.nest.get(ExecutionTracker);
  }

  static async start(options: MetricsRootOptions = {}): Promise<JudgedCrew> {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({ pricing, ...options })] });
    return new JudgedCrew(app);
  }

  /** One tool call a second, of which every so many fails. */
  callTool(name: string, times: number, { everyFails = Infinity, error = 'OrderNotFoundError' } = {}): void {
    for (let time = 1; time <= times; time += 1) {
      const fail = () => {
        this.app.clock.advance(SECOND);
        if (time % everyFails === 0) throw Object.assign(new Error('no'), { name: error });
      };
      try {
        this.tracker.trackTool(name, fail);
      } catch {
        // It is counted.
      }
    }
  }

  /** An agent, one run after the other. */
  run(id: string, times: number, durationMs: number, work = () => undefined as unknown): void {
    for (let time = 0; time < times; time += 1) {
      this.tracker.trackAgent(id, () => {
        this.app.clock.advance(durationMs);
        work();
      });
    }
  }

  async facts(window = '5m', starts: readonly Start[] = []) {
    const read = async <Body>(path: string) => (await this.app.json<Body>(path)).body;
    const [document, trends, running, history] = await Promise.all([
      read<MetricsDocument>('/metrics?format=json'),
      read<TrendsDocument>(`/metrics/trends?window=${window}`),
      read<{ executions: RunningExecution[] }>('/metrics/running'),
      read<{ executions: Execution[] }>('/metrics/history?limit=1000'),
    ]);
    return {
      snapshot: createSnapshot(document, trends, running.executions, history.executions, new CallLog()),
      starts,
    };
  }

  /** The sentences, each with the view that it leads to. */
  async verdict(window?: string, starts?: readonly Start[]) {
    return judge(await this.facts(window, starts)).map(({ subject, sentence, tone, shows, at }) => {
      const words = sentence.map((part) => (typeof part === 'string' ? part : part.name)).join('');
      return { tone, says: subject === undefined ? words : `${subject.name} ${words}`, shows, at };
    });
  }

  async sentences(window?: string, starts?: readonly Start[]): Promise<string[]> {
    return (await this.verdict(window, starts)).map(({ says }) => says);
  }

  get now(): number {
    return this.app.clock.wallTime();
  }
}

const anyRequest = { ran: '', called: '', error: '', min: '', filter: '', span: undefined, request: '', step: '' };
const clock = (time: number) => new Date(time).toTimeString().slice(0, 8);

describe('The verdict', () => {
  it('says nothing of a busy crew that is well, for an hour', async () => {
    const crew = await JudgedCrew.start({ historySize: 200 });
    let seed = 11;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const said: string[] = [];
    for (let minute = 1; minute <= 60; minute += 1) {
      for (let call = 0; call < 30; call += 1) {
        const agent = `agent ${call % 6}`;
        const fails = random() < 0.01;
        const work = () => {
          try {
            crew.tracker.trackTool(`tool ${call % 10}`, () => {
              crew.app.clock.advance(100 + 400 * random());
              if (fails) throw new TypeError('chance');
            });
          } catch {
            // The agent goes on without it.
          }
          crew.app.collector.recordModelCall({ model: 'gpt-x', inputTokens: 500, outputTokens: 50, durationMs: 90 });
        };
        crew.run(agent, 1, 400 * random(), work);
        crew.app.clock.advance(400 * random());
      }
      // Each window in turn: an hour of it is over soon.
      const window = ['1m', '5m', '15m', '1h'][minute % 4]!;
      said.push(...(await crew.sentences(window)).map((sentence) => `${window} ${minute}: ${sentence}`));
    }
    expect(said).toEqual([]);
  }, 120_000);

  it('says what fails, since when, and of what', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('look_up_order', 400);
    const since = crew.now;
    crew.callTool('look_up_order', 60, { everyFails: 3 });
    // Slots are five seconds long, and the last that went well ended with the first of them.
    const slot = Math.floor((since + 3 * SECOND) / (5 * SECOND)) * 5 * SECOND;
    expect(await crew.verdict()).toEqual([
      {
        tone: 'bad',
        says: `look_up_order fails 32.8% since ${clock(slot)} (OrderNotFoundError ×20)`,
        shows: { ...anyRequest, list: 'failed', called: 'look_up_order' },
        at: 'requests',
      },
    ]);
  });

  it('does not say since when where it failed before the window', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('search', 700, { everyFails: 4, error: 'TimeoutError' });
    expect(await crew.sentences()).toEqual(['search fails 25% in the last 5m (TimeoutError ×74)']);
  });

  it('says that something has failed and is well again', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('search', 200);
    const from = crew.now;
    crew.callTool('search', 20, { everyFails: 1 });
    const to = crew.now;
    crew.callTool('search', 60);
    expect(await crew.verdict()).toMatchObject([
      {
        tone: 'warn',
        says: `search failed 80% from ${clock(from)} to ${clock(to + 5 * SECOND)} (OrderNotFoundError ×20)`,
      },
    ]);
  });

  it('names the type alone where the history does not go back to all failures', async () => {
    const crew = await JudgedCrew.start({ historySize: 10 });
    crew.callTool('search', 60, { everyFails: 3 });
    expect((await crew.sentences())[0]).toMatch(/^search fails 33\.3% .*\(OrderNotFoundError\)$/);
  });

  it('says nothing of two failures, nor of nine calls', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('rare', 9, { everyFails: 1 });
    crew.callTool('chance', 20, { everyFails: 10 });
    expect(await crew.sentences()).toEqual([]);
  });

  it('names agents that fail of what they call with what they call', async () => {
    const crew = await JudgedCrew.start();
    for (let time = 0; time < 20; time += 1) {
      const fail = () => {
        throw Object.assign(new Error('no'), { name: 'ServerError' });
      };
      const writer = () => crew.tracker.trackAgent('writer', () => crew.tracker.trackModel('gpt-x', fail));
      expect(() => crew.tracker.trackAgent('desk', writer)).toThrow();
      crew.app.clock.advance(SECOND);
    }
    const [first, ...others] = await crew.verdict();
    expect(first).toMatchObject({
      says: `gpt-x fails 100% since ${clock(0)} (ServerError ×20), and with it writer and 1 more`,
      shows: { selected: { kind: 'model', name: 'gpt-x' } },
      at: 'details',
    });
    expect(others.filter(({ tone }) => tone === 'bad')).toEqual([]);
  });

  it('names one of two agents that fail in each other', async () => {
    const crew = await JudgedCrew.start();
    const fail = () => {
      throw Object.assign(new Error('no'), { name: 'ServerError' });
    };
    const inside = (names: readonly string[]): unknown =>
      names.length === 0 ? fail() : crew.tracker.trackAgent(names[0]!, () => inside(names.slice(1)));
    for (let time = 0; time < 20; time += 1) {
      expect(() => inside(['writer', 'editor', 'writer'])).toThrow();
      crew.app.clock.advance(SECOND);
    }
    expect(await crew.sentences()).toEqual([
      `writer fails 100% since ${clock(0)} (ServerError ×40), and with it editor`,
    ]);
  });

  it('says which agent takes twice as long as in the window before', async () => {
    const crew = await JudgedCrew.start();
    crew.run('researcher', 60, 10 * SECOND);
    expect(await crew.sentences()).toEqual([]);
    crew.run('researcher', 12, 25 * SECOND);
    expect(await crew.sentences()).toEqual([]);
    crew.run('researcher', 15, 30 * SECOND);
    expect(await crew.sentences('1h')).toEqual([]);
    const crowd = await JudgedCrew.start();
    crowd.run('quick', 400, 2 * SECOND);
    crowd.run('quick', 60, 5 * SECOND);
    expect(await crowd.verdict()).toEqual([
      {
        tone: 'warn',
        says: 'quick p95 4.88 s, 2.5 times the 5m before (1.95 s)',
        shows: { ...anyRequest, list: 'slowest', ran: 'quick' },
        at: 'requests',
      },
    ]);
  });

  it('says what hangs, not what waits for it', async () => {
    const crew = await JudgedCrew.start();
    const ask = () => crew.tracker.trackTool('run_tests', () => crew.app.clock.advance(SECOND));
    crew.run('coder', 20, 0, ask);
    const coder = crew.tracker.start({ kind: 'agent', id: 'coder' });
    crew.tracker.start({ kind: 'tool', name: 'run_tests', parent: coder });
    crew.app.clock.advance(1.9 * SECOND);
    expect(await crew.sentences()).toEqual([]);
    crew.app.clock.advance(10 * SECOND);
    expect(await crew.verdict()).toEqual([
      {
        tone: 'bad',
        says: expect.stringMatching(/^run_tests has run for 11 s, over 2× its p99 \([\d.]+ (?:m?s)\)$/) as string,
        shows: { ...anyRequest, list: 'running', request: coder.id },
        at: 'request',
      },
    ]);
  });

  it('measures what hangs by the longest ever where none has ended in the window', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('run_tests', 20);
    crew.app.clock.advance(10 * MINUTE);
    crew.tracker.start({ kind: 'tool', name: 'run_tests' });
    crew.app.clock.advance(10 * SECOND);
    expect(await crew.sentences()).toEqual(['run_tests has run for 10 s, over 2× its longest (1 s)']);
    const { snapshot } = await crew.facts();
    expect(snapshot.running.map((execution) => overdueText(execution, snapshot))).toEqual(['over 2× longest']);
  });

  it('says which calls are not priced, and which tell nothing of their tokens', async () => {
    const crew = await JudgedCrew.start();
    crew.app.collector.recordModelCall({ model: 'free', inputTokens: 10 });
    crew.tracker.trackModel('gpt-x', () => undefined);
    expect(await crew.verdict()).toEqual([
      {
        tone: 'note',
        says: '1 call of free not priced (cost is incomplete)',
        shows: { selected: { kind: 'model', name: 'free' } },
        at: 'details',
      },
      {
        tone: 'note',
        says: '1 call of gpt-x without usage (tokens and cost are incomplete)',
        shows: { selected: { kind: 'model', name: 'gpt-x' } },
        at: 'details',
      },
    ]);
  });

  it('says which names are folded', async () => {
    const crew = await JudgedCrew.start({ maxSeries: 2 });
    for (const name of ['a', 'b', 'c']) crew.callTool(name, 1);
    expect(await crew.verdict()).toEqual([
      {
        tone: 'note',
        says: 'Further tools are counted together as __other__: more than maxSeries, or not allowed',
        shows: { tab: 'tools', selected: { kind: 'tool', name: '__other__' } },
        at: 'details',
      },
    ]);
  });

  it('says which budget is spent, and which agents a limit or a budget has stopped', async () => {
    const crew = await JudgedCrew.start({
      budgets: [{ name: 'month', by: 'application', costUsd: 0.01, window: '30d' }],
      limits: { perAgent: { writer: { modelCalls: 1 } } },
    });
    const call = () => {
      crew.tracker.trackModel('gpt-x', () => ({ inputTokens: 5_000 }));
    };
    for (let time = 0; time < 2; time += 1) {
      expect(() => crew.tracker.trackAgent('writer', () => [call(), call()])).toThrow();
    }
    crew.app.collector.recordModelCall({ model: 'gpt-x', inputTokens: 20_000 });
    expect(() => crew.tracker.trackAgent('reader', call)).toThrow();
    const said = await crew.verdict();
    expect(said.filter(({ tone }) => tone === 'bad')).toEqual([
      {
        tone: 'bad',
        says: expect.stringMatching(
          /^Budget month is spent: \$0\.02 of \$0\.01, resets [A-Z][a-z]{2} \d+, \d\d:\d\d$/,
        ) as string,
        shows: { tab: 'budgets' },
        at: 'tables',
      },
      {
        tone: 'bad',
        says: 'writer was stopped by a limit 2 times in the last 5m',
        shows: { ...anyRequest, list: 'failed', ran: 'writer', error: 'ExecutionLimitError' },
        at: 'requests',
      },
      {
        tone: 'bad',
        says: 'reader was stopped by a budget once in the last 5m',
        shows: { ...anyRequest, list: 'failed', ran: 'reader', error: 'BudgetExceededError' },
        at: 'requests',
      },
    ]);
  });

  it('says how often at least where the history does not go back to all that was stopped', async () => {
    const crew = await JudgedCrew.start({ historySize: 1, limits: { perAgent: { writer: { modelCalls: 1 } } } });
    const call = () => crew.tracker.trackModel('gpt-x', () => ({ inputTokens: 1 }));
    for (let time = 0; time < 2; time += 1) {
      expect(() => crew.tracker.trackAgent('writer', () => [call(), call()])).toThrow();
    }
    expect(await crew.sentences()).toContain('writer was stopped by a limit at least once in the last 5m');
  });

  it('says that a process has restarted within the window', async () => {
    const crew = await JudgedCrew.start();
    crew.app.clock.advance(MINUTE);
    const starts = [
      { time: crew.now - 10 * MINUTE, isRestart: true },
      { time: crew.now - MINUTE, isRestart: true },
    ];
    expect(await crew.sentences('5m', starts)).toEqual([
      `Restarted at ${clock(crew.now - MINUTE)}: figures begin there`,
    ]);
    expect(await crew.sentences('15m', starts)).toEqual([
      `Restarted 2 times, last at ${clock(crew.now - MINUTE)}: figures begin there`,
    ]);
    expect(await crew.sentences('5m', [{ time: crew.now - MINUTE, isRestart: false }])).toEqual([]);
  });

  it('says which processes are silent, before all else', async () => {
    const crew = await JudgedCrew.start();
    crew.callTool('search', 60, { everyFails: 2 });
    const facts = await crew.facts();
    const instances = [
      { worker: 0, state: 'up', pid: 70 },
      { worker: 1, state: 'silent', pid: 71 },
    ] as const;
    const snapshot = { ...facts.snapshot, document: { ...facts.snapshot.document, instances: [...instances] } };
    expect(judge({ ...facts, snapshot }).map(({ id }) => id)).toEqual(['silent', 'failing tool search']);
    expect(serverTime(snapshot.document)).toBe(snapshot.now);
  });

  it('puts what harms more first', async () => {
    const crew = await JudgedCrew.start();
    crew.app.collector.recordModelCall({ model: 'free', inputTokens: 10 });
    crew.callTool('few', 40, { everyFails: 5 });
    crew.callTool('many', 40, { everyFails: 2 });
    const names = (await crew.sentences()).map((sentence) => sentence.split(' ')[0]);
    expect(names).toEqual(['many', 'few', '1']);
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });
});
