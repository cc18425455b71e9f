import { Catch, Injectable, Module, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Response } from 'express';
import {
  BudgetExceededError,
  ExecutionLimitError,
  MetricsModule,
  TrackAgent,
  TrackModel,
  TrackTool,
} from 'nestjs-agent-metrics';

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

@Injectable()
export class SearchTool {
  @TrackTool('search')
  async search(question: string) {
    return `Something about ${question}.`;
  }
}

// #region answer
@Injectable()
export class SupportAgent {
  constructor(private readonly search: SearchTool) {}

  @TrackAgent('support')
  async answer(questions: readonly string[]) {
    const found: string[] = [];
    try {
      for (const question of questions) found.push(await this.search.search(question));
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
