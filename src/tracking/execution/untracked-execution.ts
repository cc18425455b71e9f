import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { ExecutionHandle } from '../execution-handle';

/** The handle of an execution that is not counted, before the module is ready and after the application has closed. */
export class UntrackedExecution implements ExecutionHandle {
  readonly id = '';
  readonly parent = undefined;
  private abort: AbortController | undefined;

  constructor(
    readonly kind: ExecutionKind,
    readonly name: string,
  ) {}

  /** Never aborts. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    return this.abort.signal;
  }

  run<Result>(fn: () => Result): Result {
    return fn();
  }

  readonly spent = { tokens: 0, costUsd: 0, toolCalls: 0, modelCalls: 0 };

  recordRetry(): void {}

  usage(): void {}

  firstToken(): void {}

  chunk(): void {}

  returned(): void {}

  rename(): void {}

  fail(): void {}

  defer(): () => void {
    return () => {};
  }

  pause(): () => void {
    return () => {};
  }

  end(): void {}
}
