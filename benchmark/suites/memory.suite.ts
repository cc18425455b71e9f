import { compare } from '../harness/compare';
import { rangeOf } from '../harness/statistics';
import { comparisonSection } from '../report/comparison.section';
import { formatFigure } from '../report/figures';
import { judge } from '../report/verdict';
import { BY_HAND, OPENTELEMETRY, OURS, PROM_CLIENT } from './contestants';
import type { Suite } from './suite';

/** Code that has not run for some collections would be dropped, and counted as memory that pairs have freed. */
export const KEEP_CODE = ['--no-flush-bytecode'];

const PAIRS = 1_000;
const WHAT = 'memory per pair, 1,000 pairs';
const LIMIT_BYTES = 500;

const LIMIT =
  'A pair is 26 numbers of eight bytes, an object of eight fields and a place in a map: about 350 bytes, which is what it ' +
  'comes to where there are 10,000 of them. Smaller numbers would overflow, or lose what a sum of nanoseconds must not. ' +
  'Tried: rows of numbers in shared pages instead of fields, exemplars and error types only where there are any.';

export const memorySuite: Suite = {
  name: 'memory',
  async run(thoroughness) {
    const figures = await compare({
      ...thoroughness,
      rounds: 1,
      measure: 'memory',
      contestants: [OURS, PROM_CLIENT, OPENTELEMETRY, BY_HAND],
      scale: PAIRS,
      nodeFlags: KEEP_CODE,
    });
    const verdict = judge({
      what: WHAT,
      against: 'itself',
      measured: rangeOf(figures.get(OURS.label)!),
      atMost: LIMIT_BYTES,
      format: (bytes) => formatFigure(bytes, 'bytes'),
    });
    return [
      comparisonSection({
        title: 'Memory per agent-tool pair, 1,000 pairs',
        explanation:
          'What a pair keeps after three executions and a scrape, in a new process each time. Ours includes trends and ' +
          'the totals of 32 agents; the history has a fixed size and was full before.',
        unit: 'bytes',
        figures,
        verdicts: [verdict],
        limit: LIMIT,
      }),
    ];
  },
};
