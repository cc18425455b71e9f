import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { BudgetExceededError, MetricsCollector, MetricsModule, TrackModel } from '../../src';
import { rateLimiterBudgetStore } from '../../src/budgets';

/**
 * One of several processes that spend one budget, by way of Redis. It does what its parent says, answers each order with a
 * number, and ends with it. Each call costs 0.1 dollars.
 */
const [port = '', limitUsd = '', ttlMs = ''] = process.argv.slice(2);

/** Stay open until the parent says so. */
const open: (() => void)[] = [];

@Injectable()
class Crew {
  @TrackModel({ model: 'm', usage: () => ({ inputTokens: 100_000 }) })
  async ask(): Promise<string> {
    return 'tea';
  }

  @TrackModel({ model: 'm', usage: () => ({ inputTokens: 100_000 }) })
  async askLong(begun: () => void): Promise<string> {
    begun();
    await new Promise<void>((resolve) => open.push(resolve));
    return 'tea';
  }
}

const redis = new Redis({ host: '127.0.0.1', port: Number(port), retryStrategy: () => 50 });
redis.on('error', () => {});
const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: 'budgets', points: 1, duration: 0 });

@Module({
  imports: [
    MetricsModule.forRoot({
      endpoint: false,
      pricing: { m: { inputPerMillion: 1, outputPerMillion: 1 } },
      budgets: [
        { name: 'all', by: 'application', costUsd: Number(limitUsd), window: '30d', reserve: { costUsd: 0.1 } },
      ],
      budgetStore: rateLimiterBudgetStore(limiter, { ttlMs: Number(ttlMs) }),
    }),
  ],
  providers: [Crew],
})
class AppModule {}

/** How many calls are admitted of so many. */
async function ask(crew: Crew, calls: number): Promise<number> {
  let admitted = 0;
  for (let call = 0; call < calls; call++) {
    try {
      await crew.ask();
      admitted++;
    } catch (error) {
      if (!(error instanceof BudgetExceededError)) throw error;
    }
  }
  return admitted;
}

async function start(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const [crew, metrics] = [app.get(Crew), app.get(MetricsCollector)];
  const orders: Record<string, (value: number) => Promise<number> | number> = {
    ask: (calls) => ask(crew, calls),
    begin: () => new Promise((resolve) => void crew.askLong(() => resolve(open.length + 1)).catch(() => resolve(0))),
    end: () => open.splice(0).map((end) => end()).length,
    spentUsd: () => metrics.getBudgets()[0]!.spentUsd!,
    close: async () => {
      await app.close();
      redis.disconnect();
      return 0;
    },
  };
  process.on('message', ({ id, order, value }: { id: number; order: string; value: number }) => {
    void Promise.resolve(orders[order]!(value)).then((answer) => process.send?.({ id, answer }));
  });
  process.send?.({ id: 0 });
}

process.once('disconnect', () => process.exit());
void start();
