import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { Subject, Subscription } from 'rxjs';
import { ExecutionTracker, type AgentOptions, type MetricsModuleOptions } from '../src';
import { ExecutionHistory } from '../src/collection/executions/execution-history';
import { SeriesTable } from '../src/collection/series/series-table';
import { mechanisms, play, seenUntracked } from './results/mechanisms';
import type { Mechanism } from './results/result-row';
import { startApplication } from './support/live-application';
import { ManualClock } from '../src/testing';
import { RecordingLogger } from './support/recording-logger';

const fault = (): never => {
  throw new Error('a fault of ours');
};

/** Something of ours, or of the user's options, that breaks. */
interface Fault {
  readonly what: string;
  /** Under which place it is logged. */
  readonly place: string;
  readonly options?: MetricsModuleOptions;
  readonly agent?: AgentOptions;
  /** Breaks what no option reaches. */
  readonly inject?: (clock: ManualClock) => { mockRestore(): void };
}

const faults: Fault[] = [
  { what: 'the clock', place: 'clock', inject: (clock) => jest.spyOn(clock, 'now').mockImplementation(fault) },
  {
    what: 'the time of day',
    place: 'clock',
    inject: (clock) => jest.spyOn(clock, 'wallTime').mockImplementation(fault),
  },
  {
    what: 'the table of series',
    place: 'begin',
    inject: () => jest.spyOn(SeriesTable.prototype, 'agent').mockImplementation(fault),
  },
  {
    what: 'the history',
    place: 'finish',
    inject: () => jest.spyOn(ExecutionHistory.prototype, 'add').mockImplementation(fault),
  },
  {
    what: 'the async context',
    place: 'context',
    inject: () => jest.spyOn(AsyncLocalStorage.prototype, 'enterWith').mockImplementation(fault),
  },
  {
    what: 'the timer of a limit',
    place: 'clock',
    options: { timeouts: { agentMs: 3_600_000 } },
    inject: (clock) => jest.spyOn(clock, 'after').mockImplementation(fault),
  },
  { what: 'the name function', place: 'name', agent: { id: fault } },
  { what: 'until', place: 'until', agent: { until: fault } },
  { what: 'firstChunk', place: 'firstChunk', agent: { firstChunk: fault } },
  { what: 'classifyError', place: 'classifyError', options: { classifyError: fault } },
  { what: 'classifyResult', place: 'classifyResult', options: { classifyResult: fault } },
];

/** Has every case of the mechanisms tracked while something is broken, and compares what the callers saw. */
async function playBroken({ options, agent = {}, inject }: Fault, played: readonly Mechanism[], logger: LoggerService) {
  const clock = new ManualClock();
  const { module, collector } = await startApplication({ options, logger, clock });
  const tracker = module.get(ExecutionTracker);
  const injected = inject?.(clock);

  for (const { name, identity, rows } of played) {
    for (const row of rows) {
      const seen = await seenUntracked(row);
      const tracked = await play(row.create(new ManualClock()), (body) => tracker.trackAgent(agent, body));
      const kept = tracked.kept.map(() => identity === 'kept');
      expect([name, row.name, tracked]).toEqual([name, row.name, { seen, kept }]);
    }
  }

  injected?.mockRestore();
  const running = played.flatMap(({ rows }) => rows).reduce((sum, row) => sum + row.running, 0);
  expect(collector.getRunning()).toHaveLength(running);
  await module.close();
}

describe.each(faults)('where $what breaks', (broken) => {
  it.each(mechanisms)('nobody notices who uses $name', async (mechanism) => {
    await playBroken(broken, [mechanism], new RecordingLogger());
  });

  it('it is logged once, however often it breaks', async () => {
    const logger = new RecordingLogger();

    await playBroken(broken, mechanisms, logger);

    expect(logger.errors).toEqual([expect.stringContaining(`Tracking failed at "${broken.place}"`)]);
    // Some results are frozen.
    expect(logger.warnings).toEqual([expect.stringContaining('end cannot be seen')]);
  });

  it('nobody notices either where the logger breaks too', async () => {
    await playBroken(broken, mechanisms, { log() {}, warn: fault, error: fault });
  });
});

