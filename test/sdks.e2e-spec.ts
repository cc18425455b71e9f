import { AIMessage } from '@langchain/core/messages';
import {
  Agent,
  Runner,
  tool as openAiTool,
  Usage,
  type Model,
  type ModelResponse,
  type StreamEvent,
} from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { createAgent, fakeModel, tool as langChainTool } from 'langchain';
import { lastValueFrom, from } from 'rxjs';
import { z } from 'zod';
import { currentExecution, ExecutionTracker, trackedTool, type ExecutionHandle } from '../src';
import { startApplication, type LiveApplication } from './support/live-application';

let application: LiveApplication;
let tracker: ExecutionTracker;

beforeEach(async () => {
  application = await startApplication();
  tracker = application.module.get(ExecutionTracker);
});

afterEach(() => application.module.close());

const tick = () => new Promise((resolve) => setImmediate(resolve));
const agents = () => application.collector.getHistory({ kind: 'agent' });
const tools = () => application.collector.getHistory({ kind: 'tool' });

const forecast = async ({ city }: { city: string }) => {
  await tick();
  application.clock.advance(30);
  if (city === 'Atlantis') throw new RangeError('no such city');
  return `${city}: rain`;
};

/** At module level, as tools of these libraries are. */
const weather = trackedTool('weather', forecast);
const cityOf = z.object({ city: z.string() });
const rained = { toolName: 'weather', agentId: 'crew', status: 'success', durationMs: 30 };

