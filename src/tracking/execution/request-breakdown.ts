import { labelOf } from '../declaring/execution-spec';
import type { FaultLog } from '../fault-log';

/**
 * Breaks requests down by a value of yours, a tenant say: requests, tokens and cost of each get counters of their own.
 *
 * @example
 * breakdown: { by: 'tenant', value: () => ClsServiceManager.getClsService().get('tenant'), maxValues: 50 }
 */
export interface BreakdownOptions {
  /**
   * What the values are: the name of the label, and the word in the names of the families, such as `crew_tenant_requests_total`.
   * @default 'tenant'
   */
  readonly by?: string;
  /**
   * Finds the value of a request. Called once, as the outermost agent is called, in the async context of the caller, with the
   * arguments of that call in a list: for an interceptor its `ExecutionContext`, for code without arguments none. What runs
   * inside the agent has the same value. An empty string, anything that is no string, and what is thrown mean none; the latter
   * is logged once.
   */
  value(args: readonly unknown[]): string | undefined;
  /** How many values get series of their own; others are counted as `__other__`. @default 200 */
  readonly maxValues?: number;
}

/** A request, as far as it is broken down. */
interface BrokenDown {
  readonly serial: number;
  readonly requestSerial: number | undefined;
  ownBreakdownValue: string | undefined;
}

/** Finds the values of requests. */
export class RequestBreakdown {
  /** While the function runs. */
  private isAsking = false;

  constructor(
    private readonly options: Pick<BreakdownOptions, 'value'>,
    private readonly faults: FaultLog,
  ) {}

  /** What is no request has the value of the request around it, if there is one. */
  mark(execution: BrokenDown, args: readonly unknown[]): void {
    // A request that the function makes itself has none: it would be asked without end.
    if (execution.requestSerial !== execution.serial || this.isAsking) return;
    this.isAsking = true;
    try {
      // A copy: the call itself is made with these.
      const value = this.faults.guard('breakdown.value', () => this.options.value([...args]));
      execution.ownBreakdownValue = labelOf(value);
    } finally {
      // Also where the stack has no room for the question.
      this.isAsking = false;
    }
  }
}
