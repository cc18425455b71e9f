import type { Linked } from '../../runtime/linked-list';
import { isFailure } from '../executions/execution-status';
import type { FinishedExecution } from '../executions/finished-execution';

/** How many executions are kept of one request, the outermost agent's included. */
export const MAX_EXECUTIONS = 500;

const MAX_STEPS = MAX_EXECUTIONS - 1;

/** Keeps requests within a number of executions. */
export interface RequestKeeper {
  /** One of its requests has so many executions more, or less. */
  grew(executions: number): void;
}

/** An execution as a part of a request, or as the request itself. */
export interface RequestMember {
  /** What is collected of that request; undefined outside any, and where none was begun for it. */
  readonly collected: CollectedRequest | undefined;
}

/** One request with the executions inside it that have ended: its steps. */
export class CollectedRequest implements Linked<CollectedRequest> {
  /** Undefined while it runs. */
  root: FinishedExecution | undefined = undefined;
  /** When it ended, on the clock's scale. */
  endedAt = NaN;
  /** All that have ended, whether they are kept or not. */
  stepCount = 0;
  failedSteps = 0;
  /** The last of its steps that are kept, which are linked to each other. */
  private lastKept: FinishedExecution | undefined = undefined;
  private keptCount = 0;
  /** The length of the least step that was kept when others were dropped last, in nanoseconds. */
  private leastNs = -1;
  private hasInnerAgents = false;
  private keepers: RequestKeeper[] = NO_KEEPERS;
  /** In the list of those in progress. */
  older: CollectedRequest | undefined = undefined;
  newer: CollectedRequest | undefined = undefined;
  /** The nearest kept execution around a step whose own parent was dropped, by serials. Made by the first drop. */
  private adopted: Map<number, number | undefined> | undefined = undefined;

  /** Whether some of its executions were dropped. */
  private incomplete = false;

  constructor(
    readonly serial: number,
    /** Which history it is in: after a reset, work inside it is not collected in the next. */
    readonly history: object,
  ) {}

  /** How many executions it holds. While it grows they may be twice as many as are kept: each drop has many to drop. */
  get size(): number {
    return this.keptCount + (this.root === undefined ? 0 : 1);
  }

  /** Whether not all of its executions are kept. */
  get truncated(): boolean {
    return this.incomplete || this.keptCount > MAX_STEPS;
  }

  /** Those that are kept, in the order in which they ended. */
  get steps(): FinishedExecution[] {
    const steps: FinishedExecution[] = [];
    for (let step = this.lastKept; step !== undefined; step = step.keptBefore) steps.push(step);
    return steps.reverse();
  }

  /** Itself, or a step. */
  get hasFailed(): boolean {
    return this.failedSteps > 0 || (this.root !== undefined && isFailure(this.root.status));
  }

  /** Of the steps that were timed: of tools and models, since an agent takes as long as what it waits for; else of agents. */
  get slowestStep(): FinishedExecution | undefined {
    return this.longest(({ kind }) => kind !== 'agent') ?? this.longest(() => true);
  }

  private longest(isMeant: (step: FinishedExecution) => boolean): FinishedExecution | undefined {
    let longest: FinishedExecution | undefined;
    for (let step = this.lastKept; step !== undefined; step = step.keptBefore) {
      // Of those that are as long it is the first.
      if (step.durationNs >= (longest?.durationNs ?? 0) && isMeant(step)) longest = step;
    }
    return longest;
  }

  /** The last that failed. */
  get failedStep(): FinishedExecution | undefined {
    let step = this.failedSteps === 0 ? undefined : this.lastKept;
    while (step !== undefined && !isFailure(step.status)) step = step.keptBefore;
    return step;
  }

  /** The serial of the kept execution that is the parent of a step. */
  parentOf({ serial, parentSerial }: Pick<FinishedExecution, 'serial' | 'parentSerial'>): number | undefined {
    return this.adopted?.has(serial) ? this.adopted.get(serial) : parentSerial;
  }

  add(step: FinishedExecution): void {
    this.stepCount += 1;
    if (isFailure(step.status)) this.failedSteps += 1;
    else if (step.kind !== 'agent' && this.isBelowAll(step)) return;
    if (step.kind === 'agent') this.hasInnerAgents = true;
    this.keep(step);
    this.tellKeepers(1);
    if (this.keptCount >= 2 * MAX_STEPS) this.keepOnly(MAX_STEPS);
  }

  /** Its outermost agent has ended. */
  end(root: FinishedExecution, endedAt: number): void {
    root.isKept = true;
    this.root = root;
    this.endedAt = endedAt;
    this.truncate();
  }

