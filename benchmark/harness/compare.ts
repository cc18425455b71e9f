import { ContestantProcess, type Contestant, type Duty } from './contestant';
import { differenceOf, type Numbers } from './counted-numbers';
import type { Effort } from './measure';

export interface Comparison<Figure = number> extends Effort {
  /** The file in `measures/`. */
  readonly measure: string;
  readonly contestants: readonly Contestant[];
  readonly scale: number;
  readonly tools?: readonly string[];
  /** Of each contestant, one after another: what V8 makes of the same code differs from process to process. */
  readonly processes: number;
  /** Of each process. */
  readonly rounds: number;
  readonly nodeFlags?: readonly string[];
  /** What a round measures of a contestant. @default what its process measures of itself */
  readonly figureOf?: (contestant: ContestantProcess) => Promise<Figure>;
}

/** By contestant, of each process a figure a round. */
export type FiguresOf<Figure> = ReadonlyMap<string, readonly (readonly Figure[])[]>;

export type Figures = FiguresOf<number>;

/** One of the numbers that each round has measured. */
export function pick<Figure>(figures: FiguresOf<Figure>, number: (figure: Figure) => number): Figures {
  return new Map([...figures].map(([label, own]) => [label, own.map((rounds) => rounds.map(number))]));
}

/**
 * Measures contestants in turn, each in a process of its own: what one does to the compiler, the heap or the context of
 * its process cannot touch another, and what disturbs the machine for a while disturbs all.
 *
 * @throws Error where the contestants have not counted the same, before anything is timed
 */
export async function compare<Figure = number>(comparison: Comparison<Figure>): Promise<FiguresOf<Figure>> {
  const figures = new Map(comparison.contestants.map(({ label }) => [label, [] as Figure[][]]));
  for (let i = 0; i < comparison.processes; i += 1) {
    const contestants = rotated(comparison.contestants, i);
    for (const [label, rounds] of await compareOnce({ ...comparison, contestants })) figures.get(label)!.push(rounds);
  }
  return figures;
}

/** The same, beginning with another one, so that none always follows the same one. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** One process of each contestant. */
async function compareOnce<Figure>(comparison: Comparison<Figure>): Promise<Map<string, Figure[]>> {
  const processes: ContestantProcess[] = [];
  try {
    for (const contestant of comparison.contestants) {
      processes.push(await ContestantProcess.start(contestant, dutyOf(comparison)));
    }
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

function dutyOf({ measure, tools = [], scale, warmUpMs, roundMs, nodeFlags = [] }: Comparison<unknown>): Duty {
  return { measure, tools, params: { scale, warmUpMs, roundMs }, nodeFlags };
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

async function measureInTurn<Figure>(processes: readonly ContestantProcess[], comparison: Comparison<Figure>) {
  const { rounds, figureOf = (contestant) => contestant.ask<Figure>('round') } = comparison;
  const figures = new Map(processes.map(({ label }) => [label, [] as Figure[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const process of rotated(processes, round)) figures.get(process.label)!.push(await figureOf(process));
  }
  return figures;
}
