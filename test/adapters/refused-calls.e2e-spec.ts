import Anthropic from '@anthropic-ai/sdk';
import { DynamicTool } from '@langchain/core/tools';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import OpenAI from 'openai';
import { agentMetricsMiddleware, agentMetricsTelemetry, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { trackedAnthropic } from 'nestjs-agent-metrics/anthropic';
import { AgentMetricsCallbackHandler } from 'nestjs-agent-metrics/langchain';
import { trackedMcpServer } from 'nestjs-agent-metrics/mcp';
import { trackedOpenAI } from 'nestjs-agent-metrics/openai';
import {
  currentExecution,
  ExecutionLimitError,
  ExecutionTracker,
  type BudgetStore,
  type MetricsModuleOptions,
} from '../../src';
import { startApplication, type LiveApplication } from '../support/live-application';
import { MCP_SDKS } from '../support/mcp-sdks';
import { answer } from './ai-sdk/fake-models';
import { message } from './support/anthropic-answers';
import { chatCompletion } from './support/openai-answers';
import { ScriptedServer, sendJson } from './support/scripted-server';

let app: LiveApplication;
let server: ScriptedServer;
let sent = 0;

const start = async (options: MetricsModuleOptions) => {
  app = await startApplication({ options });
};

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.close());
beforeEach(() => {
  sent = 0;
  server.seen.length = 0;
});
afterEach(async () => {
  expect(app.collector.getRunning()).toEqual([]);
  await app.module.close();
});

const run = <Result>(fn: () => Promise<Result>) => app.module.get(ExecutionTracker).trackAgent('crew', fn);

/** Ways to call a model through an adapter that can keep the call from being made. */
const CALLS: Record<string, () => () => PromiseLike<unknown>> = {
  'an OpenAI client': () => {
    const client = trackedOpenAI(new OpenAI({ apiKey: 'k', baseURL: server.url }));
    return () => client.chat.completions.create({ model: 'gpt-x', messages: [] });
  },
  'an OpenAI client that streams': () => {
    const client = trackedOpenAI(new OpenAI({ apiKey: 'k', baseURL: server.url }));
    return () => client.chat.completions.create({ model: 'gpt-x', messages: [], stream: true });
  },
  'an Anthropic client': () => {
    const client = trackedAnthropic(new Anthropic({ apiKey: 'k', baseURL: server.url }));
    return () => client.messages.create({ model: 'gpt-x', max_tokens: 1, messages: [] });
  },
  'the AI SDK': () => {
    const doGenerate = async () => ((sent += 1), answer('Hello'));
    const own = new MockLanguageModelV3({ modelId: 'gpt-x', doGenerate: doGenerate as never });
    const model = wrapLanguageModel({ model: own, middleware: agentMetricsMiddleware() });
    return () => generateText({ model, prompt: 'Hi' });
  },
  'a stream of the AI SDK': () => {
    const doStream = async () => ((sent += 1), { stream: new ReadableStream() });
    const own = new MockLanguageModelV3({ modelId: 'gpt-x', doStream: doStream as never });
    const model = wrapLanguageModel({ model: own, middleware: agentMetricsMiddleware() });
    return async () => {
      let failure: unknown;
      for await (const part of streamText({ model, prompt: 'Hi', onError: () => {} }).fullStream)
        if (part.type === 'error') failure = part.error;
      throw failure;
    };
  },
  'the telemetry of AI SDK 7': () => {
    const telemetry = agentMetricsTelemetry();
    return () =>
      telemetry.executeLanguageModelCall({
        callId: `run ${Math.random()}`,
        modelId: 'gpt-x',
        provider: 'openai.chat',
        execute: async () => ((sent += 1), answer('Hello')),
      });
  },
};

describe.each(Object.entries(CALLS))('A model call of %s', (_name, make) => {
  const requests = () => sent + server.seen.length;

  it('is not made where the run may call no more', async () => {
    await start({ limits: { agent: { modelCalls: 0 } } });
    const call = make();
    await run(async () => expect(call()).rejects.toBeInstanceOf(ExecutionLimitError));
    expect(requests()).toBe(0);
    expect(app.collector.getHistory()).toMatchObject([
      { kind: 'agent', modelCalls: 0, status: 'success' },
      { kind: 'model', model: 'gpt-x', status: 'error', errorType: 'ExecutionLimitError', costUsd: 0, retries: 0 },
    ]);
  });

  it('waits for the store of a budget, and is not made where that is spent', async () => {
    const asked: string[] = [];
    const budgetStore: BudgetStore = {
      async exchange({ key }) {
        asked.push(key);
        return { spent: 1e9, held: 0 };
      },
    };
    await start({ budgets: [{ name: 'all', by: 'application', costUsd: 1, window: '1d' }], budgetStore });
    const call = make();
    await run(async () => expect(call()).rejects.toMatchObject({ name: 'BudgetExceededError', budget: 'all' }));
    expect([requests(), asked.length > 0]).toEqual([0, true]);
    expect(app.collector.getHistory({ kind: 'agent' })).toMatchObject([{ modelCalls: 0 }]);
    expect(app.collector.getHistory({ kind: 'model' })).toMatchObject([
      { status: 'error', errorType: 'BudgetExceededError', costUsd: 0 },
    ]);
  });
});

