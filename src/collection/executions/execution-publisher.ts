import { channel } from 'node:diagnostics_channel';
import { catchRejection } from '../../runtime/thenable';
import type { Execution } from './execution';
import type { FinishedExecution } from './finished-execution';

/**
 * The `node:diagnostics_channel` on which every finished execution is published.
 *
 * @example
 * channel(EXECUTION_CHANNEL).subscribe((execution) => logger.log(execution));
 */
export const EXECUTION_CHANNEL = 'nestjs-agent-metrics:execution';

/**
 * Called with each finished execution.
 *
 * @example
 * onExecution: ({ agentId, durationMs, status }) => logger.log({ agentId, durationMs, status })
 */
export type ExecutionListener = (execution: Execution) => unknown;

/** Hands finished executions on to the application's listener and to the subscribers of the channel. */
export class ExecutionPublisher {
  readonly channel = channel(EXECUTION_CHANNEL);

  constructor(
    readonly listener: ExecutionListener | undefined,
    private readonly read: (finished: FinishedExecution) => Execution,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  /** One that holds no listener. */
  silenced(): ExecutionPublisher {
    return new ExecutionPublisher(undefined, this.read, () => {});
  }

  /** Publishes it if there are listeners. Short enough for V8 to inline, because most applications have none. */
  tell(finished: FinishedExecution): void {
    if (this.listener !== undefined || this.channel.hasSubscribers) this.publish(finished);
  }

  private publish(finished: FinishedExecution): void {
    const execution = Object.freeze(this.read(finished));
    this.call(execution);
    this.channel.publish(execution);
  }

  /** The listener is the user's: it may throw, or return a promise or the like that rejects. */
  private call(execution: Execution): void {
    try {
      catchRejection(this.listener?.(execution), this.onFault);
    } catch (fault) {
      this.onFault(fault);
    }
  }
}