  /** Drops steps beyond those that are kept: who reads it sees no more. */
  truncate(): void {
    if (this.keptCount > MAX_STEPS) this.keepOnly(MAX_STEPS);
  }

  /** Drops all steps but so many: the slowest stays, then those that failed, then the longest. */
  keepOnly(count: number): void {
    const { steps, slowestStep } = this;
    const ranked = steps.toSorted(byWorth(slowestStep));
    const dropped = ranked.splice(count);
    if (dropped.length === 0) return;
    this.incomplete = true;
    // A longer one takes the place of the slowest, even if all the others have failed.
    const last = ranked.findLast((step) => step === slowestStep || !isFailure(step.status));
    this.leastNs = last === undefined ? 0 : lengthOf(last);
    // In most requests all steps are children of the outermost agent, which is always kept.
    if (!ranked.every((step) => this.parentOf(step) === this.serial)) this.adopted = this.adopt(ranked, dropped);
    this.unlinkSteps();
    for (const step of ranked) step.isKept = true;
    for (const step of steps) if (step.isKept) this.keep(step);
    this.tellKeepers(-dropped.length);
  }

  join(keeper: RequestKeeper): void {
    if (this.keepers.length === 0) this.keepers = [keeper];
    else this.keepers.push(keeper);
    keeper.grew(this.size);
  }

  /** Returns whether no list keeps it any more. */
  leave(keeper: RequestKeeper): boolean {
    const last = this.keepers.pop();
    if (last !== undefined && last !== keeper) this.keepers[this.keepers.indexOf(keeper)] = last;
    return !this.isKept;
  }

  get isKept(): boolean {
    return this.keepers.length > 0;
  }

  /** Others may be written into its executions from now on. */
  release(): void {
    if (this.root !== undefined) this.root.isKept = false;
    this.unlinkSteps();
  }

  /** It is followed no longer: at its end it has no steps. */
  giveUp(): void {
    this.release();
    this.stepCount = this.failedSteps = 0;
    this.incomplete = true;
  }

  /**
   * Whether it would be the first to be dropped. In a request of very many steps nearly all are, and to rank them would take
   * longer than to count them. A step that may be the parent of others is ranked with them.
   */
  private isBelowAll(step: FinishedExecution): boolean {
    return lengthOf(step) <= this.leastNs && step.totals === undefined && !this.hasInnerAgents;
  }

  private keep(step: FinishedExecution): void {
    step.isKept = true;
    step.keptBefore = this.lastKept;
    this.lastKept = step;
    this.keptCount += 1;
  }

  /** None of them may lead to another any more: the history holds some of them for long. */
  private unlinkSteps(): void {
    let step = this.lastKept;
    while (step !== undefined) {
      const before: FinishedExecution | undefined = step.keptBefore;
      step.isKept = false;
      step.keptBefore = undefined;
      step = before;
    }
    this.lastKept = undefined;
    this.keptCount = 0;
  }

  /** The new parents of steps whose own parents are dropped. */
  private adopt(kept: readonly FinishedExecution[], dropped: readonly FinishedExecution[]) {
    const droppedParents = new Map(dropped.map((step) => [step.serial, this.parentOf(step)]));
    const adopted = new Map<number, number | undefined>();
    for (const step of kept) {
      let parent = this.parentOf(step);
      while (parent !== undefined && droppedParents.has(parent)) parent = droppedParents.get(parent);
      if (parent !== step.parentSerial) adopted.set(step.serial, parent);
    }
    return adopted;
  }

  /** From the last on, since a keeper that has too many may drop this one. */
  private tellKeepers(executions: number): void {
    for (let at = this.keepers.length - 1; at >= 0; at -= 1) this.keepers[at]!.grew(executions);
  }
}

/** Of each request before it is in a list: an empty list of its own would grow by sixteen places. */
const NO_KEEPERS: RequestKeeper[] = [];

/** Sorts what is kept before what is dropped. */
function byWorth(slowest: FinishedExecution | undefined) {
  const rank = (step: FinishedExecution) => (step === slowest ? 2 : isFailure(step.status) ? 1 : 0);
  return (a: FinishedExecution, b: FinishedExecution): number => rank(b) - rank(a) || lengthOf(b) - lengthOf(a);
}

/** A step without a duration counts as 0. */
function lengthOf({ durationNs }: FinishedExecution): number {
  return Number.isNaN(durationNs) ? 0 : durationNs;
}
