import { setTimeout } from 'node:timers/promises';
import { cpuNanoseconds } from '../harness/cpu-time';
import { needed, type MeasureFactory } from '../harness/measure';
import { median } from '../harness/statistics';
import { RecordedPairs } from '../harness/recorded-pairs';

/** Nanoseconds of the processor. */
export interface FirstRenders {
  readonly first: number;
  /** Each of the first ones, on average; the first included. */
  readonly early: number;
  /** One of those that come when everything is compiled. */
  readonly warm: number;
}

/** At one every fifteen seconds, the first five minutes. */
const EARLY = 20;
/** A scrape that takes most of a second is compiled after fewer. */
const LONG_NS = 200e6;
const EARLY_LONG = 4;
const WARM_UP_MS = 1_000;
const WARM = 5;

/** What an application does between two scrapes: it is idle for a while, and its garbage is collected. */
async function idle(): Promise<void> {
  globalThis.gc!();
  await setTimeout(20);
}

/** What the first renderings of a process cost, and what one costs later on. */
export const prepare: MeasureFactory = (subject, { scale }) => {
  const recorded = new RecordedPairs(subject, scale);
  const render = needed(subject.render?.bind(subject), 'render');
  const once = () => {
    recorded.record(scale);
    return cpuNanoseconds(render);
  };
  const warmOnes = async () => {
    const end = performance.now() + WARM_UP_MS;
    do await once();
    while (performance.now() < end);
    const figures: number[] = [];
    for (let i = 0; i < WARM; i += 1) figures.push(await once());
    return median(figures);
  };
  return {
    // To look at what was counted would be the first rendering.
    agree: async () => ({}),
    async warmUp() {},
    async round(): Promise<FirstRenders> {
      await idle();
      const first = await once();
      const count = first > LONG_NS ? EARLY_LONG : EARLY;
      let sum = first;
      for (let i = 1; i < count; i += 1) {
        await idle();
        sum += await once();
      }
      return { first, early: sum / count, warm: await warmOnes() };
    },
    finish: () => recorded.finish(),
  };
};
