import type { Contestant } from '../harness/contestant';
import { comparisonSection } from '../report/comparison.section';
import { startCosts } from './start-costs';
import type { Suite } from './suite';

const OURS: Contestant = { label: 'nestjs-agent-metrics', subject: 'require-agent-metrics' };
const WILLSOTO: Contestant = { label: 'prom-client and @willsoto/nestjs-prometheus', subject: 'require-willsoto' };

const LIMIT =
  'What is loaded includes both of the others, which this library is made to work with. Of its own files only those are loaded ' +
  'that every application needs; the rest comes with the first request, the first page, the first adapter.';

export const requireSuite: Suite = {
  name: 'require',
  async run(thoroughness) {
    const figures = await startCosts([OURS, WILLSOTO], { ...thoroughness, processes: thoroughness.processes * 2 });
    return [
      comparisonSection({
        title: 'Loading the library',
        explanation: 'The processor time of loading it where Nest is loaded already, in a new process each time.',
        unit: 'ms',
        figures,
        targets: [{ what: '`require`', ours: OURS.label, peer: WILLSOTO.label, atMost: 2.5 }],
        limit: LIMIT,
      }),
    ];
  },
};
