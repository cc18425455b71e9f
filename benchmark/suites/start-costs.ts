import { compare, type Figures } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import type { Thoroughness } from './suite';

/** The processor's time, in milliseconds, that the start of each contestant takes: once in each process. */
export function startCosts(contestants: readonly Contestant[], thoroughness: Thoroughness): Promise<Figures> {
  return compare({
    ...thoroughness,
    measure: 'serving',
    contestants,
    scale: 1,
    rounds: 1,
    figureOf: (contestant) => contestant.ask<number>('startMs'),
  });
}
