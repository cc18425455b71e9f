import { setTimeout } from 'node:timers/promises';
import { Catch, HttpStatus, Injectable, Module, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Response } from 'express';
import { Redis } from 'ioredis';
import { ClsServiceManager } from 'nestjs-cls';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import {
  BudgetExceededError,
  ExecutionLimitError,
  MetricsModule,
  TrackAgent,
  TrackTool,
  type BreakdownOptions,
  type Budget,
} from 'nestjs-agent-metrics';
import { rateLimiterBudgetStore } from 'nestjs-agent-metrics/budgets';

// #region loops
@Module({
  imports: [
    MetricsModule.forRoot({
      limits: {
        agent: { toolCalls: 30, repeatedCalls: 2 },
        perAgent: { researcher: { toolCalls: 100 } }, // goes before `agent`, field by field
      },
    }),
  ],
})
export class WithoutLoopsModule {}
// #endregion

// #region answer
@Injectable()
export class SearchTool {
  @TrackTool('search')
  async search(question: string) {
    await setTimeout(20); // as a real one would take
    return `Something about ${question}.`;
  }
}

@Injectable()
export class SupportAgent {
  constructor(private readonly tool: SearchTool) {}

  @TrackAgent('support')
  async answer(questions: readonly string[]) {
    const found: string[] = [];
    try {
      for (const question of questions) found.push(await this.tool.search(question));
    } catch (error) {
      if (!(error instanceof ExecutionLimitError)) throw error;
      found.push('That is all that I may look up.');
    }
    return found;
  }
}
// #endregion

// #region request
@Module({
  imports: [
    MetricsModule.forRoot({
      limits: { request: { costUsd: 0.1, modelCalls: 20 } },
      pricing: { 'gpt-x': { inputPerMillion: 2.5, outputPerMillion: 10 } },
    }),
  ],
})
export class TenCentsModule {}
// #endregion

// #region tenants
const plans: ReadonlyMap<string, 'free' | 'paid'> = new Map([['acme', 'paid']]);

const budgets: Budget[] = [
  {
    name: 'tenants',
    by: 'breakdown',
    costUsd: (tenant) => (plans.get(tenant) === 'paid' ? 20 : 0.5),
    window: '1d',
  },
  { name: 'everything', by: 'application', costUsd: 500, window: '30d' },
];

const pricing = { 'gpt-x': { inputPerMillion: 2.5, outputPerMillion: 10 } };
const breakdown: BreakdownOptions = { value: () => ClsServiceManager.getClsService().get('tenant') };

@Catch(BudgetExceededError)
export class BudgetFilter implements ExceptionFilter<BudgetExceededError> {
  catch({ budget, resetsAt }: BudgetExceededError, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(HttpStatus.TOO_MANY_REQUESTS);
    response.set('Retry-After', resetsAt.toUTCString());
    response.json({ message: `The budget ${budget} is spent.`, opensAt: resetsAt });
  }
}

@Module({
  imports: [MetricsModule.forRoot({ budgets, breakdown, pricing })],
  providers: [{ provide: APP_FILTER, useClass: BudgetFilter }],
})
export class PlansModule {}
// #endregion

// #region redis
export const connect = (url: string) => new Redis(url, { enableOfflineQueue: false });

export function sharedBudgets(redis: Redis) {
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: 'desk', points: 1, duration: 1 });
  return MetricsModule.forRoot({ budgets, breakdown, pricing, budgetStore: rateLimiterBudgetStore(limiter) });
}
// #endregion
