import { context, ROOT_CONTEXT, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOffSampler, BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { AgentMetricsSpanProcessor } from 'nestjs-agent-metrics/otel';
import { z } from 'zod';
import { provider } from '../../examples/adapters/opentelemetry';
import { startExecution, trackedAgent, trackedTool } from '../../src';
import { startApplication, type LiveApplication } from '../support/live-application';
import { seenRecords } from './kit/records';

const SECOND = 1_000;

let application: LiveApplication;
let tracer: Tracer;

const startTracing = (processors: SpanProcessor[]) => {
  tracer = new BasicTracerProvider({ spanProcessors: processors }).getTracer('test');
};

beforeEach(async () => {
  application = await startApplication();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  tracer = provider.getTracer('test');
});

afterEach(async () => {
  context.disable();
  trace.disable();
  await application.module.close();
});

const now = () => new Date(application.clock.wallTime());
const within = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);
const seen = () => seenRecords(application.collector.getHistory()).reverse();

function startSpan(name: string, attributes: Attributes = {}, parent = context.active()): Span {
  return tracer.startSpan(name, { attributes, startTime: now() }, parent);
}

/** Ends a span after some seconds. */
function endSpan(span: Span, seconds = 0): void {
  application.clock.advance(seconds * SECOND);
  span.end(now());
}