describe('LangChain', () => {
  const weatherTool = langChainTool(weather, { name: 'weather', description: 'tells the weather', schema: cityOf });

  it('runs a tracked tool on its own', async () => {
    await expect(weatherTool.invoke({ city: 'Oslo' })).resolves.toBe('Oslo: rain');

    expect(tools()).toMatchObject([{ ...rained, agentId: undefined }]);
  });

  it('keeps the error of a tracked tool', async () => {
    await expect(weatherTool.invoke({ city: 'Atlantis' })).rejects.toThrow('no such city');

    expect(tools()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
  });

  it('runs a tracked tool within an agent of a graph', async () => {
    const model = fakeModel()
      .respondWithTools([
        { name: 'weather', args: { city: 'Oslo' }, id: '1' },
        { name: 'weather', args: { city: 'Bergen' }, id: '2' },
      ])
      .respond(new AIMessage('It rains.'));
    const agent = createAgent({ model, tools: [weatherTool] });

    const { messages } = await tracker.trackAgent('crew', () => agent.invoke({ messages: 'How is the weather?' }));

    expect(messages.at(-1)?.content).toBe('It rains.');
    expect(tools()).toMatchObject([{ agentId: 'crew' }, { agentId: 'crew' }]);
    expect(agents()).toMatchObject([{ agentId: 'crew', status: 'success' }]);
  });
});

describe('the AI SDK', () => {
  const usage = {
    inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 5, text: 5, reasoning: 0 },
  };
  type Part = { type: string } & Record<string, unknown>;

  /** Parts 10 ms apart. */
  function streaming(parts: Part[]): MockLanguageModelV3 {
    const left = [{ type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...parts];
    const stream = new ReadableStream({
      pull(controller) {
        const part = left.shift();
        if (part === undefined) return controller.close();
        application.clock.advance(10);
        controller.enqueue(part);
      },
    });
    return new MockLanguageModelV3({ doStream: async () => ({ stream: stream as never }) });
  }

  const delta = (text: string): Part => ({ type: 'text-delta', id: '1', delta: text });
  const speaking = () =>
    streaming([
      delta('Hello'),
      delta(' world'),
      { type: 'text-end', id: '1' },
      { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
    ]);
  const failing = () => streaming([delta('Hel'), { type: 'error', error: new RangeError('the model broke') }]);

  async function read(stream: AsyncIterable<string>): Promise<string> {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  }

  it('runs a tracked execute', async () => {
    const answers = [
      {
        finishReason: { unified: 'tool-calls', raw: undefined },
        content: [{ type: 'tool-call', toolCallId: '1', toolName: 'weather', input: '{"city":"Oslo"}' }],
      },
      { finishReason: { unified: 'stop', raw: undefined }, content: [{ type: 'text', text: 'It rains.' }] },
    ].map((answer) => ({ ...answer, usage, warnings: [] }));
    const model = new MockLanguageModelV3({ doGenerate: async () => answers.shift() as never });

    const { text } = await tracker.trackAgent('crew', () =>
      generateText({
        model,
        prompt: 'How is the weather?',
        stopWhen: stepCountIs(2),
        tools: { weather: aiTool({ inputSchema: cityOf, execute: weather }) },
      }),
    );

    expect(text).toBe('It rains.');
    expect(tools()).toMatchObject([rained]);
  });

  it('streams a result that is followed through until to its end', async () => {
    const until = (result: ReturnType<typeof streamText>) => result.finishReason;

    const result = tracker.trackAgent({ id: 'writer', until }, () => streamText({ model: speaking(), prompt: 'Hi' }));

    expect(application.collector.getRunning()).toHaveLength(1);
    expect(await read(result.textStream)).toBe('Hello world');
    await tick();
    expect(agents()).toMatchObject([{ agentId: 'writer', status: 'success', durationMs: 60 }]);
  });

  it('swallows the failure of a text stream, which fail makes the outcome', async () => {
    const until = (result: ReturnType<typeof streamText>) => result.finishReason;

    const result = tracker.trackAgent({ id: 'writer', until }, () => {
      const execution = currentExecution();
      return streamText({ model: failing(), prompt: 'Hi', onError: ({ error }) => execution?.fail(error) });
    });

    expect(await read(result.textStream)).toBe('Hel');
    await tick();
    expect(agents()).toMatchObject([{ status: 'error', errorType: 'RangeError', durationMs: 40 }]);
  });

  it('fails in a generator over its text stream, which fail makes the outcome', async () => {
    const stream = tracker.trackAgent('writer', async function* () {
      const execution = currentExecution();
      const onError = ({ error }: { error: unknown }) => execution?.fail(error);
      yield* streamText({ model: failing(), prompt: 'Hi', onError }).textStream;
    });

    expect(await read(stream)).toBe('Hel');
    expect(agents()).toMatchObject([{ status: 'error', errorType: 'RangeError', chunks: 1 }]);
  });

  it('streams text as the result itself', async () => {
    const stream = tracker.trackAgent('writer', () => streamText({ model: speaking(), prompt: 'Hi' }).textStream);

    expect(await lastValueFrom(from(stream))).toBe(' world');
    expect(agents()).toMatchObject([{ status: 'success', chunks: 2 }]);
  });
});

describe('OpenAI Agents', () => {
  type Output = ModelResponse['output'];

  const says = (text: string): Output => [
    { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] },
  ];
  const calls = (name: string, input = {}): Output => [
    { type: 'function_call', callId: `call_${name}`, name, status: 'completed', arguments: JSON.stringify(input) },
  ];

  /** Answers in turn, 10 ms a time, and streams 10 ms an event. */
  class FakeModel implements Model {
    private readonly answers: Output[];

    constructor(...answers: Output[]) {
      this.answers = answers;
    }

    async getResponse(): Promise<ModelResponse> {
      application.clock.advance(10);
      return { usage: new Usage(), output: this.answers.shift()! };
    }

    async *getStreamedResponse(): AsyncIterable<StreamEvent> {
      const output = this.answers.shift();
      if (output === undefined) throw new RangeError('the model broke');
      const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
      for (const event of [
        { type: 'response_started' },
        { type: 'output_text_delta', delta: 'Hello' },
        { type: 'response_done', response: { id: 'r', usage, output } },
      ]) {
        await tick();
        application.clock.advance(10);
        yield event as StreamEvent;
      }
    }
  }

  const runner = new Runner({ tracingDisabled: true });
  const weatherTool = openAiTool({
    name: 'weather',
    description: 'tells the weather',
    parameters: cityOf,
    execute: weather,
  });

  it('runs a tracked tool, and a handoff', async () => {
    const writer = new Agent({ name: 'writer', model: new FakeModel(says('It rains.')) });
    const triage = new Agent({
      name: 'triage',
      tools: [weatherTool],
      handoffs: [writer],
      model: new FakeModel(calls('weather', { city: 'Oslo' }), calls('transfer_to_writer')),
    });

    const { finalOutput } = await tracker.trackAgent('crew', () => runner.run(triage, 'How is the weather?'));

    expect(finalOutput).toBe('It rains.');
    expect(tools()).toMatchObject([rained]);
    expect(agents()).toMatchObject([{ agentId: 'crew', status: 'success', durationMs: 60 }]);
  });

  it('tells of a handoff by events, between which handles last', async () => {
    const writer = new Agent({ name: 'writer', model: new FakeModel(says('Done.')) });
    const triage = new Agent({ name: 'triage', handoffs: [writer], model: new FakeModel(calls('transfer_to_writer')) });
    const events = new Runner({ tracingDisabled: true });
    const handles = new Map<string, ExecutionHandle>();
    events.on('agent_start', (_context, { name }) => handles.set(name, tracker.start({ kind: 'agent', id: name })));
    events.on('agent_handoff', (_context, { name }) => handles.get(name)?.end());
    events.on('agent_end', (_context, { name }) => handles.get(name)?.end());

    await tracker.trackAgent('crew', () => events.run(triage, 'Write.'));

    const [crew, ...inner] = agents();
    expect(crew).toMatchObject({ agentId: 'crew', durationMs: 20 });
    expect(inner).toMatchObject([
      { agentId: 'writer', durationMs: 10, parentId: crew!.id, requestId: crew!.id },
      { agentId: 'triage', durationMs: 10, parentId: crew!.id, requestId: crew!.id },
    ]);
  });

  type Streamed = Awaited<ReturnType<typeof stream>>;
  const stream = (model: Model) => runner.run(new Agent({ name: 'speaker', model }), 'Hi', { stream: true });
  const until = ({ completed }: Streamed) => completed;

  it('streams a run whose end is followed through until, however it is read', async () => {
    const result = await tracker.trackAgent({ id: 'speaker', until }, () => stream(new FakeModel(says('Hello'))));
    const text = result.toTextStream();
    const chunks: string[] = [];
    for await (const chunk of text) chunks.push(chunk);
    await result.completed;
    await tick();

    expect(chunks).toEqual(['Hello']);
    expect(agents()).toMatchObject([{ agentId: 'speaker', status: 'success', durationMs: 30 }]);
  });

  it('streams a run whose iteration is followed', async () => {
    const result = await tracker.trackAgent('speaker', () => stream(new FakeModel(says('Hello'))));
    const types: string[] = [];
    for await (const event of result) types.push(event.type);

    expect(agents()).toMatchObject([{ status: 'success', durationMs: 30, chunks: types.length }]);
  });

  it('streams a run that fails', async () => {
    const result = await tracker.trackAgent({ id: 'speaker', until }, () => stream(new FakeModel()));

    await expect(result.completed).rejects.toThrow('the model broke');
    await tick();
    expect(agents()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
  });
});
