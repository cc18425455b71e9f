import { BucketBounds } from '../../src/collection/series/histogram';
import { TrendSeries } from '../../src/collection/series/trend-series';
import { TrendSlot } from '../../src/collection/series/trend-slot';
import { ManualClock } from '../../src/testing';
import { collectGarbageUntil } from '../support/garbage-collector';

const BOUNDS = new BucketBounds([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]);

const SERIES = 60;

/** How long the slots are that hold what is older than so many seconds. */
const SLOT_AGES = [
  { from: 1_800, span: 60 },
  { from: 600, span: 15 },
  { from: 120, span: 5 },
  { from: -1, span: 1 },
];

/** Of a name of which something ends as often as slots can tell apart, with tokens and cost. */
function fill(): TrendSeries {
  const clock = new ManualClock();
  const series = new TrendSeries(BOUNDS, clock);
  for (let age = 7_200; age >= 0; age -= SLOT_AGES.find(({ from }) => age > from)!.span) {
    clock.advance((7_200 - age) * 1_000 - clock.now());
    const second = clock.now() / 1_000;
    for (let i = 0; i < 20; i += 1) {
      const durationNs = 10 ** (7 + (i % 4));
      series.add(second, durationNs, BOUNDS.bucketOf(durationNs), i === 0);
    }
    series.addUsage(second, 100_000 + age, 1 / (age + 1));
  }
  return series;
}

function slotsOf(series: TrendSeries): number {
  let slots = 0;
  series.addTo(-Infinity, 7_200, (start) => {
    slots += 1;
    return new TrendSlot(BOUNDS.count, start);
  });
  return slots;
}

/** Those of typed arrays among them, which V8 frees a while after a collection. */
async function bytesInUse(): Promise<number> {
  await collectGarbageUntil(() => false, 12);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function main(): Promise<void> {
  // Whatever the code itself takes.
  for (let i = 0; i < SERIES; i += 1) fill();
  const before = await bytesInUse();
  const all = Array.from({ length: SERIES }, fill);
  const bytes = ((await bytesInUse()) - before) / SERIES;
  process.stdout.write(JSON.stringify({ slots: Math.min(...all.map(slotsOf)), bytes }));
}

void main();
