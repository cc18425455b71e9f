import { Test } from '@nestjs/testing';
import { METRICS_CLOCK, MetricsCollector } from 'nestjs-agent-metrics';
import { ManualClock } from 'nestjs-agent-metrics/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import type { INestApplication } from '@nestjs/common';
import { AiSdkModule, Forecaster } from '../../examples/adapters/ai-sdk';
import { answer, delta, finish, modelOf6, PartSource, toolCall } from './ai-sdk/fake-models';

describe('docs/ai-sdk.md', () => {
  let app: INestApplication<App>;
  const clock = new ManualClock();
  const model = modelOf6({
    answers: [toolCall('weather', { city: 'Oslo' }), answer('It rains.')],
    streams: [new PartSource(clock, [delta('Hello'), { type: 'text-end', id: '1' }, finish()])],
  });

  beforeAll(async () => {
    const builder = Test.createTestingModule({ imports: [AiSdkModule] }).setLogger({ log() {}, warn() {}, error() {} });
    builder.overrideProvider('MODEL').useValue(model).overrideProvider(METRICS_CLOCK).useValue(clock);
    app = (await builder.compile()).createNestApplication();
    await app.init();
  });
  afterAll(() => app.close());

  it('counts a decorated agent with its model and tools', async () => {
    await expect(app.get(Forecaster).forecast('How is the weather?')).resolves.toBe('It rains.');

    expect(app.get(MetricsCollector).getAgentMetrics('forecaster')).toMatchObject({
      successCount: 1,
      toolMetrics: { weather: { successCount: 1 } },
      tokenUsage: { calls: 2, inputTokens: 60 },
    });
  });

  it('counts a handler that streams', async () => {
    const { text } = await request(app.getHttpServer()).get('/chat?prompt=Hi').expect(200);

    expect(text).toContain('Hello');
    expect(app.get(MetricsCollector).getAgentMetrics('chat')).toMatchObject({
      successCount: 1,
      tokenUsage: { calls: 1 },
    });
  });
});
