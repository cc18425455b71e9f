import type { Outcome } from '../../collection/executions/finished-execution';
import type { MetricsStore } from '../../collection/metrics-store';
import type { DeclaredCall } from '../declaring/declared-call';
import type { ExecutionSpec } from '../declaring/execution-spec';
import type { ExecutionHandle } from '../execution-handle';
import type { FaultLog } from '../fault-log';
import type { OutcomeRules } from '../outcomes/outcome-rules';

export interface TrackingOptions {
  readonly asyncContext: boolean;
  readonly measurePayloads: boolean;
  readonly measureRepeats: boolean;
}

/** The application as its executions see it: what they use, what they tell, and the way in for calls made inside them. */
export interface ExecutionHost<Execution> {
  readonly options: TrackingOptions;
  /** The clock, and where executions are counted. */
  readonly store: MetricsStore;
  /** Faults of ours, which must not reach the user. */
  readonly faults: FaultLog;
  /** What an error or a result means. */
  readonly outcomeRules: OutcomeRules<Execution>;
  /** Once it has closed, what begins is counted nowhere. */
  readonly closed: boolean;
  /**
   * Begins the execution of a call that is about to be made; undefined where it is not counted. The caller stays
   * on the stack as long as it runs, and does so in one frame: recursion must go as deep as it can without us, or
   * nearly so.
   *
   * @param entered the execution in whose context the caller runs
   */
  beginCall(
    call: DeclaredCall,
    self: unknown,
    args: readonly unknown[],
    entered: Execution | undefined,
  ): Execution | undefined;
  /** How many calls have thrown and are yet to be counted. Without room for that on the stack, a later call counts them. */
  uncounted: number;
  /**
   * Fails a call that a limit does not let run, in the way in which its caller expects it; or lets the caller wait until it is
   * known whether it may run.
   *
   * @param run makes the call
   */
  barCall(execution: Execution, call: DeclaredCall, run: () => unknown): unknown;
  /** Follows what the call returned to its end, and returns what the caller gets. */
  endCall(execution: Execution, call: DeclaredCall, result: unknown): unknown;
  /** Follows what its promise came to; returns what the caller gets in its place. */
  followOn(execution: Execution, value: unknown): unknown;
  /**
   * Begins an execution that ends when its handle says so.
   *
   * @param parent null for none, undefined for the running one
   * @param args what it is given; `UNTOLD_ARGUMENTS` if unknown
   * @param startTime now if left out
   */
  start(
    spec: ExecutionSpec,
    parent: ExecutionHandle | null | undefined,
    args: readonly unknown[],
    startTime?: Date,
  ): ExecutionHandle | undefined;
  /** The execution in whose context the caller runs, if it is one of this application. */
  ownRunning(): Execution | undefined;
  /**
   * An execution begins, or begins anew: it is in progress from now on, and its clock and its limit start.
   *
   * @param canWait whether its caller can wait until it is known whether it may run
   */
  opened(execution: Execution, canWait: boolean): void;
  /** Its handle was refused, and the call is not made. */
  dropped(execution: Execution): void;
  /** It is taken back, as if it had not begun. */
  postponed(execution: Execution): void;
  /** It has another name: it is in progress under that. */
  renamed(execution: Execution): void;
  /** It ends, and is counted. */
  finished(execution: Execution, outcome: Outcome): void;
}
