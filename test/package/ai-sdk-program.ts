/**
 * A program that asks the AI SDK 7 for all that it does, and prints what was counted: for each story its outcome, and a line
 * an execution: kind, name, what it stands in, status and type of the error, duration, retries, time to the first token, tokens.
 */
export const AI_SDK_PROGRAM = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import * as ai from 'ai';
import { MockEmbeddingModelV4, MockLanguageModelV4 } from 'ai/test';
import { ExecutionTracker, MetricsCollector } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware, agentMetricsTelemetry, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { ManualClock, MetricsTestingModule } from 'nestjs-agent-metrics/testing';
import { z } from 'zod';

globalThis.AI_SDK_LOG_WARNINGS = false;
process.removeAllListeners('warning');
const both = process.argv.includes('--with-middleware');
const clock = new ManualClock();
ai.registerTelemetry(agentMetricsTelemetry());
if (process.argv.includes('--twice')) ai.registerTelemetry(agentMetricsTelemetry());
const options = { clock, timeouts: { perTool: { slow: 50 } } };
const app = await NestFactory.createApplicationContext(MetricsTestingModule.forRoot(options), { logger: ['error', 'warn'] });
const [collector, tracker] = [app.get(MetricsCollector), app.get(ExecutionTracker)];
const tick = () => new Promise((resolve) => setImmediate(resolve));

const usage = {
  inputTokens: { total: 30, noCache: 18, cacheRead: 10, cacheWrite: 2 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
};
const finish = (reason = 'stop') => ({ type: 'finish', finishReason: { unified: reason, raw: reason }, usage });
const answer = (text, reason = 'stop', content = [{ type: 'text', text }]) =>
  ({ content, finishReason: { unified: reason, raw: reason }, usage, warnings: [] });
const call = (toolName) => ({ type: 'tool-call', toolCallId: 'c1', toolName, input: '{}' });
const calls = (toolName) => answer('', 'tool-calls', [call(toolName)]);
const delta = (text) => ({ type: 'text-delta', id: '1', delta: text });
const textEnd = { type: 'text-end', id: '1' };
const refusal = () => new ai.APICallError({ message: 'Slow down.', url: '', requestBodyValues: {}, statusCode: 429,
  isRetryable: true, responseHeaders: { 'retry-after-ms': '1' } });

const streamOf = (parts) => {
  const left = [{ type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...parts];
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) return controller.close();
      if (part === 'open') return new Promise(() => {});
      if (part instanceof Error) return controller.error(part);
      clock.advance(10);
      controller.enqueue(part);
    },
  }, { highWaterMark: 0 });
};
const inTurn = (answers, make) => async () => {
  const next = answers.shift();
  if (next instanceof Error) throw next;
  return make(next);
};
const wrap = (model) => (both ? ai.wrapLanguageModel({ model, middleware: agentMetricsMiddleware() }) : model);
const modelOf = (hooks) => wrap(new MockLanguageModelV4({ provider: 'openai.chat', modelId: 'gpt-x', ...hooks }));
const answering = (...answers) => modelOf({ doGenerate: inTurn(answers, (next) => (clock.advance(5), next)) });
const streaming = (...streams) => modelOf({ doStream: inTurn(streams, (parts) => ({ stream: streamOf(parts) })) });

const writer = { functionId: 'writer' };
const schema = z.object({ a: z.number() });
const inputSchema = z.object({});
const generate = (model, more = {}) =>
  ai.generateText({ model, prompt: 'Hi', telemetry: writer, stopWhen: ai.stepCountIs(3), ...more }).then(({ text }) => text);
const stream = (model, more = {}) =>
  ai.streamText({ model, prompt: 'Hi', telemetry: writer, stopWhen: ai.stepCountIs(3), onError() {}, ...more });
const read = async (result) => {
  let text = '';
  for await (const piece of result.textStream) text += piece;
  return text;
};
const withTool = (name, execute, more) =>
  generate(answering(calls(name), answer('Done.')), { tools: { [name]: ai.tool({ inputSchema, execute }) }, ...more });
