import { compareAfresh } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { byRound, median } from '../harness/statistics';
import { comparisonSection } from '../report/comparison.section';
import { formatFigure } from '../report/figures';
import type { Verdict } from '../report/verdict';
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
  async run({ isQuick, ...effort }) {
    const figures = await compareAfresh({
      ...effort,
      measure: 'serving',
      contestants: [DECORATED, UNDECORATED],
      scale: 1,
      rounds: isQuick ? 3 : 11,
      figureOf: (contestant) => contestant.ask('startMs'),
    });
    const added = byRound(figures.get(DECORATED.label)!, figures.get(UNDECORATED.label)!, (a, b) => a - b);
    const verdict: Verdict = {
      what: 'start with 1,000 decorated methods, added',
      against: 'none decorated',
      measured: formatFigure(median(added), 'ms'),
      target: `<= ${LIMIT_MS} ms`,
      isMet: median(added) <= LIMIT_MS,
    };
    const section = comparisonSection({
      title: 'The start of an application',
      explanation:
        'From the definition of 100 classes with 10 methods each to the end of `init`, the module imported in both ' +
        'cases, in a new process each time.',
      unit: 'ms',
      figures,
      targets: [],
      limit: LIMIT,
    });
    return [{ ...section, verdicts: [verdict] }];
  },
};
