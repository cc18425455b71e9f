import { Injectable } from '@nestjs/common';
import { generateText, jsonSchema, stepCountIs, tool, wrapLanguageModel, type Tool, type ToolSet } from 'ai';
import * as ai5 from 'ai-5';
import { ExecutionTracker, TrackTool, trackedTool, type MetricsModuleOptions } from 'nestjs-agent-metrics';
import { agentMetricsMiddleware, trackedTools } from 'nestjs-agent-metrics/ai-sdk';
import { z } from 'zod';
import { startApplication, type LiveApplication } from '../support/live-application';
import { answer, FLAT_USAGE, modelOf5, modelOf6, toolCall } from './ai-sdk/fake-models';

@Injectable()
class Search {
  @TrackTool('search')
  async query(text: string) {
    return `found ${text}`;
  }
}

let application: LiveApplication;
const start = async (options: MetricsModuleOptions = {}) => {
  application = await startApplication({ options, providers: [Search] });
};
beforeEach(() => start());
afterEach(() => application.module.close());

const history = () => application.collector.getHistory({ kind: 'tool' });
const inputSchema = z.object({ city: z.string() });
const call = { toolCallId: '1', messages: [] };
const prompt = 'How is the weather?';

/** One call of `name`, and an answer. */
const generate = (tools: ToolSet, name = 'weather') =>
  generateText({
    model: modelOf6({ answers: [toolCall(name, { city: 'Oslo' }), answer('It rains.')] }),
    prompt,
    tools,
    stopWhen: stepCountIs(2),
  });

