import { statusIndex, type ExecutionStatus } from '../executions/execution-status';
import type { ErrorCount } from './error-counts';
import type { Exemplar } from './exemplar';
import { Histogram, HISTOGRAM_COLUMNS } from './histogram';
import type { LabelSet } from './label-set';
import { OWN_COLUMNS, SERIES_COLUMNS, SeriesRows, type RowSource } from './series-rows';

/** Counts, durations and errors of one label set. */
export class ExecutionSeries extends Histogram implements LabelSet {
  /** Failures by error type; made by the first one, since most series never have any. */
  errorTypes: Map<string, ErrorCount> | undefined = undefined;

  constructor(rows: RowSource) {
    super(rows.bounds, rows.open());
  }

  /** None, unless a kind of series has some. Asked for now and then, and not worth keeping. */
  get labels(): readonly string[] {
    return [];
  }

  /** Finished executions, in the order of `EXECUTION_STATUSES`. */
  get statusCounts(): number[] {
    const { statuses } = SERIES_COLUMNS;
    return [this.own(statuses), this.own(statuses + 1), this.own(statuses + 2), this.own(statuses + 3)];
  }

  /** Finished executions of any status. */
  get count(): number {
    const { statuses } = SERIES_COLUMNS;
    return this.own(statuses) + this.own(statuses + 1) + this.own(statuses + 2) + this.own(statuses + 3);
  }

  /** Finished executions of one status. */
  countOf(status: ExecutionStatus): number {
    return this.own(SERIES_COLUMNS.statuses + statusIndex(status));
  }

  /** Of the durations that were measured. */
  get totalNs(): number {
    return this.total;
  }

  /** 0 where there is no duration, as are the extremes. */
  get averageNs(): number {
    return this.observations === 0 ? 0 : this.total / this.observations;
  }

  get minNs(): number {
    return this.min;
  }

  get maxNs(): number {
    return this.max;
  }

  get inProgress(): number {
    return this.own(SERIES_COLUMNS.inProgress);
  }

  get retries(): number {
    return this.own(SERIES_COLUMNS.retries);
  }

  get inputBytes(): number {
    return this.own(SERIES_COLUMNS.inputBytes);
  }

  get outputBytes(): number {
    return this.own(SERIES_COLUMNS.outputBytes);
  }

  /** Of a tool: calls that the same agent execution had made before. */
  get repeats(): number {
    return this.own(SERIES_COLUMNS.repeats);
  }

  /** All its numbers but its buckets, for another process. */
  get figures(): readonly number[] {
    return Array.from(this.page.subarray(this.at - OWN_COLUMNS, this.at + HISTOGRAM_COLUMNS.buckets));
  }

  /** Where the exemplars of statuses begin: behind those of the buckets. */
  get statusExemplarsAt(): number {
    return this.bounds.count;
  }

  addStatus(status: ExecutionStatus, exemplar: Exemplar | undefined): void {
    const index = statusIndex(status);
    this.page[this.at + SERIES_COLUMNS.statuses + index]! += 1;
    if (exemplar !== undefined) this.keepExemplar(this.statusExemplarsAt + index, exemplar);
  }

  addInProgress(change: 1 | -1): void {
    this.page[this.at + SERIES_COLUMNS.inProgress]! += change;
  }

  addRetries(retries: number): void {
    this.addOwn(SERIES_COLUMNS.retries, retries);
  }

  addBytes(inputBytes: number, outputBytes: number): void {
    this.addOwn(SERIES_COLUMNS.inputBytes, inputBytes);
    this.addOwn(SERIES_COLUMNS.outputBytes, outputBytes);
  }

  addRepeat(): void {
    this.addOwn(SERIES_COLUMNS.repeats, 1);
  }

  /** @param wallTime milliseconds since 1970 */
  addError(errorType: string, wallTime: number): void {
    this.errorTypes ??= new Map();
    const known = this.errorTypes.get(errorType);
    if (known === undefined) this.errorTypes.set(errorType, { count: 1, born: wallTime });
    else known.count += 1;
  }

  /** Its numbers as they are now. */
  copy(): ExecutionSeries {
    const copy = new ExecutionSeries(new SeriesRows(this.bounds));
    copy.merge(this);
    return copy;
  }

  merge(other: ExecutionSeries): void {
    for (let column = -OWN_COLUMNS; column < 0; column += 1) this.addOwn(column, other.own(column));
    this.mergeObservations(other);
  }

  private own(column: number): number {
    return this.page[this.at + column]!;
  }

  private addOwn(column: number, amount: number): void {
    this.page[this.at + column]! += amount;
  }
}
