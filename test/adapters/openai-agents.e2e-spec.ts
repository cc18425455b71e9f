import {
  addTraceProcessor,
  Agent,
  getGlobalTraceProvider,
  MaxTurnsExceededError,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  Usage,
  withAgentSpan,
  withGenerationSpan,
  withTrace,
  type Model,
  type ModelRequest,
  type ModelResponse,
  type StreamEvent,
} from '@openai/agents';
import { currentExecution, ExecutionTracker, startExecution, trackedModel, trackedTool } from 'nestjs-agent-metrics';
import { AgentMetricsTraceProcessor } from 'nestjs-agent-metrics/openai-agents';
import { z } from 'zod';
import { collectGarbageUntil } from '../support/garbage-collector';
import { startApplication, type LiveApplication } from '../support/live-application';

type Output = ModelResponse['output'];

let application: LiveApplication;

beforeEach(async () => {
  setTracingDisabled(false);
  setTraceProcessors([]);
  addTraceProcessor(new AgentMetricsTraceProcessor());
  application = await startApplication();
});

afterEach(async () => {
  expect(application.collector.getRunning()).toEqual([]);
  setTraceProcessors([]);
  await application.module.close();
});

const tick = () => new Promise((resolve) => setImmediate(resolve));
const settled = async () => {
  for (let turns = 0; turns < 5; turns += 1) await tick();
};

const says = (text: string): Output => [
  { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] },
];
const calls = (name: string, input: object = {}): Output => [
  { type: 'function_call', callId: `call_${name}`, name, status: 'completed', arguments: JSON.stringify(input) },
];

interface FakeCall {
  readonly model: string;
  readonly tokens: number;
}

/** Answers in turn, 10 ms a time; a client of ours counts each call, as a tracked client does. */
class FakeModel implements Model {
  private readonly answers: (Output | Error)[];
  private readonly ask = trackedModel(
    { model: 'gpt-x', provider: 'openai', usage: ({ tokens }: FakeCall) => ({ inputTokens: tokens }) },
    async () => this.answer(),
  );

  constructor(...answers: (Output | Error)[]) {
    this.answers = answers;
  }

  async getResponse({ tracing }: ModelRequest): Promise<ModelResponse> {
    return withGenerationSpan(async ({ spanData }) => {
      const { output } = await this.ask();
      if (tracing === true)
        Object.assign(spanData, { model: 'gpt-x', input: [], output: [{ usage: { prompt_tokens: 1 } }] });
      return { usage: new Usage(), output };
    });
  }

  getStreamedResponse(): AsyncIterable<StreamEvent> {
    throw new Error('not asked for');
  }

  private async answer() {
    application.clock.advance(10);
    const output = this.answers.shift()!;
    if (output instanceof Error) throw output;
    return { model: 'gpt-x', tokens: 7, output };
  }
}

/** `agent crew`, `tool search of crew: error RangeError`, oldest first; with what each stands in. */
const counted = () => {
  const executions = application.collector.getHistory();
  const names = new Map(executions.map(({ id, toolName, model, agentId }) => [id, toolName ?? model ?? agentId]));
  return executions
    .map(({ kind, agentId, toolName, model, parentId, status, errorType }) => {
      const name = toolName ?? model ?? agentId;
      const place = parentId === undefined ? '' : ` in ${names.get(parentId)}`;
      return `${kind} ${name}${place}: ${[status, errorType].filter(Boolean).join(' ')}`;
    })
    .reverse();
};

const inputOf = z.object({});
const toolOf = (name: string, execute: () => unknown) =>
  tool({ name, description: name, parameters: inputOf, execute: async () => execute() });

