import { currentExecution, type ExecutionTracker, type ModelUsage } from '../../index';

/** A small model is quick and cheap; a large one writes better. */
export type ModelSize = 'small' | 'large';

export interface Prompt {
  readonly instructions: string;
  readonly text: string;
}

export interface Completion {
  readonly text: string;
  readonly usage: ModelUsage;
}

/** The two models of the crew. Each call is counted with its tokens, whoever serves the model. */
export abstract class LanguageModel {
  protected abstract readonly provider: string;
  protected abstract readonly names: Readonly<Record<ModelSize, string>>;

  constructor(private readonly tracker: ExecutionTracker) {}

  async ask(size: ModelSize, prompt: Prompt): Promise<string> {
    const call = { model: this.names[size], provider: this.provider, usage: ({ usage }: Completion) => usage };
    const { text } = await this.tracker.trackModel(call, () => this.complete(size, prompt, currentExecution()?.signal));
    return text;
  }

  /** One call. It ends early once `signal` is aborted. */
  protected abstract complete(size: ModelSize, prompt: Prompt, signal?: AbortSignal): Promise<Completion>;
}
