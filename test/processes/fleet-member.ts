import { NestFactory } from '@nestjs/core';
import { ExecutionTracker, MetricsCollector, MetricsModule } from '../../src';

/** What a member of the fleet is asked to do. */
export interface FleetWork {
  readonly requests: number;
  /** Of them. */
  readonly failures: number;
  readonly model: string;
}

const PRICES = {
  'small-1': { inputPerMillion: 1, outputPerMillion: 2 },
  'large-2': { inputPerMillion: 10, outputPerMillion: 20 },
};

/** One of several instances of an application. It works when its parent says so, and ends with it. */
async function start([port, prometheusUrl = '']: string[]): Promise<void> {
  const endpoint = { dashboard: { prometheusUrl, selector: 'job="fleet"' } };
  const module = MetricsModule.forRoot({ endpoint, pricing: PRICES });
  const app = await NestFactory.create(module, { logger: ['error', 'warn'] });
  await app.listen(Number(port), '127.0.0.1');
  const [tracker, metrics] = [app.get(ExecutionTracker), app.get(MetricsCollector)];
  process.on('message', ({ requests, failures, model }: FleetWork) => {
    for (let request = 0; request < requests; request += 1) {
      const run = () => {
        metrics.recordModelCall({ model, inputTokens: 100, outputTokens: 10, durationMs: 20 });
        if (request < failures) throw new TypeError('This one fails.');
      };
      try {
        tracker.trackAgent('researcher', run);
      } catch {
        // It is counted, and that is what it is for.
      }
    }
    process.send?.('done');
  });
  process.send?.('listening');
}

process.once('disconnect', () => process.exit());
void start(process.argv.slice(2));
