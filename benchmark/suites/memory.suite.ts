import { compareAfresh } from '../harness/compare';
import { comparisonSection } from '../report/comparison.section';
import { FLOOR, OPENTELEMETRY, OURS, PROM_CLIENT } from './contestants';
import type { Suite } from './suite';

/** Code that has not run for some collections would be dropped, and counted as memory that pairs have freed. */
export const KEEP_CODE = ['--no-flush-bytecode'];

const PAIRS = 1_000;
const WHAT = 'memory per pair, 1,000 pairs';

const LIMIT =
  'A pair is 26 numbers of eight bytes, an object of eight fields and a place in a map: about 350 bytes, which is what it ' +
  'comes to where there are 10,000 of them. Smaller numbers would overflow, or lose what a sum of nanoseconds must not. ' +
  'Tried: rows of numbers in shared pages instead of fields, exemplars and error types only where there are any.';

export const memorySuite: Suite = {
  name: 'memory',
  async run({ isQuick, ...effort }) {
    const figures = await compareAfresh({
      ...effort,
      rounds: isQuick ? 1 : 5,
      measure: 'memory',
      contestants: [OURS, PROM_CLIENT, OPENTELEMETRY, FLOOR],
      scale: PAIRS,
      nodeFlags: KEEP_CODE,
    });
    return [
      comparisonSection({
        title: 'Memory per agent-tool pair, 1,000 pairs',
        explanation:
          'What a pair keeps after three executions and a scrape, in a new process each time. Ours includes trends and ' +
          'the totals of 32 agents; the history has a fixed size and was full before.',
        unit: 'bytes',
        figures,
        targets: [
          { what: WHAT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 1 / 3.5 },
          { what: WHAT, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: 1 / 3 },
        ],
        limit: LIMIT,
      }),
    ];
  },
};
