import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { currentExecution, type ExecutionTracker } from '../../index';
import type { Section } from '../docs/section';
import { stopSignal } from '../stop-signal';
import { LanguageModel, type ModelReply } from './language-model';
import { ModelBusyError } from './model-unavailable.error';

const untilItHasTime = retry(handleType(ModelBusyError), {
  maxAttempts: 2,
  backoff: new ExponentialBackoff({ initialDelay: 500 }),
});
// Each attempt is a model call of its own, so what is running here, and has asked again, is the agent.
untilItHasTime.onRetry(() => currentExecution()?.recordRetry());

/** Any model, with each of its calls counted, and asked again where its server is too busy to answer. */
export class TrackedModel extends LanguageModel {
  readonly name: string;
  readonly provider: string;

  constructor(
    private readonly model: LanguageModel,
    private readonly tracker: ExecutionTracker,
  ) {
    super();
    this.name = model.name;
    this.provider = model.provider;
  }

  suggestQueries(question: string, signal?: AbortSignal): Promise<ModelReply<string[]>> {
    return this.ask((stop) => this.model.suggestQueries(question, stop), signal);
  }

  composeAnswer(question: string, passages: readonly Section[], signal?: AbortSignal): Promise<ModelReply<string>> {
    return this.ask((stop) => this.model.composeAnswer(question, passages, stop), signal);
  }

  private ask<T>(call: (stop: AbortSignal) => Promise<ModelReply<T>>, signal?: AbortSignal): Promise<ModelReply<T>> {
    const { name, provider } = this;
    const usage = (reply: ModelReply<T>) => reply.usage;
    const attempt = ({ signal: stop }: { readonly signal: AbortSignal }) => {
      // The waiting in between does not end early; whoever has left by then is not asked for.
      stop.throwIfAborted();
      return this.tracker.trackModel({ model: name, provider, usage }, () => call(stop));
    };
    return untilItHasTime.execute(attempt, stopSignal(signal));
  }
}