describe('Spans of the GenAI conventions', () => {
  it('are an agent, its model call and its tool, with what they say', () => {
    const agent = startSpan('invoke_agent researcher', { 'gen_ai.operation.name': 'invoke_agent' });
    const chat = startSpan(
      'chat gpt-4o',
      { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', 'gen_ai.provider.name': 'openai' },
      within(agent),
    );
    chat.setAttributes({
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 40,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.response.time_to_first_chunk': 0.5,
    });
    endSpan(chat, 2);
    const call = startSpan(
      'execute_tool search',
      { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
      within(agent),
    );
    endSpan(call, 1);
    endSpan(agent);

    const success = { status: 'success', errorType: undefined, httpStatus: undefined, retries: 0 };
    const inAgent = { ...success, agent: 'researcher', parent: 'researcher' };
    const noModel = { provider: undefined, tokens: undefined, firstTokenMs: undefined };
    expect(seen()).toEqual([
      {
        ...inAgent,
        kind: 'model',
        name: 'gpt-4o',
        provider: 'openai',
        durationMs: 2_000,
        firstTokenMs: 500,
        tokens: { input: 100, cachedInput: 40, output: 20, reasoning: 0 },
      },
      { ...inAgent, ...noModel, kind: 'tool', name: 'search', durationMs: 1_000 },
      {
        ...success,
        ...noModel,
        kind: 'agent',
        name: 'researcher',
        agent: undefined,
        parent: undefined,
        durationMs: 3_000,
      },
    ]);
  });

  it('are in progress until they end', () => {
    const span = startSpan('chat', { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' });
    expect(application.collector.getModelMetrics('gpt-4o')).toMatchObject({ inProgress: 1, executionCount: 0 });
    endSpan(span);
    expect(application.collector.getModelMetrics('gpt-4o')).toMatchObject({ inProgress: 0, executionCount: 1 });
  });

  it('stand under the nearest span that is an execution, and under executions of ours', () => {
    trackedAgent('decorated', () => {
      const request = startSpan('GET /');
      const agent = startSpan('invoke_agent a', { 'gen_ai.operation.name': 'invoke_agent' }, within(request));
      const query = startSpan('SELECT', {}, within(agent));
      endSpan(startSpan('chat m', { 'gen_ai.operation.name': 'chat' }, within(query)));
      [query, agent, request].forEach((span) => endSpan(span));
    })();

    expect(seen()).toMatchObject([
      { kind: 'model', name: 'm', parent: 'a' },
      { kind: 'agent', name: 'a', parent: 'decorated' },
      { kind: 'agent', name: 'decorated', parent: undefined },
    ]);
  });

  it('have decorated code under them, where it runs in their context', () => {
    const lookup = trackedTool('lookup', () => 'found');
    const call = startSpan('execute_tool search', { 'gen_ai.operation.name': 'execute_tool' });
    context.with(within(call), () => {
      lookup();
      // In its own execution, and not in the span's, stands what that calls.
      trackedTool('outer', () => lookup())();
    });
    endSpan(call);

    expect(seen()).toMatchObject([
      { name: 'lookup', parent: 'search' },
      { name: 'lookup', parent: 'outer' },
      { name: 'outer', parent: 'search' },
      { name: 'search', parent: undefined },
    ]);
  });
});

describe('Other instrumentations', () => {
  const OPEN_INFERENCE = {
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'claude-x',
    'llm.provider': 'anthropic',
    'llm.token_count.prompt': 100,
    'llm.token_count.prompt_details.cache_read': 30,
    'llm.token_count.completion': 20,
    'llm.token_count.completion_details.reasoning': 5,
  };
  const OPEN_LLMETRY = {
    'llm.request.type': 'chat',
    'gen_ai.system': 'OpenAI',
    'gen_ai.request.model': 'gpt-x',
    'gen_ai.usage.prompt_tokens': 100,
    'gen_ai.usage.completion_tokens': 20,
    'gen_ai.usage.cache_read_input_tokens': 30,
  };
  /** Anthropic's own counts, in which the input leaves out what was cached. */
  const BESIDE = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'claude-x',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.cache_read_input_tokens': 70,
    'gen_ai.usage.cache_creation_input_tokens': 20,
    'gen_ai.usage.output_tokens': 5,
  };

  it.each([
    [
      'OpenInference',
      OPEN_INFERENCE,
      'claude-x',
      'anthropic',
      { input: 100, cachedInput: 30, output: 20, reasoning: 5 },
    ],
    ['OpenLLMetry', OPEN_LLMETRY, 'gpt-x', 'openai', { input: 100, cachedInput: 30, output: 20, reasoning: 0 }],
    [
      'one that counts the cache beside the input',
      BESIDE,
      'claude-x',
      undefined,
      { input: 100, cachedInput: 70, output: 5, reasoning: 0 },
    ],
  ])('%s: its tokens', (_name, attributes, name, provider, tokens) => {
    endSpan(startSpan('span', attributes));
    expect(seen()).toMatchObject([{ kind: 'model', name, provider, tokens }]);
  });

  it.each([
    ['agent', 'openinference.span.kind', 'AGENT', { 'agent.name': 'x' }],
    ['tool', 'openinference.span.kind', 'TOOL', { 'tool.name': 'x' }],
    ['agent', 'traceloop.span.kind', 'agent', { 'traceloop.entity.name': 'x' }],
    ['tool', 'traceloop.span.kind', 'tool', { 'traceloop.entity.name': 'x' }],
  ])('tell of an %s by %s', (kind, attribute, value, names) => {
    endSpan(startSpan('span', { [attribute]: value, ...names }));
    expect(seen()).toMatchObject([{ kind, name: 'x' }]);
  });

  it.each(['invoke_workflow', 'create_agent', 'toString', ''])('leave out the operation "%s"', (operation) => {
    endSpan(startSpan('span', { 'gen_ai.operation.name': operation }));
    expect(seen()).toEqual([]);
  });

  it('may say only after the start what a span is: what begins in it later stands under it', () => {
    const agent = startSpan('crew.agent');
    application.clock.advance(SECOND);
    agent.setAttributes({ 'traceloop.span.kind': 'agent', 'traceloop.entity.name': 'crew' });
    endSpan(startSpan('chat m', { 'gen_ai.operation.name': 'chat' }, within(agent)), 1);
    endSpan(agent);

    expect(seen()).toMatchObject([
      { kind: 'model', parent: 'crew', durationMs: 1_000 },
      { kind: 'agent', name: 'crew', durationMs: 2_000 },
    ]);
  });

  it('may say it only at the end', () => {
    const span = startSpan('span');
    span.setAttributes({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' });
    endSpan(span, 3);
    expect(seen()).toMatchObject([{ kind: 'model', name: 'm', durationMs: 3_000 }]);
  });
});

describe('A span that ends with an error', () => {
  const failing = (attributes: Attributes, exception?: Error) => {
    const span = startSpan('chat m', { 'gen_ai.operation.name': 'chat' });
    span.setAttributes(attributes).setStatus({ code: 2 });
    if (exception !== undefined) span.recordException(exception, now());
    endSpan(span);
    return seen()[0];
  };

  it.each([
    ['its type', { 'error.type': 'RateLimitError' }, { status: 'error', errorType: 'RateLimitError', httpStatus: 429 }],
    ['its status as a type', { 'error.type': '429' }, { status: 'error', errorType: 'Error', httpStatus: 429 }],
    [
      'the status',
      { 'error.type': 'ApiError', 'http.response.status_code': 503 },
      { status: 'error', errorType: 'ApiError', httpStatus: 503 },
    ],
    ['a timeout', { 'error.type': 'TimeoutError' }, { status: 'timeout', errorType: 'TimeoutError' }],
    ['an abort', { 'error.type': 'AbortError' }, { status: 'cancelled' }],
    ['nothing more', {}, { status: 'error', errorType: 'Error' }],
  ])('says %s', (_name, attributes, expected) => {
    expect(failing(attributes)).toMatchObject(expected);
  });

  it('has the type of the exception', () => {
    expect(failing({}, new RangeError('no'))).toMatchObject({ status: 'error', errorType: 'RangeError' });
  });
});

describe('The processor', () => {
  const chat = () => startSpan('chat m', { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' });

  it('counts once where two are registered', () => {
    startTracing([new AgentMetricsSpanProcessor(), new AgentMetricsSpanProcessor()]);
    endSpan(chat());
    expect(seen()).toHaveLength(1);
  });

  it('counts once what another adapter counts', () => {
    const agent = startExecution({ kind: 'agent', id: 'crew' });
    agent.run(() => {
      const span = startSpan('invoke_agent crew', { 'gen_ai.operation.name': 'invoke_agent' });
      const model = startExecution({ kind: 'model', name: 'm' });
      model.run(() => context.with(within(span), () => endSpan(chat())));
      model.end();
      endSpan(span);
    });
    agent.end();

    expect(seen()).toMatchObject([
      { kind: 'model', name: 'm', parent: 'crew' },
      { kind: 'agent', name: 'crew' },
    ]);
  });

  it('leaves its tokens to an adapter inside the span, which knows more of them', () => {
    const usage = {
      inputTokens: 100,
      cachedInputTokens: 40,
      cacheWriteTokens: 5,
      outputTokens: 20,
      reasoningTokens: 3,
    };
    const span = chat();
    const call = context.with(within(span), () => startExecution({ kind: 'model', name: 'm' }));
    call.usage(usage);
    call.end();
    span.setAttributes({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 });
    endSpan(span);

    expect(application.collector.getHistory()).toMatchObject([{ tokenUsage: usage }]);
  });

  it('counts a span of an agent within one of the same name', () => {
    const outer = startSpan('invoke_agent a', { 'gen_ai.operation.name': 'invoke_agent' });
    endSpan(startSpan('invoke_agent a', { 'gen_ai.operation.name': 'invoke_agent' }, within(outer)));
    endSpan(outer);
    expect(seen()).toMatchObject([{ parent: 'a' }, { parent: undefined }]);
  });

  it('cancels what its library never ends, at its last sign of life', () => {
    chat();
    application.clock.advance(11 * 60 * SECOND);
    expect(seen()).toMatchObject([{ status: 'cancelled', durationMs: 0 }]);
  });

  it('sees nothing of what is not sampled', () => {
    const spanProcessors = [new AgentMetricsSpanProcessor()];
    tracer = new BasicTracerProvider({ spanProcessors, sampler: new AlwaysOffSampler() }).getTracer('test');
    endSpan(chat());
    expect(seen()).toEqual([]);
  });

  it('leaves spans alone after the application has closed', async () => {
    const span = chat();
    await application.module.close();
    endSpan(span);
    endSpan(chat());
    expect(seen()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('flushes and shuts down at once', async () => {
    const processor = new AgentMetricsSpanProcessor();
    await expect(Promise.all([processor.forceFlush(), processor.shutdown()])).resolves.toBeDefined();
  });
});

describe('The AI SDK 6 with a tracer', () => {
  const usage = {
    inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: 0 },
    outputTokens: { total: 20, text: 15, reasoning: 5 },
  };
  const telemetry = () => ({ isEnabled: true, tracer, functionId: 'crew' });

  it('shows its agent, its model calls and its tools', async () => {
    let turns = 0;
    const model = new MockLanguageModelV3({
      provider: 'openai.chat',
      modelId: 'gpt-x',
      doGenerate: async () =>
        turns++ === 0
          ? {
              content: [{ type: 'tool-call', toolCallId: '1', toolName: 'weather', input: '{"city":"Oslo"}' }],
              finishReason: { unified: 'tool-calls', raw: undefined },
              usage,
              warnings: [],
            }
          : {
              content: [{ type: 'text', text: 'Rain.' }],
              finishReason: { unified: 'stop', raw: undefined },
              usage,
              warnings: [],
            },
    });
    const lookup = trackedTool('lookup', async (city: string) => `${city}: rain`);
    const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => lookup(city) });
    await generateText({
      model,
      prompt: 'How is it?',
      tools: { weather },
      stopWhen: stepCountIs(3),
      experimental_telemetry: telemetry(),
    });

    const call = {
      kind: 'model',
      name: 'gpt-x',
      provider: 'openai',
      parent: 'crew',
      tokens: { input: 100, cachedInput: 40, output: 20, reasoning: 5 },
    };
    expect(seen()).toMatchObject([
      call,
      { kind: 'tool', name: 'lookup', parent: 'weather', agent: 'crew' },
      { kind: 'tool', name: 'weather', parent: 'crew' },
      call,
      { kind: 'agent', name: 'crew', status: 'success' },
    ]);
  });

  it('shows when the first chunk came', async () => {
    const model = new MockLanguageModelV3({
      doStream: async () => ({
        stream: simulateReadableStream({
          chunks: [
            { type: 'text-start', id: '1' },
            { type: 'text-delta', id: '1', delta: 'Rain.' },
            { type: 'text-end', id: '1' },
            { type: 'finish', finishReason: { unified: 'stop', raw: undefined }, usage },
          ],
        }),
      }),
    });
    const result = streamText({ model, prompt: 'How is it?', experimental_telemetry: telemetry() });
    await expect(result.text).resolves.toBe('Rain.');

    const [call] = seen();
    expect(call).toMatchObject({ kind: 'model', status: 'success', tokens: { input: 100, output: 20 } });
    expect(call!.firstTokenMs).toBeGreaterThanOrEqual(0);
  });
});
