import { setImmediate } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { currentExecution, ExecutionTracker, MetricsCollector, MetricsModule, trackedTool } from 'nestjs-agent-metrics';

/** An application that is worked hard, every time under other names. */
export interface SoakApp {
  /** One agent with tools of every kind; what it is called nobody else was called before. */
  work(round: number): Promise<void>;
  /** All formats. */
  scrape(): Promise<void>;
  /** Is in memory as long as the application is. */
  readonly witness: WeakRef<object>;
  close(): Promise<void>;
}

async function* stream(chunks: number) {
  for (let chunk = 0; chunk < chunks; chunk += 1) yield chunk;
}

async function read(source: AsyncIterable<number>, chunks = Infinity): Promise<void> {
  for await (const chunk of source) if (chunk + 1 === chunks) break;
}

/** Everything that a tool may do: return, wait, fail, retry, stream to the end or half-way, ask for its signal. */
async function useTools(tracker: ExecutionTracker, round: number): Promise<void> {
  const name = (tool: string) => `${tool} ${round}`;
  await tracker.trackTool(name('returns'), async () => round);
  await tracker.trackTool(name('waits'), () => setImmediate());
  await tracker.trackTool(name('fails'), async () => Promise.reject(new Error('Planned.'))).catch(() => undefined);
  await trackedTool(name('function'), async () => currentExecution()!.recordRetry())();
  await tracker.trackTool(name('signal'), async () => currentExecution()!.signal.aborted);
  await read(tracker.trackTool(name('stream'), () => stream(3)));
  await read(
    tracker.trackTool(name('stopped stream'), () => stream(3)),
    1,
  );
  await tracker.trackModel(name('model'), async () => ({ usage: { inputTokens: 1, outputTokens: 1 } }));
}

export async function startSoakApp(): Promise<SoakApp> {
  @Module({
    imports: [MetricsModule.forRoot({ endpoint: false, timeouts: { toolMs: 60_000, sequenceMs: 60_000 } })],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
  const tracker = app.get(ExecutionTracker);
  const collector = app.get(MetricsCollector);
  return {
    async work(round) {
      await tracker.trackAgent(`agent ${round}`, () => useTools(tracker, round));
      collector.recordToolExecution({ toolName: `recorded ${round}`, durationMs: 1, status: 'timeout' });
      collector.recordCacheHit(`cache ${round}`);
    },
    async scrape() {
      for (const format of ['json', 'prometheus', 'openmetrics'] as const) await collector.exportMetrics(format);
    },
    witness: new WeakRef(collector),
    close: () => app.close(),
  };
}
