import { findModelFault } from '../../collection/executions/record-reader';
import type { MetricsStore } from '../../collection/metrics-store';
import { addUsage, type CallUsage } from '../../collection/models/call-usage';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ModelUsage } from '../execution-handle';
import type { BudgetedModelCall } from './budgeted-model-call';
import type { FaultLog } from '../fault-log';

/** The execution of a model call. */
interface ModelExecution<Run> {
  /** As the caller names the model. */
  readonly name: string;
  readonly spec: Pick<ExecutionSpec, 'usage' | 'until' | 'provider'>;
  readonly host: { readonly store: MetricsStore; readonly faults: FaultLog };
  readonly parent: Run | undefined;
}

/** What is known of one model call beside its time: its provider, and its tokens from any source. */
export class ModelCall<Run> {
  /** Who serves the model. */
  provider: string | undefined;
  /** What it has used. Known when it is counted. */
  usage: CallUsage | undefined = undefined;
  /** What it draws on budgets; undefined where there are none, and for a part of a call that draws already. */
  budgeted: BudgetedModelCall | undefined = undefined;
  /** Those that ran as it ended: its tokens are theirs, too. */
  around: readonly Run[] = [];
  /** What it returned, where its tokens are found in that. It must not be kept from being dropped unread. */
  result: WeakRef<object> | undefined = undefined;
  /** What the call says of itself; the last word counts. */
  private said: ModelUsage | undefined = undefined;
  /** Of the chunks of its stream; of each count the last that was reported. */
  private ofChunks: ModelUsage | undefined = undefined;
  /** Of calls that joined this one. */
  private joined: CallUsage | undefined = undefined;
  /** Of records, which are added to what else is known. */
  private recorded: CallUsage | undefined = undefined;
  /** Why the option `usage` failed last. Chunks without usage make many fail, which is told only where none succeeds. */
  private fault: { readonly reason: unknown } | undefined = undefined;
  private isAsked = false;

  constructor(private readonly call: ModelExecution<Run>) {
    this.provider = call.spec.provider;
  }

  /** It has not begun after all. */
  giveBack(): void {
    this.budgeted?.settle(undefined);
    this.budgeted = undefined;
  }

  /** What its tokens may be found in at its end. */
  keepResult(result: unknown): void {
    if (this.call.spec.usage !== undefined && typeof result === 'object' && result !== null)
      this.result = new WeakRef(result);
  }

  /** The call reports its tokens itself. */
  say(usage: ModelUsage): void {
    if (saysSomething(usage) && this.isValid(usage)) this.said = usage;
  }

  join(usage: CallUsage | undefined): void {
    this.joined = sum(this.joined, usage);
  }

  record(usage: CallUsage): void {
    this.recorded = sum(this.recorded, usage);
  }

  /**
   * Asks the option `usage` about a chunk. With `until` it is about the result.
   *
   * @returns a promise that never rejects, where the answer comes later
   */
  askChunk(chunk: unknown): Promise<void> | undefined {
    return this.call.spec.until === undefined ? this.ask(chunk, (usage) => this.addChunk(usage)) : undefined;
  }

  /** Asks it about the result, the first time, in the same way. */
  askResult(result: unknown): Promise<void> | undefined {
    if (this.isAsked) return undefined;
    this.isAsked = true;
    return this.ask(result, (usage) => this.say(usage));
  }

  /** About the result that was kept. Of a call that failed there is none. */
  askKept(): Promise<void> | undefined {
    const kept = this.result?.deref();
    return kept === undefined ? undefined : this.askResult(kept);
  }

  /** What the call has used, by all that is known at its end; undefined without any report. */
  total(): CallUsage | undefined {
    const { name, host } = this.call;
    const said = this.said ?? this.ofChunks;
    return sum(this.recorded, said === undefined ? this.joined : host.store.prices.usageOf(said, name, this.provider));
  }

  /** Adds everything up at its end. Why the option `usage` found nothing is told where it should have found something. */
  settle(isSuccess: boolean): void {
    this.usage = this.total();
    if (isSuccess && this.usage === undefined && this.fault !== undefined)
      this.call.host.faults.report('usage', this.fault.reason);
  }

  private addChunk(usage: ModelUsage): void {
    if (this.isValid(usage)) this.ofChunks = { ...this.ofChunks, ...reportedCounts(usage) };
  }

  private ask(source: unknown, count: (usage: ModelUsage) => void): Promise<void> | undefined {
    const { usage } = this.call.spec;
    if (usage === undefined) return undefined;
    try {
      const reported = usage(source);
      if (isPromiseLike(reported)) return this.whenReported(reported, count);
      if (saysSomething(reported)) count(reported);
    } catch (reason) {
      this.fault = { reason };
    }
    return undefined;
  }

  private async whenReported(
    reported: PromiseLike<ModelUsage | null | undefined>,
    count: (usage: ModelUsage) => void,
  ): Promise<void> {
    try {
      const usage = await reported;
      if (saysSomething(usage)) count(usage);
    } catch (reason) {
      this.fault = { reason };
    }
  }

  private isValid(usage: ModelUsage): boolean {
    const fault = findModelFault({ ...usage, model: this.call.name });
    if (fault === undefined) return true;
    this.call.host.faults.warnOnce('usage', `The usage of a model call has an invalid ${fault.field}; it was dropped.`);
    return false;
  }
}

function sum(usage: CallUsage | undefined, other: CallUsage | undefined): CallUsage | undefined {
  return usage === undefined || other === undefined ? (usage ?? other) : addUsage(usage, other);
}

function isPromiseLike(reported: unknown): reported is PromiseLike<ModelUsage | null | undefined> {
  return typeof (reported as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Chunks before the last have a usage of null, or one in which nothing is known. */
function saysSomething(usage: ModelUsage | null | undefined): usage is ModelUsage {
  return usage !== undefined && usage !== null && Object.keys(reportedCounts(usage)).length > 0;
}

function reportedCounts(usage: ModelUsage): ModelUsage {
  return Object.fromEntries(Object.entries(usage).filter(isKnown));
}

function isKnown([, count]: [string, unknown]): boolean {
  return count !== undefined && count !== null;
}
