import type { ExecutionHandle, ExecutionStart, ExecutionTracker, MetricsCollector } from '../../src';
import type { ManualClock } from '../../src/testing';

/** A process that takes time: it yields how many milliseconds pass before it goes on. */
type Process = Generator<number, void>;

/**
 * A crew of agents that only seems to work, on a clock that somebody moves. Hours of it pass in a moment, and come out the
 * same each time.
 */
export class SimulatedCrew {
  /** A tool that fails from now on. */
  isDatabaseDown = false;
  private seed = 7;

  constructor(
    private readonly tracker: ExecutionTracker,
    private readonly collector: MetricsCollector,
    private readonly clock: ManualClock,
  ) {}

  /** Requests come from now on, for as long as the clock is moved. */
  open(everyMs: number): void {
    this.clock.after(everyMs * this.between(0.3, 1.7), () => {
      this.open(everyMs);
      this.proceed(this.request());
    });
  }

  /** One that never comes to an end. */
  openStuckRequest(): void {
    const crew = this.tracker.start({ kind: 'agent', id: 'support-crew', name: 'Support crew' });
    const coder = this.start({ kind: 'agent', id: 'coder', parent: crew });
    this.start({ kind: 'tool', name: 'run_tests', parent: coder });
  }

  private *request(): Process {
    const crew = this.tracker.start({ kind: 'agent', id: 'support-crew', name: 'Support crew' });
    yield this.between(5, 20);
    yield* this.plan(crew);
    yield* this.research(crew);
    if (this.chance(0.5)) yield* this.code(crew);
    yield* this.write(crew);
    yield this.between(5, 20);
    crew.end(this.chance(0.02) ? 'error' : 'success');
  }

  private *plan(parent: ExecutionHandle): Process {
    const planner = this.start({ kind: 'agent', id: 'planner', parent });
    yield* this.think(planner, 'small-1', 250, 900);
    planner.end();
  }

  private *research(parent: ExecutionHandle): Process {
    const researcher = this.start({ kind: 'agent', id: 'researcher', parent });
    yield* this.use('web_search', researcher, 120, 700);
    if (this.chance(0.7)) yield* this.use('read_page', researcher, 60, 400);
    yield* this.lookUp(researcher);
    yield* this.think(researcher, 'large-2', 600, 2_800);
    researcher.end();
  }

  private *lookUp(parent: ExecutionHandle): Process {
    if (this.chance(0.6)) return this.collector.recordCacheHit('answers');
    this.collector.recordCacheMiss('answers');
    const failure = this.isDatabaseDown && this.chance(0.45) ? failureOf('QueryFailedError') : undefined;
    const slowness = this.isDatabaseDown ? 8 : 1;
    yield* this.use('sql_query', parent, 15 * slowness, 90 * slowness, failure);
  }

  private *code(parent: ExecutionHandle): Process {
    const coder = this.start({ kind: 'agent', id: 'coder', parent });
    yield* this.use('read_file', coder, 2, 12);
    yield* this.think(coder, 'large-2', 900, 3_600);
    const failure = this.chance(0.04) ? failureOf('TimeoutError') : undefined;
    yield* this.use('run_tests', coder, 800, failure ? 5_000 : 2_200, failure);
    coder.end();
  }

  private *write(parent: ExecutionHandle): Process {
    const writer = this.start({ kind: 'agent', id: 'writer', parent });
    yield* this.think(writer, 'large-2', 500, 2_200);
    yield* this.use('check_facts', writer, 40, 160);
    writer.end();
  }

  private *use(name: string, parent: ExecutionHandle, leastMs: number, mostMs: number, failure?: Error): Process {
    const tool = this.start({ kind: 'tool', name, parent });
    yield this.between(leastMs, mostMs);
    if (failure) tool.fail(failure);
    tool.end();
  }

  private *think(agent: ExecutionHandle, model: string, leastMs: number, mostMs: number): Process {
    const durationMs = this.between(leastMs, mostMs);
    yield durationMs;
    agent.run(() =>
      this.collector.recordModelCall({
        model,
        provider: 'acme',
        durationMs,
        timeToFirstTokenMs: durationMs * this.between(0.1, 0.3),
        inputTokens: Math.round(this.between(400, 2_600)),
        outputTokens: Math.round(durationMs / 9),
      }),
    );
  }

  private start(options: ExecutionStart): ExecutionHandle {
    return this.tracker.start(options);
  }

  private proceed(process: Process): void {
    const { value, done } = process.next();
    if (!done) this.clock.after(value, () => this.proceed(process));
  }

  private chance(share: number): boolean {
    return this.between(0, 1) < share;
  }

  /** The same numbers each time: Park and Miller's generator. */
  private between(least: number, most: number): number {
    this.seed = (this.seed * 48_271) % 2_147_483_647;
    return least + ((most - least) * this.seed) / 2_147_483_647;
  }
}

function failureOf(name: string): Error {
  return Object.assign(new Error('Simulated.'), { name });
}
