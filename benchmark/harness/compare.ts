import { ContestantProcess, type Contestant } from './contestant';
import { differenceOf, type Numbers } from './counted-numbers';
import type { Effort } from './measure';

export interface Comparison extends Effort {
  /** The file in `measures/`. */
  readonly measure: string;
  readonly contestants: readonly Contestant[];
  readonly scale: number;
  readonly tools?: readonly string[];
  readonly rounds: number;
  readonly nodeFlags?: readonly string[];
  /** What a round measures of a contestant. @default what its process measures of itself */
  readonly figureOf?: (contestant: ContestantProcess) => Promise<number>;
}

/** Per contestant one figure a round, in the same order. */
export type Figures = ReadonlyMap<string, readonly number[]>;

/**
 * Measures contestants in turn, each in a process of its own: what one does to the compiler, the heap or the context of
 * its process cannot touch another, and what disturbs the machine for a while disturbs all.
 *
 * @throws Error where the contestants have not counted the same, before anything is timed
 */
export async function compare(comparison: Comparison): Promise<Figures> {
  const { contestants, measure, tools = [], scale, warmUpMs, roundMs, nodeFlags = [] } = comparison;
  const duty = { measure, tools, params: { scale, warmUpMs, roundMs }, nodeFlags };
  const processes: ContestantProcess[] = [];
  try {
    for (const contestant of contestants) processes.push(await ContestantProcess.start(contestant, duty));
    await expectAgreement(processes);
    for (const process of processes) await process.ask('warmUp');
    const figures = await measureInTurn(processes, comparison);
    for (const process of processes) await process.ask('finish');
    for (const process of processes) await process.ask('close');
    return figures;
  } finally {
    for (const process of processes) process.stop();
  }
}

/** For what can be measured once in a process: new processes for every round. */
export async function compareAfresh(comparison: Comparison): Promise<Figures> {
  const figures = new Map(comparison.contestants.map(({ label }) => [label, [] as number[]]));
  for (let round = 0; round < comparison.rounds; round += 1) {
    const contestants = round % 2 === 0 ? comparison.contestants : [...comparison.contestants].reverse();
    const once = await compare({ ...comparison, contestants, rounds: 1 });
    for (const [label, figure] of once) figures.get(label)!.push(...figure);
  }
  return figures;
}

async function expectAgreement(processes: readonly ContestantProcess[]): Promise<void> {
  let reference: { label: string; numbers: Numbers } | undefined;
  for (const process of processes) {
    const numbers = await process.ask<Numbers>('agree');
    if (Object.keys(numbers).length === 0) continue;
    reference ??= { label: process.label, numbers };
    const difference = differenceOf(reference.numbers, numbers);
    if (difference === undefined) continue;
    throw new Error(`${reference.label} and ${process.label} have not done the same work: ${difference}.`);
  }
}

const ownFigure = (contestant: ContestantProcess) => contestant.ask<number>('round');

/** Each round begins with another contestant, so that none always follows the same one. */
async function measureInTurn(processes: readonly ContestantProcess[], comparison: Comparison): Promise<Figures> {
  const { rounds, figureOf = ownFigure } = comparison;
  const figures = new Map(processes.map(({ label }) => [label, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % processes.length;
    for (const process of [...processes.slice(first), ...processes.slice(0, first)]) {
      figures.get(process.label)!.push(await figureOf(process));
    }
  }
  return figures;
}
