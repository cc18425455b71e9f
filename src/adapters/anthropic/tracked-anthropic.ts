import { trackClient, type ModelMethod, type StainlessClient } from '../ground/stainless-client';
import { messageReader } from './message.reader';

/** A client of the package `@anthropic-ai/sdk`, or of one of those for other clouds: `AnthropicBedrock`, `AnthropicVertex`. */
export interface AnthropicClient {
  /** Where its messages are. */
  readonly messages: object;
}

/** How the calls of a client are counted. */
export interface TrackedAnthropicOptions {
  /**
   * Who serves the models, as a label. Set it if the base URL belongs to another provider.
   *
   * @default by the client's class: `bedrock` for `AnthropicBedrock`, `vertex` for `AnthropicVertex`, `azure` for
   * `AnthropicFoundry`, else `anthropic`
   */
  readonly provider?: string;
}

const messages = (...resource: string[]): ModelMethod => ({ resource, method: 'create', reader: messageReader });

const ANTHROPIC: StainlessClient = {
  entry: 'trackedAnthropic',
  methods: [messages('messages'), messages('beta', 'messages')],
  provider: 'anthropic',
  providers: {
    AnthropicBedrock: 'bedrock',
    AnthropicBedrockMantle: 'bedrock',
    AnthropicFoundry: 'azure',
    AnthropicVertex: 'vertex',
  },
};

/**
 * Counts every model call of an Anthropic client: messages, streamed or not, those of its helpers (`parse`, `stream`,
 * `toolRunner`) and of its `withOptions` copies too. The client stays the same object, and everything that it returns stays
 * what it was. A client that is tracked already keeps its options.
 *
 * Message batches and `countTokens` are not counted. Without `MetricsModule` nothing is.
 *
 * @returns the client itself
 *
 * @example
 * const anthropic = trackedAnthropic(new Anthropic());
 * const message = await anthropic.messages.create({ model: 'claude-sonnet-5', max_tokens: 1024, messages });
 */
export function trackedAnthropic<Client extends AnthropicClient>(
  client: Client,
  options: TrackedAnthropicOptions = {},
): Client {
  return trackClient(ANTHROPIC, client, options.provider);
}
