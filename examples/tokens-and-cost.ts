import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Module } from '@nestjs/common';
import * as genaiPrices from '@pydantic/genai-prices';
import { generateText, streamText, type LanguageModel } from 'ai';
import {
  currentExecution,
  ExecutionTracker,
  MetricsCollector,
  MetricsModule,
  pricesOf,
  TrackAgent,
  trackedModel,
  TrackModel,
} from 'nestjs-agent-metrics';

// #region tracked
interface Completion {
  readonly text: string;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

export const complete = trackedModel(
  {
    model: 'gpt-4o',
    provider: 'openai',
    usage: ({ usage }: Completion) => ({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }),
  },
  (prompt: string) => askOpenAi(prompt),
);

/** Your own call. */
async function askOpenAi(prompt: string): Promise<Completion> {
  await setTimeout(20);
  return { text: `About ${prompt}`, usage: { prompt_tokens: 1_000, completion_tokens: 200 } };
}
// #endregion

// #region track-model
type TextResult = Awaited<ReturnType<typeof generateText>>;

@Injectable()
export class Summariser {
  constructor(
    private readonly tracker: ExecutionTracker,
    @Inject('MODEL') private readonly model: LanguageModel,
  ) {}

  @TrackAgent('summariser')
  async run(text: string) {
    const call = { model: 'claude-sonnet', provider: 'anthropic', usage: usageOf };
    const result = await this.tracker.trackModel(call, () => generateText({ model: this.model, prompt: text }));
    return result.text;
  }
}

function usageOf({ totalUsage }: Pick<TextResult, 'totalUsage'>) {
  return {
    inputTokens: totalUsage.inputTokens,
    cachedInputTokens: totalUsage.inputTokenDetails.cacheReadTokens,
    cacheWriteTokens: totalUsage.inputTokenDetails.cacheWriteTokens,
    outputTokens: totalUsage.outputTokens,
    reasoningTokens: totalUsage.outputTokenDetails.reasoningTokens,
  };
}
// #endregion

// #region stream
@Injectable()
export class Verses {
  constructor(@Inject('MODEL') private readonly model: LanguageModel) {}

  @TrackModel({ model: 'claude-sonnet', provider: 'anthropic', firstToken: (text: string) => text !== '' })
  async *write(topic: string) {
    const call = currentExecution();
    const { textStream } = streamText({
      model: this.model,
      prompt: `A poem about ${topic}`,
      abortSignal: call?.signal,
      onError: ({ error }) => call?.fail(error),
      onFinish: (result) => call?.usage(usageOf(result)),
    });
    yield* textStream;
  }
}

@Injectable()
export class Poet {
  constructor(private readonly verses: Verses) {}

  @TrackAgent('poet')
  async *run(topic: string) {
    yield* this.verses.write(topic);
  }
}
// #endregion

// #region stream-usage
interface TextChunk {
  readonly text: string;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

export const stream = trackedModel(
  {
    model: 'gpt-4o',
    provider: 'openai',
    firstToken: ({ text }) => text !== '',
    usage: ({ usage }) => usage && { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens },
  },
  (prompt: string) => streamOpenAi(prompt),
);

/** Your own stream. */
async function* streamOpenAi(prompt: string): AsyncGenerator<TextChunk> {
  yield { text: '', usage: null };
  await setTimeout(20);
  yield { text: `About ${prompt}`, usage: null };
  yield { text: '', usage: { prompt_tokens: 1_000, completion_tokens: 200 } };
}
// #endregion

// #region record
interface Batch {
  readonly results: readonly { readonly input_tokens: number; readonly output_tokens: number }[];
}

@Injectable()
export class BatchAccountant {
  constructor(private readonly metrics: MetricsCollector) {}

  add({ results }: Batch) {
    for (const { input_tokens, output_tokens } of results) {
      this.metrics.recordModelCall({
        model: 'claude-sonnet',
        provider: 'anthropic',
        agentId: 'night-shift',
        inputTokens: input_tokens,
        outputTokens: output_tokens,
      });
    }
  }
}
// #endregion

// #region pricing
export const withPrices = MetricsModule.forRoot({
  pricing: {
    'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10, cachedInputPerMillion: 1.25 },
    'claude-sonnet': {
      inputPerMillion: 3,
      outputPerMillion: 15,
      cachedInputPerMillion: 0.3,
      cacheWritePerMillion: 3.75,
    },
  },
});
// #endregion

@Module({
  imports: [withPrices],
  providers: [Summariser, Verses, Poet, BatchAccountant, { provide: 'MODEL', useValue: 'a model' }],
})
export class TokensModule {}

// #region pricing-function
export const withPricingFunction = MetricsModule.forRoot({
  pricing: (model, provider) => {
    if (provider === 'ollama') return { inputPerMillion: 0, outputPerMillion: 0 };
    return model.startsWith('gpt-4o-mini') ? { inputPerMillion: 0.15, outputPerMillion: 0.6 } : undefined;
  },
});
// #endregion

// #region pricing-tiers
export const withTiers = MetricsModule.forRoot({
  pricing: {
    'claude-sonnet-4-5': {
      inputPerMillion: 3,
      outputPerMillion: 15,
      cachedInputPerMillion: 0.3,
      cacheWritePerMillion: 3.75,
      cacheWrite1hPerMillion: 6,
      above: [
        {
          inputTokens: 200_000,
          inputPerMillion: 6,
          outputPerMillion: 22.5,
          cachedInputPerMillion: 0.6,
          cacheWritePerMillion: 7.5,
          cacheWrite1hPerMillion: 12,
        },
      ],
    },
  },
});
// #endregion

// #region prices-of
const listed = pricesOf(genaiPrices);

export const withListedPrices = MetricsModule.forRoot({
  pricing: (model, provider) =>
    provider === 'ollama' ? { inputPerMillion: 0, outputPerMillion: 0 } : listed(model, provider),
});
// #endregion

// #region anthropic-usage
interface AnthropicUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number | null;
  readonly cache_creation_input_tokens: number | null;
  readonly cache_creation: { readonly ephemeral_1h_input_tokens: number } | null;
}

export function anthropicUsage({ usage }: { readonly usage: AnthropicUsage }) {
  const cachedInputTokens = usage.cache_read_input_tokens ?? 0;
  const cacheWriteTokens = usage.cache_creation_input_tokens ?? 0;
  return {
    inputTokens: usage.input_tokens + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: usage.cache_creation?.ephemeral_1h_input_tokens,
    outputTokens: usage.output_tokens,
  };
}
// #endregion
