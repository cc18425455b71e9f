import { executionId } from '../../collection/executions/finished-execution';
import {
  isExecutionStatus,
  type ExecutionKind,
  type ExecutionStatus,
} from '../../collection/executions/execution-status';
import type { ExecutionHandle } from '../execution-handle';
import { runInside } from './async-context';
import { openAncestors } from './execution-lineage';
import type { LiveExecution } from './live-execution';

/** From a handle to its execution. A symbol, so that nothing of an execution shows where a handle is logged as JSON. */
const EXECUTION = Symbol('execution');

/** The public side of an execution. */
export class TrackedHandle implements ExecutionHandle {
  readonly [EXECUTION]: LiveExecution;
  private endsExecution = false;

  constructor(execution: LiveExecution) {
    this[EXECUTION] = execution;
  }

  get id(): string {
    const { host, serial } = this[EXECUTION];
    return executionId(host.store.instanceId, serial);
  }

  get kind(): ExecutionKind {
    return this[EXECUTION].kind;
  }

  get name(): string {
    return this[EXECUTION].name;
  }

  get parent(): ExecutionHandle | undefined {
    const { parent } = this[EXECUTION];
    return parent && handleOf(parent);
  }

  get signal(): AbortSignal {
    return this[EXECUTION].signal;
  }

  run<Result>(fn: () => Result): Result {
    return runInside(this[EXECUTION], fn);
  }

  recordRetry(): void {
    this[EXECUTION].recordRetry();
  }

  fail(error: unknown): void {
    this[EXECUTION].decide(error);
  }

  defer(): (error?: unknown) => void {
    const execution = this[EXECUTION];
    let pending = true;
    execution.hold();
    return (error) => {
      if (!pending) return;
      pending = false;
      // Callbacks of Node pass null for no error.
      if (error !== undefined && error !== null) execution.failed(error);
      execution.release();
    };
  }

  /** What waits on a human in an execution waits in those around it, too. */
  pause(): () => void {
    const { clock } = this[EXECUTION].host.store;
    let pausing = true;
    const paused = [...openAncestors<LiveExecution>(this[EXECUTION])];
    for (const execution of paused) execution.pauseClock(clock.now());
    return () => {
      if (!pausing) return;
      pausing = false;
      for (const execution of paused) execution.resumeClock(clock.now());
    };
  }

  end(status: ExecutionStatus = 'success'): void {
    const { faults } = this[EXECUTION].host;
    if (!this.endsExecution) {
      return faults.warnOnce('end', 'end() ends what ExecutionTracker.start began; a function ends by itself.');
    }
    const isKnown = isExecutionStatus(status);
    if (!isKnown) faults.warnOnce('end status', 'end() was called with an unknown status; it counts as error.');
    this[EXECUTION].endAs({ status: isKnown ? status : 'error', errorType: undefined });
  }

  /** There is no function to wait for: the handle ends it, or what is deferred does. */
  endExecution(): void {
    this.endsExecution = true;
    this[EXECUTION].awaitHandle();
  }
}

const handles = new WeakMap<LiveExecution, TrackedHandle>();

/** The handle of an execution, the same one each time. Made when somebody asks: most never do. */
export function handleOf(execution: LiveExecution): TrackedHandle {
  let handle = handles.get(execution);
  if (handle === undefined) handles.set(execution, (handle = new TrackedHandle(execution)));
  return handle;
}

/** The execution behind a handle, if it is one of ours. */
export function executionOf(handle: ExecutionHandle | undefined): LiveExecution | undefined {
  return handle instanceof TrackedHandle ? handle[EXECUTION] : undefined;
}
