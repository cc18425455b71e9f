import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs, streamText, tool, wrapLanguageModel, type LanguageModel, type ToolSet } from 'ai';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { z } from 'zod';
import type { Deviation, Driver, Playing } from '../kit/driver';
import type { FakeProvider } from '../kit/fake-provider';
import type { SeenRecord } from '../kit/records';
import { ANSWER_MS, type Run } from '../kit/run';

/** What of a call the adapter changes. */
export interface AdaptedCall {
  readonly model: LanguageModel;
  readonly tools: ToolSet;
}

type Adapt = (call: AdaptedCall, run: Run, playing: Playing) => AdaptedCall;

/** Runs a script with the AI SDK of whatever version `ai` is here. */
export function playWith(adapt: Adapt): Driver['play'] {
  return async (run, provider, playing) => {
    const call = adapt({ model: modelOf(run, provider), tools: toolsOf(run) }, run, playing);
    const options = { ...call, prompt: 'How is the weather?', stopWhen: stepCountIs(9), abortSignal: run.signal };
    if (!run.script.streams) return (await generateText(options)).text;
    return readAll(run, streamText({ ...options, onError() {} }).fullStream);
  };
}

function modelOf(run: Run, provider: FakeProvider): Exclude<LanguageModel, string> {
  const options = { name: 'fake', baseURL: provider.urlOf(run), includeUsage: true };
  return createOpenAICompatible(options).chatModel(run.script.model);
}

function toolsOf({ tools }: Run): ToolSet {
  const inputSchema = z.object({ input: z.string() });
  const entries = Object.entries(tools).map(([name, call]) => [
    name,
    tool({ inputSchema, execute: ({ input }) => call(input) }),
  ]);
  return Object.fromEntries(entries) as ToolSet;
}

async function readAll(run: Run, parts: AsyncIterable<{ type: string }>): Promise<string> {
  let text = '';
  for await (const part of parts as AsyncIterable<{ type: string; text?: string; error?: unknown }>) {
    if (part.type === 'error') throw part.error;
    // The SDK only stops.
    if (part.type === 'abort') throw run.signal.reason as Error;
    if (part.type !== 'text-delta') continue;
    text += part.text;
    if (!run.read(part.text!)) break;
  }
  return text;
}

export const ERROR_TYPES: Driver['errorTypes'] = { refused: () => 'AI_APICallError', broken: 'AI_APICallError' };

/** A middleware is asked for each attempt anew. */
const attemptsApart = (expected: readonly SeenRecord[]): SeenRecord[] =>
  expected.flatMap((record) => {
    if (record.kind !== 'model') return [record];
    const failed = {
      status: 'error',
      errorType: 'AI_APICallError',
      tokens: undefined,
      firstTokenMs: undefined,
    } as const;
    const attempt = { ...record, retries: 0, durationMs: ANSWER_MS };
    const refusal = { ...attempt, ...failed, httpStatus: record.status === 'success' ? 429 : record.httpStatus };
    return [...Array.from({ length: record.retries }, () => refusal), attempt];
  });
const ATTEMPTS_APART = 'A middleware cannot tell a retry from another call.';
const asRetryError = (record: SeenRecord): SeenRecord =>
  record.kind === 'agent' ? { ...record, errorType: 'AI_RetryError' } : record;

/** The provider wraps what breaks off. */
export const BROKEN: Deviation = {
  reason: 'The error of a connection that ends has the status of the response that had begun.',
  sees: (expected) => expected.map((record) => ({ ...record, httpStatus: 200 })),
};

/** AI SDK 6, by the middleware and the tracked tools. */
export const aiSdk: Driver = {
  name: 'AI SDK 6',
  counts: ['tools', 'models'],
  provider: 'fake',
  errorTypes: ERROR_TYPES,
  deviations: {
    'a call that is retried twice': { reason: ATTEMPTS_APART, sees: attemptsApart },
    'a call whose retries are used up': {
      reason: `${ATTEMPTS_APART} The agent fails with the error of all of them.`,
      sees: (expected) => attemptsApart(expected).map(asRetryError),
    },
    'a stream that breaks': BROKEN,
  },
  play: playWith((call, _run, { tracked, twice }) => {
    if (!tracked) return call;
    const middleware = twice ? [agentMetricsMiddleware(), agentMetricsMiddleware()] : agentMetricsMiddleware();
    const model = wrapLanguageModel({
      model: call.model as Parameters<typeof wrapLanguageModel>[0]['model'],
      middleware,
    });
    const tools = trackedTools(call.tools);
    return { model, tools: twice ? trackedTools(tools) : tools };
  }),
};
