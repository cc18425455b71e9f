import { executionsIn, readNumbers, type Numbers } from './counted-numbers';
import { needed } from './measure';
import type { Pair, Subject } from './subject';
import { durationMs, pairsOf } from './workload';

/** Finished executions of so many pairs, recorded in a subject, and what it has counted of them. */
export class RecordedPairs {
  readonly pairs: readonly Pair[];
  private recorded = 0;
  private readonly add: NonNullable<Subject['record']>;

  constructor(
    private readonly subject: Subject,
    count: number,
  ) {
    this.pairs = pairsOf(count);
    this.add = needed(subject.record?.bind(subject), 'record');
  }

  /** One pair after the other, as often as needed. */
  record(executions: number): void {
    const { pairs, add } = this;
    const end = this.recorded + executions;
    for (let i = this.recorded; i < end; i += 1) add(pairs[i % pairs.length]!, durationMs(i));
    this.recorded = end;
  }

  render(): Promise<string> {
    return needed(this.subject.render?.bind(this.subject), 'render')();
  }

  async numbers(): Promise<Numbers> {
    return readNumbers(await this.render());
  }

  async agree(): Promise<Numbers> {
    this.record(this.pairs.length * 3);
    return this.numbers();
  }

  async finish(): Promise<void> {
    const counted = executionsIn(await this.numbers());
    if (counted !== this.recorded) throw new Error(`Counted ${counted} of ${this.recorded} executions.`);
  }
}
