import type { ExecutionHandle } from '../../index';
import { guarded } from '../../tracking/adapting/guarded';
import { keepAlive, mayBegin } from '../../tracking/adapting/adapted-execution';
import type { AnswerNews, AnswerReader } from './stainless-answer';

/** How a call is counted, and how its answers are read. */
export interface CallSettings {
  /** Where a fault of ours is logged. */
  readonly entry: string;
  readonly provider: string;
  /** The request names a model. */
  readonly isNamed: boolean;
  readonly read: AnswerReader;
}

/**
 * Ends calls whose stream or iterator was dropped. A call must hold neither of them. It is unregistered at its end, because
 * the stack of an abort's reason may hold them.
 */
const dropped = new FinalizationRegistry<StainlessCall>((call) => call.left());

/** One model call through a client: what its requests, answers and events say to its execution. */
export class StainlessCall {
  /** Whether the SDK reads what is in the answer. */
  isParsed = false;
  /** Whether its stream is followed: an answer passes several places on its way to the caller. */
  isFollowed = false;
  /** The caller's, with which the request may be aborted. */
  signal: AbortSignal | undefined = undefined;
  private requests = 0;
  private hasSaidAll = false;

  constructor(
    readonly handle: ExecutionHandle,
    private readonly settings: CallSettings,
  ) {}

  /** Rejects where no request must be sent; undefined where nothing is to be waited for. */
  mayBegin(): Promise<void> | undefined {
    return mayBegin(this.handle);
  }

  /** A request is sent. Each but the first repeats one that failed. */
  sends(): void {
    this.requests += 1;
    if (this.requests > 1) this.handle.recordRetry();
  }

  /** Settles as `wait` does. An answer that is on its way, or a timeout of the SDK's, is sure to come. */
  waitFor<Value>(wait: PromiseLike<Value>, seen?: (value: Value) => void): Promise<Value> {
    const release = keepAlive(this.handle);
    return Promise.resolve(wait).then(
      (value) => {
        release();
        if (seen !== undefined) this.guard(() => seen(value));
        return value;
      },
      (error: unknown) => {
        release();
        this.failed(error);
        throw error;
      },
    );
  }

  /** The whole answer has come. */
  answered(answer: unknown): void {
    // What is no answer as its SDK describes it has been answered all the same.
    const error = this.guard(() => this.take(answer))?.error;
    this.handle.returned(answer);
    this.end({ error });
  }

  /** Its stream, or what reads it, in the place of what was given before. */
  endWhenDropped(source: object): void {
    dropped.unregister(this);
    dropped.register(source, this, this);
  }

  /** An event of a streamed answer has come. */
  told(event: unknown): void {
    const { error, isToken, isLast } = this.take(event);
    if (isToken) this.handle.firstToken();
    if (isLast) this.hasSaidAll = true;
    if (error !== undefined) this.end({ error });
  }

  /**
   * The stream has come to its end.
   *
   * @param signal of the stream: one that was aborted ends like any other
   */
  finished(signal: AbortSignal | undefined): void {
    if (signal?.aborted) this.left();
    else this.end();
  }

  /** The stream is not read any further. */
  left(): void {
    if (this.hasSaidAll) return this.end();
    const timeout = this.timeoutOfCaller();
    this.end(timeout === undefined ? 'cancelled' : { error: timeout });
  }

  /** What is in the answer is read without the SDK, so that nothing more is known of it. */
  handedOver(): void {
    if (!this.isParsed) this.end();
  }

  failed(error: unknown): void {
    this.end({ error: this.timeoutOfCaller() ?? error });
  }

  private end(ending?: Parameters<ExecutionHandle['end']>[0]): void {
    dropped.unregister(this);
    this.handle.end(ending);
  }

  guard<Result>(step: () => Result): Result | undefined {
    return guarded(this.settings.entry, step);
  }

  /** What the SDKs throw for an aborted signal does not say why it was aborted, and a limit of the caller's is a timeout. */
  private timeoutOfCaller(): unknown {
    const reason: unknown = this.signal?.aborted ? this.signal.reason : undefined;
    return (reason as { readonly name?: unknown } | null | undefined)?.name === 'TimeoutError' ? reason : undefined;
  }

  private take(answer: unknown): AnswerNews {
    if (typeof answer !== 'object' || answer === null) return {};
    const { isNamed, provider, read } = this.settings;
    const news = read(answer);
    if (!isNamed && news.model !== undefined) this.handle.rename({ name: news.model, provider });
    if (news.usage !== undefined) this.handle.usage(news.usage);
    return news;
  }
}
