import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import { wrapLanguageModel, type LanguageModel } from 'ai';
import { agentMetricsMiddleware } from '../../adapters/ai-sdk';
import type { OpenAiConfig } from '../demo.config';
import { EmbeddedModel } from './embedded.model';

/** The two models of the crew: a small one is quick and cheap, a large one writes better. Each call of them is counted. */
export class CrewModels {
  readonly small: LanguageModel;
  readonly large: LanguageModel;

  private constructor(small: LanguageModelV3, large: LanguageModelV3) {
    this.small = tracked(small);
    this.large = tracked(large);
  }

  /** They need no server. */
  static embedded(msPerWord: number): CrewModels {
    return new CrewModels(
      new EmbeddedModel('embedded-small', msPerWord),
      new EmbeddedModel('embedded-large', msPerWord),
    );
  }

  /** Any server that speaks OpenAI's chat completions: OpenAI's own, Ollama, vLLM, LM Studio and others. */
  static ofServer({ baseUrl, apiKey, model }: OpenAiConfig): CrewModels {
    const provider = createOpenAICompatible({ name: 'openai', baseURL: baseUrl, apiKey, includeUsage: true });
    return new CrewModels(provider(model), provider(model));
  }
}

function tracked(model: LanguageModelV3): LanguageModel {
  return wrapLanguageModel({ model, middleware: agentMetricsMiddleware() });
}
