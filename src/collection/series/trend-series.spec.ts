import * as fc from 'fast-check';
import { BucketBounds } from './duration-histogram';
import { TrendSeries } from './trend-series';

const BOUNDS = new BucketBounds([0.1, 1, 10]);

/** Two windows of sixty slots at each of the four spans, less what finer ones cover already. */
const SLOTS_KEPT = 120 + 480 / 5 + 1_200 / 15 + 5_400 / 60;

/** Slots are joined when so many are new; those at the three borders and at the end go together with their neighbours. */
const SLACK = 64 + 4 + 2 + 3 + 1;

const BUCKET = BOUNDS.bucketOf(5e8);

const slotsOf = (series: TrendSeries) => series.since(-Infinity);
const countOf = (series: TrendSeries) => slotsOf(series).reduce((sum, { count }) => sum + count, 0);

describe('A trend series', () => {
  it('keeps a bounded number of slots, however long something ends in every second', () => {
    const series = new TrendSeries(BOUNDS);
    let most = 0;
    for (let second = 0; second < 3 * 3_600; second += 1) {
      series.add(second, 5e8, BUCKET, false);
      most = Math.max(most, slotsOf(series).length);
    }
    expect(most).toBeGreaterThan(SLOTS_KEPT);
    expect(most).toBeLessThanOrEqual(SLOTS_KEPT + SLACK);
  });

  it('keeps a bounded number of slots, whatever order the seconds come in', () => {
    const year = 365 * 86_400;
    const seconds = fc.array(fc.integer({ min: 0, max: year }), { minLength: 2_000, maxLength: 2_000 });
    fc.assert(
      fc.property(seconds, (ends) => {
        const series = new TrendSeries(BOUNDS);
        for (const second of ends) series.add(second, 5e8, BUCKET, false);
        expect(slotsOf(series).length).toBeLessThanOrEqual(SLOTS_KEPT + SLACK);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('takes no room for seconds in which nothing ended', () => {
    const series = new TrendSeries(BOUNDS);
    for (let hour = 0; hour < 100; hour += 1) series.add(hour * 3_600, 5e8, BUCKET, false);
    expect(slotsOf(series).length).toBeLessThanOrEqual(SLACK);
    for (let i = 0; i < 1_000; i += 1) series.add(360_000, i * 1e6, BOUNDS.bucketOf(i * 1e6), true);
    expect(slotsOf(series).at(-1)).toMatchObject({ count: 1_000, errors: 1_000, maxNs: 999e6 });
  });

  it('lets everything go once it is looked at after hours of silence', () => {
    const series = new TrendSeries(BOUNDS);
    for (let second = 0; second < 300; second += 1) series.add(second, 5e8, BUCKET, false);
    series.forgetBefore(300 + 7_100);
    expect(countOf(series)).toBeGreaterThan(0);
    series.forgetBefore(300 + 7_200);
    expect(slotsOf(series)).toEqual([]);
  });

  it('keeps slots apart and in order, and loses nothing of the last two hours', () => {
    const end = fc.record({ step: fc.integer({ min: 0, max: 40 }), late: fc.oneof(fc.constant(0), fc.nat(9_000)) });
    fc.assert(
      fc.property(fc.array(end, { minLength: 100, maxLength: 600 }), (ends) => {
        const series = new TrendSeries(BOUNDS);
        const seconds: number[] = [];
        let now = 0;
        for (const { step, late } of ends) {
          now += step;
          seconds.push(now - late);
          series.add(now - late, 5e8, BUCKET, false);
        }
        const slots = slotsOf(series);
        slots.forEach((slot, i) => {
          const next = slots[i + 1];
          if (next !== undefined) expect(slot.start + slot.span).toBeLessThanOrEqual(next.start);
          const within = seconds.filter((second) => second >= slot.start && second < slot.start + slot.span);
          if (slot.start > now - 7_200) expect(slot.count).toBe(within.length);
        });
        const oldest = Math.ceil((now - 7_200 + 1) / 60) * 60;
        const kept = slots.filter(({ start }) => start >= oldest).reduce((sum, { count }) => sum + count, 0);
        expect(kept).toBe(seconds.filter((second) => second >= oldest).length);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
