import { statusIndex, type ExecutionStatus } from '../executions/execution-status';
import type { FinishedExecution } from '../executions/finished-execution';
import type { CallUsage } from '../models/call-usage';
import { TokenTotals } from '../models/token-usage';
import type { LabelSet } from './label-set';
import { OTHER_NAME } from './series-limit';

export interface BreakdownSettings {
  /** What its values are: the name of their label. */
  readonly by: string;
  /** How many values get series of their own. */
  readonly maxValues: number;
  /** Called when the first value gets none. */
  readonly onFull: () => void;
}

/** The requests of one value, with all the model calls inside them. */
export class BreakdownSeries implements LabelSet {
  readonly labels: readonly string[];
  /** Finished requests, in the order of `EXECUTION_STATUSES`. */
  readonly statusCounts = [0, 0, 0, 0];
  modelCalls = 0;
  readonly tokens = new TokenTotals();

  constructor(
    readonly value: string,
    /** Since when it counts, in milliseconds since 1970. */
    readonly born: number,
  ) {
    this.labels = [value];
  }

  /** Finished requests of any status. */
  get count(): number {
    return this.statusCounts.reduce((sum, count) => sum + count, 0);
  }

  countOf(status: ExecutionStatus): number {
    return this.statusCounts[statusIndex(status)]!;
  }

  /** As it is now. */
  copy(): BreakdownSeries {
    const copy = new BreakdownSeries(this.value, this.born);
    copy.add(this.statusCounts, this.modelCalls, this.tokens);
    return copy;
  }

  /** Adds what another has counted. */
  add(statusCounts: readonly number[], modelCalls: number, tokens: TokenTotals): void {
    statusCounts.forEach((count, index) => (this.statusCounts[index]! += count));
    this.modelCalls += modelCalls;
    this.tokens.merge(tokens);
  }
}

/**
 * Requests, model calls and tokens by the values of the option `breakdown`. What belongs to no value is not counted here; what
 * belongs to one is counted once, under `__other__` where the table is full.
 */
export class BreakdownTable {
  readonly by: string;
  readonly series = new Map<string, BreakdownSeries>();
  /** Requests counted under `__other__` for want of room. */
  dropped = 0;
  private isFull = false;

  constructor(
    private readonly settings: BreakdownSettings,
    /** The time of day, in milliseconds since 1970. */
    private readonly now: () => number,
  ) {
    this.by = settings.by;
  }

  /** A request of this value begins: its counters are there from 0 on. */
  open(value: string | undefined): void {
    if (value !== undefined) this.find(value);
  }

  /** Counts an execution that has ended, apart from its usage, and writes its value down in it. */
  add(finished: FinishedExecution, value: string | undefined): void {
    finished.breakdownValue = value;
    if (value === undefined) return;
    if (finished.kind === 'model') this.find(value).modelCalls += 1;
    if (!finished.isRequest) return;
    const series = this.find(value);
    series.statusCounts[statusIndex(finished.status)]! += 1;
    if (series.value !== value) this.dropped += 1;
  }

  /** Counts what a model call has used, also after its end. */
  addUsage({ tokens, costUsd }: CallUsage, value: string | undefined): void {
    if (value !== undefined) this.find(value).tokens.add(tokens, costUsd);
  }

  /** As they are now, in the order of their first requests. */
  copyAll(): BreakdownSeries[] {
    return Array.from(this.series.values(), (series) => series.copy());
  }

  private find(value: string): BreakdownSeries {
    return this.series.get(value) ?? this.openNew(value);
  }

  private openNew(value: string): BreakdownSeries {
    if (this.series.size < this.settings.maxValues) return this.create(value);
    if (!this.isFull) this.settings.onFull();
    this.isFull = true;
    return this.series.get(OTHER_NAME) ?? this.create(OTHER_NAME);
  }

  private create(value: string): BreakdownSeries {
    const series = new BreakdownSeries(value, this.now());
    this.series.set(value, series);
    return series;
  }
}
