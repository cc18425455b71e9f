import type { Contestant } from '../harness/contestant';
import { differenceOf } from '../harness/statistics';
import { comparisonSection } from '../report/comparison.section';
import { formatFigure } from '../report/figures';
import { judge } from '../report/verdict';
import { startCosts } from './start-costs';
import type { Suite } from './suite';

const DECORATED: Contestant = { label: '1,000 decorated methods', subject: 'start-decorated' };
const UNDECORATED: Contestant = { label: '1,000 methods, none decorated', subject: 'start-undecorated' };
const LIMIT_MS = 30;

const LIMIT =
  'Each decorated method becomes another function with the name, the length, the class and the metadata of its own, so ' +
  "that Nest and other decorators see no difference; most of it is the engine's and `reflect-metadata`'s, and new memory. " +
  'Tried: types looked up only where the function itself does not tell, lists that grow in place, functions that are made ' +
  'with their name (a third of the definition).';

export const startSuite: Suite = {
  name: 'start',
  async run(thoroughness) {
    const figures = await startCosts([DECORATED, UNDECORATED], thoroughness);
    const verdict = judge({
      what: 'start with 1,000 decorated methods, added',
      against: 'none decorated',
      measured: differenceOf(figures.get(DECORATED.label)!, figures.get(UNDECORATED.label)!),
      atMost: LIMIT_MS,
      format: (ms) => formatFigure(ms, 'ms'),
    });
    const section = comparisonSection({
      title: 'The start of an application',
      explanation:
        'From the definition of 100 classes with 10 methods each to the end of `init`, the module imported in both ' +
        'cases, in a new process each time.',
      unit: 'ms',
      figures,
      verdicts: [verdict],
      limit: LIMIT,
    });
    return [section];
  },
};
