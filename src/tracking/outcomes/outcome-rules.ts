import {
  EXECUTION_STATUSES,
  isExecutionStatus,
  type ExecutionStatus,
} from '../../collection/executions/execution-status';
import type { Outcome } from '../../collection/executions/finished-execution';
import { describeValue } from '../../runtime/described-value';
import { detachedText } from '../../runtime/detached-text';
import type { ExecutionHandle } from '../execution-handle';
import type { FaultLog } from '../fault-log';
import { classifyFailure, SUCCESS } from './outcome';

const MAX_MESSAGE_LENGTH = 256;

/**
 * Decides what an error means; `suggested` is what it means to us. Undefined leaves it at that.
 *
 * @example
 * classifyError: (error, suggested) => (error instanceof RangeError ? 'cancelled' : suggested)
 */
export type ErrorClassifier = (error: unknown, suggested: ExecutionStatus) => ExecutionStatus | undefined;

/**
 * Decides the status of a returned value. Undefined means success.
 *
 * @example
 * classifyResult: (result) => (result === undefined ? 'error' : undefined)
 */
export type ResultClassifier = (result: unknown, execution: ExecutionHandle) => ExecutionStatus | undefined;

export interface OutcomeRuleOptions {
  readonly classifyError?: ErrorClassifier;
  readonly classifyResult?: ResultClassifier;
  readonly recordErrorMessages: boolean | ((error: unknown) => string);
}

/** How executions end: our own verdict and the user's, who has the last word unless it makes no sense. */
export class OutcomeRules<Execution> {
  /** Whether a result can mean anything but success. Asked before `ofResult`, because most applications have no such rule. */
  readonly judgeResults: boolean;

  constructor(
    private readonly options: OutcomeRuleOptions,
    private readonly faults: FaultLog,
    /** What the user's rules are given for an execution. */
    private readonly handleOf: (execution: Execution) => ExecutionHandle,
  ) {
    this.judgeResults = options.classifyResult !== undefined;
  }

  ofError(error: unknown): Outcome {
    const suggested = classifyFailure(error);
    const errorMessage = this.messageOf(error);
    const { classifyError } = this.options;
    if (classifyError === undefined) return { ...suggested, errorMessage };
    const status = this.ask('classifyError', () => classifyError(error, suggested.status)) ?? suggested.status;
    return status === 'success' ? SUCCESS : { ...suggested, status, errorMessage };
  }

  /** Undefined where there is nothing to say against it. */
  ofResult(result: unknown, execution: Execution): Outcome | undefined {
    const { classifyResult } = this.options;
    if (classifyResult === undefined) return undefined;
    const status = this.ask('classifyResult', () => classifyResult(result, this.handleOf(execution)));
    return status && { status, errorType: undefined };
  }

  private messageOf(error: unknown): string | undefined {
    const { recordErrorMessages } = this.options;
    if (recordErrorMessages === false) return undefined;
    const read = recordErrorMessages === true ? plainMessage : recordErrorMessages;
    const message: unknown = this.faults.guard('recordErrorMessages', () => read(error));
    return typeof message === 'string' ? detachedText(message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()) : undefined;
  }

  private ask(option: 'classifyError' | 'classifyResult', classify: () => unknown): ExecutionStatus | undefined {
    const status = this.faults.guard(option, classify);
    if (status === undefined || isExecutionStatus(status)) return status;
    this.faults.warnOnce(
      option,
      `The option "${option}" returned ${describeValue(status)}; it must return one of ` +
        `${EXECUTION_STATUSES.join(', ')} or undefined. It was ignored. Further invalid values are not logged.`,
    );
    return undefined;
  }
}

function plainMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