describe('Tracked tools', () => {
  it('count under their keys and the running agent, with AI SDK 6', async () => {
    const tools = trackedTools({
      weather: tool({
        inputSchema,
        execute: async ({ city }) => {
          application.clock.advance(20);
          return `rain in ${city}`;
        },
      }),
    });
    const tracker = application.module.get(ExecutionTracker);
    const { steps } = await tracker.trackAgent('forecaster', () => generate(tools));

    expect(steps[0]!.toolResults).toMatchObject([{ output: 'rain in Oslo' }]);
    expect(history()).toMatchObject([
      { toolName: 'weather', agentId: 'forecaster', status: 'success', durationMs: 20 },
    ]);
  });

  it('count with AI SDK 5', async () => {
    const flat = { usage: FLAT_USAGE, finishReason: 'stop' };
    const answers = [
      { ...toolCall('weather', { city: 'Oslo' }), ...flat },
      { ...answer('It rains.'), ...flat },
    ];
    const { text } = await ai5.generateText({
      model: modelOf5({ answers }),
      prompt,
      stopWhen: ai5.stepCountIs(2),
      tools: trackedTools({ weather: ai5.tool({ inputSchema, execute: async ({ city }) => city }) }),
    });

    expect(text).toBe('It rains.');
    expect(history()).toMatchObject([{ toolName: 'weather', status: 'success' }]);
  });

  it('count the error that the SDK gives to the model', async () => {
    const failing = tool({
      inputSchema,
      execute: (): string => {
        throw new RangeError('No such city.');
      },
    });
    await generate(trackedTools({ weather: failing }));

    expect(history()).toMatchObject([{ status: 'error', errorType: 'RangeError' }]);
  });

  it('count to the end of what they stream', async () => {
    const streaming = tool({
      inputSchema,
      async *execute() {
        for (const text of ['cloudy', 'rain']) {
          application.clock.advance(10);
          yield text;
        }
        application.clock.advance(10);
      },
    });
    const { steps } = await generate(trackedTools({ weather: streaming }));

    expect(steps[0]!.toolResults).toMatchObject([{ output: 'rain' }]);
    expect(history()).toMatchObject([{ toolName: 'weather', status: 'success', durationMs: 30, chunks: 2 }]);
  });

  it('stand around what runs in them', async () => {
    const ask = tool({
      inputSchema,
      execute: async () => {
        await application.module.get(Search).query('it');
        const inner = modelOf6({ answers: [answer('Rain.')] });
        const { text } = await generateText({
          model: wrapLanguageModel({ model: inner, middleware: agentMetricsMiddleware() }),
          prompt,
        });
        return text;
      },
    });
    await generate(trackedTools({ ask }), 'ask');

    const [asked] = history();
    expect(application.collector.getHistory()).toMatchObject([
      { toolName: 'ask', parentId: undefined },
      { model: 'gpt-x', parentId: asked!.id },
      { toolName: 'search', parentId: asked!.id },
    ]);
  });

  it('reject at their limit, and the model is told', async () => {
    await application.module.close();
    await start({ timeouts: { perTool: { weather: 50 } } });
    const slow = tool({
      inputSchema,
      execute: () => {
        application.clock.advance(50);
        return new Promise<string>(() => {});
      },
    });
    const { steps } = await generate(trackedTools({ weather: slow }));

    expect(steps[0]!.content).toMatchObject([{}, { type: 'tool-error', error: { name: 'TimeoutError' } }]);
    expect(history()).toMatchObject([{ status: 'timeout', durationMs: 50 }]);
  });

  it.each([
    [
      'a decorated method under its name',
      () => (input: { city: string }) => application.module.get(Search).query(input.city),
    ],
    ['a tracked function', () => trackedTool('search', async ({ city }: { city: string }) => city)],
  ])('count %s once', async (_name, execute) => {
    await generate(trackedTools({ search: tool({ inputSchema, execute: execute() }) }), 'search');

    expect(history()).toMatchObject([{ toolName: 'search' }]);
    expect(application.collector.getToolMetrics('search')).toMatchObject({ executionCount: 1 });
  });

  it('keep the name of a function that is tracked already', async () => {
    const tools = { weather: tool({ inputSchema, execute: trackedTool('forecast', async () => 'rain') }) };

    expect(trackedTools(tools).weather).toBe(tools.weather);
  });

  it('count once where they are tracked twice', async () => {
    await generate(trackedTools(trackedTools({ weather: tool({ inputSchema, execute: async () => 'rain' }) })));

    expect(application.collector.getToolMetrics('weather')).toMatchObject({ executionCount: 1 });
  });

  it('are what they were, but for execute', async () => {
    class Weather {
      readonly inputSchema = jsonSchema<{ city: string }>({ type: 'object' });
      readonly #unit = 'mm';
      onInputStart = () => {};
      get description() {
        return `in ${this.#unit}`;
      }
      async execute({ city }: { city: string }) {
        return `${city}: 3 ${this.#unit}`;
      }
    }
    const [weather, providers] = [new Weather(), { type: 'provider-defined', id: 'openai.web_search', name: 'search' }];
    const tools = Object.freeze({ weather: Object.freeze(weather), providers, missing: undefined });
    const tracked = trackedTools(tools);

    expect(Object.keys(tracked)).toEqual(['weather', 'providers', 'missing']);
    expect(tracked.providers).toBe(providers);
    expect(tracked.weather).toBeInstanceOf(Weather);
    expect(tracked.weather.onInputStart).toBe(weather.onInputStart);
    expect([tracked.weather.execute.name, tracked.weather.execute.length]).toEqual(['execute', 1]);
    await expect(tracked.weather.execute({ city: 'Oslo' })).resolves.toBe('Oslo: 3 mm');
    expect(history()).toMatchObject([{ toolName: 'weather' }]);
  });

  it('keep their types', async () => {
    const tools = trackedTools({ weather: tool({ inputSchema, execute: async ({ city }) => city.length }) });
    const typed: Tool<{ city: string }, number> = tools.weather;

    expect(await typed.execute!({ city: 'Oslo' }, call)).toBe(4);
  });

  it('are the tools themselves where they are none', () => {
    expect(trackedTools(undefined as never)).toBeUndefined();
  });
});
