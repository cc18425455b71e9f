import { compare } from '../harness/compare';
import { comparisonSection } from '../report/comparison.section';
import { BY_HAND, OPENTELEMETRY, OURS, PROM_CLIENT, PROM_CLIENT_BOUND, PROM_CLIENT_NO_GAUGE } from './contestants';
import type { Suite } from './suite';

const PAIRS = 100;
const WHAT = `\`recordToolExecution\`, ${PAIRS} pairs`;

const LIMIT =
  'Reading the clock is a fifth of it: the history and the trends need to know when. The rest is the check of the record, ' +
  'two look-ups, a bucket, an entry of the history and a slot of the trend, none of which takes more than a seventh. Tried: ' +
  'one search for the bucket in place of two, entries that are written once, rows of numbers in place of entries, dense ' +
  'slots, short functions that V8 joins to one. With a larger budget for joining them ' +
  '(`--max-inlined-bytecode-size-cumulative=4000`) it takes a quarter to a third less, nearly what the target asks for; that ' +
  "is the application's to decide, and not a library's.";

export const recordSuite: Suite = {
  name: 'record',
  async run(thoroughness) {
    const figures = await compare({
      ...thoroughness,
      measure: 'record',
      contestants: [OURS, PROM_CLIENT, PROM_CLIENT_BOUND, PROM_CLIENT_NO_GAUGE, OPENTELEMETRY, BY_HAND],
      scale: PAIRS,
    });
    return [
      comparisonSection({
        title: 'Recording a finished execution',
        explanation:
          `One execution of one of ${PAIRS} agent-tool pairs. Each contestant counts it by agent, tool and status and puts it ` +
          'into 14 buckets, the peers move a gauge up and down; ours also keeps its history, trends, and totals per ' +
          'agent, per tool and of the application.',
        unit: 'ns',
        figures,
        targets: [
          { what: WHAT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 1 / 8 },
          { what: WHAT, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: 1 / 20 },
        ],
        limit: LIMIT,
      }),
    ];
  },
};
