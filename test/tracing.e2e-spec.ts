import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { MetricsCollector, MetricsModule, TrackAgent } from '../src';

@Injectable()
class TracedAgent {
  @TrackAgent('traced')
  async run() {
    return 'done';
  }
}

describe('executions within a trace of OpenTelemetry', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider());
  });

  afterAll(() => {
    context.disable();
    trace.disable();
  });

  it('name it in the history, measured here or elsewhere, and nothing outside of one', async () => {
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot()],
      providers: [TracedAgent],
    }).compile();
    const metrics = module.get(MetricsCollector);
    const traceId = await trace.getTracer('test').startActiveSpan('request', async (span) => {
      await module.get(TracedAgent).run();
      metrics.recordToolExecution({ toolName: 'measured', durationMs: 1, status: 'success' });
      span.end();
      return span.spanContext().traceId;
    });
    await module.get(TracedAgent).run();
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(metrics.getHistory().map((execution) => execution.traceId)).toEqual([undefined, traceId, traceId]);
    await module.close();
  });
});
