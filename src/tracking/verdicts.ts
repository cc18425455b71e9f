import { inspect } from 'node:util';
import { EXECUTION_STATUSES, isExecutionStatus } from '../collection/execution-status';
import type { ExecutionStatus } from '../collection/execution-status';
import type { ExecutionHandle } from './execution-handle';
import type { FaultLog } from './fault-log';
import { classifyFailure } from './outcome';
import type { Outcome } from './outcome';

/** Decides what an error means; `suggested` is what it means to us. Undefined leaves it at that. */
export type ErrorClassifier = (error: unknown, suggested: ExecutionStatus) => ExecutionStatus | undefined;

/** Decides what a returned value means, where success is not all that it can mean. Undefined is a success. */
export type ResultClassifier = (result: unknown, execution: ExecutionHandle) => ExecutionStatus | undefined;

export interface VerdictOptions {
  readonly classifyError?: ErrorClassifier;
  readonly classifyResult?: ResultClassifier;
}

/** How executions end: our own verdict and the user's, who has the last word unless it makes no sense. */
export class Verdicts {
  constructor(
    private readonly options: VerdictOptions,
    private readonly faults: FaultLog,
  ) {}

  onError(error: unknown): Outcome {
    const suggested = classifyFailure(error);
    const { classifyError } = this.options;
    if (classifyError === undefined) return suggested;
    const status = this.ask('classifyError', () => classifyError(error, suggested.status)) ?? suggested.status;
    return { status, errorType: status === 'success' ? undefined : suggested.errorType };
  }

  /** Undefined where there is nothing to say against it. */
  onResult(result: unknown, execution: ExecutionHandle): Outcome | undefined {
    const { classifyResult } = this.options;
    if (classifyResult === undefined) return undefined;
    const status = this.ask('classifyResult', () => classifyResult(result, execution));
    return status && { status, errorType: undefined };
  }

  private ask(option: keyof VerdictOptions, classify: () => unknown): ExecutionStatus | undefined {
    const status = this.faults.guard(option, classify);
    if (status === undefined || isExecutionStatus(status)) return status;
    this.faults.warnOnce(
      option,
      `The option "${option}" returned ${inspect(status, { depth: 0, maxStringLength: 40 })}, must return one of ` +
        `${EXECUTION_STATUSES.join(', ')} or undefined. It was ignored; further ones are not logged.`,
    );
    return undefined;
  }
}
