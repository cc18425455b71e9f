import { MockLanguageModelV3 } from 'ai/test';
import { MockLanguageModelV2 } from 'ai-5/test';
import type { ManualClock } from 'nestjs-agent-metrics/testing';

/** A part of a stream; an error breaks the stream itself, and after `open` nothing more comes. */
export type Part = ({ readonly type: string } & Readonly<Record<string, unknown>>) | Error | 'open';

export const USAGE = {
  inputTokens: { total: 30, noCache: 18, cacheRead: 10, cacheWrite: 2 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
};
export const TOKENS = {
  inputTokens: 30,
  cachedInputTokens: 10,
  cacheWriteTokens: 2,
  outputTokens: 7,
  reasoningTokens: 3,
};
/** As models of AI SDK 5 report it. */
export const FLAT_USAGE = {
  inputTokens: 30,
  cachedInputTokens: 10,
  outputTokens: 7,
  reasoningTokens: 3,
  totalTokens: 37,
};

export const delta = (text: string): Part => ({ type: 'text-delta', id: '1', delta: text });
export const finish = (usage: unknown = USAGE): Part => ({
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'stop' },
  usage,
});
export const answer = (text: string, usage: unknown = USAGE) => ({
  content: [{ type: 'text', text }],
  finishReason: { unified: 'stop', raw: 'stop' },
  usage,
  warnings: [],
});
export const toolCall = (toolName: string, input: object = {}) => ({
  ...answer(''),
  content: [{ type: 'tool-call', toolCallId: '1', toolName, input: JSON.stringify(input) }],
  finishReason: { unified: 'tool-calls', raw: undefined },
});

/** A stream of parts 10 ms apart, of which it makes no more than it is asked for. */
export class PartSource {
  /** How many were asked for. */
  made = 0;
  cancelledWith: unknown = undefined;
  readonly stream: ReadableStream<never>;
  private fail: (reason: unknown) => void = () => {};

  constructor(clock: ManualClock, parts: readonly Part[]) {
    const left: Part[] = [{ type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...parts];
    const pull = (controller: ReadableStreamDefaultController) => {
      const part = left.shift();
      if (part === 'open') return new Promise<void>(() => {});
      if (part === undefined) return controller.close();
      this.made += 1;
      clock.advance(10);
      if (part instanceof Error) return controller.error(part);
      controller.enqueue(part);
    };
    const cancel = (reason: unknown) => {
      this.cancelledWith = reason;
    };
    const start = (controller: ReadableStreamDefaultController) => {
      this.fail = (reason) => controller.error(reason);
    };
    this.stream = new ReadableStream({ start, pull, cancel }, { highWaterMark: 0 }) as ReadableStream<never>;
  }

  /** As a connection does that is aborted. */
  breakWith(signal: AbortSignal | undefined): void {
    signal?.addEventListener('abort', () => this.fail(signal.reason));
  }
}

interface ModelSetup {
  readonly provider?: string;
  readonly answers?: readonly unknown[];
  readonly streams?: readonly (PartSource | Error)[];
}

/** Answers in turn; throws what is an error. */
const inTurn = (answers: readonly unknown[]) => {
  const left = [...answers];
  return async ({ abortSignal }: { abortSignal?: AbortSignal }): Promise<never> => {
    const next = left.shift();
    if (next instanceof Error) throw next;
    if (next instanceof PartSource) next.breakWith(abortSignal);
    return (next instanceof PartSource ? { stream: next.stream } : next) as never;
  };
};

export function modelOf6({ provider = 'openai.chat', answers = [], streams = [] }: ModelSetup): MockLanguageModelV3 {
  return new MockLanguageModelV3({
    provider,
    modelId: 'gpt-x',
    doGenerate: inTurn(answers),
    doStream: inTurn(streams),
  });
}

export function modelOf5({ provider = 'openai.chat', answers = [], streams = [] }: ModelSetup): MockLanguageModelV2 {
  return new MockLanguageModelV2({
    provider,
    modelId: 'gpt-x',
    doGenerate: inTurn(answers),
    doStream: inTurn(streams),
  });
}
