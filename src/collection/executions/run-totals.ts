import { keepShapes } from '../../runtime/kept-shapes';
import { jointSource, type CallUsage, type CostSource } from '../models/call-usage';
import { TokenTotals } from '../models/token-usage';
import type { ExecutionKind } from './execution-status';

/** Model calls that have ended, with their tokens and cost. */
export class UsageTotals {
  count = 0;
  readonly tokens = new TokenTotals();
  /** Undefined as long as no cost is known. */
  costSource: CostSource | undefined = undefined;

  add(usage: CallUsage | undefined): void {
    this.count += 1;
    if (usage === undefined) return;
    this.tokens.add(usage.tokens, usage.costUsd);
    this.costSource = jointSource(this.costSource, usage.costSource);
  }

  /** US dollars; undefined where the cost of no call is known. */
  get costUsd(): number | undefined {
    return this.costSource === undefined ? undefined : this.tokens.costUsd;
  }
}

/** What one agent execution has called and used so far. It changes no more once the execution has ended. */
export class RunTotals {
  /** Tools that it has called itself. */
  toolCalls = 0;
  /** Models that it has called itself. */
  modelCalls = 0;
  /** With those of the agents inside it. */
  allToolCalls = 0;
  allModelCalls = 0;
  /** Of its own model calls. Made by the first that ends: many agents call tools only. */
  ownUsage: UsageTotals | undefined = undefined;
  /** With those of the agents inside it. */
  allUsage: UsageTotals | undefined = undefined;

  constructor(
    /** Tools that it has called itself with arguments with which it had called them before; undefined where arguments are not compared. */
    public repeatedCalls: number | undefined = undefined,
  ) {}

  /** @param change -1 takes back a call that has not begun after all */
  addCall(kind: ExecutionKind, isOwn: boolean, change: 1 | -1): void {
    if (kind === 'tool') {
      this.allToolCalls += change;
      if (isOwn) this.toolCalls += change;
    } else {
      this.allModelCalls += change;
      if (isOwn) this.modelCalls += change;
    }
  }

  /** @param change -1 takes back a call that has not begun after all */
  addRepeats(change: 1 | -1): void {
    this.repeatedCalls = (this.repeatedCalls ?? 0) + change;
  }

  addUsage(usage: CallUsage | undefined, isOwn: boolean): void {
    (this.allUsage ??= new UsageTotals()).add(usage);
    if (isOwn) (this.ownUsage ??= new UsageTotals()).add(usage);
  }
}

keepShapes(new UsageTotals());
