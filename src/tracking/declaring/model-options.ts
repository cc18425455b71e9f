import type { ModelUsage } from '../execution-handle';

/** A function of the user's that may say of its parameters more than can be known of them, or less. */
type Callback<Parameters extends readonly unknown[], Result> = {
  called(...parameters: Parameters): Result;
}['called'];

interface ObservableLike<Value> {
  subscribe(observer?: Partial<{ next: (value: Value) => void }>): unknown;
}

/** A chunk of a stream; unknown of anything else. */
type ChunkOf<Result> = Result extends AsyncIterable<infer Chunk> | ObservableLike<infer Chunk>
  ? Chunk
  : Result extends string | readonly unknown[]
    ? unknown
    : Result extends Iterable<infer Chunk>
      ? Chunk
      : unknown;

/** Where tokens are found: in the chunks of a stream, else in what was returned. */
type UsageSource<Result> = unknown extends ChunkOf<Result> ? Result : ChunkOf<Result>;

/** Usage as it may be reported: at once, later, or not at all. */
export type ReportedUsage = ModelUsage | PromiseLike<ModelUsage | null | undefined> | null | undefined;

/**
 * Options of everything that tracks a call of a language model. Their functions know the types of the tracked function's
 * arguments and result; on a method a decorator cannot know them, so write them at the parameters.
 *
 * @example
 * trackedModel({ model: 'gpt-4o', provider: 'openai' }, async (prompt: string) => prompt);
 */
export interface ModelOptions<Result = unknown, Args extends readonly unknown[] = readonly unknown[]> {
  /**
   * The label under which the call is counted, or a function of the call's arguments that returns it.
   * @default the function's name; a method has to name its model
   */
  readonly model?: string | Callback<Args, string>;
  /** Who serves the model, as a label. @default none */
  readonly provider?: string;
  /** Models that get series of their own where `model` is a function; others are counted as `__other__`. @default all */
  readonly allowed?: readonly string[];
  /**
   * Returns the tokens of a call. Receives the awaited result; of a stream each chunk, and the stream itself at its
   * end (for each count the last report wins); with `until` the result, at the end of what `until` returns. It may
   * return a promise, which is awaited for at most one second. A call without a report counts as one without usage.
   *
   * @example
   * usage: ({ usage }) => ({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens })
   */
  readonly usage?: Callback<[source: UsageSource<Awaited<Result>>], ReportedUsage>;
  /** Which chunk of a stream has the first token. @default any */
  readonly firstToken?: Callback<[chunk: ChunkOf<Awaited<Result>>], boolean>;
  /** What to follow in place of the result, see `Until`. @default the result */
  readonly until?: Callback<[result: Awaited<Result>], unknown>;
}
