import type { Clock } from '../../collection/clock';

/** What a registry asks of a metric. */
export interface ReadableMetric {
  get(): Promise<unknown>;
}

export type ReadOutcome = { readonly value: unknown } | { readonly fault: unknown };

/** One read of a metric, which may never end. It knows those who wait for it only as long as they do. */
export class MetricRead {
  outcome: ReadOutcome | undefined;
  readonly waiting = new Set<(read: MetricRead) => void>();

  constructor(readonly startedAt: number) {}

  end(outcome: ReadOutcome): void {
    this.outcome = outcome;
    for (const tell of [...this.waiting]) tell(this);
  }
}

/** The reads that are in progress: one of each metric at the most, which all scrapes of that time share. */
export class MetricReads {
  private readonly running = new WeakMap<ReadableMetric, MetricRead>();

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  /** Begins one, unless one is in progress. */
  begin(metric: ReadableMetric): MetricRead {
    const running = this.running.get(metric);
    if (running !== undefined) return running;
    const read = new MetricRead(this.clock.now());
    this.running.set(metric, read);
    const end = (outcome: ReadOutcome) => {
      this.running.delete(metric);
      read.end(outcome);
    };
    answerOf(metric).then(
      (value) => end({ value }),
      (fault: unknown) => end({ fault }),
    );
    return read;
  }

  /**
   * Waits until all have ended, or until `limitMs` after `since`, or until the signal aborts. One that has had so long
   * already, since another scrape began it, is not waited for.
   */
  ended(reads: readonly MetricRead[], since: number, limitMs: number, signal?: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const open = new Set(reads.filter((read) => read.outcome === undefined && now < read.startedAt + limitMs));
    if (open.size === 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = () => {
        cancelTimer();
        signal?.removeEventListener('abort', stop);
        for (const read of open) read.waiting.delete(tell);
        resolve();
      };
      const tell = (read: MetricRead) => {
        open.delete(read);
        if (open.size === 0) stop();
      };
      const cancelTimer = this.clock.after(Math.max(0, since + limitMs - now), stop);
      signal?.addEventListener('abort', stop);
      for (const read of open) read.waiting.add(tell);
    });
  }
}

/** A metric that throws instead of returning a promise rejects, too. */
async function answerOf(metric: ReadableMetric): Promise<unknown> {
  return metric.get();
}
