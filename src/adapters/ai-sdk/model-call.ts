import { startExecution, type ExecutionEnd, type ExecutionHandle } from '../../index';
import { mayBegin } from '../../tracking/adapting/adapted-execution';
import { guarded } from '../../tracking/adapting/guarded';
import { providerLabel } from '../ground/provider-label';
import { watchStream, type StreamEnding } from './model-stream';
import { usageOf } from './model-usage';

/** What a call is counted as. */
export interface ModelIdentity {
  readonly modelId?: string;
  /** With what it is asked for, such as `openai.chat`. */
  readonly provider?: string;
}

/** What a model answers, as far as it matters here. */
interface Answer {
  readonly stream?: ReadableStream<unknown>;
  readonly usage?: unknown;
  readonly providerMetadata?: unknown;
}

/** One call of a model, with all its attempts. */
export class ModelCall {
  readonly handle: ExecutionHandle;
  /** The error of the last attempt, if that has failed. */
  failure: { readonly error: unknown } | undefined = undefined;
  /** An attempt has begun and not been answered. */
  isAttempting = false;
  private attempts = 0;
  private readonly provider: string;

  /**
   * @param parent the running execution if left out
   * @param onOver what follows from the end of an attempt
   */
  constructor(
    { modelId = '', provider = '' }: ModelIdentity,
    parent: ExecutionHandle | undefined,
    private readonly onOver: (call: ModelCall, ending: StreamEnding) => void,
  ) {
    this.provider = provider;
    this.handle = startExecution({ kind: 'model', name: modelId, provider: providerLabel(provider), parent });
  }

  /** Makes an attempt. The caller gets what the model answers; of a stream a copy that is watched. */
  async attempt<Result>(execute: () => PromiseLike<Result>): Promise<Result> {
    this.begin();
    let result: Result;
    try {
      const admission = mayBegin(this.handle);
      if (admission !== undefined) await admission;
      result = await this.handle.run(execute);
    } catch (error) {
      this.isAttempting = false;
      guarded('ai-sdk model', () => this.over({ how: 'failed', error }));
      throw error;
    }
    this.isAttempting = false;
    return guarded('ai-sdk model', () => this.answered(result)) ?? result;
  }

  /** One that is not the first is a retry. */
  begin(): void {
    if (this.attempts > 0) this.handle.recordRetry();
    this.attempts += 1;
    this.isAttempting = true;
    this.failure = undefined;
  }

  report(report: object): void {
    const usage = usageOf(report, this.provider);
    if (usage !== undefined) this.handle.usage(usage);
  }

  private answered<Result>(result: Result): Result {
    const { stream } = (result ?? {}) as Answer;
    if (typeof stream?.getReader === 'function') return { ...result, stream: this.watched(stream) };
    if (typeof result === 'object' && result !== null) this.report(result);
    this.over({ how: 'finished' });
    return result;
  }

  private watched(stream: ReadableStream<unknown>): ReadableStream<unknown> {
    const { attempts, handle } = this;
    return watchStream(stream, {
      run: (fn) => handle.run(fn),
      firstToken: () => handle.firstToken(),
      report: (part) => this.report(part),
      // What becomes of the stream of an earlier attempt says nothing of this one.
      over: (ending) => {
        if (attempts === this.attempts) this.over(ending);
      },
    });
  }

  private over(ending: StreamEnding): void {
    if (ending.how === 'failed') this.failure = ending;
    this.onOver(this, ending);
  }
}

/** How an execution ends whose attempt has ended so. */
export function endOf(ending: StreamEnding): ExecutionEnd {
  switch (ending.how) {
    case 'failed':
      return failure(ending.error);
    case 'left':
      return { status: statusOf(ending.reason) };
    default:
      return {};
  }
}

/** Anything may be thrown. */
export function failure(error: unknown): ExecutionEnd {
  return error === undefined ? { status: 'error' } : { error };
}

/** Whatever a caller aborts with is no error of the call. */
export function statusOf(reason: unknown): 'timeout' | 'cancelled' {
  const { name } = (reason ?? {}) as { readonly name?: unknown };
  return name === 'TimeoutError' ? 'timeout' : 'cancelled';
}
