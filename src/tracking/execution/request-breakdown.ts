import { labelOf } from '../declaring/execution-spec';
import type { FaultLog } from '../fault-log';

/**
 * Counts requests, tokens and cost by a value of yours, such as a tenant.
 *
 * @example
 * breakdown: { by: 'tenant', value: () => ClsServiceManager.getClsService().get('tenant'), maxValues: 50 }
 */
export interface BreakdownOptions {
  /**
   * The kind of value: the name of the label, and the word in the names of metrics, such as
   * `crew_tenant_requests_total`.
   * @default 'tenant'
   */
  readonly by?: string;
  /**
   * Returns the value of a request. Called once, when the outermost agent is called, in the async context of the
   * caller, with a list of the arguments of that call: for an interceptor its `ExecutionContext`, for code without
   * arguments an empty list. Everything inside the agent has the same value. An empty string, anything but a string,
   * and an exception (logged once) mean no value.
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