const readOneAndAbort = async (reason, telemetry = writer) => {
  const controller = new AbortController();
  let text = '';
  const result = stream(streaming([delta('a'), delta('b'), 'open']), { abortSignal: controller.signal, telemetry });
  for await (const piece of result.textStream) {
    text += piece;
    controller.abort(reason);
  }
  return text;
};
const embedding = (hooks) => new MockEmbeddingModelV4({ provider: 'openai.embedding', modelId: 'embed-x', ...hooks });

const STORIES = {
  'an answer': () => generate(answering(answer('Hello'))),
  'no functionId': () => generate(answering(answer('Hello')), { telemetry: undefined }),
  'no functionId in an agent': () =>
    tracker.trackAgent('outer', () => generate(answering(answer('Hello')), { telemetry: undefined })),
  'no functionId and the option agent': () =>
    generate(answering(answer('Hello')), { telemetry: { integrations: agentMetricsTelemetry({ agent: 'fallback' }) } }),
  'the option agent in an agent': () =>
    tracker.trackAgent('outer', () =>
      generate(answering(answer('Hello')), { telemetry: { integrations: agentMetricsTelemetry({ agent: 'fallback' }) } })),
  'a ToolLoopAgent': () =>
    new ai.ToolLoopAgent({ model: answering(answer('Hello')), telemetry: writer }).generate({ prompt: 'Hi' }).then(({ text }) => text),
  'telemetry that is off': () => generate(answering(answer('Hello')), { telemetry: { ...writer, isEnabled: false } }),
  'a stream': () => read(stream(streaming([delta('a'), delta('b'), textEnd, finish()]))),
  'a tool': () => withTool('search', async () => (clock.advance(20), 'found')),
  'a tracked tool': () =>
    generate(answering(calls('search'), answer('Done.')), {
      tools: trackedTools({ search: ai.tool({ inputSchema, execute: async () => (clock.advance(20), 'found') }) }),
    }),
  'a tool that throws, with outputs hidden': () =>
    withTool('search', async () => { throw new RangeError('No.'); }, { telemetry: { ...writer, recordOutputs: false } }),
  'a tool at its limit': () => withTool('slow', () => (clock.advance(50), new Promise(() => {}))),
  'a tool that streams, in a stream': () =>
    read(stream(streaming([call('search'), finish('tool-calls')], [delta('Done.'), textEnd, finish()]), {
      tools: { search: ai.tool({ inputSchema, async *execute() { clock.advance(3); yield 1; clock.advance(3); yield 2; } }) },
    })),
  'a tool in a stream, without functionId': () =>
    read(stream(streaming([call('search'), finish('tool-calls')], [delta('Done.'), textEnd, finish()]), {
      telemetry: undefined,
      tools: { search: ai.tool({ inputSchema, execute: async () => 'found' }) },
    })),
  'an agent and a tracked tool in a tool': () =>
    withTool('ask', async () => {
      tracker.trackTool('inner', () => {});
      return generate(answering(answer('Rain.')), { telemetry: { functionId: 'expert' } });
    }),
  'a model that fails': () => generate(answering(new RangeError('No.'))),
  'two retries': () => generate(answering(refusal(), refusal(), answer('Hello'))),
  'retries that are used up, with inputs hidden': () =>
    generate(answering(refusal(), refusal(), refusal()), { telemetry: { ...writer, recordInputs: false } }),
  'a stream that is refused at first': () => read(stream(streaming(refusal(), [delta('a'), textEnd, finish()]))),
  'a stream that is made again': () =>
    read(stream(streaming([delta('a'), { type: 'error', error: refusal() }], [delta('b'), textEnd, finish()]), { streamRetries: 1 })),
  'a stream with an error part': () =>
    read(stream(streaming([delta('a'), { type: 'error', error: new RangeError('No.') }, finish('error')]))),
  'a stream that breaks': () => read(stream(streaming([delta('a'), new TypeError('No.')]))),
  'an abort in a call, with inputs hidden': () => {
    const controller = new AbortController();
    const doGenerate = async ({ abortSignal }) => { controller.abort(); throw abortSignal.reason; };
    return generate(modelOf({ doGenerate }), { abortSignal: controller.signal, telemetry: { ...writer, recordInputs: false } });
  },
  'an abort in a stream': () => readOneAndAbort(undefined, { ...writer, recordOutputs: false }),
  'a timeout in a stream': () => readOneAndAbort(new DOMException('Too late.', 'TimeoutError')),
  'an error as the reason of an abort': () => readOneAndAbort(new Error('Enough.')),
  'an object': () => ai.generateObject({ model: answering(answer('{"a":1}')), schema, prompt: 'Hi', telemetry: writer }).then(({ object }) => object.a),
  'an object that fails': () => ai.generateObject({ model: answering(new RangeError('No.')), schema, prompt: 'Hi', telemetry: writer }),
  'a streamed object': async () => {
    const result = ai.streamObject({ model: streaming([delta('{"a":'), delta('1}'), textEnd, finish()]), schema, prompt: 'Hi', telemetry: writer });
    for await (const part of result.partialObjectStream) void part;
    return (await result.object).a;
  },
  'an embedding, retried': () => {
    const doEmbed = inTurn([refusal(), { embeddings: [[1]], usage: { tokens: 5 }, warnings: [] }], (next) => (clock.advance(4), next));
    return ai.embed({ model: embedding({ doEmbed }), value: 'Hi' }).then(({ embedding: found }) => found);
  },
  'embeddings, at once': () => {
    const doEmbed = async () => ({ embeddings: [[1]], usage: { tokens: 5 }, warnings: [] });
    const model = embedding({ doEmbed, maxEmbeddingsPerCall: 1, supportsParallelCalls: true });
    return ai.embedMany({ model, values: ['a', 'b'] }).then(({ embeddings }) => embeddings);
  },
  'a stream that is left, collected': async () => {
    const leave = async () => {
      for await (const piece of stream(streaming([delta('a'), delta('b'), 'open'])).textStream) if (piece) break;
    };
    await leave();
    for (let i = 0; i < 50 && collector.getRunning().length > 0; i += 1) {
      await tick();
      gc();
      await tick();
    }
  },
};

