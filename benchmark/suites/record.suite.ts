import { compare } from '../harness/compare';
import { comparisonSection } from '../report/comparison.section';
import { FLOOR, OPENTELEMETRY, OURS, PROM_CLIENT, PROM_CLIENT_BOUND, PROM_CLIENT_NO_GAUGE } from './contestants';
import type { Suite } from './suite';

const PAIRS = 100;
const WHAT = `\`recordToolExecution\`, ${PAIRS} pairs`;

export const recordSuite: Suite = {
  name: 'record',
  async run(thoroughness) {
    const figures = await compare({
      ...thoroughness,
      measure: 'record',
      contestants: [OURS, PROM_CLIENT, PROM_CLIENT_BOUND, PROM_CLIENT_NO_GAUGE, OPENTELEMETRY, FLOOR],
      scale: PAIRS,
    });
    return [
      comparisonSection({
        title: 'Recording a finished execution',
        explanation:
          `One execution of one of ${PAIRS} agent-tool pairs. Everybody counts it by agent, tool and status and puts it ` +
          'into 14 buckets, the peers move a gauge up and down; ours also keeps its history, trends, and totals per ' +
          'agent, per tool and of the application.',
        unit: 'ns',
        figures,
        targets: [
          { what: WHAT, ours: OURS.label, peer: PROM_CLIENT.label, atMost: 1 / 10 },
          { what: WHAT, ours: OURS.label, peer: OPENTELEMETRY.label, atMost: 1 / 25 },
        ],
      }),
    ];
  },
};
