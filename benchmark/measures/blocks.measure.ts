import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LoopWatch } from '../harness/loop-watch';
import { needed, type MeasureFactory } from '../harness/measure';
import type { Asked } from '../harness/reader.worker';
import { RecordedPairs } from '../harness/recorded-pairs';
import { median } from '../harness/statistics';

/** Milliseconds in which the event loop does not turn. */
export interface Blocks {
  /** During the first answer of the process. */
  readonly cold: number;
  readonly warm: number;
}

const WARM_UP = 6;
const WARM = 5;

/** The longest block of the event loop while another thread reads everything about `scale` pairs. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const { accept = 'text/plain;version=0.0.4' } = subject;
  const url = needed(subject.url, 'be read');
  const recorded = new RecordedPairs(subject, scale);
  const reader = new Worker(join(__dirname, '..', 'harness', 'reader.worker.ts'));
  const longestBlock = async () => {
    recorded.record(scale);
    const watch = new LoopWatch().start();
    reader.postMessage({ url, accept } satisfies Asked);
    const [{ status }] = (await once(reader, 'message')) as [{ status: number }];
    const blockMs = watch.stop();
    if (status !== 200) throw new Error(`${url} has answered with ${status}.`);
    return blockMs;
  };
  return {
    // To look at what was counted would be the first rendering.
    agree: async () => ({}),
    async warmUp() {},
    async round(): Promise<Blocks> {
      const cold = await longestBlock();
      for (let i = 0; i < WARM_UP; i += 1) await longestBlock();
      const warm: number[] = [];
      for (let i = 0; i < WARM; i += 1) warm.push(await longestBlock());
      return { cold, warm: median(warm) };
    },
    async finish() {
      await recorded.finish();
      await reader.terminate();
    },
  };
};
