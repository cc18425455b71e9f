import { Module } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { trace } from '@opentelemetry/api';
import { ExecutionTracker, MetricsCollector, MetricsModule, TrackAgent } from '../../src';
import { listen, type HttpApplication } from './applications';

class Narrator {
  @TrackAgent('narrator')
  *tell(): Generator<string> {
    yield 'Once upon a time';
  }
}

@Module({
  imports: [
    MetricsModule.forRoot({
      bearerToken: 's3cret',
      maxSeries: 2,
      measureRepeats: true,
      // As the only process of its machine.
      processes: { application: `busy crew ${process.pid}` },
      limits: { perAgent: { writer: { modelCalls: 1, onExceeded: 'report' } } },
      budgets: [{ name: 'month', by: 'application', costUsd: 0.001, window: '30d', onExceeded: 'report' }],
    }),
  ],
  providers: [Narrator],
})
class BusyModule {}

/** An application in which everything happens that we have a family for, again and again, each time within a span. */
export class BusyCrew {
  private readonly timer = setInterval(() => {
    trace.getTracer('crew').startActiveSpan('work', (span) => {
      this.work();
      span.end();
    });
  }, 100);

  private constructor(
    private readonly app: HttpApplication,
    readonly url: string,
  ) {}

  static async start(): Promise<BusyCrew> {
    const module = await Test.createTestingModule({ imports: [BusyModule] }).compile();
    const app: HttpApplication = module.createNestApplication(new ExpressAdapter(), { forceCloseConnections: true });
    app.useLogger(false);
    return new BusyCrew(app, await listen(app));
  }

  /** After it no counter changes. */
  rest(): void {
    clearInterval(this.timer);
  }

  private work(): void {
    const metrics = this.app.get(MetricsCollector);
    Array.from(this.app.get(Narrator).tell());
    this.runWriter();
    for (const status of ['success', 'error', 'timeout'] as const) {
      metrics.recordAgentExecution({ agentId: 'writer', durationMs: 1_200, status });
      const tool = { toolName: 'search', agentId: 'writer', durationMs: 80, status };
      metrics.recordToolExecution({ ...tool, retries: 1, inputBytes: 10, outputBytes: 1_000 });
    }
    for (const toolName of ['read', 'write', 'one too many']) {
      metrics.recordToolExecution({ toolName, durationMs: 5, status: 'success' });
    }
    const call = { agentId: 'writer', model: 'm', provider: 'p', durationMs: 900, timeToFirstTokenMs: 200 };
    metrics.recordModelCall({ ...call, inputTokens: 1_000, outputTokens: 100, costUsd: 0.01 });
    metrics.recordModelCall({ model: 'unpriced', durationMs: 300, inputTokens: 10 });
    metrics.recordCacheHit('pages');
    metrics.recordCacheMiss();
  }

  /** It waits for a human, and for a model that turns it away. */
  private runWriter(): void {
    const tracker = this.app.get(ExecutionTracker);
    const writer = tracker.start({ kind: 'agent', id: 'writer' });
    const model = { kind: 'model', name: 'm', provider: 'p', parent: writer } as const;
    const refused = tracker.start(model);
    refused.recordRetry();
    refused.end({ error: Object.assign(new Error('Too many requests.'), { status: 429 }) });
    const answered = tracker.start(model);
    answered.usage({ inputTokens: 100, costUsd: 0.001 });
    answered.end();
    const resume = writer.pause();
    setImmediate(() => {
      resume();
      writer.end();
    });
  }

  async stop(): Promise<void> {
    this.rest();
    await this.app.close();
  }
}
