import { trackClient, type ModelMethod, type RequestBody, type StainlessClient } from '../ground/stainless-client';
import { completionReader } from './completion.reader';
import { readResponse } from './response.reader';

/** A client of the package `openai`: `OpenAI`, `AzureOpenAI`, or a class that inherits from one of them. */
export interface OpenAIClient {
  /** Where its chat completions are. */
  readonly chat: {
    /** Creates them. */
    readonly completions: object;
  };
}

/** How the calls of a client are counted. */
export interface TrackedOpenAIOptions {
  /**
   * Who serves the models, as a label. Set it if the base URL belongs to another provider.
   *
   * @default by the client's class: `azure` for `AzureOpenAI`, `bedrock` for `BedrockOpenAI`, else `openai`
   */
  readonly provider?: string;
}

const completions = (...resource: string[]): ModelMethod => ({ resource, method: 'create', reader: completionReader });

/** What runs in the background is yet to be answered, and what is fetched later was called before. */
const isAnswered = ({ background }: RequestBody): boolean => background !== true;

const responses = (method: string, ...resource: string[]): ModelMethod => ({
  resource,
  method,
  counts: isAnswered,
  reader: () => readResponse,
});

const OPENAI: StainlessClient = {
  entry: 'trackedOpenAI',
  methods: [
    completions('chat', 'completions'),
    completions('completions'),
    completions('embeddings'),
    responses('create', 'responses'),
    responses('compact', 'responses'),
    responses('create', 'beta', 'responses'),
    responses('compact', 'beta', 'responses'),
  ],
  provider: 'openai',
  providers: { AzureOpenAI: 'azure', BedrockOpenAI: 'bedrock' },
};

/**
 * Counts every model call of an OpenAI client: chat completions, responses, completions and embeddings, streamed or not, those
 * of its helpers (`parse`, `stream`, `runTools`) and of its `withOptions` copies too. The client stays the same object, and
 * everything that it returns stays what it was. A client that is tracked already keeps its options.
 *
 * A streamed chat completion reports tokens only with `stream_options: { include_usage: true }`; without, the call is one
 * without usage. A response with `background: true` is not counted. Without `MetricsModule` nothing is.
 *
 * @returns the client itself
 *
 * @example
 * const openai = trackedOpenAI(new OpenAI());
 * const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages });
 */
export function trackedOpenAI<Client extends OpenAIClient>(client: Client, options: TrackedOpenAIOptions = {}): Client {
  return trackClient(OPENAI, client, options.provider);
}
