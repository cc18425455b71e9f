import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, ToolMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { BaseRetriever } from '@langchain/core/retrievers';
import type { RunnableConfig } from '@langchain/core/runnables';
import { StructuredTool } from '@langchain/core/tools';
import { FakeListChatModel, FakeLLM } from '@langchain/core/utils/testing';
import {
  Command,
  END,
  entrypoint,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, fakeModel, modelRetryMiddleware, tool } from 'langchain';
import { trackedTool } from 'nestjs-agent-metrics';
import { AgentMetricsCallbackHandler } from 'nestjs-agent-metrics/langchain';
import { settled } from 'nestjs-agent-metrics/testing';
import { z } from 'zod';
import { startApplication, type LiveApplication } from '../support/live-application';
import { seenRecords } from './kit/records';

let application: LiveApplication;

beforeEach(async () => {
  application = await startApplication();
});

afterEach(() => application.module.close());

const handler = new AgentMetricsCallbackHandler();
const callbacks = [handler];
const go = { messages: 'Go on.' };

const records = () => seenRecords(application.collector.getHistory()).reverse();
/** What was counted, in the order in which it ended: what it is, what it stands in, how it ended. */
const counted = () => records().map(({ kind, name, parent, status }) => `${kind} ${name} < ${parent}: ${status}`);
const modelUsage = () => application.collector.getHistory({ kind: 'model' }).map(({ tokenUsage }) => tokenUsage);

const schema = { type: 'object', properties: {} } as const;
const toolOf = (name: string, call: () => unknown) => tool(call, { name, description: name, schema });
const callThenAnswer = (...names: string[]) =>
  fakeModel()
    .respondWithTools(names.map((name, i) => ({ name, args: {}, id: String(i) })))
    .respond(new AIMessage('Done.'));
const graphOf = (node: Parameters<StateGraph<typeof MessagesAnnotation>['addNode']>[1], name?: string) =>
  new StateGraph(MessagesAnnotation)
    .addNode('node', node)
    .addEdge(START, 'node')
    .addEdge('node', END)
    .compile({ name });

/** A model of the user's own. */
class OwnModel extends BaseChatModel {
  constructor(private readonly answer: () => ChatResult) {
    super({});
  }

  override _llmType(): string {
    return 'own';
  }

  override async _generate(): Promise<ChatResult> {
    return this.answer();
  }
}

const choice = (usage?: AIMessage['usage_metadata']) => ({
  text: 'yes',
  message: new AIMessage({ content: 'yes', usage_metadata: usage }),
});

it('fits wherever LangChain takes callbacks', () => {
  const config: RunnableConfig = { callbacks: [handler] };
  const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'none', callbacks: [handler] });
  const agent = createAgent({ model, tools: [] }).withConfig({ callbacks: [handler] });
  expect([config.callbacks, agent]).toHaveLength(2);
});

describe('A graph', () => {
  it('is an agent by the name that it was compiled with, and inside another by its own', async () => {
    const inner = graphOf(async () => ({}), 'inner');
    await graphOf(inner, 'outer').invoke({ messages: [] }, { callbacks });
    expect(counted()).toEqual(['agent inner < outer: success', 'agent outer < undefined: success']);
  });

  it('is an agent named LangGraph without a name, or as the option says', async () => {
    await graphOf(async () => ({})).invoke({ messages: [] }, { callbacks });
    await graphOf(async () => ({})).invoke(
      { messages: [] },
      { callbacks: [new AgentMetricsCallbackHandler({ agent: 'crew' })] },
    );
    expect(counted()).toEqual(['agent LangGraph < undefined: success', 'agent crew < undefined: success']);
  });

  it('is an agent as an entrypoint, too', async () => {
    await entrypoint('workflow', async () => 1).invoke({}, { callbacks });
    expect(counted()).toEqual(['agent workflow < undefined: success']);
  });

  it('holds what decorated code in its nodes calls', async () => {
    const lookup = trackedTool('lookup', async () => ({}));
    await graphOf(() => lookup(), 'crew').invoke({ messages: [] }, { callbacks });
    expect(counted()).toEqual(['tool lookup < crew: success', 'agent crew < undefined: success']);
  });

  it('runs in a batch as often as it has inputs', async () => {
    await graphOf(async () => ({}), 'crew').batch([{ messages: [] }, { messages: [] }], { callbacks });
    expect(counted()).toEqual(['agent crew < undefined: success', 'agent crew < undefined: success']);
  });

  it('that waits for a human ends, and is another execution as it goes on', async () => {
    const model = callThenAnswer('ask');
    const ask = toolOf('ask', () => interrupt('May I?'));
    const agent = createAgent({ name: 'crew', model, tools: [ask], checkpointer: new MemorySaver() });
    const config = { callbacks, configurable: { thread_id: '1' } };
    await agent.invoke(go, config);
    await agent.invoke(new Command({ resume: 'yes' }), config);
    expect(counted()).toEqual([
      'model FakeBuiltModel < crew: success',
      'tool ask < crew: cancelled',
      'agent crew < undefined: success',
      'tool ask < crew: success',
      'model FakeBuiltModel < crew: success',
      'agent crew < undefined: success',
    ]);
  });
});