describe('A client', () => {
  it.each([
    ['OpenAI', () => CALLS['an OpenAI client']!(), () => sendJson(chatCompletion())],
    ['Anthropic', () => CALLS['an Anthropic client']!(), () => sendJson(message())],
  ])('of %s sends what the limit allows', async (_name, make, reply) => {
    await start({ limits: { agent: { modelCalls: 2 } } });
    const call = make();
    server.answer(reply(), reply());
    const settled = await run(async () => Promise.allSettled([call(), call(), call(), call()]));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(server.seen).toHaveLength(2);
    expect(app.collector.getHistory({ kind: 'agent' })).toMatchObject([{ modelCalls: 2 }]);
  });

  it('inside a model call that was refused sends nothing, and the call counts once', async () => {
    await start({ limits: { agent: { modelCalls: 0 } } });
    const call = CALLS['an OpenAI client']!();
    await run(async () => {
      const around = app.module.get(ExecutionTracker).start({ kind: 'model', name: 'gpt-x' });
      await expect(around.run(call)).rejects.toBe(around.signal.reason);
      around.end();
    });
    expect(server.seen).toHaveLength(0);
    expect(app.collector.getModelMetrics('gpt-x')).toMatchObject({ executionCount: 1, errorCount: 1 });
  });

  it('inside a model call that waits for the store of a budget is refused with it', async () => {
    const budgetStore: BudgetStore = { exchange: async () => ({ spent: 1e9, held: 0 }) };
    await start({ budgets: [{ name: 'all', by: 'application', costUsd: 1, window: '1d' }], budgetStore });
    const call = CALLS['an OpenAI client']!();
    await run(async () => {
      const around = app.module.get(ExecutionTracker).start({ kind: 'model', name: 'gpt-x' });
      await expect(around.run(call)).rejects.toMatchObject({ name: 'BudgetExceededError' });
      around.end();
    });
    expect(server.seen).toHaveLength(0);
    expect(app.collector.getModelMetrics('gpt-x')).toMatchObject({ executionCount: 1, errorCount: 1 });
  });
});

describe('A tool', () => {
  const limits = { agent: { toolCalls: 1, repeatedCalls: 0 } };

  it('of AI SDK 5 and 6 is not called', async () => {
    await start({ limits });
    const { search } = trackedTools({ search: { execute: async (_input: object) => (sent += 1) } });
    await run(async () => {
      await search.execute({ text: 'a' });
      await expect(search.execute({ text: 'b' })).rejects.toMatchObject({ limit: 'toolCalls' });
    });
    expect(sent).toBe(1);
  });

  it('of AI SDK 7 is not called, also where it repeats one', async () => {
    await start({ limits: { agent: { repeatedCalls: 0 } } });
    const telemetry = agentMetricsTelemetry();
    const call = (text: string) => {
      const toolCallId = `${text} ${Math.random()}`;
      const toolCall = { toolCallId, toolName: 'search', input: { text } };
      return telemetry
        .executeTool({ callId: 'run', toolCallId, toolCall, execute: async () => (sent += 1) })
        .then(() => telemetry.onToolExecutionEnd({ callId: 'run', toolCall }));
    };
    await run(async () => {
      await call('a');
      await call('b');
      await expect(call('a')).rejects.toMatchObject({ limit: 'repeatedCalls', spent: 0 });
    });
    expect(sent).toBe(2);
    expect(app.collector.getHistory({ kind: 'agent' })).toMatchObject([{ toolCalls: 2, repeatedCalls: 0 }]);
  });

  it.each(MCP_SDKS)('of $version is not called', async ({ makeServer }) => {
    await start({ limits });
    const mcp = makeServer();
    trackedMcpServer(mcp.server);
    mcp.tool('search', async () => ((sent += 1), { content: [] }));
    const client = await mcp.connect();
    await run(async () => {
      await client.callTool({ name: 'search', arguments: { city: 'a' } });
      await expect(client.callTool({ name: 'search', arguments: { city: 'b' } })).rejects.toThrow(
        'limit of 1 tool calls',
      );
    });
    await client.close();
    expect(sent).toBe(1);
    expect(app.collector.getToolMetrics('search')).toMatchObject({ successCount: 1, errorCount: 1 });
  });

  it('of LangChain has a signal that aborts: the SDK makes the call in any case', async () => {
    await start({ limits: { agent: { toolCalls: 0 } } });
    const reasons: unknown[] = [];
    const tool = new DynamicTool({
      name: 'search',
      description: 'Searches.',
      func: async () => {
        reasons.push(currentExecution()?.signal.reason);
        return 'found';
      },
    });
    await run(async () => tool.invoke('a', { callbacks: [new AgentMetricsCallbackHandler()] }));
    expect(reasons).toEqual([expect.any(ExecutionLimitError)]);
    expect(app.collector.getHistory({ kind: 'tool' })).toMatchObject([
      { status: 'error', errorType: 'ExecutionLimitError' },
    ]);
  });
});

describe('A handle', () => {
  it('is told of a budget that is spent when the store has said so', async () => {
    const budgetStore: BudgetStore = { exchange: async () => ({ spent: 1e9, held: 0 }) };
    await start({ budgets: [{ name: 'all', by: 'application', costUsd: 1, window: '1d' }], budgetStore });
    await run(async () => {
      const call = app.module.get(ExecutionTracker).start({ kind: 'model', name: 'gpt-x' });
      expect(call.signal.aborted).toBe(false);
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      expect(call.signal.reason).toMatchObject({ name: 'BudgetExceededError' });
      call.end();
    });
    expect(app.collector.getHistory({ kind: 'model' })).toMatchObject([
      { status: 'error', errorType: 'BudgetExceededError' },
    ]);
  });
});