describe('where the time of day breaks for a while', () => {
  it('time stands still in the history, and no entry is of two executions', async () => {
    const clock = new ManualClock();
    const options = { historySize: 4 };
    const { module, collector } = await startApplication({ options, logger: new RecordingLogger(), clock });
    const tracker = module.get(ExecutionTracker);
    const fail = () => {
      throw new RangeError('as it does');
    };
    // More than are kept, so that entries are written over.
    for (let i = 0; i < 20; i += 1) expect(() => tracker.trackAgent('failing', fail)).toThrow(RangeError);
    const before = collector.getHistory();

    const broken = jest.spyOn(clock, 'wallTime').mockImplementation(fault);
    tracker.trackAgent('fine', () => {});
    collector.recordAgentExecution({ agentId: 'fine', durationMs: 1, status: 'success' });
    broken.mockRestore();

    const { endTime } = before[0]!;
    expect(collector.getHistory()).toMatchObject([
      { agentId: 'fine', status: 'success', errorType: undefined, durationMs: 1, endTime },
      { agentId: 'fine', status: 'success', errorType: undefined, durationMs: 0, endTime },
      ...before.slice(0, 2),
    ]);
    await module.close();
  });
});

describe('what comes after the end', () => {
  it('changes nothing in the history', async () => {
    const clock = new ManualClock();
    const { module, collector } = await startApplication({ clock });
    const chunks = new Subject<string>();
    const subscription = new Subscription();
    const firstChunk = () => {
      subscription.unsubscribe();
      return true;
    };
    subscription.add(
      module
        .get(ExecutionTracker)
        .trackAgent({ id: 'streaming', firstChunk }, () => chunks.asObservable())
        .subscribe(),
    );
    clock.advance(10);
    chunks.next('one');

    expect(collector.getHistory()).toMatchObject([{ status: 'cancelled', timeToFirstChunkSeconds: undefined }]);
    await module.close();
  });
});

describe('a clock that says what is no number', () => {
  it('stands still: what ran meanwhile took no time, and the sums stay numbers', async () => {
    const clock = new ManualClock();
    const { module, collector } = await startApplication({ clock });
    const tracker = module.get(ExecutionTracker);
    const strange = jest.spyOn(clock, 'now').mockReturnValue(NaN);
    tracker.trackAgent('writer', () => {});
    strange.mockRestore();
    tracker.trackAgent('writer', () => clock.advance(20));

    expect(collector.getAgentMetrics('writer')).toMatchObject({
      executionCount: 2,
      totalDurationMs: 20,
      minDurationMs: 0,
      maxDurationMs: 20,
    });
    expect(await collector.exportMetrics('prometheus')).not.toContain('NaN');
    await module.close();
  });
});

describe('what makes no sense', () => {
  it.each([undefined, null, '', 42, {}, Promise.resolve('late')])('as a name, %p, is as none', async (rubbish) => {
    const { module, collector } = await startApplication();
    const id = () => rubbish as string;

    const answer = module.get(ExecutionTracker).trackAgent({ id }, function planner() {
      return 'planned';
    });

    expect(answer).toBe('planned');
    expect(collector.getHistory()).toMatchObject([{ agentId: 'planner' }]);
    await module.close();
  });

  it('as a result, one that cannot be watched, is counted when it is returned, and logged once', async () => {
    const logger = new RecordingLogger();
    const { module, collector } = await startApplication({ logger });
    const unwatchable = () =>
      Object.defineProperty({}, 'then', {
        value: (resolved: (value: string) => void) => resolved('settled'),
        configurable: false,
      }) as PromiseLike<string>;

    const tracker = module.get(ExecutionTracker);

    expect(await tracker.trackTool('odd', unwatchable)).toBe('settled');
    expect(await tracker.trackTool('odd', unwatchable)).toBe('settled');

    expect(collector.getHistory()).toMatchObject([{ status: 'success' }, { status: 'success' }]);
    expect(logger.warnings).toEqual([expect.stringContaining('"until"')]);
    await module.close();
  });
});
