import type { CallUsage } from '../models/call-usage';
import { BUDGET_MEASURES, type BudgetMeasure } from './budget-measure';

const CALLS_KEPT = 20;

/** A name of a model may come from outside. */
const MAX_MODELS = 1_000;

/** What the last calls of a model have used, and the largest of it. */
class LastCalls {
  largest: number | undefined;
  private readonly amounts: number[] = [];
  private next = 0;

  add(amount: number): void {
    const forgotten = this.amounts[this.next];
    this.amounts[this.next] = amount;
    this.next = (this.next + 1) % CALLS_KEPT;
    if (this.largest === undefined || amount >= this.largest) this.largest = amount;
    else if (forgotten === this.largest) this.largest = Math.max(...this.amounts);
  }
}

/** What a call may cost, by what the last ones of its model have cost. */
export class CallEstimates {
  private readonly measured = BUDGET_MEASURES.map((measure) => ({ measure, models: new Map<string, LastCalls>() }));

  /** Dollars or tokens; undefined for a model whose usage was never reported. */
  largest(model: string, measure: BudgetMeasure): number | undefined {
    return this.measured[BUDGET_MEASURES.indexOf(measure)]!.models.get(model)?.largest;
  }

  add(model: string, usage: CallUsage): void {
    for (const { measure, models } of this.measured) {
      const amount = measure.of(usage);
      if (amount === undefined) continue;
      let calls = models.get(model);
      if (calls === undefined) {
        if (models.size >= MAX_MODELS) continue;
        models.set(model, (calls = new LastCalls()));
      }
      calls.add(amount);
    }
  }
}
