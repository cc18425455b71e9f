import { BadGatewayException } from '@nestjs/common';
import type { ExecutionTracker } from '../../index';
import type { OpenAiConfig } from '../demo.config';
import { LanguageModel, type Completion, type ModelSize, type Prompt } from './language-model';

interface ChatCompletion {
  readonly choices: readonly [{ readonly message: { readonly content: string } }];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
    readonly completion_tokens?: number;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
  };
}

/** Any server that speaks OpenAI's chat completions: OpenAI's own, Ollama, vLLM, LM Studio and others. */
export class OpenAiCompatibleModel extends LanguageModel {
  protected readonly provider = 'openai';
  protected readonly names: Readonly<Record<ModelSize, string>>;

  constructor(
    tracker: ExecutionTracker,
    private readonly config: OpenAiConfig,
  ) {
    super(tracker);
    this.names = { small: config.model, large: config.model };
  }

  protected async complete(size: ModelSize, prompt: Prompt, signal?: AbortSignal): Promise<Completion> {
    try {
      const { choices, usage } = await this.post(this.names[size], prompt, signal);
      return {
        text: choices[0].message.content.trim(),
        usage: {
          inputTokens: usage?.prompt_tokens,
          cachedInputTokens: usage?.prompt_tokens_details?.cached_tokens,
          outputTokens: usage?.completion_tokens,
          reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens,
        },
      };
    } catch (error) {
      // The caller stopped the call: not a failure of the model.
      signal?.throwIfAborted();
      const { message, cause } = error as Error;
      const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
      throw new BadGatewayException(
        `The model ${this.names[size]} at ${this.config.baseUrl} gave no answer: ${reason}.`,
      );
    }
  }

  private async post(model: string, { instructions, text }: Prompt, signal?: AbortSignal): Promise<ChatCompletion> {
    const { baseUrl, apiKey } = this.config;
    const messages = [
      { role: 'system', content: instructions },
      { role: 'user', content: text },
    ];
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, temperature: 0, messages }),
      signal,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as ChatCompletion;
  }
}
