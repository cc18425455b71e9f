import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionTracker, MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
import { AGENT, type Subject, type Tool } from '../harness/subject';

/** Calls an SDK once. */
export type SdkCall = () => Promise<unknown>;

/** What one call is counted as. */
export interface CountedAs {
  readonly models?: number;
  readonly tools?: number;
}

/** In the form in which the harness calls everything. */
const asTool = (call: SdkCall): Tool => ({
  async query(text) {
    await call();
    return text.length;
  },
});

/** The SDK in a process without this library. */
export const alone = (call: SdkCall): Subject => ({ tools: [asTool(call)], async close() {} });

/**
 * The SDK in an agent of an application with the module.
 *
 * @param makeCall returns a call that is tracked, by an adapter or by hand
 */
export async function inAgent(makeCall: (tracker: ExecutionTracker) => SdkCall, each: CountedAs): Promise<Subject> {
  @Module({ imports: [MetricsModule.forRoot({ endpoint: false, defaultMetrics: false })] })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
  const tracker = app.get(ExecutionTracker);
  const call = makeCall(tracker);
  let calls = 0;
  return {
    tools: [asTool(() => ((calls += 1), call()))],
    runAgent: (fn) => tracker.trackAgent(AGENT, fn),
    async close() {
      expectCounted(app.get(MetricsCollector), calls, each);
      await app.close();
    },
  };
}

/** A contestant that counts less than everything would be fast for nothing. */
function expectCounted(collector: MetricsCollector, calls: number, { models = 0, tools = 0 }: CountedAs): void {
  const counted = [collector.getModels(), collector.getTools()].map((byName) =>
    [...byName.values()].reduce((sum, { executionCount }) => sum + executionCount, 0),
  );
  const wanted = [models * calls, tools * calls];
  if (counted.join() === wanted.join()) return;
  throw new Error(`Counted ${counted.join(' and ')} instead of ${wanted.join(' and ')} calls of models and tools.`);
}