describe('AgentMetricsTraceProcessor', () => {
  it('counts both agents of a handoff, one after the other', async () => {
    const writer = new Agent({ name: 'writer', model: new FakeModel(says('Done.')) });
    const triage = new Agent({ name: 'triage', handoffs: [writer], model: new FakeModel(calls('transfer_to_writer')) });
    await new Runner().run(triage, 'Write.');
    await settled();
    expect(counted()).toEqual([
      'model gpt-x in triage: success',
      'agent triage: success',
      'model gpt-x in writer: success',
      'agent writer: success',
    ]);
  });

  it('counts an agent as a tool inside the tool', async () => {
    const expert = new Agent({ name: 'expert', model: new FakeModel(says('Rain.')) });
    const asked = expert.asTool({ toolName: 'ask_expert', toolDescription: 'asks' });
    const crew = new Agent({
      name: 'crew',
      tools: [asked],
      model: new FakeModel(calls('ask_expert', { input: 'Rain?' }), says('Rain.')),
    });
    await new Runner().run(crew, 'Rain?');
    await settled();
    expect(counted()).toEqual([
      'model gpt-x in crew: success',
      'model gpt-x in expert: success',
      'agent expert in ask_expert: success',
      'tool ask_expert in crew: success',
      'model gpt-x in crew: success',
      'agent crew: success',
    ]);
  });

  it('fails an agent that takes too many turns', async () => {
    const crew = new Agent({
      name: 'crew',
      tools: [toolOf('search', () => 'x')],
      model: new FakeModel(calls('search')),
    });
    await expect(new Runner().run(crew, 'Go.', { maxTurns: 1 })).rejects.toThrow(MaxTurnsExceededError);
    await settled();
    expect(counted().at(-1)).toBe('agent crew: error MaxTurnsExceededError');
  });

  it('gives an agent the class of the error of its model, which only a tracked client knows', async () => {
    const crew = new Agent({
      name: 'crew',
      model: new FakeModel(Object.assign(new RangeError('no'), { status: 503 })),
    });
    await expect(new Runner({ traceIncludeSensitiveData: false }).run(crew, 'Go.')).rejects.toThrow('no');
    await settled();
    expect(counted()).toEqual(['model gpt-x in crew: error RangeError', 'agent crew: error RangeError']);
    expect(application.collector.getHistory()).toMatchObject([{ httpStatus: 503 }, { httpStatus: 503 }]);
  });

  it('counts a model call once with a tracked client, with its tokens', async () => {
    await new Runner().run(new Agent({ name: 'crew', model: new FakeModel(says('Hi.')) }), 'Hi.');
    await settled();
    expect(application.collector.getModelMetrics('gpt-x')).toMatchObject({
      executionCount: 1,
      inProgress: 0,
      tokenUsage: { inputTokens: 7 },
    });
    expect(application.collector.getModels().size).toBe(1);
    expect(application.collector.getAgentMetrics('crew')).toMatchObject({ totalDurationMs: 10 });
  });

  it('counts a model call without a tracked client by its span, unnamed where the trace has no data', async () => {
    const spanOnly: Model = {
      getResponse: async () => withGenerationSpan(async () => ({ usage: new Usage(), output: says('Hi.') })),
      getStreamedResponse: () => {
        throw new Error('not asked for');
      },
    };
    const crew = new Agent({ name: 'crew', model: spanOnly });
    await new Runner({ traceIncludeSensitiveData: false }).run(crew, 'Hi.');
    await settled();
    expect(counted()).toEqual(['model unknown in crew: success', 'agent crew: success']);
    expect(application.collector.getModelMetrics('unknown')).toMatchObject({ callsWithoutUsage: 1 });
  });

  it('names a model of the AI SDK as the AI SDK does, and another as it is asked for', async () => {
    await withTrace('test', () =>
      withGenerationSpan(async () => {}, {
        data: {
          model: 'anthropic.messages:claude-x',
          model_config: { provider: 'anthropic.messages', model_impl: 'ai-sdk' },
          usage: { input_tokens: 3 },
        },
      }),
    );
    for (const model of ['ft:gpt-x:us:1', 'llama3.2:3b'])
      await withTrace('test', () => withGenerationSpan(async () => {}, { data: { model } }));
    await settled();
    expect(application.collector.getHistory({ kind: 'model' })).toMatchObject([
      { model: 'llama3.2:3b', provider: 'openai' },
      { model: 'ft:gpt-x:us:1', provider: 'openai' },
      { model: 'claude-x', provider: 'anthropic', tokenUsage: { inputTokens: 3 } },
    ]);
  });

  it('has what a decorated tool throws, and its limit, though the SDK hides it', async () => {
    const search = trackedTool({ name: 'search', timeoutMs: 50 }, () => {
      throw new RangeError('nothing found');
    });
    const crew = new Agent({
      name: 'crew',
      tools: [toolOf('search', search)],
      model: new FakeModel(calls('search'), says('Nothing.')),
    });
    await new Runner().run(crew, 'Go.');
    await settled();
    expect(counted()).toContain('tool search in crew: error RangeError');
    expect(application.collector.getToolMetrics('search')).toMatchObject({ executionCount: 1 });
  });

  it('is the current execution of the code in a tool', async () => {
    const seen: (string | undefined)[] = [];
    const look = () => {
      const execution = currentExecution();
      seen.push(execution?.name, execution?.parent?.name);
      return 'seen';
    };
    const crew = new Agent({
      name: 'crew',
      tools: [toolOf('look', look)],
      model: new FakeModel(calls('look'), says('.')),
    });
    await application.module.get(ExecutionTracker).trackAgent('outer', () => new Runner().run(crew, 'Go.'));
    await settled();
    expect(seen).toEqual(['look', 'crew']);
    expect(counted().slice(-2)).toEqual(['agent crew in outer: success', 'agent outer: success']);
  });

  it('counts nothing where the SDK traces nothing', async () => {
    await new Runner({ tracingDisabled: true }).run(new Agent({ name: 'crew', model: untracked() }), 'Hi.');
    setTracingDisabled(true);
    await new Runner().run(new Agent({ name: 'crew', model: untracked() }), 'Hi.');
    await settled();
    expect(counted()).toEqual([]);
  });

  it('counts in time what it is told of late', async () => {
    setTraceProcessors([]);
    const slow = new AgentMetricsTraceProcessor();
    // The first takes long over each start and nothing over an end.
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const other = Object.assign(new AgentMetricsTraceProcessor(), {
      onSpanStart: () => held,
      onSpanEnd: async () => {},
    });
    addTraceProcessor(other);
    addTraceProcessor(slow);
    const trace = getGlobalTraceProvider().createTrace({ name: 'test' });
    const span = getGlobalTraceProvider().createSpan({ data: { type: 'agent', name: 'late' } }, trace);
    span.start();
    span.end();
    await settled();
    release();
    await settled();
    expect(counted()).toEqual(['agent late: success']);
  });

  it('counts once what it is told of so late that garbage was collected meanwhile', async () => {
    setTraceProcessors([]);
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    addTraceProcessor(Object.assign(new AgentMetricsTraceProcessor(), { onSpanStart: () => held }));
    addTraceProcessor(new AgentMetricsTraceProcessor());
    const callTool = async () => {
      startExecution({ kind: 'tool', name: 'search' }).end();
      await collectGarbageUntil(() => false, 5);
      release();
      await settled();
    };
    await withTrace('test', () => withAgentSpan(callTool, { data: { name: 'crew' } }));
    await settled();
    expect(counted()).toEqual(['tool search in crew: success', 'agent crew: success']);
  });

  it('ends what the SDK never ends where nothing shows that it goes on', async () => {
    const trace = getGlobalTraceProvider().createTrace({ name: 'test' });
    getGlobalTraceProvider()
      .createSpan({ data: { type: 'agent', name: 'forgotten' } }, trace)
      .start();
    await settled();
    expect(application.collector.getRunning()).toHaveLength(1);
    application.clock.advance(11 * 60_000);
    expect(counted()).toEqual(['agent forgotten: cancelled']);
  });

  it.each(['cancelled', 'timeout'] as const)(
    'ends an agent as %s whose last model call has, though the SDK tells of a success',
    async (status) => {
      const left: Model = {
        getResponse: async () =>
          withGenerationSpan(async () => {
            startExecution({ kind: 'model', name: 'gpt-x' }).end(status);
            return { usage: new Usage(), output: says('Hel') };
          }),
        getStreamedResponse: () => {
          throw new Error('not asked for');
        },
      };
      await new Runner().run(new Agent({ name: 'crew', model: left }), 'Hi.');
      await settled();
      expect(application.collector.getHistory()).toMatchObject([
        { kind: 'agent', status },
        { kind: 'model', status },
      ]);
    },
  );
});

const untracked = (): Model => ({
  getResponse: async () => ({ usage: new Usage(), output: says('Hi.') }),
  getStreamedResponse: () => {
    throw new Error('not asked for');
  },
});
