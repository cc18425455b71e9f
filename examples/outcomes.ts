import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, TrackTool } from 'nestjs-agent-metrics';

// #region classifiers
export class OutOfQuotaError extends Error {}

interface McpResult {
  readonly isError?: boolean;
}

export const withClassifiers = MetricsModule.forRoot({
  classifyError: (error) => (error instanceof OutOfQuotaError ? 'cancelled' : undefined),
  classifyResult: (result) => ((result as McpResult | undefined)?.isError ? 'error' : undefined),
});
// #endregion

@Injectable()
export class OutcomeTools {
  @TrackTool('attempt')
  async attempt<Result>(work: () => Result) {
    return work();
  }
}

@Module({ imports: [withClassifiers], providers: [OutcomeTools] })
export class OutcomesModule {}
