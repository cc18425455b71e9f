import { Module } from '@nestjs/common';
import { MetricsModule, type Execution, type ExecutionListener } from 'nestjs-agent-metrics';
import { pino, type Logger } from 'pino';

// #region lines
/** Writes a line for each request, and one for each model call that no request paid for. */
export function writeBill(log: Logger): ExecutionListener {
  return (execution) => {
    if (execution.id === execution.requestId)
      log.info({ ...lineOf(execution), costUsd: execution.totalCostUsd }, 'request');
    else if (execution.model !== undefined && execution.requestId === undefined)
      log.info({ ...lineOf(execution), costUsd: execution.costUsd }, 'model call');
  };
}

function lineOf({ id, agentId, model, status, errorType, durationMs, totalTokens, tokenUsage, traceId }: Execution) {
  return { id, agentId, model, status, errorType, durationMs, tokens: totalTokens ?? tokenUsage?.totalTokens, traceId };
}
// #endregion

// #region module
@Module({
  imports: [
    MetricsModule.forRoot({
      pricing: { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } },
      onExecution: writeBill(pino()),
    }),
  ],
})
export class BilledModule {}
// #endregion
