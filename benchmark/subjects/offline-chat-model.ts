import type { LanguageModelV3, LanguageModelV3GenerateResult } from '@ai-sdk/provider';
import { generateText, jsonSchema, stepCountIs, tool, type LanguageModel } from 'ai';

const usage = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: 0 },
  outputTokens: { total: 50, text: 50, reasoning: 0 },
};

const CALL: LanguageModelV3GenerateResult = {
  content: [{ type: 'tool-call', toolCallId: '1', toolName: 'weather', input: '{"city":"Oslo"}' }],
  finishReason: { unified: 'tool-calls', raw: undefined },
  usage,
  warnings: [],
};

const ANSWER: LanguageModelV3GenerateResult = {
  content: [{ type: 'text', text: 'It rains.' }],
  finishReason: { unified: 'stop', raw: undefined },
  usage,
  warnings: [],
};

/** The tool that the model calls. */
export const weather = () =>
  tool({
    inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: async ({ city }) => `It rains in ${city}.`,
  });

/** A model that calls the tool and then answers; it keeps nothing, unlike the mock of the SDK, which keeps each call. */
export function offlineChatModel(modelId = 'gpt-x'): LanguageModelV3 {
  return {
    specificationVersion: 'v3',
    provider: 'offline',
    modelId,
    supportedUrls: {},
    doGenerate: async ({ prompt }) => (prompt.at(-1)!.role === 'tool' ? ANSWER : CALL),
    doStream: async () => ({ stream: streamOfAnswer() }),
  };
}

function streamOfAnswer() {
  return ReadableStream.from([
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'It rains.' },
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: ANSWER.finishReason, usage },
  ]) as Awaited<ReturnType<LanguageModelV3['doStream']>>['stream'];
}

/** Text of a model that calls its tool once. */
export const generate = (model: LanguageModel, tools: { weather: ReturnType<typeof weather> }) =>
  generateText({ model, tools, stopWhen: stepCountIs(2), prompt: 'How is the weather?' });
