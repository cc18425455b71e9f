import * as fc from 'fast-check';
import { BucketBounds, Histogram } from './histogram';

const BOUNDS = new BucketBounds([0.1, 0.5, 1]);

function histogramOf(...seconds: number[]): Histogram {
  const histogram = new Histogram(BOUNDS);
  for (const duration of seconds) histogram.observe(Math.round(duration * 1e9));
  return histogram;
}

describe('Histogram', () => {
  it('is all zero at first', () => {
    expect(histogramOf()).toMatchObject({ observations: 0, total: 0, min: 0, max: 0, counts: [0, 0, 0, 0] });
  });

  it('counts a duration into the first bucket whose bound is not exceeded', () => {
    expect(histogramOf(0, 0.1, 0.100_000_001, 0.5, 1, 1.000_000_001, 3_600).counts).toEqual([2, 2, 1, 2]);
  });

  it('has minimum and maximum from the first duration on, 0 being one like any other', () => {
    expect(histogramOf(0.3)).toMatchObject({ min: 3e8, max: 3e8 });
    expect(histogramOf(0.3, 0)).toMatchObject({ min: 0, max: 3e8 });
    expect(histogramOf(0, 0.3)).toMatchObject({ min: 0, max: 3e8 });
  });

  it('adds up exactly where floating point would not', () => {
    expect(histogramOf(0.000_7, 0.000_7, 0.000_7).total).toBe(2_100_000);
  });

  it('is the same whether durations are added one by one or merged from two', () => {
    const durations = fc.array(fc.double({ min: 0, max: 2, noNaN: true }));
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = histogramOf(...some);
        merged.mergeObservations(histogramOf(...others));
        expect(merged).toEqual(histogramOf(...some, ...others));
      }),
    );
  });
});
