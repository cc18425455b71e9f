import type { Outcome } from '../../collection/executions/finished-execution';
import { RunTotals } from '../../collection/executions/run-totals';
import { keepShapes } from '../../runtime/kept-shapes';
import type { ReachedLimits, RunSpending } from '../limits/run-limits';
import { SequenceBudget } from '../limits/sequence-budget';
import { MadeCalls } from './made-calls';

/** What runs inside an execution, and keeps it from being written down. */
export class InnerCalls extends RunTotals implements RunSpending {
  /** With those of the agents inside it. */
  allRepeatedCalls = 0;
  reached: ReachedLimits | undefined = undefined;
  /** How many reports of tokens are waited for, its own among them. */
  lateReports = 0;
  /** How many parts of the same call have yet to end. */
  openParts = 0;
  /** How the part that ended last failed; undefined where it succeeded. */
  failedPart: Outcome | undefined = undefined;
  /** Which tools it has called with what. Made by the first call that is looked at, and let go at its end. */
  private made: MadeCalls | undefined = undefined;
  /** What its tools have together. Made by the first that has a limit. */
  private budget: SequenceBudget | undefined = undefined;

  /** Whether it has made this call itself. */
  hasMade(callHash: bigint): boolean {
    return this.made?.has(callHash) ?? false;
  }

  /** Of a tool that it calls itself. @returns whether it has made this call before */
  make(callHash: bigint): boolean {
    const isRepeated = (this.made ??= new MadeCalls()).add(callHash);
    if (isRepeated) this.addRepeats(1);
    return isRepeated;
  }

  takeBack(callHash: bigint, wasRepeated: boolean): void {
    this.made?.takeBack(callHash);
    if (wasRepeated) this.addRepeats(-1);
  }

  shareBudget(limitMs: number): SequenceBudget {
    return (this.budget ??= new SequenceBudget(limitMs));
  }

  /** At the end: the totals are kept, and what they were counted by is not. */
  letGo(): void {
    this.made = undefined;
    this.budget = undefined;
    this.reached = undefined;
  }
}

keepShapes(new InnerCalls());
