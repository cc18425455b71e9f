import { AsyncResource } from 'node:async_hooks';

/** The signal of one execution. Its controller is made at the first use: most have none, and it costs 2 µs. */
export class ExecutionSignal {
  private controller: AbortController | undefined;
  /** The context in which the signal was first asked for. Its listeners run there, wherever it is aborted. */
  private context: AsyncResource | undefined;
  private joined: AbortSignal | undefined;
  private reason: unknown;

  /** Aborted at once where the execution has been. `around` is the signal of the execution around it. */
  get(around: () => AbortSignal | undefined): AbortSignal {
    return (this.joined ??= this.join(around()));
  }

  abort(reason: unknown): void {
    this.reason = reason;
    this.context?.runInAsyncScope(() => this.controller!.abort(reason));
  }

  private join(around: AbortSignal | undefined): AbortSignal {
    this.controller = new AbortController();
    this.context = new AsyncResource('nestjs-agent-metrics');
    if (this.reason !== undefined) this.controller.abort(this.reason);
    const { signal } = this.controller;
    return around === undefined ? signal : AbortSignal.any([signal, around]);
  }
}
