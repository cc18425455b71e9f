import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { needed, type MeasureFactory } from '../harness/measure';
import { RecordedPairs } from '../harness/recorded-pairs';

/** Watches the event loop turn. */
class LoopWatch {
  private longestMs = 0;
  private last = performance.now();
  private isWatching = true;

  start(): this {
    this.turn();
    return this;
  }

  /** The longest time in milliseconds in which the loop has not turned. */
  stop(): number {
    this.isWatching = false;
    return this.longestMs;
  }

  private turn(): void {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.last);
    this.last = now;
    if (this.isWatching) setImmediate(() => this.turn());
  }
}

/** Milliseconds of the longest block of the event loop while `scale` pairs are scraped by another thread. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const url = needed(subject.url, 'be scraped');
  const recorded = new RecordedPairs(subject, scale);
  const scraper = new Worker(join(__dirname, '..', 'harness', 'scraper.worker.ts'));
  const scrape = async () => {
    scraper.postMessage(url);
    await once(scraper, 'message');
  };
  return {
    agree: () => recorded.agree(),
    async warmUp() {
      for (let i = 0; i < 3; i += 1) await scrape();
    },
    async round() {
      recorded.record(scale);
      const watch = new LoopWatch().start();
      await scrape();
      return watch.stop();
    },
    async finish() {
      await recorded.finish();
      await scraper.terminate();
    },
  };
};
