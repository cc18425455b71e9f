import * as fc from 'fast-check';
import { runProgram } from '../../../test/processes/run-program';
import { ManualClock } from '../../testing';
import { BucketBounds } from './histogram';
import { TrendSeries } from './trend-series';
import { TrendSlot } from './trend-slot';

const BOUNDS = new BucketBounds([0.1, 1, 10]);

/** Two windows of sixty slots at each of the four spans, less what finer ones cover already. */
const SLOTS_KEPT = 120 + 480 / 5 + 1_200 / 15 + 5_400 / 60;

/** Slots are joined when so many are new; those at the three borders and at the end go together with their neighbours. */
const SLACK = 64 + 4 + 2 + 3 + 1;

/** A series and its clock, which a test moves on. */
class ClockedSeries {
  private readonly clock = new ManualClock();
  private readonly series: TrendSeries;

  constructor(private readonly bounds = BOUNDS) {
    this.series = new TrendSeries(bounds, this.clock);
  }

  get now(): number {
    return this.clock.now() / 1_000;
  }

  moveTo(second: number): void {
    this.clock.advance((second - this.now) * 1_000);
  }

  add(second = this.now, durationNs = 5e8, isFailure = false): void {
    this.series.add(second, durationNs, this.bounds.bucketOf(durationNs), isFailure);
  }

  /** As they are kept: one second may come in parts, and in any order. */
  parts(): TrendSlot[] {
    const parts: TrendSlot[] = [];
    this.series.addTo(-Infinity, this.now, (start) => {
      const part = new TrendSlot(this.bounds.count, start);
      parts.push(part);
      return part;
    });
    return parts;
  }
}

const countOf = (slots: readonly TrendSlot[]) => slots.reduce((sum, { count }) => sum + count, 0);

describe('A trend series', () => {
  it('keeps a bounded number of slots, however long something ends in every second', () => {
    const series = new ClockedSeries();
    let most = 0;
    for (let second = 0; second < 3 * 3_600; second += 1) {
      series.moveTo(second);
      series.add();
      if (second % 7 === 0) most = Math.max(most, series.parts().length);
    }
    expect(most).toBeGreaterThan(SLOTS_KEPT);
    expect(most).toBeLessThanOrEqual(SLOTS_KEPT + SLACK);
  });

  it('keeps a bounded number of slots, whatever order the seconds come in', () => {
    const year = 365 * 86_400;
    const seconds = fc.array(fc.integer({ min: 0, max: year }), { minLength: 2_000, maxLength: 2_000 });
    fc.assert(
      fc.property(seconds, (ends) => {
        const series = new ClockedSeries();
        series.moveTo(year);
        for (const second of ends) series.add(second);
        // Some of the seconds may be recent ones.
        expect(series.parts().length).toBeLessThanOrEqual(SLOTS_KEPT + SLACK);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('takes at most 16 kB where something ends as often as slots can tell apart', async () => {
    // In a process of its own: beside other tests the heap has a life of its own.
    const { slots, bytes } = await runProgram<{ slots: number; bytes: number }>('busy-trends');
    expect(slots).toBeGreaterThan(SLOTS_KEPT);
    expect(bytes).toBeLessThan(16_000);
  });

  it('takes no room for seconds in which nothing ended', () => {
    const series = new ClockedSeries();
    for (let hour = 0; hour <= 100; hour += 1) {
      series.moveTo(hour * 3_600);
      series.add();
    }
    expect(series.parts().length).toBeLessThanOrEqual(SLACK);
    for (let i = 1; i < 1_000; i += 1) series.add(series.now, i * 1e6, true);
    expect(series.parts().at(-1)).toMatchObject({ start: 360_000, count: 1_000, errors: 999, maxNs: 999e6 });
  });

  it('lets everything but the last second go once it is looked at after hours of silence', () => {
    const series = new ClockedSeries();
    for (let second = 0; second < 300; second += 1) {
      series.moveTo(second);
      series.add();
    }
    series.moveTo(300 + 7_100);
    expect(countOf(series.parts())).toBe(300);
    series.moveTo(300 + 7_260);
    expect(countOf(series.parts())).toBe(1);
  });

  it.each([NaN, Infinity, -Infinity, 1e300])('makes no slot for second %p', (second) => {
    const series = new ClockedSeries();
    series.add(5);
    series.add(second);
    series.add(6);
    series.moveTo(6);
    expect(series.parts().map(({ start, count }) => [start, count])).toEqual([
      [5, 1],
      [6, 1],
    ]);
  });

  it('keeps numbers as they are, however large', () => {
    const series = new ClockedSeries();
    const durations = [0, 1, 127, 128, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, 1e300, Number.MAX_VALUE];
    durations.forEach((durationNs, second) => {
      series.moveTo(second);
      series.add(second, durationNs);
    });
    expect(series.parts().map(({ totalNs, maxNs }) => [totalNs, maxNs])).toEqual(durations.map((ns) => [ns, ns]));
    for (let i = 0; i < 1_000; i += 1) series.add(series.now, Number.MAX_VALUE);
    series.moveTo(9);
    series.add();
    expect(series.parts().slice(-2)).toMatchObject([{ count: 1_001, totalNs: Number.MAX_VALUE }, { count: 1 }]);
  });

  it('loses nothing of the last two hours', () => {
    const end = fc.record({ step: fc.integer({ min: 0, max: 40 }), late: fc.oneof(fc.constant(0), fc.nat(9_000)) });
    fc.assert(
      fc.property(fc.array(end, { minLength: 100, maxLength: 600 }), (ends) => {
        const series = new ClockedSeries();
        const seconds: number[] = [];
        for (const { step, late } of ends) {
          series.moveTo(series.now + step);
          seconds.push(series.now - late);
          series.add(series.now - late);
        }
        const oldest = Math.ceil((series.now - 7_200 + 1) / 60) * 60;
        const kept = series.parts().filter(({ start }) => start >= oldest);
        expect(countOf(kept)).toBe(seconds.filter((second) => second >= oldest).length);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});