function linesOf(history) {
  const names = new Map(history.map(({ id, agentId, toolName, model }) => [id, toolName ?? model ?? agentId]));
  return history.map((record) => {
    const { id, parentId, kind, status, errorType, durationMs, retries, tokenUsage: tokens } = record;
    const failed = errorType === undefined || status === 'cancelled' ? '' : ' ' + errorType;
    const first = kind === 'model' && record.timeToFirstChunkSeconds !== undefined ? ' first ' + Math.round(record.timeToFirstChunkSeconds * 1000) : '';
    const provider = kind === 'model' ? '@' + record.provider : '';
    const used = kind === 'model' && tokens ? ' tokens ' + [tokens.inputTokens, tokens.cachedInputTokens, tokens.cacheWriteTokens, tokens.outputTokens, tokens.reasoningTokens].join('/') : '';
    return kind + ' ' + names.get(id) + provider + ' in ' + (names.get(parentId) ?? 'none') + ': ' + status + failed + ' ' + durationMs + ' ms' + (retries ? ' retries ' + retries : '') + first + used;
  }).reverse();
}

const unhandled = [];
process.on('unhandledRejection', (error) => unhandled.push(String(error)));
const report = {};
for (const [name, story] of Object.entries(STORIES)) {
  collector.reset();
  const outcome = await Promise.resolve().then(story).catch((error) => error.name);
  for (let i = 0; i < 5; i += 1) await tick();
  report[name] = [outcome ?? null, ...linesOf(collector.getHistory()), ...collector.getRunning().map(({ kind }) => kind + ' running')];
}
await app.close();
report['after the application has closed'] = [await generate(answering(answer('Hello'))), collector.getRunning().length];
report.unhandled = unhandled;
console.log(JSON.stringify(report));
`;