describe('An abort', () => {
  const abortWith = async (reason?: Error) => {
    const controller = new AbortController();
    const wait = toolOf('wait', () => {
      setImmediate(() => controller.abort(reason));
      return new Promise(() => {});
    });
    const agent = createAgent({ name: 'crew', model: callThenAnswer('wait'), tools: [wait] });
    await expect(agent.invoke(go, { callbacks, signal: controller.signal })).rejects.toThrow();
    // LangGraph tells of an abort after its caller has the error.
    await settled(application.module);
  };

  it('cancels the graph, which LangGraph tells of it by a bare error', async () => {
    await abortWith();
    expect(counted().slice(1)).toEqual(['tool wait < crew: cancelled', 'agent crew < undefined: cancelled']);
  });

  it('for want of time is a timeout of the graph, too', async () => {
    await abortWith(Object.assign(new Error('late'), { name: 'TimeoutError' }));
    expect(counted().slice(1)).toEqual(['tool wait < crew: timeout', 'agent crew < undefined: timeout']);
  });

  it('between two steps has nothing to do with an error that the step before has overcome', () => {
    const [graph, node, search] = ['graph', 'node', 'search'];
    handler.handleChainStart({ id: ['langgraph', 'pregel'] }, {}, graph, undefined, [], {}, undefined, 'crew');
    handler.handleChainStart({ id: ['langchain_core'] }, {}, node, graph, [], {}, undefined, 'tools');
    handler.handleToolStart({}, '', search, node, [], {}, 'search');
    handler.handleToolError(new RangeError('no'), search);
    handler.handleChainEnd({}, node);
    handler.handleChainError(new Error('Abort'), graph);
    expect(counted()).toEqual(['tool search < crew: error', 'agent crew < undefined: cancelled']);
  });

  it('within a step has nothing to do with an error that the step has overcome', async () => {
    const controller = new AbortController();
    const search = toolOf('search', () => {
      throw new RangeError('none');
    });
    const graph = graphOf(async () => {
      await search.invoke({}).catch(() => {});
      controller.abort();
      await new Promise((resolve) => setImmediate(resolve));
      return {};
    }, 'crew');
    await expect(graph.invoke({ messages: [] }, { callbacks, signal: controller.signal })).rejects.toThrow();
    await settled(application.module);
    expect(counted()).toEqual(['tool search < crew: error', 'agent crew < undefined: cancelled']);
  });

  it('with an error of the caller as its reason is no error of the graph', async () => {
    await abortWith(new RangeError('enough'));
    expect(counted().at(-1)).toBe('agent crew < undefined: cancelled');
  });

  it('before the first step cancels the graph', async () => {
    const graph = graphOf(async () => ({}), 'crew');
    await expect(graph.invoke({ messages: [] }, { callbacks, signal: AbortSignal.abort() })).rejects.toThrow();
    await settled(application.module);
    expect(counted()).toEqual(['agent crew < undefined: cancelled']);
  });

  it.each([
    ['cancelled', undefined],
    ['timeout', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ])("of a model is %s by its signal's reason", async (status, reason) => {
    const controller = new AbortController();
    const model = new OwnModel(() => {
      controller.abort(reason);
      // As ChatOpenAI does.
      throw new Error('AbortError');
    });
    await expect(model.invoke('Go on.', { callbacks, signal: controller.signal })).rejects.toThrow('AbortError');
    expect(records()).toMatchObject([{ kind: 'model', status }]);
  });

  it('of a model that fails with the reason of the caller is none of its errors', async () => {
    const controller = new AbortController();
    const model = new OwnModel(() => {
      controller.abort(new RangeError('enough'));
      throw controller.signal.reason;
    });
    await expect(model.invoke('Go on.', { callbacks, signal: controller.signal })).rejects.toThrow(RangeError);
    expect(records()).toMatchObject([{ kind: 'model', status: 'cancelled' }]);
  });
});

describe('A tool', () => {
  it('that answers with an error message has failed', async () => {
    const search = toolOf('search', () => new ToolMessage({ content: 'none', tool_call_id: '0', status: 'error' }));
    await createAgent({ name: 'crew', model: callThenAnswer('search'), tools: [search] }).invoke(go, { callbacks });
    expect(records()[1]).toMatchObject({ name: 'search', status: 'error', errorType: 'ToolMessageError' });
  });

  it('that throws nothing has failed, too', async () => {
    const search = toolOf('search', async () => {
      throw undefined;
    });
    await expect(search.invoke({}, { callbacks })).rejects.toBeUndefined();
    expect(counted()).toEqual(['tool search < undefined: error']);
  });

  it('returns what its function has returned, whatever LangChain makes of that', async () => {
    await application.module.close();
    const results: unknown[] = [];
    application = await startApplication({ options: { classifyResult: (result) => void results.push(result) } });
    const search = toolOf('search', () => 'found');
    await createAgent({ name: 'crew', model: callThenAnswer('search'), tools: [search] }).invoke(go, { callbacks });
    expect(results[1]).toBe('found');
  });

  it('of a class of its own counts by that, and leaves decorated code to the graph: LangChain says no more', async () => {
    class Search extends StructuredTool {
      name = 'search';
      description = 'finds';
      schema = z.object({});
      override _call = trackedTool('lookup', async () => 'found');
    }
    await createAgent({ name: 'crew', model: callThenAnswer('search'), tools: [new Search()] }).invoke(go, {
      callbacks,
    });
    expect(counted().slice(1, 3)).toEqual(['tool lookup < crew: success', 'tool Search < crew: success']);
  });

  it('inside decorated code inside a tool stands under that code', async () => {
    const inner = toolOf('inner', () => 'found');
    const search = toolOf('search', () => trackedTool('lookup', () => inner.invoke({}))());
    await createAgent({ name: 'crew', model: callThenAnswer('search'), tools: [search] }).invoke(go, { callbacks });
    expect(counted().slice(1, 4)).toEqual([
      'tool inner < lookup: success',
      'tool lookup < search: success',
      'tool search < crew: success',
    ]);
  });

  it.each([
    ['its config', (config: RunnableConfig) => config],
    ['nothing', () => undefined],
    ['a handler of its own', () => ({ callbacks: [new AgentMetricsCallbackHandler()] })],
  ])('holds the agent that it asks with %s', async (_with, configOf) => {
    const model = () => fakeModel().respond(new AIMessage('Rain.'));
    const expert = createAgent({ name: 'expert', model: model(), tools: [] });
    const ask = tool((_input: object, config: RunnableConfig) => expert.invoke(go, configOf(config)).then(() => ''), {
      name: 'ask',
      description: 'asks',
      schema,
    });
    await createAgent({ name: 'crew', model: callThenAnswer('ask'), tools: [ask] }).invoke(go, { callbacks });
    expect(counted().slice(1, 4)).toEqual([
      'model FakeBuiltModel < expert: success',
      'agent expert < ask: success',
      'tool ask < crew: success',
    ]);
  });
});

describe('A model', () => {
  it('counts each prompt as a call', async () => {
    const model = new FakeListChatModel({ responses: ['a', 'b'] });
    await model.generate([['one'], ['two']], { callbacks });
    expect(counted()).toEqual(Array(2).fill('model FakeListChatModel < undefined: success'));
  });

  it('that completes texts is counted as well', async () => {
    await new FakeLLM({ response: 'yes' }).invoke('Go on.', { callbacks });
    expect(counted()).toEqual(['model FakeLLM < undefined: success']);
  });

  it('has the tokens of its messages, once for all the choices of one answer', async () => {
    const usage = {
      input_tokens: 9,
      output_tokens: 7,
      total_tokens: 16,
      input_token_details: { cache_read: 4, cache_creation: 2 },
      output_token_details: { reasoning: 3 },
    };
    await new OwnModel(() => ({ generations: [choice(usage), choice(usage)] })).invoke('Go on.', { callbacks });
    expect(modelUsage()).toMatchObject([
      { inputTokens: 9, cachedInputTokens: 4, cacheWriteTokens: 2, outputTokens: 7, reasoningTokens: 3 },
    ]);
  });

  it('has those of its whole output where its messages have none', async () => {
    const llmOutput = { tokenUsage: { promptTokens: 9, completionTokens: 7 } };
    await new OwnModel(() => ({ generations: [choice()], llmOutput })).invoke('Go on.', { callbacks });
    expect(modelUsage()).toMatchObject([{ inputTokens: 9, outputTokens: 7 }]);
  });

  it('has none where it reports none', async () => {
    const nothing = { input_token_details: {} } as AIMessage['usage_metadata'];
    await new OwnModel(() => ({ generations: [choice(nothing)] })).invoke('Go on.', { callbacks });
    expect(modelUsage()).toEqual([undefined]);
  });

  it.each(['v2', 'v3'] as const)('has a first token in the events of %s', async (version) => {
    const agent = createAgent({ name: 'crew', model: new FakeListChatModel({ responses: ['yes'] }), tools: [] });
    // The types differ by version.
    const events: unknown = await Promise.resolve(agent.streamEvents(go, { callbacks, version: version as 'v2' }));
    for await (const event of events as AsyncIterable<unknown>) void event;
    expect(records()).toMatchObject([{ kind: 'model', firstTokenMs: 0 }, { kind: 'agent' }]);
  });

  it('has no first token where it answers as a whole', async () => {
    await new FakeListChatModel({ responses: ['yes'] }).invoke('Go on.', { callbacks });
    expect(records()).toMatchObject([{ firstTokenMs: undefined }]);
  });

  it('whose stream is left is cancelled as of its last token', async () => {
    for await (const chunk of await new FakeListChatModel({ responses: ['yes'] }).stream('Go on.', { callbacks })) {
      void chunk;
      application.clock.advance(5);
      break;
    }
    application.clock.advance(601_000);
    expect(records()).toMatchObject([{ kind: 'model', status: 'cancelled', durationMs: 0 }]);
  });

  it('that LangChain asks again is counted again', async () => {
    const model = fakeModel().respond(new RangeError('no')).respond(new AIMessage('yes'));
    const middleware = [modelRetryMiddleware({ maxRetries: 1, initialDelayMs: 0 })];
    await createAgent({ name: 'crew', model, tools: [], middleware }).invoke(go, { callbacks });
    expect(counted()).toEqual([
      'model FakeBuiltModel < crew: error',
      'model FakeBuiltModel < crew: success',
      'agent crew < undefined: success',
    ]);
  });

  it('in a retriever belongs to what the retriever is called in', async () => {
    const model = fakeModel().respond(new AIMessage('yes'));
    class ModelRetriever extends BaseRetriever {
      lc_namespace = ['test'];
      override async _getRelevantDocuments(query: string, manager?: { getChild(): RunnableConfig['callbacks'] }) {
        await model.invoke(query, { callbacks: manager?.getChild() });
        return [];
      }
    }
    const retriever = new ModelRetriever();
    const node = async (_state: unknown, config: RunnableConfig) => ({ messages: await retriever.invoke('x', config) });
    await graphOf(node as never, 'crew').invoke({ messages: [] }, { callbacks });
    expect(counted()).toEqual(['model FakeBuiltModel < crew: success', 'agent crew < undefined: success']);
  });
});

describe('The beginning of a chain', () => {
  const graph = { id: ['langgraph', 'pregel', 'CompiledStateGraph'] };
  const [root, child] = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002'];

  it.each([
    ['as LangChain calls it', [undefined, [], {}, undefined, 'outer'], [root, [], {}, undefined, 'inner']],
    ['as it is declared', ['chain', [], {}, 'outer'], ['chain', [], {}, 'inner', root]],
    ['as it is declared, without a type', [undefined, [], {}, 'outer'], [undefined, [], {}, 'inner', root]],
  ])('is understood %s', (_order, ofRoot, ofChild) => {
    handler.handleChainStart(graph, {}, root, ...ofRoot);
    handler.handleChainStart(graph, {}, child, ...ofChild);
    handler.handleChainEnd({}, child);
    handler.handleChainEnd({}, root);
    expect(counted()).toEqual(['agent inner < outer: success', 'agent outer < undefined: success']);
  });
});
