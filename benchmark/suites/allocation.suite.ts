import { compare } from '../harness/compare';
import { toolNames } from '../harness/workload';
import { comparisonSection } from '../report/comparison.section';
import { addedToBare } from './call.suite';
import {
  BARE,
  FLOOR,
  FLOOR_WITHOUT_CONTEXT,
  BY_HAND,
  OPENTELEMETRY,
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
} from './contestants';
import type { Suite } from './suite';

const TOOLS = 10;

const contestants = [
  OURS,
  OURS_WITHOUT_CONTEXT,
  PROM_CLIENT,
  PROM_CLIENT_BOUND,
  OPENTELEMETRY,
  BY_HAND,
  FLOOR_WITHOUT_CONTEXT,
  FLOOR,
  BARE,
];

/** So that nothing is collected while allocations are counted. */
const LARGE_YOUNG_GENERATION = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

export const allocationSuite: Suite = {
  name: 'allocation',
  async run(thoroughness) {
    const figures = await compare({
      ...thoroughness,
      // The same code allocates the same, process after process.
      processes: 1,
      measure: 'call-allocation',
      contestants,
      scale: TOOLS,
      tools: toolNames(TOOLS),
      nodeFlags: LARGE_YOUNG_GENERATION,
    });
    return [
      comparisonSection({
        title: 'Memory that a tracked call allocates',
        explanation:
          'What tracking adds to what the bare call allocates; nothing is collected while it is counted. Of ours a part is ' +
          'the execution itself, which users may hold for as long as they like and which can therefore not be used again.',
        unit: 'bytes',
        figures: addedToBare(figures),
      }),
    ];
  },
};
