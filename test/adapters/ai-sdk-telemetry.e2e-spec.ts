import type { MetricsModuleOptions } from 'nestjs-agent-metrics';
import { agentMetricsTelemetry } from 'nestjs-agent-metrics/ai-sdk';
import { startApplication, type LiveApplication } from '../support/live-application';
import { RecordingLogger } from '../support/recording-logger';
import { answer, TOKENS } from './ai-sdk/fake-models';

/** What the SDK does is told in test/package, by the SDK itself; here are events that it seldom has. */
describe('The telemetry of AI SDK 7', () => {
  let application: LiveApplication;
  let logger: RecordingLogger;
  const start = async (options: MetricsModuleOptions = {}) => {
    logger = new RecordingLogger();
    application = await startApplication({ options, logger });
  };
  afterEach(() => application.module.close());

  const telemetry = agentMetricsTelemetry();
  const history = () => application.collector.getHistory();
  const run = { callId: 'run', operationId: 'ai.generateText', functionId: 'writer' };
  const model = { callId: 'run', modelId: 'gpt-x', provider: 'openai.chat' };
  const tool = { callId: 'run', toolCallId: '1', toolCall: { toolCallId: '1', toolName: 'search' } };

  it.each([
    ['a time', { timestamp: 1 }],
    ['the phase of a replay', { durableContext: { phase: 'replay' } }],
  ])('skips what is told again with %s', async (_name, replay) => {
    await start();
    telemetry.onStart({ ...run, ...replay });
    const result = answer('Hello');

    await expect(
      telemetry.executeLanguageModelCall({ ...model, ...replay, execute: async () => result }),
    ).resolves.toBe(result);
    await expect(telemetry.executeTool({ ...tool, ...replay, execute: async () => 1 })).resolves.toBe(1);
    telemetry.onToolExecutionEnd({ ...tool, ...replay });
    telemetry.onEnd({ ...run, ...replay });
    expect(history()).toEqual([]);
  });

  it('counts the model calls of a workflow as they are made', async () => {
    await start();
    const live = { durableContext: { phase: 'live' } };
    await telemetry.executeLanguageModelCall({ ...model, ...live, execute: async () => answer('Hello') });

    expect(history()).toMatchObject([{ model: 'gpt-x', tokenUsage: TOKENS }]);
  });

  it('says nothing of ends whose beginning it does not know', async () => {
    await start();
    const strange = [undefined, null, 'event', {}, { callId: 7 }, { ...tool, callId: 'never-begun' }] as never[];
    const events = Object.entries(telemetry).filter(([name]) => /^on.*(End|Error|Abort)$/.test(name));
    for (const [, hear] of events as [string, (event: never) => void][]) for (const event of strange) hear(event);
    expect([history(), logger.errors, logger.warnings]).toEqual([[], [], []]);
  });

  it('asks what a result means', async () => {
    await start({ classifyResult: (result) => ((result as { isError?: true }).isError ? 'error' : undefined) });
    const output = { isError: true };
    for (const recordOutputs of [true, false]) {
      await telemetry.executeTool({ ...tool, execute: async () => {} });
      telemetry.onToolExecutionEnd({ ...tool, recordOutputs, toolOutput: { type: 'tool-result', output } });
    }

    expect(history()).toMatchObject([{ status: 'success' }, { toolName: 'search', status: 'error' }]);
  });

  it('leaves nothing of an operation that the SDK never ends', async () => {
    await start();
    telemetry.onStart(run);
    void telemetry.executeLanguageModelCall({ ...model, execute: () => new Promise<never>(() => {}) });
    expect(application.collector.getRunning()).toHaveLength(2);
    application.clock.advance(600_000);

    expect(application.collector.getRunning()).toEqual([]);
    expect(history()).toMatchObject([
      { agentId: 'writer', status: 'cancelled', durationMs: 0 },
      { model: 'gpt-x', status: 'cancelled', durationMs: 0 },
    ]);
    telemetry.onEnd(run);
  });
});
